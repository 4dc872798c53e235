"""The ontology, its shapes and the catalogue as RDF."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import owlrl
import pyshacl
import pytest
from rdflib import RDF, RDFS, XSD, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, SH, SKOS
from rdflib.term import BNode, Literal, Node

import ontology
from ontology import terms
from ontology.catalogue import Catalogue
from ontology.triples import language, text, triples

FOLDER = Path(ontology.__file__).parent
NT = Namespace(terms.NT)
ANNOTATIONS = {RDFS.label, RDFS.comment, RDFS.seeAlso, OWL.versionInfo}


@pytest.fixture(scope="module")
def supply() -> Graph:
    return Graph().parse(FOLDER / "supply.ttl")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(FOLDER / "shapes.ttl")


@pytest.fixture(scope="module")
def catalogue_graph() -> Graph:
    lines = (" ".join(triple) + " ." for triple in triples(Catalogue.bundled()))
    return Graph().parse(data="\n".join(lines), format="nt")


def names(graph: Graph) -> set[str]:
    return {str(node).removeprefix(terms.NT) for triple in graph for node in triple if str(node).startswith(terms.NT)}


# ---------------------------------------------------------------- supply.ttl


def test_the_names_of_terms_and_of_the_file_are_the_same(supply: Graph) -> None:
    defined = {str(s).removeprefix(terms.NT) for s in supply.subjects() if str(s).startswith(terms.NT)}
    assert defined == names(supply) == terms.NAMES


def test_no_name_stands_for_two_things() -> None:
    lists = [
        terms.PREDICATES, set(terms.PARTY_KINDS.values()) | set(terms.PRODUCT_KINDS.values()) | set(terms.CLASSES),
        terms.CONFLICT_KINDS.values(), terms.SCHEMES, terms.STATUS_NAMES.values(), terms.ATTRIBUTION_NAMES.values(),
        terms.LEVEL_NAMES.values(), terms.ASSERTION_PROPERTIES, terms.CLAIM_PROPERTIES, terms.RELATION_PROPERTIES,
        terms.DOCUMENT_PROPERTIES, terms.PARTICIPANT_PROPERTIES, terms.CONCEPT_PROPERTIES,
        terms.CONFLICT_PROPERTIES, terms.DECISION_PROPERTIES,
    ]  # fmt: skip
    assert sum(map(len, lists)) == len(terms.NAMES)


def test_every_term_has_one_label_and_one_comment(supply: Graph) -> None:
    for name in sorted(terms.NAMES):
        for what in (RDFS.label, RDFS.comment):
            values = list(supply.objects(NT[name], what))
            assert len(values) == 1, f"{name}: {what}"
            assert str(values[0]).strip(), f"{name}: {what}"


def test_every_kind_is_a_class_of_its_own(supply: Graph) -> None:
    for kinds, top in ((terms.PARTY_KINDS, NT.Organisation), (terms.PRODUCT_KINDS, NT.Product)):
        assert len(set(kinds.values())) == len(kinds)
        for kind in kinds.values():
            assert top in set(supply.transitive_objects(NT[kind], RDFS.subClassOf)), kind


def test_every_predicate_has_domain_range_and_example(supply: Graph) -> None:
    for name in terms.PREDICATES:
        assert set(supply.objects(NT[name], RDFS.domain)) == {NT.Participant}
        assert set(supply.objects(NT[name], RDFS.range)) == {NT.Participant}
        assert (NT[name], SKOS.example, None) in supply, name
        includes = list(supply.objects(NT[name], URIRef(terms.SCHEMA + "rangeIncludes")))
        assert bool(includes) is (name not in terms.WITHOUT_OBJECT), name


def test_the_properties_are_those_that_the_terms_say(supply: Graph) -> None:
    symmetric = {str(s).removeprefix(terms.NT) for s in supply.subjects(RDF.type, OWL.SymmetricProperty)}
    assert symmetric == terms.SYMMETRIC
    below = {str(s).removeprefix(terms.NT) for s in supply.subjects(RDFS.subPropertyOf, NT.supplies)}
    assert below == set(terms.SUPPLY) - {"supplies"}
    assert (NT.dependsOn, RDF.type, OWL.TransitiveProperty) not in supply


@pytest.mark.parametrize(
    ("scheme", "order", "named"),
    [
        ("statuses", terms.STANDINGS, terms.STATUS_NAMES),
        ("attributions", terms.ATTRIBUTIONS, terms.ATTRIBUTION_NAMES),
        ("levels", terms.LEVELS, terms.LEVEL_NAMES),
    ],
)
def test_concepts_stand_in_their_order(
    supply: Graph, scheme: str, order: tuple[str, ...], named: dict[str, str]
) -> None:
    concepts = set(supply.subjects(SKOS.inScheme, NT[scheme]))
    ranked = sorted(concepts, key=lambda concept: int(str(supply.value(concept, NT.rank))))
    assert ranked == [NT[named[word]] for word in order]
    assert all((concept, RDF.type, SKOS.Concept) in supply for concept in concepts)


# ---------------------------------------------------------------- OWL 2 RL

#: https://www.w3.org/TR/owl2-profiles/#Entities_3, of which xsd:date is none.
DATATYPES = {
    XSD[name]
    for name in (
        "decimal",
        "integer",
        "nonNegativeInteger",
        "nonPositiveInteger",
        "positiveInteger",
        "negativeInteger",
        "long",
        "int",
        "short",
        "byte",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
        "float",
        "double",
        "string",
        "normalizedString",
        "token",
        "language",
        "Name",
        "NCName",
        "NMTOKEN",
        "boolean",
        "hexBinary",
        "base64Binary",
        "anyURI",
        "dateTime",
        "dateTimeStamp",
    )
} | {RDFS.Literal, RDF.PlainLiteral, RDF.XMLLiteral, RDF.langString}
RESERVED = tuple(map(str, (RDF, RDFS, OWL, XSD)))


def test_the_file_is_in_the_owl_2_rl_profile(supply: Graph) -> None:
    assert faults(supply) == []


def test_the_profile_check_sees_what_is_outside() -> None:
    base = (FOLDER / "supply.ttl").read_text(encoding="utf-8")
    for line, fault in (
        ("nt:X a owl:Class ; owl:unionOf ( nt:Party nt:Product ) .", "unionOf"),
        ("owl:Thing rdfs:subClassOf nt:Party .", "Thing"),
        ("nt:firstSeen rdfs:range xsd:date .", "date"),
        ("nt:Claim rdfs:subClassOf rdf:Statement .", "Statement"),
        ("nt:Party rdfs:subClassOf nt:Unheard .", "Unheard"),
        ("nt:supplies a owl:DatatypeProperty .", "supplies"),
        ("nt:supplies a owl:ReflexiveProperty .", "ReflexiveProperty"),
        ("nt:Party rdfs:subClassOf [ owl:onProperty nt:uses ; owl:someValuesFrom nt:Product ] .", "someValuesFrom"),
    ):
        found = faults(Graph().parse(data=f"{base}\n{line}", format="turtle"))
        assert found, line
        assert any(fault in each for each in found), (line, found)


def faults(graph: Graph) -> list[str]:
    """Return what is outside a part of OWL 2 RL: named classes and properties, no class expressions."""
    kinds: dict[Node, set[Node]] = {}
    for node, kind in graph.subject_objects(RDF.type):
        kinds.setdefault(node, set()).add(kind)
    ours = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    declared = {kind: {node for node, of in kinds.items() if kind in of} for kind in ours}
    classes, objects = declared[OWL.Class], declared[OWL.ObjectProperty]
    data, annotations = declared[OWL.DatatypeProperty], declared[OWL.AnnotationProperty] | ANNOTATIONS
    found = [f"{node} is declared as {len(of & ours)} things" for node, of in kinds.items() if len(of & ours) > 1]
    found += [f"reserved: {node}" for node in kinds if isinstance(node, URIRef) and node.startswith(RESERVED)]
    allowed = ours | {OWL.Ontology, OWL.NamedIndividual, OWL.AllDisjointClasses, OWL.SymmetricProperty} | classes
    found += [f"{node} has the type {kind}" for node, of in kinds.items() for kind in of - allowed]
    lists = {node for head in graph.objects(None, OWL.members) for node in graph.transitive_objects(head, RDF.rest)}
    for subject, predicate, value in graph:
        if predicate == RDF.type or predicate in annotations or subject in lists:
            continue
        if predicate == RDFS.subClassOf:
            right = subject in classes and value in classes
        elif predicate in (RDFS.subPropertyOf, OWL.inverseOf):
            right = subject in objects and value in objects
        elif predicate == RDFS.domain:
            right = subject in objects | data and value in classes
        elif predicate == RDFS.range:
            right = value in classes if subject in objects else subject in data and value in DATATYPES
        elif predicate == OWL.members:
            right = isinstance(subject, BNode) and all(member in classes for member in Collection(graph, value))
        elif predicate in objects:
            right = isinstance(value, URIRef)
        else:
            right = predicate in data and isinstance(value, Literal) and (value.datatype or XSD.string) in DATATYPES
        if not right:
            found.append(f"{subject} {predicate} {value}")
    return found


SAMPLE = """
@prefix nt: <https://w3id.org/nthtier/ns#> . @prefix id: <https://w3id.org/nthtier/id/> .
@prefix claim: <https://w3id.org/nthtier/claim/> . @prefix relation: <https://w3id.org/nthtier/relation/> .
@prefix document: <https://w3id.org/nthtier/document/> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix schema: <https://schema.org/> .

document:day a nt:Document ; dcterms:identifier "day" ; dcterms:date "2026-01-28"^^xsd:date ; nt:loader "digest" ;
    schema:text "SK Hynix is reported to have secured over two-thirds of NVIDIA's HBM4 orders [11]." .

claim:1 a nt:Claim ; rdf:subject id:sk-hynix ; rdf:predicate nt:supplies ; rdf:object id:nvidia ; nt:item id:hbm4 ;
    nt:subjectName "SK Hynix" ; nt:objectName "NVIDIA" ; nt:itemName "HBM4" ;
    nt:status nt:actual ; nt:attribution nt:reportedly ; nt:shareLow 0.667 ; nt:shareHigh 1.0 ;
    prov:value "SK Hynix is reported to have secured over two-thirds of NVIDIA's HBM4 orders." ;
    dcterms:date "2026-01-28"^^xsd:date ; prov:wasDerivedFrom document:day ; nt:about relation:1 ;
    prov:hadPrimarySource <https://w3id.org/nthtier/document/day#citation-1-11> ; nt:citationMarks "11" ;
    nt:part 1 ; nt:startOffset 0 ; nt:endOffset 83 ; nt:confidence 0.9 ; nt:validFrom "2026-01-01"^^xsd:date ;
    nt:validUntil "2026-12-31"^^xsd:date .
claim:2 a nt:Claim ; rdf:subject id:candidate-newco ; rdf:predicate nt:raisesFunding ; nt:subjectName "Newco" ;
    nt:status nt:planned ; nt:attribution nt:stated ; nt:amountLow 1000000.0 ; nt:amountHigh 2000000.0 ;
    nt:currency "USD" ; nt:changeLow -0.1 ; nt:changeHigh 0.1 ;
    prov:value "Newco seeks $1-2 million." ; dcterms:date "2026-01-28"^^xsd:date ; prov:wasDerivedFrom document:day ;
    prov:hadPrimarySource document:day ; nt:about relation:2 ; nt:part 1 ; nt:startOffset 90 ; nt:endOffset 115 .
id:sk-hynix a nt:MemoryMaker . id:nvidia a nt:ChipDesigner ; nt:country "US" . id:hbm4 a nt:Memory .
id:candidate-newco a nt:Organisation, nt:Candidate ; rdfs:label "Newco" .

relation:1 a nt:Relation ; rdf:subject id:sk-hynix ; rdf:predicate nt:supplies ; rdf:object id:nvidia ;
    nt:item id:hbm4 ; nt:status nt:actual ; nt:attribution nt:reportedly ; nt:level nt:reportedLevel ;
    nt:shareLow 0.667 ; nt:shareHigh 1.0 ;
    nt:support 1 ; nt:claimCount 1 ; nt:evidence claim:1 ;
    nt:firstSeen "2026-01-28"^^xsd:date ; nt:lastSeen "2026-01-28"^^xsd:date .
id:sk-hynix nt:supplies id:nvidia . id:nvidia nt:dependsOn id:sk-hynix . id:tsmc nt:fabricatesFor id:maia-200 .
id:openai nt:competesWith id:anthropic . id:maia-200 nt:developedBy id:microsoft .
id:kimi nt:raisesFunding id:nobody . id:openai nt:develops id:stargate-llc .
"""


def test_reasoning_finds_no_fault_and_infers_no_nonsense(supply: Graph, catalogue_graph: Graph) -> None:
    graph = Graph().parse(data=SAMPLE, format="turtle")
    about = set(graph.all_nodes())
    for triple in supply:
        graph.add(triple)
    for triple in catalogue_graph:
        if triple[0] in about:
            graph.add(triple)
    given = {(s, o) for s, o in graph.subject_objects(RDF.type)}
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert [str(o) for s, o in graph.subject_objects(RDF.type) if "Error" in str(o)] == []
    assert (None, RDF.type, OWL.Nothing) not in graph

    def short(pairs: Iterable[tuple[Node, Node]]) -> set[tuple[str, str]]:
        return {(str(s).removeprefix(terms.ID), str(o).removeprefix(terms.NT)) for s, o in pairs}

    inferred = short(graph.subject_objects(RDF.type))
    assert {("nvidia", "Organisation"), ("hbm4", "Product"), ("tsmc", "Participant")} <= inferred
    kinds = set(terms.PARTY_KINDS.values()) | set(terms.PRODUCT_KINDS.values()) - {"Product"}
    new = {(s, o) for s, o in inferred - short(given) if o in kinds - {"Organisation"}}
    assert new == set(), "a kind is known from the catalogue alone"
    assert not {("kimi", "Party"), ("stargate-llc", "Product"), ("maia-200", "Party")} & inferred

    identity = Namespace(terms.ID)
    assert (identity["tsmc"], NT.supplies, identity["maia-200"]) in graph, "who fabricates supplies"
    assert (identity["anthropic"], NT.competesWith, identity["openai"]) in graph
    assert (identity["microsoft"], NT.develops, identity["maia-200"]) in graph


# ---------------------------------------------------------------- shapes.ttl


def messages(data: str | Graph, shapes: Graph) -> list[str]:
    graph = Graph().parse(data=data, format="turtle") if isinstance(data, str) else data
    conforms, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    found = sorted(str(message) for message in report.objects(None, SH.resultMessage))
    assert conforms is (not found)
    return found


def test_good_claims_relations_and_documents_conform(shapes: Graph) -> None:
    assert messages(SAMPLE, shapes) == []


def test_the_catalogue_conforms(shapes: Graph, catalogue_graph: Graph) -> None:
    assert messages(catalogue_graph, shapes) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("claim:1 a nt:Claim ; rdf:subject id:sk-hynix ;", "claim:1 a nt:Claim ;", "exactly one subject"),
        ("claim:1 a nt:Claim ; rdf:subject", "claim:1 a nt:Claim ; rdf:subject id:x,", "exactly one subject"),
        ("rdf:predicate nt:supplies", "rdf:predicate nt:delivers", "of the twenty"),
        ("rdf:predicate nt:supplies ;", "", "exactly one predicate"),
        ("rdf:object id:nvidia ;", "", "needs an object"),
        ("rdf:object id:nvidia ;", 'rdf:object "NVIDIA" ;', "one object, an IRI"),
        ("rdf:predicate nt:raisesFunding ;", "rdf:predicate nt:raisesFunding ; rdf:object id:x ;", "takes no object"),
        ("nt:status nt:planned", "nt:status nt:rumoured", "exactly one status"),
        ("nt:status nt:planned ;", "", "exactly one status"),
        ("nt:attribution nt:stated", "nt:attribution nt:reportedLevel", "exactly one attribution"),
        ("nt:shareHigh 1.0", "nt:shareHigh 1.5", "from 0 to 1"),
        ("nt:shareHigh 1.0", "nt:shareHigh 0.5", "not above its upper"),
        ("nt:amountHigh 2000000.0", "nt:amountHigh 1.0", "not above its upper"),
        ('nt:currency "USD" ;', "", "needs a currency"),
        ('nt:currency "USD" ;', 'nt:currency "$" ;', "three capital letters"),
        ("nt:changeHigh 0.1", "nt:changeHigh -0.2", "signed fraction"),
        ('prov:value "Newco seeks $1-2 million."', 'prov:value " "', "may not be empty"),
        ('prov:value "Newco seeks $1-2 million." ;', "", "needs the sentence"),
        ('dcterms:date "2026-01-28"^^xsd:date ; prov:was', 'dcterms:date "28 January" ; prov:was', "exactly one date"),
        ('dcterms:date "2026-01-28"^^xsd:date ; prov:was', "prov:was", "exactly one date"),
        ("prov:wasDerivedFrom document:day", "prov:wasDerivedFrom document:other", "exactly one document"),
        ("nt:about relation:2 ;", "", "one relation that it is about"),
        ("nt:startOffset 90", "nt:startOffset 190", "not behind its end"),
        ("nt:part 1", "nt:part 0", "from 1"),
        ('nt:validUntil "2026-12-31"', 'nt:validUntil "2025-12-31"', "not after its last day"),
        ("nt:confidence 0.9", "nt:confidence 90", "confidence"),
        ("prov:hadPrimarySource document:day ;", "", "goes back to"),
        ('nt:citationMarks "11"', 'nt:citationMarks "11 "', "citation marks"),
        ('nt:loader "digest"', 'nt:title "x"', "loader"),
        ('dcterms:identifier "day"', 'dcterms:identifier ""', "exactly one name"),
        ("nt:support 1", "nt:support 0", "independent origin, unless it is rejected"),
        ("nt:status nt:planned", "nt:status nt:rejected", "exactly one status"),
        ("nt:support 1 ;", "", "needs the number of its independent origins"),
        ("nt:evidence claim:1 ;", "", "at least one claim"),
        ('nt:firstSeen "2026-01-28"', 'nt:firstSeen "2026-01-29"', "not after the day it was last seen"),
        ("nt:level nt:reportedLevel ;", "", "unless it has ended"),
        ("nt:level nt:reportedLevel ;", "nt:level nt:reportedly ;", "at most one level"),
        ('nt:Candidate ; rdfs:label "Newco"', "nt:Candidate", "name it is called by"),
        ('nt:country "US"', 'nt:country "USA"', "two capital letters"),
        ("id:hbm4 a nt:Memory .", "id:hbm4 a nt:Memory ; nt:developedBy id:a, id:b .", "one developer"),
    ],
)
def test_each_fault_is_named(shapes: Graph, old: str, new: str, message: str) -> None:
    assert old in SAMPLE
    found = messages(SAMPLE.replace(old, new), shapes)
    assert found
    assert any(message in each for each in found), found
    assert all(each.count("\n") == 0 for each in found)


def test_every_shape_speaks_plainly(shapes: Graph) -> None:
    assert names(shapes) <= terms.NAMES
    heads = [head for p in (SH["or"], SH.xone) for head in shapes.objects(None, p)]
    inner = {item for head in heads for item in Collection(shapes, head)}
    for shape in set(shapes.subjects(SH.path)) - inner:
        assert shapes.value(shape, SH.message), shapes.value(shape, SH.path)


# ---------------------------------------------------------------- the catalogue as RDF


def test_the_catalogue_comes_out_sorted_and_whole(catalogue_graph: Graph) -> None:
    catalogue = Catalogue.bundled()
    out = list(triples(catalogue))
    assert out == sorted(set(out)) == list(triples(reversed(list(catalogue))))
    assert len(catalogue_graph) == len(out)
    assert not any(isinstance(node, BNode) for node in catalogue_graph.all_nodes())
    assert names(catalogue_graph) <= terms.NAMES
    for entry in catalogue:
        node = URIRef(entry.iri)
        assert catalogue_graph.value(node, RDFS.label) == Literal(entry.name)
        assert catalogue_graph.value(node, SKOS.prefLabel) == Literal(entry.name)
        assert {str(value) for value in catalogue_graph.objects(node, SKOS.altLabel)} == set(entry.aliases)


def test_texts_are_escaped() -> None:
    hard = 'a "b" \\ c\nd\re\tf \u0001 😀 \u2028'
    line = f"<urn:a> <urn:b> {text(hard)} ."
    assert list(Graph().parse(data=line, format="nt").objects()) == [Literal(hard)]


def test_names_in_native_script_carry_their_language() -> None:
    assert [language(name) for name in ("SK하이닉스", "曦望Sunrise", "キヤノン", "X-energy")] == ["ko", "zh", "ja", ""]


def test_a_relation_all_of_whose_claims_were_set_aside_stands_on_no_origin(shapes: Graph) -> None:
    live = "nt:status nt:actual ; nt:attribution nt:reportedly ; nt:level nt:reportedLevel ;"
    rejected = SAMPLE.replace(live, "nt:status nt:rejected ; nt:attribution nt:stated ;").replace(
        "nt:support 1", "nt:support 0"
    )
    assert rejected.count("nt:rejected") == 1
    assert messages(rejected, shapes) == []
