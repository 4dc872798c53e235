"""The catalogue as RDF: N-Triples terms, sorted, the same on every machine, without blank nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ontology.reading import Entry
from ontology.terms import DCTERMS, ID, NT, PARTY_KINDS, PRODUCT_KINDS, RDF, RDFS, SCHEMA, SKOS

Triple = tuple[str, str, str]

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
#: Kana, and characters that only Japanese writes so: the other Han characters may be Chinese as well.
_JAPANESE: Final = re.compile("[\u3041-\u30ff応経済気産]")
_KOREAN: Final = re.compile("[\u1100-\u11ff\uac00-\ud7af]")
_HAN: Final = re.compile("[\u3400-\u9fff]")


def triples(catalogue: Iterable[Entry]) -> Iterator[Triple]:
    """Yield what the catalogue says as ``(subject, predicate, object)``, each an N-Triples term.

    >>> from ontology.catalogue import Catalogue
    >>> [o for s, p, o in triples(Catalogue.bundled()) if s == f"<{ID}smic>" and p == f"<{SKOS}altLabel>"][-1]
    '"中芯國際"@zh'
    """
    yield from sorted({triple for entry in catalogue for triple in _of(entry)})


def _of(entry: Entry) -> Iterator[Triple]:
    node = _iri(entry.iri)
    kinds = PRODUCT_KINDS if entry.is_product else PARTY_KINDS
    yield node, _iri(RDF + "type"), _iri(NT + kinds[entry.kind])
    yield node, _iri(DCTERMS + "identifier"), text(entry.id)
    yield node, _iri(RDFS + "label"), text(entry.name)
    yield node, _iri(SKOS + "prefLabel"), text(entry.name)
    for alias in entry.aliases:
        yield node, _iri(SKOS + "altLabel"), text(alias, language(alias))
    for ticker in entry.tickers:
        yield node, _iri(SCHEMA + "tickerSymbol"), text(ticker)
    if entry.country:
        yield node, _iri(NT + "country"), text(entry.country)
    if entry.parent:
        yield node, _iri(SCHEMA + "parentOrganization"), _iri(ID + entry.parent)
    if entry.developer:
        yield node, _iri(NT + "developedBy"), _iri(ID + entry.developer)


def text(value: str, tag: str = "") -> str:
    r"""Return a text as an N-Triples literal, with a language tag where one is given.

    >>> print(text('12" wafer \\ "prime"'), text("台积电", "zh"))
    "12\" wafer \\ \"prime\"" "台积电"@zh
    """
    escaped = re.sub(r'[\\"\n\r]', lambda match: _ESCAPES[match[0]], value)
    return f'"{escaped}"@{tag}' if tag else f'"{escaped}"'


def language(name: str) -> str:
    """Return the language of a name in native script, told by its characters; ``""`` for other scripts.

    >>> language("삼성전자"), language("東京エレクトロン"), language("中芯国际"), language("TSMC")
    ('ko', 'ja', 'zh', '')
    """
    if _KOREAN.search(name):
        return "ko"
    if _JAPANESE.search(name):
        return "ja"
    return "zh" if _HAN.search(name) else ""


def _iri(value: str) -> str:
    return f"<{value}>"
