"""Set phrases of supply, read by rule: few, precise, over names that the catalogue knows.

The learned reader generalises and errs; these phrases do neither. They state what a trade writer means by "X is the sole
supplier of Y for Z", and are tried on a sentence in which every known name was made a mark. What they find stands beside what
the reader finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from loaders.claim import Attribution, Claim, Document, Sentence, Status
from loaders.extraction.numbers import as_change, as_share, quantities
from loaders.linking import Linker
from ontology.catalogue import Entry

NAME = "phrases 3"
_CONFIDENCE = 0.9

#: How names stand in a masked sentence: ‹o3› a party, ‹p4› a product, by the place in the list of names.
_O, _P = r"‹o\d+›", r"‹p\d+›"
_THE = r"(?:(?:the|its|both|some|new|upcoming|next-generation|future|leading|own|custom|latest)\s)*"


def _several(name: str) -> str:
    return rf"{_THE}{name}(?:(?:,|,?\sand|,?\sor|\s&)\s{_THE}{name})*"


_OS, _PS, _XS = _several(_O), _several(_P), _several(r"‹[op]\d+›")
_OWNED = rf"(?:{_O}(?:['’]s)?\s{_THE}(?:\w+\s)?)?"
_ITEM = rf"(?P<item>{_P}(?:\s(?:memory|chips?|wafers?|modules?|GPUs?|accelerators?|process|racks?|systems?|servers?|scanners?|substrates?|substrate))?|(?:[\w-]+\s){{0,3}}(?:memory|wafers?|chips|substrates?|scanners?|tools|optics|photoresists?|fuel cells|gas turbines|turbines|cooling(?:\sunits)?|optical fib(?:re|er)s?|racks|servers|GPUs|TPUs?|HBM\w*|NAND(?: flash)?|DRAM|T-glass|glass cloth))"


def _gap(most: int) -> str:
    """Words within one clause; the point of "8.7%" does not end it."""
    return rf"(?:[^.;]|\.\d){{0,{most}}}?"


def _lone(most: int) -> str:
    """The same without another party: the words after one are about that one."""
    return rf"(?:(?!‹o\d+›)[^.;]|\.\d){{0,{most}}}?"


_DENIES = r"(?:(?:\w+ly|again)\s)?den(?:ies|ied)\s(?:(?:reports?|claims?|rumou?rs?)\s)?(?:that\s)?"
_ADVERB = r"(?:(?:also|already|now|currently|mainly|exclusively|reportedly|will|to|has|have|had|been|is|are)\s)*"


class _Phrase(NamedTuple):
    """A pattern with groups s (suppliers), o (customers or products), item; and what it says."""

    pattern: re.Pattern[str]
    predicate: str
    status: Status | None = None
    sole: bool = False
    also: str = ""


def _phrase(pattern: str, predicate: str, status: Status | None = None, sole: bool = False, also: str = "") -> _Phrase:
    return _Phrase(re.compile(pattern, re.IGNORECASE), predicate, status, sole, also)


_S, _C, _X = rf"(?P<s>{_OS})", rf"(?P<o>{_OS})", rf"(?P<o>{_XS})"
_PHRASES = (
    _phrase(rf"{_S},?\s{_ADVERB}(?:suppl(?:y|ies|ied)|ships?|shipped|delivers?|sells?|sold|provides?)\s{_ITEM}\sto\s{_X}", "supplies"),
    _phrase(rf"{_S},?\s(?:which\s)?{_ADVERB}suppl(?:y|ies)\s{_X}\swith\s{_ITEM}", "supplies"),
    _phrase(rf"{_S}\s(?:is|are|was|will be|as|to be|remains?|said to be)\s(?:said to be\s)?(?:the|a|an)?\s?(?:exclusive|sole|only)\s{_ITEM}?\s?suppliers?\s(?:for|to)\s{_OWNED}{_X}", "supplies", sole=True),
    _phrase(rf"{_S}\s(?:is|are|was|will be|as|to be|remains?|said to be)\s(?:said to be\s)?(?:the\s)?(?:exclusive|sole|only)\ssuppliers?\sof\s{_ITEM}\s(?:for|to)\s{_OWNED}{_X}", "supplies", sole=True),
    _phrase(rf"(?P<s>{_O})(?:['’]s)?{_lone(160)}\bit\s(?:will be|is|remains|has become)\s(?:the\s)?(?:exclusive|sole|only)\s{_ITEM}\ssupplier\s(?:for|to|of)\s{_OWNED}{_X}", "supplies", sole=True),
    _phrase(rf"{_S}\s(?:is\s(?:reported|said|expected)\sto\shave\s|has\s|have\s|had\s)?(?:reportedly\s)?(?:secured|won|taken|landed)\s[^.;]{{0,60}}?(?P<o>{_O})(?:['’]s)?\s{_ITEM}\sorders", "supplies"),
    _phrase(rf"{_S}{_lone(140)}(?<!\w){_ITEM}\s(?:that\sthey\s)?(?:supplied|supply|sold)\sto\s{_X}", "supplies", status="actual"),
    _phrase(rf"{_S}\s{_ADVERB}(?:fabricates?|manufactures?|makes?|produces?|builds?)\s{_THE}{_X}(?:\s(?:chips?|GPUs?))?\s(?:for\s(?P<for>{_O})|on\s(?:its\s)?(?P<node>{_P}))", "fabricatesFor"),
    _phrase(rf"(?P<o>{_P})\s?(?:\w+\s){{0,4}}?,?\s(?:is\s)?(?:made|built|manufactured|fabricated|produced)\s(?:by|on|at)\s(?P<s>{_O})(?:['’]s)?(?:\s(?:on\s)?(?:an?\s|its\s)?(?P<node>{_P}))?", "fabricatesFor"),
    _phrase(rf"(?P<o>{_O})\sis\s(?:reportedly\s|said to be\s)?(?:considering|weighing|evaluating|exploring)\s(?:using\s)?(?P<s>{_O})['’]s\s(?P<node>{_P})(?:\sor\s{_P})?\s(?:process|node)", "fabricatesFor", status="considering"),
    _phrase(rf"(?P<o>{_O})\sis\s(?:reportedly\s|said to be\s)?(?:considering|weighing|evaluating|exploring)\s(?:using\s)?(?P<s>{_O})['’]s\s{_gap(120)}(?:\bpackaging|{_P})\s\((?P<node>{_P})\)", "packagesFor", status="considering"),
    _phrase(rf"(?P<o>{_O})\sis\s(?:reportedly\s|said to be\s)?(?:considering|weighing|evaluating|exploring)\s(?:using\s)?(?P<s>{_O})['’]s\s{_gap(60)}(?P<node>{_P})\spackaging", "packagesFor", status="considering"),
    _phrase(rf"(?P<o>{_O})(?:,\swhich\s[^,.;]{{0,120}},)?(?:(?!‹o\d+›(?!['’]s))[^.;]|\.\d){{0,240}}?\b(?:relying|reliance|relies|rely|dependent|dependence|depends?)\s(?:\w+\s)?(?:up)?on\s(?P<s>{_OS})(?=\sfor\b|[.,;]|$)", "supplies", status="actual"),
    _phrase(rf"(?P<s>{_O}){_lone(200)}\b(?:shortages?|shortfalls?|delays?|bottlenecks?)\sfor\s(?:\w+\s(?:like|such as)\s)?{_C}", "supplies", status="actual", also="constrains"),
    _phrase(rf"{_S}\s{_ADVERB}(?:assembles?|builds?)\s(?P<item>{_P}(?:\sracks?|\sservers?|\ssystems?)?)\sfor\s(?P<o>{_O})", "supplies"),
    _phrase(rf"{_S}\s{_ADVERB}packages?\s{_THE}{_X}\s(?:with|using|in)\s(?P<node>{_P})", "packagesFor"),
    _phrase(rf"{_S}\s{_ADVERB}hosts?\s(?:compute|capacity|training)\sfor\s{_C}", "hostsComputeFor"),
    _phrase(rf"(?P<s>{_O})\s(?:(?:has|also|now|recently|just)\s)*(?:launche[sd]|release[sd]|unveil(?:s|ed)|introduce[sd]|announce[sd])\s{_gap(120)}\b(?:called|named|dubbed)\s(?P<o>{_P})", "develops", status="actual"),
    _phrase(rf"{_S}\s{_ADVERB}{_DENIES}(?:it\s(?:supplies|ships|sells)|supplying|shipping|selling)\s{_X}\swith\s{_ITEM}", "supplies", status="denied"),
    _phrase(rf"{_S}\s{_ADVERB}{_DENIES}(?:it\s(?:supplies|ships|sells)|supplying|shipping|selling)\s{_ITEM}\sto\s{_X}", "supplies", status="denied"),
    _phrase(rf"(?P<s>{_O})\ssa(?:id|ys)\s(?:that\s)?(?:it\sha[sd]|there\s(?:is|was))\sno\s(?:agreement|deal|contract)\swith\s(?P<o>{_O})\sto\s(?:manufacture|fabricate|make|produce|build)\s(?:{_THE}(?P<item>{_P}))?", "fabricatesFor", status="denied"),
    _phrase(rf"(?P<o>{_O})\s{_ADVERB}no\slonger\s(?:buys|sources|purchases|procures|orders)\s{_ITEM}\sfrom\s{_S}", "supplies", status="ended"),
    _phrase(rf"{_S}\s{_ADVERB}(?:stop(?:s|ped)?|end(?:s|ed)?|cease[sd]?)\s(?:supplying|shipping|selling|delivering|assembling|building|making)\s{_ITEM}\s(?:to|for)\s{_X}", "supplies", status="ended"),
    _phrase(rf"(?P<s>{_O})(?:\s\([^()]*\))?\s(?:(?:has|have|also|now|recently|just|today|officially|formally|then)\s)*(?:unveil(?:s|ed)|open-source[sd]|release[sd]|launche[sd](?:\sand\sopen-sourced)?|introduce[sd])\s{_THE}(?P<o>{_P})(?=[.,;:]|\s(?:and|an?|with)\s|\s[a-z-]*(?:model|chip|GPU|accelerator|agent)s?\b|$)", "develops", status="actual"),
    _phrase(rf"(?P<o>{_O})\s(?:(?:also|now|already|has agreed to|agreed to|will|signed a [\w-]+ (?:agreement|deal|contract) to)\s)*(?:rents?|leases?)\s[^.;]{{0,60}}?\sfrom\s(?P<s>{_O})", "hostsComputeFor"),
)  # fmt: skip

_REPORTED = re.compile(
    r"\breported(?:ly)?\b|\bis said to\b|\bare said to\b|\bsaid to be\b|\bsources?\b(?: familiar)?|\bpeople familiar\b|\breports? (?:that|say)\b|\baccording to\b|\brumou?r|\banalysts? (?:expect|say|estimate)",
    re.IGNORECASE,
)
_STATUS: tuple[tuple[Status, re.Pattern[str]], ...] = (
    ("denied", re.compile(r"\bden(?:y|ied|ies)\b|\bno agreement\b|\bcontrary to\b|\bdoes not\b|\bis not\b", re.IGNORECASE)),
    ("ended", re.compile(r"\b(?:no longer|ceased|ended|stopped)\b", re.IGNORECASE)),
    ("considering", re.compile(r"\b(?:considering|weighing|evaluating|exploring|(?-i:may)|might|could)\b", re.IGNORECASE)),
    ("negotiating", re.compile(r"\b(?:negotiat\w+|in talks|talks with|discussing)\b", re.IGNORECASE)),
    ("planned", re.compile(r"\b(?:will|plans? to|planning to|agreed to|is to|are to|expected to)\b", re.IGNORECASE)),
)  # fmt: skip
_UNSURE = re.compile(
    r"\bnot\b|n['’]t\b|\b(?:no|never|neither|nor|without|(?-i:may)|might|could|would|will|should|once|formerly|if|less)\b"
    r"|\b(?:den(?:y|ies|ied)|end(?:s|ed|ing)?|cut(?:s|ting)?|reduc|lessen|lower|avoid|wean|escap|free)",
    re.IGNORECASE,
)
"""What a plain fact is not said with; a phrase that finds nothing but facts leaves such a clause to the reader."""
_DENIED = re.compile(r"\bden(?:y|ies|ied)\b[^.;,]{0,40}$", re.IGNORECASE)
_HIKE = re.compile(r"price (?:hikes?|increases?|rises?)", re.IGNORECASE)


@dataclass(frozen=True)
class Phrases:
    """Reads set phrases of supply; ``extract`` is that of the extraction protocol."""

    linker: Linker
    name: str = NAME

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the claims of a document's set phrases.

        >>> from datetime import date
        >>> from ontology.catalogue import Catalogue
        >>> text = "SK Hynix is said to be the sole supplier of HBM3E for Microsoft's Maia 200."
        >>> day = Document("d", text, date(2026, 1, 28), "digest", sentences=(Sentence(text, 0, len(text)),))
        >>> for c in Phrases(Linker(Catalogue.bundled())).extract(day):
        ...     print(c.subject.text, c.predicate, c.object.text, c.item.text, c.attribution, c.share)
        SK Hynix supplies Maia 200 HBM3E reported (1.0, 1.0)
        """
        for sentence in document.sentences:
            if len(sentence.text) < 2000:
                yield from self._sentence(document, sentence)

    def _sentence(self, document: Document, sentence: Sentence) -> Iterator[Claim]:
        spans = self.linker.catalogue.spans(sentence.text)
        if len(spans) < 2:
            return
        masked = _masked(sentence.text, spans)
        seen = set()
        for phrase in _PHRASES:
            for match in phrase.pattern.finditer(masked):
                for claim in self._claims(document, sentence, spans, phrase, match):
                    key = (claim.subject.text, claim.predicate, claim.object and claim.object.text)
                    if key not in seen:
                        seen.add(key)
                        yield claim

    def _claims(
        self,
        document: Document,
        sentence: Sentence,
        spans: Sequence[tuple[int, int, Entry]],
        phrase: _Phrase,
        match: re.Match[str],
    ) -> Iterator[Claim]:
        groups = match.groupdict()

        def named(group: str) -> list[str]:
            return [
                sentence.text[spans[n][0] : spans[n][1]]
                for n in map(int, re.findall(r"‹[op](\d+)›", groups.get(group) or ""))
            ]

        item = groups.get("node") or groups.get("item") or ""
        item = re.sub(r"‹[op](\d+)›", lambda m: sentence.text[slice(*spans[int(m[1])][:2])], item).strip()
        before = match.string[: match.start()]
        clause = before[before.rfind(";") + 1 :] + match.group()
        if phrase.status == "actual" and phrase.predicate == "supplies" and _UNSURE.search(clause):
            return
        status: Status = phrase.status or ("denied" if _DENIED.search(before) else _of(match.group()))
        attribution: Attribution = "reported" if _REPORTED.search(sentence.text) else "stated"
        share = (1.0, 1.0) if phrase.sole else _share(match.group(), phrase.predicate)
        for subject in named("s"):
            for object_ in named("for") or named("o"):
                if subject == object_ or object_ in item:
                    continue
                claim = Claim(
                    document=document.iri,
                    date=document.date,
                    subject=self.linker.link(subject),
                    predicate=phrase.predicate,
                    object=self.linker.link(object_),
                    sentence=sentence.text,
                    item=self.linker.item(item or None, phrase.predicate),
                    status=status,
                    attribution=attribution,
                    share=share,
                    citations=sentence.citations,
                    part=sentence.part,
                    start=sentence.start,
                    end=sentence.end,
                    confidence=_CONFIDENCE,
                    extractor=NAME,
                )
                yield claim
                if phrase.also:
                    yield replace(claim, predicate=phrase.also, share=None)
                if _HIKE.search(match.group()):
                    yield replace(
                        claim,
                        predicate="changesPrice",
                        status=_of(match.group()),
                        share=None,
                        change=_hike(match.group()),
                    )


def _masked(text: str, spans: Sequence[tuple[int, int, Entry]]) -> str:
    pieces, at = [], 0
    for number, (start, end, entry) in enumerate(spans):
        pieces += [text[at:start], f"‹{'p' if entry.is_product else 'o'}{number}›"]
        at = end
    return re.sub(r"\s*\([^()]*[\u3040-\u9fff\uac00-\ud7af][^()]*\)", "", "".join([*pieces, text[at:]]))


def _of(text: str) -> Status:
    return next((status for status, cue in _STATUS if cue.search(text)), "actual")


def _share(said: str, predicate: str) -> tuple[float, float] | None:
    """The share that stands before "of X's orders", the only place where a phrase can know whose share it is."""
    if predicate != "supplies" or "orders" not in said:
        return None
    found = [q for q in quantities(said) if q.kind == "ratio" and said.startswith(" of ", q.end)]
    return as_share(found[0]) if len(found) == 1 else None


def _hike(said: str) -> tuple[float | None, float | None] | None:
    found = [quantity for quantity in quantities(said) if quantity.kind == "ratio"]
    return as_change(found[0], False) if len(found) == 1 else None
