"""A question as tokens: names and countries found by the catalogue, all other words made alike, each as it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from graph.places import countries
from graph.question.words import EMPTY, ITEMS, OTHER, WORDS
from ontology.catalogue import Catalogue, Entry

_TOKEN: Final = re.compile(
    r"@[opc]\d+|\d+(?:\.\d+)?(?= ?%)|%|['’]s?(?=\s|$)|[^\W_][\w.&+/-]*|[-−–](?=\d)|[+<>=~/]", re.UNICODE
)
_DOUBLE: Final = re.compile(r"(.)\1")
_QUOTED: Final = re.compile(r"[\"“„«]([^\"“”„«»]{1,100})[\"”»]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a question; ``id`` is the catalogue's, ``""`` where it knows none, ``country`` a code where it is one."""

    text: str
    id: str = ""
    is_product: bool = False
    country: str = ""


class Token(NamedTuple):
    """A word as it was written and as it is read: ``""`` where it says nothing, None where it is not known."""

    text: str
    word: str | None


def masked(text: str, catalogue: Catalogue) -> tuple[str, list[Name]]:
    """Return the text with ``@o0``, ``@p1``, ``@c2`` … in place of known names, of countries and of what stands in quotes."""
    spans: list[tuple[int, int, Name]] = []
    for match in _QUOTED.finditer(text):
        entry = catalogue.resolve(match[1])
        spans.append((*match.span(), Name(match[1], entry.id, entry.is_product) if entry else Name(match[1])))
    known = [(start, end, Name(text[start:end], e.id, e.is_product)) for start, end, e in catalogue.spans(text)]
    homes = [(start, end, Name(text[start:end], country=code)) for start, end, code in countries(text)]
    for start, end, name in (*known, *homes):
        if not any(start < stop and begin < end for begin, stop, _ in spans):
            spans.append((start, end, name))
    pieces: list[str] = []
    names: list[Name] = []
    last = 0
    for start, end, name in sorted(spans, key=lambda span: span[0]):
        pieces += [text[last:start], f" {_mask(name, len(names))} "]
        names.append(name)
        last = end
    # A possessive stays with its name: "@o0's", and a name closes up with what follows.
    joined = re.sub(r"(@[opc]\d+) (?=['’])", r"\1", " ".join("".join((*pieces, text[last:])).split()))
    joined = re.sub(r"(@[opc]\d+) ?, ?(?:and )?(?:the )?(?=@)", r"\1 and ", joined)

    def made_by(match: re.Match[str]) -> str:
        product = catalogue.entry(names[int(match[2])].id)
        return f"@p{match[2]}" if product and product.developer == names[int(match[1])].id else match[0]

    return re.sub(r"@o(\d+)(?:['’]s?)? @p(\d+)", made_by, joined), names


def _mask(name: Name, number: int) -> str:
    return f"@{'c' if name.country else 'p' if name.is_product else 'o'}{number}"


def tokens(text: str, names: Sequence[Name], catalogue: Catalogue, strict: bool) -> tuple[list[Token], list[Name]]:
    """Return the words made alike. Strictly, only capitalised unknown words are names; else all unknown words are."""
    found: list[Token] = []
    names = list(names)
    unknown: list[str] = []

    def close() -> None:
        if not unknown:
            return
        said = " ".join(unknown)
        entry = _caseless(said, catalogue)
        if entry is None and found and unknown[0][0].isupper() and (found[-1].word or "").startswith("@o"):
            longer = f"{found[-1].text} {said}"  # "Intel Foundary" is one name, and not Intel's
            if catalogue.suggest(longer, 1):
                said = longer
                found.pop()
        name = Name(said, entry.id, entry.is_product) if entry else Name(said)
        found.append(Token(said, _mask(name, len(names)) if entry else f"@u{len(names)}"))
        names.append(name)
        unknown.clear()

    for place, token in enumerate(_TOKEN.findall(text)):
        low = token.lower()
        if token.startswith("@"):
            close()
            found.append(Token(names[int(token[2:])].text, token))
            continue
        if not token[0].isalpha():
            close()
            found.append(Token(token, "'s" if token[0] in "'’" else token))
            continue
        word = _word(low)
        if word is None and token.islower():
            word = _near(low)
        if word is not None and not (token[0].isupper() and place and low not in WORDS and low not in EMPTY):
            close()
            found.append(Token(token, word))
        elif strict and (token.islower() or place == 0) and not _caseless(token, catalogue):
            close()
            found.append(Token(token, None))
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
    # Of words that say nothing only adverbs are guessed at: "partly" is no misspelt "party".
    return tuple(sorted({*WORDS, *(word for word in EMPTY if word.endswith("ly"))}))


@cache
def _near(low: str) -> str | None:
    """Return what a misspelt word is read as: with one letter left out or too many, or two of them swapped."""
    if len(low) < 5 or low in OTHER:
        return None
    # The first letter is seldom mistyped, and "undisputed" is no "disputed".
    slips = [word for word in _vocabulary() if len(word) > 3 and word[0] == low[0] and _slips(low, word)]
    # A double letter is the one most often mistaken: "realy" is "really", not "rely".
    doubled = [word for word in slips if _DOUBLE.sub(r"\1", word) == _DOUBLE.sub(r"\1", low)]
    like = {_word(word) for word in doubled or slips}
    return like.pop() if len(like) == 1 else None


def _slips(one: str, other: str) -> bool:
    # Another letter in place of one makes another word: "lasers" are no "leases", "invented" is not "invested".
    return OSA.distance(one, other) == 1 and (len(one) != len(other) or sorted(one) == sorted(other))


def _caseless(text: str, catalogue: Catalogue) -> Entry | None:
    """Return the entry of a name whose capitals are left out: "apple", "arm"."""
    for form in (text, text.title(), text.upper(), text.capitalize()):
        if entry := catalogue.resolve(form):
            return entry
    return None
