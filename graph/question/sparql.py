"""The SPARQL that an analyst could have written for a question; it runs on any SPARQL 1.1 engine over the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date as Date

from graph.consolidate import within
from graph.nquads import literal
from ontology import terms
from ontology.terms import PREFIXES

_USED = ("nt", "id", "rdf", "rdfs", "prov", "dcterms", "schema", "xsd")


def prologue(text: str) -> str:
    """Return the PREFIX lines that a text needs.

    >>> prologue("SELECT ?x { ?x nt:supplies id:nvidia }").count("PREFIX")
    2
    """
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in _USED if f"{name}:" in text)


def term(iri: str) -> str:
    """Return an IRI as SPARQL has it, short where its last part is plain.

    >>> term("https://w3id.org/nthtier/id/tsmc"), term("https://w3id.org/nthtier/id/candidate-井芯微")
    ('id:tsmc', '<https://w3id.org/nthtier/id/candidate-井芯微>')
    """
    short = iri.removeprefix(terms.ID)
    plain = short != iri and short.isascii() and all(char.isalnum() or char == "-" for char in short)
    return f"id:{short}" if plain and not short.endswith("-") else f"<{iri}>"


def walk(iri: str, *, dependents: bool) -> str:
    """Return the query for all tiers, from a party and its arms; the plain edges stand for what is actual now."""
    pattern = "?who nt:dependsOn+ ?own" if dependents else "?own nt:dependsOn+ ?who"
    return _query(
        f"SELECT DISTINCT ?who ?name WHERE {{\n  {_own(iri)} {pattern} . ?who rdfs:label ?name\n"
        f"  FILTER NOT EXISTS {{ ?who schema:parentOrganization* {term(iri)} }}\n}}\nORDER BY ?name"
    )


def ties(
    predicates: Collection[str],
    subject: str = "",
    object: str = "",
    item: str = "",
    level: str = "reported",
    as_of: Date | None = None,
) -> str:
    """Return the query for relations, or for the claims of documents up to a day."""
    about = ["?{0} rdf:subject ?subject ; rdf:predicate ?predicate ."]
    about.append("?{0} rdf:object ?object ." if object else "OPTIONAL {{ ?{0} rdf:object ?object }}")
    about.append("?{0} nt:item ?item ." if item else "OPTIONAL {{ ?{0} nt:item ?item }}")
    lines = [f"VALUES ?predicate {{ {' '.join(f'nt:{name}' for name in sorted(predicates))} }}"]
    if item:
        lines.append(f"VALUES ?item {{ {term(item)} }}")
    node = "relation" if as_of is None else "claim"
    pattern = [part.format(node) for part in about]
    if as_of is None:
        levels = " ".join(f"nt:{terms.LEVEL_NAMES[name]}" for name in sorted(within(level)))
        lines += [f"VALUES ?level {{ {levels} }}", *pattern, "?relation nt:level ?level ; nt:evidence ?claim ."]
    else:
        lines += ["GRAPH ?document {", *(f"  {part}" for part in pattern), "  ?claim dcterms:date ?day ."]
        lines.append(f'  FILTER(?day <= "{as_of.isoformat()}"^^xsd:date) }}')
    for variable, iri in (("subject", subject), ("object", object)):
        if iri:
            own = f"FILTER(?{variable} = {term(iri)} || EXISTS {{ ?{variable} nt:developedBy {term(iri)} }})"
            lines.append(own)
    body = "\n  ".join(lines)
    return _query(
        f"SELECT DISTINCT ?subject ?predicate ?object ?item ?claim WHERE {{\n  {body}\n}}\nORDER BY ?subject ?object"
    )


def made(maker: str = "", product: str = "") -> str:
    """Return the query for who develops what, by the catalogue or by relations."""
    who, what = term(maker) if maker else "?maker", term(product) if product else "?product"
    asked = "?product" if maker else "?maker"
    return _query(
        f"SELECT DISTINCT {asked} WHERE {{ {{ {what} nt:developedBy {who} }} UNION {{ {who} nt:develops {what} }} }}"
    )


def profile(iri: str, level: str, item: str = "") -> str:
    """Return the query for what a party or product, or what it develops, stands in at a level, the catalogue's word with it.

    Parameters
    ----------
    item
        The name of a product, where relations in which it flows count too.
    """
    here, levels = term(iri), " ".join(f"nt:{terms.LEVEL_NAMES[name]}" for name in sorted(within(level)))
    known = f"VALUES ?level {{ {levels} }}"
    words = f"?relation nt:itemName ?words FILTER(CONTAINS(LCASE(?words), {literal(item.lower())}))"
    flows = f"\n      UNION {{ ?relation nt:item ?own }} UNION {{ {words} }}" if item else ""
    return _query(
        "SELECT DISTINCT ?relation ?subject ?predicate ?object ?status WHERE {\n"
        f"  {{ {known}\n"
        f"    {{ VALUES ?own {{ {here} }} }} UNION {{ ?own nt:developedBy {here} }}\n"
        f"    {{ ?relation rdf:subject ?own }} UNION {{ ?relation rdf:object ?own }}{flows}\n"
        "    ?relation nt:level ?level ; rdf:subject ?subject ; rdf:predicate ?predicate ; nt:status ?status .\n"
        "    OPTIONAL { ?relation rdf:object ?object } }\n"
        "  UNION\n"
        f"  {{ ?object nt:developedBy ?subject FILTER({here} IN (?subject, ?object))\n"
        "    BIND(nt:develops AS ?predicate)\n"
        "    FILTER NOT EXISTS {\n"
        f"      {known}\n"
        "      ?said rdf:subject ?subject ; rdf:object ?object ; rdf:predicate nt:develops ; nt:level ?level } }\n"
        "}\nORDER BY ?subject ?predicate ?object"
    )


def about(iri: str) -> str:
    """Return the query for all relations of a party or product."""
    here = term(iri)
    return _query(
        "SELECT ?relation ?subject ?predicate ?object ?status ?last WHERE {\n"
        f"  {{ ?relation rdf:subject {here} }} UNION {{ ?relation rdf:object {here} }} UNION {{ ?relation nt:item {here} }}\n"
        "  ?relation a nt:Relation ; rdf:subject ?subject ; rdf:predicate ?predicate ; nt:status ?status ; nt:lastSeen ?last .\n"
        "  OPTIONAL { ?relation rdf:object ?object }\n}\nORDER BY DESC(?last)"
    )


def paths(consumer: str, supplier: str) -> str:
    """Return the query for what lies between two parties."""
    return _query(
        "SELECT DISTINCT ?between ?name WHERE {\n"
        f"  {_own(supplier)} {term(consumer)} nt:dependsOn* ?between . ?between nt:dependsOn* ?own ; rdfs:label ?name\n"
        "}\nORDER BY ?name"
    )


def common(consumers: Collection[str]) -> str:
    """Return the query for what several parties depend on."""
    patterns = " ".join(f"{term(iri)} nt:dependsOn+ ?who ." for iri in consumers)
    return _query(f"SELECT DISTINCT ?who ?name WHERE {{ {patterns} ?who rdfs:label ?name }}\nORDER BY ?name")


def conflicts(over: str = "") -> str:
    """Return the query for the ledger of conflicts, of all or of one party."""
    wanted = f"VALUES ?over {{ {term(over)} }} " if over else ""
    kinds = " ".join(f"nt:{name}" for name in sorted(terms.CONFLICT_KINDS.values()))
    return _query(
        f"SELECT ?conflict ?kind ?over WHERE {{\n  {wanted}VALUES ?kind {{ {kinds} }}\n  ?conflict a ?kind ; nt:over ?over\n}}\nORDER BY ?conflict"
    )


def claims_since(day: Date) -> str:
    """Return the query for the claims of documents after a day."""
    return _query(
        "SELECT ?day ?sentence ?claim WHERE {\n"
        "  GRAPH ?document { ?claim a nt:Claim ; dcterms:date ?day ; prov:value ?sentence\n"
        f'    FILTER(?day > "{day.isoformat()}"^^xsd:date) }}\n}}\nORDER BY ?day ?claim'
    )


def _own(iri: str) -> str:
    return f"?own schema:parentOrganization* {term(iri)} ."


def _query(text: str) -> str:
    return prologue(text) + text
