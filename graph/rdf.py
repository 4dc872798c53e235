"""Documents and claims as quads, and back: pure, total both ways, raising on what it does not know.

A document is one named graph. A claim is a node of standard reification (``rdf:subject`` …) with PROV-O provenance and
our few qualifiers. Terms are N-Quads texts, so that every store takes them as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date as Date
from functools import lru_cache
from typing import Literal, cast

from graph.errors import StoreError
from graph.nquads import day, integer, iri, literal, number, text_of
from graph.store import Quad
from loaders.claim import Amount, Claim, Document, Loaded, Mention, Status
from ontology import terms
from ontology.terms import DCTERMS, NT, PROV, RDF, RDFS, SCHEMA, SKOS

_STATUS_IRI = {status: f"{NT}{status}" for status in terms.STATUSES}
_ATTRIBUTION_IRI = {"stated": f"{NT}stated", "reported": f"{NT}reportedly"}
_Role = Literal["organisation", "product", "component"]
_ROLE_CLASS: dict[_Role, str] = {
    "organisation": f"{NT}Organisation",
    "product": f"{NT}Product",
    "component": f"{NT}Component",
}
_PARTY_CLASS = {kind: f"{NT}{name}" for kind, name in terms.PARTY_KINDS.items()}
_PRODUCT_CLASS = {kind: f"{NT}{name}" for kind, name in terms.PRODUCT_KINDS.items()}
_CLASS_MENTION: dict[str, tuple[str, Literal["organisation", "product"]]] = {
    **{name: (kind, "organisation") for kind, name in _PARTY_CLASS.items()},
    **{name: (kind, "product") for kind, name in _PRODUCT_CLASS.items()},
}

# ------------------------------------------------------------------ out


def quads(loaded: Loaded) -> tuple[Quad, ...]:
    """Return a document and its claims as sorted quads of one graph."""
    graph = iri(loaded.document.iri)
    triples = {*_document(loaded.document)}
    for claim in loaded.claims:
        triples.update(_claim(claim))
    return tuple((s, p, o, graph) for s, p, o in sorted(triples))


Triple = tuple[str, str, str]
#: A term of the vocabulary; checked once, not once a claim.
_word = lru_cache(1024)(iri)


def _document(document: Document) -> Iterator[Triple]:
    node = iri(document.iri)
    yield node, iri(RDF + "type"), iri(NT + "Document")
    yield node, iri(DCTERMS + "identifier"), literal(document.name)
    yield node, iri(DCTERMS + "date"), day(document.date)
    yield node, iri(NT + "loader"), literal(document.loader)
    if document.title:
        yield node, iri(DCTERMS + "title"), literal(document.title)
    if document.source:
        yield node, iri(DCTERMS + "source"), iri(document.source)
    if document.reading:
        yield node, iri(NT + "reading"), literal(document.reading)
    if document.generated:
        yield node, iri(NT + "generated"), literal(document.generated)
    if document.sentences:
        yield node, iri(SCHEMA + "text"), literal(document.text)


def _claim(claim: Claim) -> Iterator[Triple]:
    node = iri(claim.id)

    def say(predicate: str, value: str) -> Triple:
        return node, _word(predicate), value

    yield say(RDF + "type", _word(NT + "Claim"))
    yield say(RDF + "subject", iri(claim.subject.iri))
    yield say(RDF + "predicate", _word(NT + claim.predicate))
    yield say(NT + "subjectName", literal(claim.subject.text))
    yield from _mention(claim.subject)
    if claim.object is not None:
        yield say(RDF + "object", iri(claim.object.iri))
        yield say(NT + "objectName", literal(claim.object.text))
        yield from _mention(claim.object)
    if claim.item is not None:
        yield say(NT + "itemName", literal(claim.item.text))
        if claim.item.iri:
            yield say(NT + "item", iri(claim.item.iri))
            yield from _mention(claim.item)
    yield say(NT + "about", iri(claim.relation))
    yield say(NT + "status", _word(_STATUS_IRI[claim.status]))
    yield say(NT + "attribution", _word(_ATTRIBUTION_IRI[claim.attribution]))
    yield from _bounds(node, "share", claim.share)
    yield from _bounds(node, "change", claim.change)
    if claim.amount is not None:
        yield from _bounds(node, "amount", (claim.amount.low, claim.amount.high))
        yield say(NT + "currency", literal(claim.amount.currency or "XXX"))
    yield say(PROV + "value", literal(claim.sentence))
    if claim.wording:
        yield say(NT + "wording", literal(claim.wording))
    yield say(DCTERMS + "date", day(claim.date))
    yield say(PROV + "wasDerivedFrom", iri(claim.document))
    for origin in claim.origins:
        yield say(PROV + "hadPrimarySource", iri(origin))
    if claim.citations:
        yield say(NT + "citationMarks", literal(" ".join(claim.citations)))
    if claim.source:
        yield say(DCTERMS + "source", iri(claim.source))
    if claim.source_title:
        yield say(DCTERMS + "title", literal(claim.source_title))
    yield say(NT + "part", integer(claim.part))
    yield say(NT + "startOffset", integer(claim.start))
    yield say(NT + "endOffset", integer(claim.end))
    if claim.valid_from is not None:
        yield say(NT + "validFrom", day(claim.valid_from))
    if claim.valid_until is not None:
        yield say(NT + "validUntil", day(claim.valid_until))
    if claim.trigger:
        yield say(NT + "trigger", literal(claim.trigger))
    if claim.confidence is not None:
        yield say(NT + "confidence", number(claim.confidence))
    if claim.extractor:
        yield say(NT + "extractor", literal(claim.extractor))


def _bounds(node: str, name: str, bounds: tuple[float | None, float | None] | None) -> Iterator[Triple]:
    if bounds is None:
        return
    low, high = bounds
    if low is not None:
        yield node, iri(f"{NT}{name}Low"), number(low)
    if high is not None:
        yield node, iri(f"{NT}{name}High"), number(high)
    if low is None and high is None:
        raise StoreError(f"{name} with neither bound")


def _mention(mention: Mention) -> Iterator[Triple]:
    node = iri(mention.iri)
    if mention.is_candidate:
        yield node, iri(RDF + "type"), iri(_ROLE_CLASS[mention.role])
        if mention.role != "component":
            yield node, iri(RDF + "type"), iri(NT + "Candidate")
        yield node, iri(RDFS + "label"), literal(mention.text)
        if mention.note:
            yield node, iri(SKOS + "note"), literal(mention.note)
    else:
        classes = _PRODUCT_CLASS if mention.role == "product" else _PARTY_CLASS
        yield node, iri(RDF + "type"), iri(classes[mention.kind])


# ------------------------------------------------------------------ back

_Node = Mapping[str, list[str]]


def loaded(graph_quads: Iterable[Quad]) -> Loaded:
    """Return the document and claims that the quads of one document's graph say; the inverse of :func:`quads`.

    Sentences without a claim are not in the graph; a document's text is, where it was prose.

    Raises
    ------
    StoreError
        A term or a class that :func:`quads` never writes.
    """
    nodes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value, _ in graph_quads:
        nodes[text_of(subject)][text_of(predicate)].append(value)
    document = next((name for name, node in nodes.items() if iri(NT + "Document") in node[RDF + "type"]), None)
    if document is None:
        raise StoreError("a document's graph without a document")
    claims = [_claim_back(name, node, nodes) for name, node in nodes.items() if iri(NT + "Claim") in node[RDF + "type"]]
    claims.sort(key=lambda claim: (claim.part, claim.start, claim.id))
    return Loaded(_document_back(document, nodes[document]), tuple(claims))


def _document_back(name: str, node: _Node) -> Document:
    return Document(
        name=_one(node, DCTERMS + "identifier"),
        text=_maybe(node, SCHEMA + "text"),
        date=Date.fromisoformat(_one(node, DCTERMS + "date")),
        loader=_one(node, NT + "loader"),
        title=_maybe(node, DCTERMS + "title"),
        source=_maybe(node, DCTERMS + "source"),
        generated=_maybe(node, NT + "generated"),
        reading=_maybe(node, NT + "reading"),
        minted=name,
    )


def _claim_back(name: str, node: _Node, nodes: Mapping[str, _Node]) -> Claim:
    object_, item = _maybe(node, RDF + "object"), _maybe(node, NT + "itemName")
    predicate = _one(node, RDF + "predicate").removeprefix(NT)
    role: _Role = "product" if predicate in {"develops", "uses"} else "organisation"
    amount = None
    if NT + "currency" in node:
        currency = _one(node, NT + "currency")
        amount = Amount(*_bounds_back(node, "amount"), None if currency == "XXX" else currency)
    change, share = _bounds_back(node, "change"), _bounds_back(node, "share")
    claim = Claim(
        document=_one(node, PROV + "wasDerivedFrom"),
        date=Date.fromisoformat(_one(node, DCTERMS + "date")),
        subject=_mention_back(_one(node, RDF + "subject"), _one(node, NT + "subjectName"), "organisation", nodes),
        predicate=predicate,
        object=_mention_back(object_, _one(node, NT + "objectName"), role, nodes) if object_ else None,
        item=_mention_back(_maybe(node, NT + "item"), item, "component", nodes) if item else None,
        sentence=_one(node, PROV + "value"),
        status=cast(Status, _one(node, NT + "status").removeprefix(NT)),
        attribution="stated" if _one(node, NT + "attribution") == NT + "stated" else "reported",
        share=None if share == (None, None) else cast(tuple[float, float], share),
        amount=amount,
        change=None if change == (None, None) else change,
        citations=tuple(_maybe(node, NT + "citationMarks").split()),
        part=int(_one(node, NT + "part")),
        start=int(_one(node, NT + "startOffset")),
        end=int(_one(node, NT + "endOffset")),
        valid_from=_day_back(node, "validFrom"),
        valid_until=_day_back(node, "validUntil"),
        source=_maybe(node, DCTERMS + "source"),
        source_title=_maybe(node, DCTERMS + "title"),
        trigger=_maybe(node, NT + "trigger"),
        confidence=float(_one(node, NT + "confidence")) if NT + "confidence" in node else None,
        extractor=_maybe(node, NT + "extractor"),
    )
    if claim.id != name:
        raise StoreError(f"claim {name} does not say what its id stands for")
    return claim


def _mention_back(node_iri: str, text: str, usual: _Role, nodes: Mapping[str, _Node]) -> Mention:
    """Return a mention; a name that a document takes for several things is taken for what is usual in its place."""
    if not node_iri:
        return Mention(text, "", "", "component")
    node = nodes[node_iri]
    classes = {text_of(term) for term in node[RDF + "type"]}
    if NT + "Candidate" in classes or NT + "Component" in classes:
        roles = [role for role, name in _ROLE_CLASS.items() if name in classes]
        if roles:
            note = min(map(text_of, node[SKOS + "note"]), default="")
            return Mention(text, node_iri, "", usual if usual in roles else roles[0], note)
    known = sorted(_CLASS_MENTION[name] for name in classes if name in _CLASS_MENTION)
    if not known:
        raise StoreError(f"{node_iri} has no class that is known: {sorted(classes)}")
    return Mention(text, node_iri, *known[0])


def _bounds_back(node: _Node, name: str) -> tuple[float | None, float | None]:
    low, high = _maybe(node, f"{NT}{name}Low"), _maybe(node, f"{NT}{name}High")
    return float(low) if low else None, float(high) if high else None


def _day_back(node: _Node, name: str) -> Date | None:
    value = _maybe(node, NT + name)
    return Date.fromisoformat(value) if value else None


def _one(node: _Node, predicate: str) -> str:
    values = node.get(predicate, [])
    if len(values) != 1:
        raise StoreError(f"expected one value of {predicate}, found {len(values)}")
    return text_of(values[0])


def _maybe(node: _Node, predicate: str) -> str:
    return _one(node, predicate) if node.get(predicate) else ""
