"""The extractor that has documents read by a model server as well, beside the embedded reader.

What it is sent is the text of the documents, window by window, with the contract in short. What it answers is checked here,
claim by claim: it may only choose among the names, words and numbers of the text. Then both readings are joined (`joining.py`).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from loaders.claim import Amount, Claim, Document, Interval, Mention
from loaders.errors import LoaderError
from loaders.extraction.chat import Chat, ChatError
from loaders.extraction.decode import occurrences
from loaders.extraction.embedded import Embedded
from loaders.extraction.instructions import INSTRUCTIONS, SCHEMA
from loaders.extraction.joining import joined
from loaders.extraction.labels import FIELDS
from loaders.extraction.numbers import as_change, as_share, near, quantities
from loaders.extraction.plausible import implausible
from loaders.extraction.reader import Considered, Reader, abbreviations
from loaders.extraction.times import dated
from loaders.extraction.windows import Window
from loaders.fields import Fields
from loaders.linking import Linker
from ontology import terms

#: The confidence of every claim that a server alone finds. It is no measurement: no server's claims were calibrated. It lies
#: below what contradicting the catalogue takes, and above what is more likely wrong than right.
CONFIDENCE: Final = 0.7
#: Claims that are taken from one answer, and letters that a name may have: more of either is no reading of a few sentences.
_MOST_CLAIMS: Final = 40
_LONGEST_NAME: Final = 100
#: Bounds that close an interval rather than being said.
_CLOSING: Final = (None, -1.0, 0.0, 1.0)

_T = TypeVar("_T")


@dataclass(frozen=True)
class Endpoint:
    """Reads prose by the embedded extractor and by a model server, and joins what they find.

    Parameters
    ----------
    cache
        Folder in which answers are kept by content, so that the same request is sent once; None keeps none.

    >>> from ontology.catalogue import Catalogue
    >>> Endpoint.beside(Linker(Catalogue.bundled()), Chat("http://localhost:11434/v1", "qwen3")).name
    'model qwen3, instructions ..., reader ..., times ...'
    """

    embedded: Embedded
    chat: Chat
    cache: Path | None = None

    @classmethod
    def beside(cls, linker: Linker, chat: Chat, cache: Path | None = None, threads: int | None = None) -> Endpoint:
        """Return the server as a reader beside an embedded extractor, from what other processes can be given."""
        return cls(Embedded(linker, threads), chat, cache)

    @property
    def linker(self) -> Linker:
        """Names to parties, products and components."""
        return self.embedded.linker

    @property
    def reader(self) -> Reader:
        """The learned reader of the embedded extractor."""
        return self.embedded.reader

    @property
    def model(self) -> str:
        """The model, as it stands in a claim's provenance."""
        return f"model {self.chat.model or 'unnamed'}"

    @cached_property
    def name(self) -> str:
        """The names of all that read; other instructions are another name, so that documents are read anew."""
        told = terms.digest(INSTRUCTIONS, json.dumps(SCHEMA))[:6]
        return f"{self.model}, instructions {told}, {self.embedded.name}"

    def extract(self, document: Document) -> Iterator[Claim]:
        """Yield the document's claims in the order of its sentences.

        Raises
        ------
        ChatError
            The server did not answer as agreed, or the answer can't be kept; no claim was yielded then.
        """
        asked = self.asked(document)  # first: where the server fails, nothing was read in vain
        read = self.reader.understand(document, self.reader.least)[1]
        for one in joined(self.embedded.weigh(document, read), asked):
            if not one.reason:
                yield one.claim

    def weigh(self, document: Document, read: Iterable[Considered]) -> list[Considered]:
        """Join what the embedded extractor makes of what its reader found with what the server finds."""
        return joined(self.embedded.weigh(document, read), self.asked(document))

    def asked(self, document: Document) -> list[Considered]:
        """What the server finds in a document, each with why it is not made, if it is not."""
        short = abbreviations(document.text)
        out = []
        for window in self.reader.windows(document):
            rows = self._rows(_lines(window))
            out += [self._checked(row, window, document, short) for row in rows[:_MOST_CLAIMS]]
            if len(rows) > _MOST_CLAIMS:
                number = window.sentences[window.own]
                reason = f"the model gave {len(rows):,} claims for a few sentences; {_MOST_CLAIMS} are taken"
                out.append(Considered(self._blank(document, number), CONFIDENCE, reason, number))
        return out

    def _rows(self, text: str) -> list[Any]:
        """The claims of an answer, unchecked, from the cache if it is there."""
        asked = json.dumps([self.chat.model, INSTRUCTIONS, SCHEMA, text, dict(self.chat.options)], sort_keys=True)
        path = self.cache and self.cache / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
        if path and (kept := _claims(_kept(path))) is not None:
            return kept
        answer = self.chat.ask(INSTRUCTIONS, text, SCHEMA, "claims")
        rows = _claims(answer)
        if rows is None:
            raise ChatError(f"{self.chat.where}: not the answer that was asked for (no list of claims)")
        if path:
            _keep(path, answer)
        return rows

    def _checked(self, row: object, window: Window, document: Document, short: dict[str, str]) -> Considered:
        fields = Fields(row if isinstance(row, dict) else {}, self.model, None)
        number = window.sentences[window.own]
        try:
            number = _sentence(fields, window)
            claim = self._claim(fields, window, document, number, short)
        except LoaderError as fault:
            return Considered(self._bare(fields.row, document, number), CONFIDENCE, fault.reason, number)
        except RecursionError:
            return Considered(self._bare(fields.row, document, number), CONFIDENCE, "nested too deeply", number)
        why = implausible(claim, self.linker.catalogue)
        return Considered(dated(claim), CONFIDENCE, f"implausible: {why}" if why else "", number)

    def _claim(self, fields: Fields, window: Window, document: Document, number: int, short: dict[str, str]) -> Claim:
        """The claim of a row; its names and numbers stand in the window, its trigger in the sentence."""
        said = "\n".join(document.sentences[each].text for each in window.sentences)
        predicate = fields.predicate()
        subject, object_ = _named(fields, "subject", said, required=True), _named(fields, "object", said)
        role = fields.object_role(predicate, bool(object_))
        item = _named(fields, "item", said)
        return replace(
            self._blank(document, number),
            subject=self.linker.link(short.get(subject, subject)),
            predicate=predicate,
            object=self.linker.link(short.get(object_, object_), role) if object_ else None,
            item=self.linker.item(item, predicate),
            status=fields.status(),
            attribution=fields.attribution(),
            trigger=_named(fields, "trigger", document.sentences[number].text, required=True),
            **_numbers(fields, window.text),
        )

    def _bare(self, row: dict[str, Any], document: Document, number: int) -> Claim:
        """What a row that makes no claim says, for who asks why."""
        subject, predicate, object_, item = (
            value[:_LONGEST_NAME].encode("utf-8", "replace").decode() if isinstance(value := row.get(name), str) else ""
            for name in ("subject", "predicate", "object", "item")
        )
        return replace(
            self._blank(document, number),
            subject=Mention(subject or "?", ""),
            predicate=predicate or "?",
            object=Mention(object_, "") if object_ else None,
            item=Mention(item, "") if item else None,
        )

    def _blank(self, document: Document, number: int) -> Claim:
        """A claim of the document's sentence ``number`` that says nothing yet."""
        sentence = document.sentences[number]
        return Claim(
            document=document.iri,
            date=document.date,
            subject=Mention("?", ""),
            predicate="?",
            object=None,
            sentence=sentence.text,
            citations=sentence.citations,
            part=sentence.part,
            start=sentence.start,
            end=sentence.end,
            confidence=CONFIDENCE,
            extractor=self.model,
        )


def _lines(window: Window) -> str:
    """The window's sentences as the server gets them: JSON, so that no sentence can pass for something else."""
    lines = []
    for number, (start, end) in enumerate(window.places, 1):
        context = {"context": True} if number <= window.own else {}
        lines.append(json.dumps({"sentence": number, **context, "text": window.text[start:end]}, ensure_ascii=False))
    return "\n".join(lines)


def _sentence(fields: Fields, window: Window) -> int:
    """The document's number of the sentence that a row names."""
    place = fields.whole("sentence", 0)
    if not window.own < place <= len(window.sentences):
        raise fields.fault(f"its sentence {place} is none that was asked about")
    return window.sentences[place - 1]


def _named(fields: Fields, name: str, said: str, *, required: bool = False) -> str:
    """A field that must stand in the text as whole words."""
    value = fields.text(name, required=required)
    if value and (len(value) > _LONGEST_NAME or not occurrences(said, value)):
        raise fields.fault(f"its {name} “{value[:_LONGEST_NAME]}” does not stand in the text")
    return value


def _numbers(fields: Fields, text: str) -> dict[str, Any]:
    """Share, amount and change: each is one of those that the text names, as our rules read it, or left out."""
    share, amount, change = fields.share("share"), fields.amount(), fields.interval("change")
    named = quantities(text)
    falling = change is not None and min(each for each in change if each is not None) < 0
    offered: dict[str, list[tuple[Interval, Any]]] = {"share": [], "amount": [], "change": []}
    for each in named:
        if each.kind in FIELDS["share"]:
            offered["share"].append((as_share(each), as_share(each)))
        if each.kind in FIELDS["amount"]:
            offered["amount"].append(((each.low, each.high), Amount(each.low, each.high, each.currency)))
        if each.kind in FIELDS["change"]:
            offered["change"].append((as_change(each, falling), as_change(each, falling)))
    return {
        "share": _among(share, offered["share"]),
        "amount": _among(None if amount is None else (amount.low, amount.high), offered["amount"]),
        "change": _among(change, offered["change"]),
    }


def _among(said: Interval | None, offered: Iterable[tuple[Interval, _T]]) -> _T | None:
    """What agrees in both bounds; else the first that agrees in one that is said rather than closing."""
    if said is None:
        return None
    one = None
    for bounds, value in offered:
        agreeing = [near(a, b) for a, b in zip(said, bounds, strict=True)]
        if all(agreeing):
            return value
        if one is None and any(near_ and a not in _CLOSING for near_, a in zip(agreeing, said, strict=True)):
            one = value
    return one


def _claims(answer: object) -> list[Any] | None:
    rows = answer.get("claims") if isinstance(answer, dict) else None
    return rows if isinstance(rows, list) else None


def _kept(path: Path) -> object:
    """An answer from the cache; None where it is not there or not whole, so that it is asked for anew."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _keep(path: Path, answer: object) -> None:
    """Keep an answer: the file is there whole, or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as beside:
            new = Path(beside, path.name)
            new.write_text(json.dumps(answer), encoding="utf-8")
            new.replace(path)
    except (OSError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ChatError(f"{path.parent}: the model's answer can't be kept there ({reason})") from None
