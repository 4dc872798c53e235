"""From words to a question: names are found by the catalogue, words made alike, then the first form decides."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date as Date
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process

from graph.errors import QuestionError
from graph.question.forms import FORMS, named
from graph.question.intents import INTENTS
from graph.question.moments import Moments, moments
from graph.question.words import EMPTY, ITEMS, WORDS
from ontology.catalogue import Catalogue, Entry

_LONGEST: Final = 500
_TOKEN: Final = re.compile(r"@[op]\d+|\d+(?:\.\d+)?(?= ?%)|%|['’]s?(?=\s|$)|[^\W_][\w.&+/-]*|[-−–](?=\d)", re.UNICODE)
_QUOTED: Final = re.compile(r"[\"“„«]([^\"“”„«»]{1,100})[\"”»]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a question; ``id`` is the catalogue's, ``""`` where it knows none."""

    text: str
    id: str = ""
    is_product: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read, before the store is asked for its names.

    ``scale`` is what is left of a party's output in a what-if question; ``about`` an everyday word for the items asked
    for ("memory").
    """

    intent: str
    names: tuple[Name, ...] = ()
    item: Name | None = None
    about: str = ""
    level: str = ""
    as_of: Date | None = None
    since: Date | None = None
    scale: float | None = None


def read(text: str, catalogue: Catalogue | None = None, today: Date | None = None) -> Reading:
    """Return what a question asks.

    Parameters
    ----------
    today
        What "yesterday" and "last week" count from.

    Raises
    ------
    QuestionError
        The question can't be read; the message says what can be asked.

    >>> found = read("Who supplies NVIDIA with HBM4, confirmed only?")
    >>> found.intent, [name.id for name in found.names], found.item.id, found.level
    ('suppliers', ['nvidia'], 'hbm4', 'confirmed')
    """
    catalogue = catalogue or Catalogue.bundled()
    text = " ".join(text.replace("@", " ").replace("#", " ").split())
    if len(text) > _LONGEST:
        raise QuestionError(f"the question is longer than {_LONGEST} characters")
    masked, names = _masked(text, catalogue)
    when = moments(_written_out(masked).rstrip("?!. "), today)
    for strict in (True, False):
        tokens, known = _tokens(when.text, list(names), catalogue, strict)
        if reading := _match(" ".join(tokens), known, when):
            return reading
    raise QuestionError(cannot_read(text))


def _written_out(text: str) -> str:
    """Return a text without contractions.

    >>> _written_out("what's wrong if they can't")
    'what is wrong if they can not'
    """
    text = re.sub(
        r"\b(ca|wo)n['’]t\b", lambda found: "can not" if found[1].lower() == "ca" else "will not", text, flags=re.I
    )
    text = re.sub(r"n['’]t\b", " not", text)
    return re.sub(r"\b(what|who|where|how|there|that)['’]s\b", r"\1 is", text, flags=re.I)


def cannot_read(text: str) -> str:
    """Return what to say to a question that can't be read: what can be asked."""
    shown = text if len(text) <= 80 else text[:79] + "…"
    examples = "; ".join(f"“{INTENTS[name].example}”" for name in ("dependents", "suppliers", "exposure", "whatif"))
    return f"can't read the question {shown!r}; ask, for example, {examples}"


def _masked(text: str, catalogue: Catalogue) -> tuple[str, list[Name]]:
    """Return the text with ``@o0``, ``@p1`` … in place of known names and of what stands in quotes."""
    spans: list[tuple[int, int, Name]] = []
    for match in _QUOTED.finditer(text):
        entry = catalogue.resolve(match[1])
        spans.append((*match.span(), Name(match[1], entry.id, entry.is_product) if entry else Name(match[1])))
    quoted = [(start, end) for start, end, _ in spans]
    for start, end, entry in catalogue.spans(text):
        if not any(start < stop and begin < end for begin, stop in quoted):
            spans.append((start, end, Name(text[start:end], entry.id, entry.is_product)))
    pieces: list[str] = []
    names: list[Name] = []
    last = 0
    for start, end, name in sorted(spans, key=lambda span: span[0]):
        pieces += [text[last:start], f" {_mask(name, len(names))} " if name.id else f" @o{len(names)} "]
        names.append(name)
        last = end
    # A possessive stays with its name: "@o0's", and a name closes up with what follows.
    joined = "".join((*pieces, text[last:]))
    return re.sub(r"(@[op]\d+) (?=['’])", r"\1", " ".join(joined.split())), names


def _mask(name: Name, number: int) -> str:
    return f"@{'p' if name.is_product else 'o'}{number}"


def _tokens(text: str, names: list[Name], catalogue: Catalogue, strict: bool) -> tuple[list[str], list[Name]]:
    """Return the words made alike. Strictly, only capitalised unknown words are names; else all unknown words are."""
    found: list[str] = []
    unknown: list[str] = []

    def close() -> None:
        if unknown:
            entry = _caseless(" ".join(unknown), catalogue)
            name = Name(" ".join(unknown), entry.id, entry.is_product) if entry else Name(" ".join(unknown))
            found.append(_mask(name, len(names)) if entry else f"@u{len(names)}")
            names.append(name)
            unknown.clear()

    for place, token in enumerate(_TOKEN.findall(text)):
        low = token.lower()
        if token.startswith("@") or not token[0].isalpha():
            close()
            found.append("'s" if token[0] in "'’" else token)
            continue
        word = _word(low)
        if word is None and token.islower() and (near := _near(low)):
            word = near
        if word is not None and not (token[0].isupper() and place and low not in WORDS and low not in EMPTY):
            close()
            if word:
                found.append(word)
        elif strict and (token.islower() or place == 0) and not _caseless(token, catalogue):
            close()
        else:
            unknown.append(token)
    close()
    return found, names


def _word(low: str) -> str | None:
    """Return what a word is read as: ``""`` where it says nothing, None where it is unknown."""
    if low in WORDS:
        return WORDS[low]
    if low in EMPTY:
        return ""
    return f"#{low}" if low in ITEMS else None


@cache
def _vocabulary() -> tuple[str, ...]:
    return tuple(sorted({*WORDS, *EMPTY}))


@cache
def _near(low: str) -> str | None:
    """Return what a misspelt word is read as."""
    if len(low) < 5:
        return None
    hit = process.extractOne(low, [word for word in _vocabulary() if len(word) > 3], scorer=fuzz.ratio, score_cutoff=83)
    return _word(hit[0]) if hit else None


def _caseless(text: str, catalogue: Catalogue) -> Entry | None:
    """Return the entry of a name whose capitals are left out: "apple", "arm"."""
    for form in (text, text.title(), text.upper(), text.capitalize()):
        if entry := catalogue.resolve(form):
            return entry
    return None


def _match(words: str, names: list[Name], when: Moments) -> Reading | None:
    """Return the reading of the first form that fits, with all names that its intent needs."""
    base = Reading("", level=when.level, as_of=when.as_of, since=when.since)
    places = [int(mark) for mark in re.findall(r"@[opu](\d+)", words)]
    if when.since and not places and re.search(r"\b(?:change|happen|what|tell)\b|^$", words):
        return replace(base, intent="changes")
    if not places and re.search(r"\bchange\b", words):
        return replace(base, intent="changes")
    for intent, form in FORMS:
        match = form.search(words)
        if match is None:
            continue
        reading = _filled(replace(base, intent=intent), named(match), words, names, places)
        least, most = INTENTS[intent].parties
        if reading and least <= len(reading.names) <= most and (reading.item is None or INTENTS[intent].item):
            return reading
    return None


def _filled(
    reading: Reading, groups: dict[str, str], words: str, names: list[Name], places: list[int]
) -> Reading | None:
    """Return a reading with the names a form found."""

    def name(mark: str) -> Name:
        return names[int(mark[2:])]

    item, about = None, ""
    mark = groups.get("item", "")
    if mark.startswith("@"):
        item = name(mark)
    elif mark.startswith("#"):
        about = mark[1:]
    elif not mark and (loose := re.search(r"#(\w+)", words)):
        about = loose[1]
    asked = [name(groups[group]) for group in ("x", "y") if group in groups]
    if reading.intent == "common_suppliers":
        asked = [names[place] for place in dict.fromkeys(places)]
    if reading.intent in ("chokepoints",) and len(asked) == 1 and asked[0].is_product:
        item, asked = asked[0], []
    if reading.intent in ("concentration", "shortages") and len(asked) == 1 and (asked[0].is_product):
        item, asked = asked[0], []
    scale = _scale(words) if reading.intent == "whatif" else None
    if reading.intent == "suppliers" and not asked and item is None:
        return None
    return replace(reading, names=tuple(asked), item=item, about=about, scale=scale)


def _scale(words: str) -> float:
    """Return what is left: "lose 30 %" leaves 0.7, "half" 0.5, all else nothing."""
    if match := re.search(r"(\d+(?:\.\d+)?) ?(?:%|percent)", words):
        share = min(float(match[1]), 100.0) / 100
        return round(share if re.search(r"\bto \d|\bsingle \d", words) else 1 - share, 6)
    return 0.5 if re.search(r"\bhalf\b", words) else 0.0
