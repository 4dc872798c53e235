"""RDF in the terms of the ontology: documents with their claims, as an export or ``nthtier backfill`` writes them.

A loader knows no store, so it only reads: claim nodes become rows of the claim contract and are checked field by field;
what comes of them meets the shapes when it is stored, like all else. Text that names files or addresses to fetch (remote
JSON-LD contexts, XML entities) is refused; nothing is ever fetched. Properties that are not of the ontology are left out.

A document keeps its IRI if that is one of ours and fits its text; so what was exported comes back as what it was. Any
other document is given one, and its claims theirs, since a claim's id says where it stands.
"""

from __future__ import annotations

import io
import json
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from loaders.claim import Claim, Document, Loaded, Mention, Sentence
from loaders.digest import parse
from loaders.errors import LoaderError
from loaders.events import claim_of
from loaders.fields import Fields
from loaders.registry import Context, loader
from loaders.source import Source
from ontology import terms
from ontology.terms import DCTERMS, NT, PROV, RDF, RDFS, SCHEMA, SKOS

Term = tuple[str, str]
"""What a term says, and its kind: ``iri``, ``literal`` or ``blank``."""
_Nodes = Mapping[str, Mapping[str, list[Term]]]

_FORMS = {".nq": "nquads", ".nt": "nt", ".ttl": "turtle", ".trig": "trig", ".rdf": "xml", ".jsonld": "json-ld"}
_CLASSES: dict[str, tuple[str, Literal["organisation", "product"]]] = {
    **{NT + name: (kind, "organisation") for kind, name in terms.PARTY_KINDS.items()},
    **{NT + name: (kind, "product") for kind, name in terms.PRODUCT_KINDS.items()},
}
_ROLES: dict[str, Literal["organisation", "product", "component"]] = {
    NT + "Organisation": "organisation", NT + "Product": "product", NT + "Component": "component",
}  # fmt: skip
_TEXTS = {
    NT + "subjectName": "subject", NT + "objectName": "object", NT + "itemName": "item", PROV + "value": "sentence",
    DCTERMS + "date": "date", DCTERMS + "source": "source", DCTERMS + "title": "source_title", NT + "validFrom": "valid_from",
    NT + "validUntil": "valid_until", NT + "trigger": "trigger", NT + "extractor": "extractor", NT + "confidence": "confidence",
    NT + "part": "part", NT + "startOffset": "start", NT + "endOffset": "end",
}  # fmt: skip


_IRI = r"<[^\x00-\x20<>\"{}|^`]*>"
#: As long as it can be at once: "_:a_:a_:a…" is one label, which need not be parted in every way.
_BLANK = r"(?>_:[^\s<\"#]*[^\s<\"#.])"
_STATEMENT = re.compile(
    rf"\s*(?P<subject>{_IRI}|{_BLANK})\s*(?P<predicate>{_IRI})\s*"
    rf"(?P<object>{_IRI}|{_BLANK}|\"(?:[^\"\\\n]|\\.)*\"(?:@[A-Za-z0-9-]+|\^\^{_IRI})?)\s*(?:{_IRI}|{_BLANK})?\s*\.\s*(?:#.*)?"
)
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[tbnrf\"'\\])")
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@loader("triples", suffixes=tuple(_FORMS))
def read_triples(source: Source, context: Context) -> Iterator[Loaded]:
    """Read the documents and claims of an RDF file."""
    nodes = _nodes(source)
    documents = sorted(name for name, node in nodes.items() if (NT + "Document", "iri") in node.get(RDF + "type", ()))
    if not documents:
        raise LoaderError(source.origin, "no document in it; a claim needs one (nt:Document)")
    claims: dict[str, list[str]] = defaultdict(list)
    for name, node in nodes.items():
        if (NT + "Claim", "iri") in node.get(RDF + "type", ()):
            where = _one(node, PROV + "wasDerivedFrom", Fields({}, f"{source.origin} ({_short(name)})", None))
            if where not in documents:
                raise LoaderError(
                    source.origin, f"the claim {_short(name)} is of a document that the file does not describe"
                )
            claims[where].append(name)
    for name in documents:
        document = _document(name, nodes[name], source, context)
        found = [_claim(each, nodes, document, source, context) for each in sorted(claims[name])]
        yield Loaded(document, tuple(sorted(found, key=lambda claim: (claim.part, claim.start, claim.id))))


# ------------------------------------------------------------------ parsing


def _nodes(source: Source) -> _Nodes:
    data = source.text()
    suffix = "." + source.origin.rsplit(".", 1)[-1].casefold()
    form = _FORMS.get(suffix) or ("json-ld" if data.lstrip()[:1] in "{[" else "trig")
    if form == "xml" and (found := re.search(r"<!(?:ENTITY|DOCTYPE)", data, re.IGNORECASE)):
        line = data.count("\n", 0, found.start()) + 1
        raise LoaderError(source.origin, "RDF/XML that declares entities is refused; write it as Turtle", line)
    if form == "json-ld":
        _refuse_remote(data, source.origin)
    nodes: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    said = _lines(data, source.origin) if form in ("nquads", "nt") else _parsed(data, form, source.origin)
    for s, p, o in said:
        values = nodes[s][p]
        if o not in values:
            values.append(o)
    return nodes


def _lines(data: str, origin: str) -> Iterator[tuple[str, str, Term]]:
    """Read N-Triples or N-Quads, a statement a line."""
    for number, line in enumerate(data.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _STATEMENT.fullmatch(line)
        if match is None:
            raise LoaderError(origin, f"not a statement of N-Quads: {line[:80]!r}", number)
        value = match["object"]
        kind = "iri" if value.startswith("<") else "blank" if value.startswith("_") else "literal"
        text = value[1 : value.rindex('"')] if kind == "literal" else value[1:-1] if kind == "iri" else value
        yield _unescaped(match["subject"].strip("<>")), _unescaped(match["predicate"][1:-1]), (_unescaped(text), kind)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _said_by(match[0]), text) if "\\" in text else text


def _said_by(escape: str) -> str:
    if escape[1] not in "uU":
        return _ESCAPES[escape[1]]
    point = int(escape[2:], 16)
    return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"


def _parsed(data: str, form: str, origin: str) -> Iterator[tuple[str, str, Term]]:
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's own parsers use its old names
            dataset.parse(io.BytesIO(data.encode("utf-8")), format=form, publicID="urn:nthtier:file")
    except RecursionError:
        raise LoaderError(origin, "nested too deeply") from None
    except Exception as error:  # each of rdflib's parsers fails in ways of its own
        line = getattr(error, "lines", None) or getattr(error, "getLineNumber", lambda: None)()
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise LoaderError(origin, f"not {form} ({reason})", line if isinstance(line, int) else None) from None
    for s, p, o, _ in dataset.quads():
        kind = "literal" if isinstance(o, rdflib.Literal) else "iri" if isinstance(o, rdflib.URIRef) else "blank"
        yield str(s), str(p), (str(o), kind)


def _refuse_remote(data: str, origin: str) -> None:
    """A context given by address would be fetched, wherever it stands: in lists of lists, in a term's own context."""
    try:
        pending: list[tuple[Any, bool]] = [(json.loads(data), False)]
    except ValueError as error:
        raise LoaderError(origin, "not JSON", getattr(error, "lineno", 1)) from None
    while pending:
        value, is_context = pending.pop()
        if isinstance(value, list):
            pending += [(each, is_context) for each in value]
        elif isinstance(value, dict) and "@import" not in value:
            pending += [(each, key == "@context") for key, each in value.items()]
        elif isinstance(value, dict) or (is_context and isinstance(value, str)):
            raise LoaderError(origin, "a JSON-LD context given by its address is refused; write it out")


# ------------------------------------------------------------------ documents and claims


def _document(name: str, node: Mapping[str, list[Term]], source: Source, context: Context) -> Document:
    row = Fields(
        {
            "name": _maybe(node, DCTERMS + "identifier", source.origin, name),
            "date": _maybe(node, DCTERMS + "date", source.origin, name),
            "source": _maybe(node, DCTERMS + "source", source.origin, name),
            "title": _maybe(node, DCTERMS + "title", source.origin, name),
            "generated": _maybe(node, NT + "generated", source.origin, name),
            "reading": _maybe(node, NT + "reading", source.origin, name),
        },
        f"{source.origin} ({_short(name)})",
        None,
    )
    text = _maybe(node, SCHEMA + "text", source.origin, name)
    day = row.day("date", context.date)
    document = Document(
        name=row.text("name", required=True),
        text=text,
        date=day,
        loader=_maybe(node, NT + "loader", source.origin, name) or "triples",
        title=row.text("title"),
        source=row.url("source"),
        generated=row.text("generated"),
        sentences=_sentences(text, row, context) if text else (),
        reading=row.text("reading"),
    )
    ours = name.startswith(terms.DOCUMENT)
    if ours and (not text or document.iri == name):
        return replace(document, minted=name)
    return document if text else replace(document, text=f"{name}\n{source.name}")


def _sentences(text: str, row: Fields, context: Context) -> tuple[Sentence, ...]:
    try:
        return parse(text, row.text("name"), known=row.day("date", context.date)).sentences
    except LoaderError:
        return (Sentence(text, 0, len(text)),)


def _claim(name: str, nodes: _Nodes, document: Document, source: Source, context: Context) -> Claim:
    node = nodes[name]
    said: dict[str, Any] = {
        field: value for key, field in _TEXTS.items() if (value := _maybe(node, key, source.origin, name))
    }
    row = Fields(said, f"{source.origin} ({_short(name)})", None)
    said["predicate"] = _one(node, RDF + "predicate", row).removeprefix(NT)
    said["status"] = _one(node, NT + "status", row).removeprefix(NT)
    attribution = _one(node, NT + "attribution", row).removeprefix(NT)
    said["attribution"] = "reported" if attribution == "reportedly" else attribution
    said["citations"] = _maybe(node, NT + "citationMarks", source.origin, name).split()
    for field, bounds in (("share", "share"), ("change", "change"), ("amount", "amount")):
        low, high = (_maybe(node, f"{NT}{bounds}{end}", source.origin, name) or None for end in ("Low", "High"))
        if low or high:
            said[field] = [low, high] if field != "amount" else {"low": low, "high": high}
    if "amount" in said:
        currency = _maybe(node, NT + "currency", source.origin, name)
        said["amount"]["currency"] = None if currency in ("", "XXX") else currency
    for role, key in (("subject", RDF + "subject"), ("object", RDF + "object"), ("item", NT + "item")):
        if (iri := _maybe(node, key, source.origin, name)) and role not in said:
            said[role] = _label(iri, nodes, source)
    claim = claim_of(row, document, context)
    iris = {
        role: _maybe(node, key, source.origin, name)
        for role, key in (("object", RDF + "object"), ("item", NT + "item"))
    }
    subject = _mention(_one(node, RDF + "subject", row), claim.subject.text, nodes, context)
    object_ = (
        _mention(iris["object"], claim.object.text, nodes, context) if claim.object and iris["object"] else claim.object
    )
    item = claim.item
    if item is not None:
        item = (
            _mention(iris["item"], item.text, nodes, context)
            if iris["item"]
            else Mention(item.text, "", "", "component")
        )
    return replace(claim, subject=subject, object=object_, item=item)


def _mention(iri: str, text: str, nodes: _Nodes, context: Context) -> Mention:
    node = nodes.get(iri, {})
    classes = {value for value, _ in node.get(RDF + "type", ())}
    note = next((value for value, _ in node.get(SKOS + "note", ())), "")
    if NT + "Candidate" in classes or NT + "Component" in classes:
        roles = [role for name, role in _ROLES.items() if name in classes]
        return Mention(text, iri, "", roles[0] if roles else "organisation", note)
    for name in sorted(classes & _CLASSES.keys()):
        return Mention(text, iri, *_CLASSES[name])
    if entry := context.linker.catalogue.entry(iri):
        return Mention(text, iri, entry.kind, "product" if entry.is_product else "organisation")
    return Mention(text, iri, "", "organisation", note)


def _label(iri: str, nodes: _Nodes, source: Source) -> str:
    return _maybe(nodes.get(iri, {}), RDFS + "label", source.origin, iri) or re.split(r"[/#]", iri)[-1]


def _one(node: Mapping[str, list[Term]], predicate: str, row: Fields) -> str:
    values = node.get(predicate, [])
    if len(values) != 1:
        raise row.fault(f"needs one {re.split('[/#]', predicate)[-1]}, has {len(values)}")
    return values[0][0]


def _maybe(node: Mapping[str, list[Term]], predicate: str, origin: str, name: str) -> str:
    if len(values := node.get(predicate, [])) > 1:
        raise LoaderError(
            origin, f"{_short(name)} has {len(values)} of {re.split('[/#]', predicate)[-1]}, one is allowed"
        )
    return values[0][0] if values else ""


def _short(iri: str) -> str:
    return iri.removeprefix(terms.BASE)[:100]
