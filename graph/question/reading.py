"""From words to a question: the first form that fits all its words decides; words that no form reads are named.

A form finds where the names stand; what it passes over, and what stands beside it, may be no more than words that say
nothing. So no word that narrows, denies or turns a question round is ever dropped: it is read, or the question is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Final

from graph.errors import QuestionError
from graph.question.amounts import in_percent, left
from graph.question.forms import FORMS, named, passed_over, where_named
from graph.question.intents import INTENTS, OF_ITEMS
from graph.question.moments import Moments, moments
from graph.question.restrictions import Narrowed, narrowed
from graph.question.tokens import Name, Token, masked, tokens
from graph.question.words import HARMLESS, HARMLESS_IN
from ontology.catalogue import Catalogue

_LONGEST: Final = 500
#: Intents in which "may" and "will" are no question about plans.
_SUPPOSED: Final = frozenset({"whatif", "chokepoints", "single_sourced", "exposure", "exposed", "changes", "coverage"})


_SECOND: Final = re.compile(r"with (?:(?:to|from|by|on|for|in) )?(?:who|what|whose|where|how|why|when|be|do|have)\b")
_OF_NAME: Final = re.compile(r"\w+ (?:of|to|for) (?:supplier of )*@")
_OF_SUPPLIERS: Final = re.compile(r"(?:supply|product)(?: (?:to|of|from|for))? (?:@\w+ 's )?(?:supplier|customer)\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read, before the store is asked for its names.

    ``scale`` is what is left of a party's output in a what-if question; ``about`` an everyday word for the items asked
    for ("memory"); ``kinds``, ``country`` and ``direct`` narrow the parties listed; ``either`` is set where the question does
    not say who depends on whom.
    """

    intent: str
    names: tuple[Name, ...] = ()
    item: Name | None = None
    about: str = ""
    level: str = ""
    as_of: Date | None = None
    valid_at: Date | None = None
    since: Date | None = None
    scale: float | None = None
    kinds: tuple[str, ...] = ()
    country: str = ""
    direct: bool = False
    either: bool = False


@dataclass(frozen=True, slots=True)
class _Unread:
    """A form that fits but for some words."""

    intent: str
    words: tuple[str, ...]


def read(text: str, catalogue: Catalogue | None = None, today: Date | None = None) -> Reading:
    """Return what a question asks.

    Parameters
    ----------
    today
        What "yesterday" and "last week" count from.

    Raises
    ------
    QuestionError
        The question can't be read; the message names the words that are not understood, or says what can be asked.

    >>> found = read("Who supplies NVIDIA with HBM4, confirmed only?")
    >>> found.intent, [name.id for name in found.names], found.item.id, found.level
    ('suppliers', ['nvidia'], 'hbm4', 'confirmed')
    """
    catalogue = catalogue or Catalogue.bundled()
    text = " ".join(text.replace("@", " ").replace("#", " ").split())
    if len(text) > _LONGEST:
        raise QuestionError(f"the question is longer than {_LONGEST} characters")
    hidden, names = masked(re.sub(r"\b(which|what|all) us\b", r"\1 US", text, flags=re.I), catalogue)
    when = moments(in_percent(_written_out(hidden)).rstrip("?!. "), today)
    narrow = narrowed(when.text)
    ways = [Narrowed(when.text), narrow] if narrow.text != when.text else [narrow]
    if narrow.kinds == ("EnergySupplier",):
        ways.reverse()  # of what power companies supply, nobody says that it is power
    unread: list[_Unread] = []
    for strict in (True, False):
        for way in ways:
            found, known = tokens(way.text, names, catalogue, strict)
            reading, partly = _match(found, known, when, way)
            if reading:
                return reading
            # Of a kind of parties that was taken out, the words that are left are the ones to name.
            unread += partly if way is ways[-1] else []
        if unread:  # a form fits but for some words: those are no names
            raise QuestionError(_not_read(text, unread, when))
    found, known = tokens(ways[-1].text, names, catalogue, strict=True)
    for place, token in enumerate(found):
        if (
            token.word and not token.word.startswith("@") and token.word not in HARMLESS
        ):  # would a form fit without this word?
            without = [*found[:place], Token(token.text, None), *found[place + 1 :]]
            unread += _match(without, known, when, ways[-1])[1]
    if unread:
        raise QuestionError(_not_read(text, unread, when))
    raise QuestionError(cannot_read(text))


def _written_out(text: str) -> str:
    """Return a text without contractions, and without the words for all that the graph is about.

    >>> _written_out("what's wrong if they can't")
    'what is wrong if they can not'
    """
    text = re.sub(
        r"\b(ca|wo)n['’]t\b", lambda found: "can not" if found[1].lower() == "ca" else "will not", text, flags=re.I
    )
    text = re.sub(r"n['’]t\b", " not", text)
    text = re.sub(r"\b(?:to|on|in|for|across) the (?:AI )?(?:supply chain|industry)\b", "", text)  # all of the graph
    text = re.sub(r"\b(?:is|are) (?:going|set|about|due) to (?=[a-z])", "will ", text, flags=re.I)
    return re.sub(r"\b(what|who|where|how|there|that)['’]s\b", r"\1 is", text, flags=re.I)


def cannot_read(text: str, unknown: str = "") -> str:
    """Return what to say to a question that can't be read: what can be asked, and the word that was taken for a name."""
    examples = "; ".join(f"“{INTENTS[name].example}”" for name in ("dependents", "suppliers", "exposure", "whatif"))
    why = f", no name “{unknown}” is known" if unknown else ""
    return f"can't read the question {_shown(text)}{why}; ask, for example, {examples}"


def _not_read(text: str, unread: Sequence[_Unread], when: Moments) -> str:
    """Return what to say to a question of which some words can't be read: those words, and the nearest forms."""
    # Of forms that leave as few words, the one that reads the question furthest.
    fewest = min(unread, key=lambda each: (len(each.words), -text.find(each.words[0])))
    nearest = dict.fromkeys(each.intent for each in unread if len(each.words) <= len(fewest.words) + 1)
    words = ", ".join(f"“{word}”" for word in fewest.words)
    examples = "; ".join(f"“{INTENTS[name].example}”" for name in [fewest.intent, *nearest][:3])
    examples = "; ".join(dict.fromkeys(examples.split("; ")))
    hint = ""
    if when.ahead and when.as_of and not when.since and when.said in fewest.words:
        hint = " (nothing is known yet of a day to come; “including plans” asks for what is planned)"
    elif when.as_of and when.said in fewest.words:
        hint = f" (“as of {when.as_of}” asks for what was known then"
        hint += f", “in force on {when.as_of}” for what held then)" if INTENTS[fewest.intent].goes_on else ")"
    return f"can't read {words} in the question {_shown(text)}{hint}; what can be asked is like {examples}"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")


def _match(
    found: Sequence[Token], names: list[Name], when: Moments, way: Narrowed
) -> tuple[Reading | None, list[_Unread]]:
    """Return the reading of the first form that fits with all words of the question, and the forms that fit but for some."""
    read_as = [token for token in found if token.word]
    words = " ".join(token.word or "" for token in read_as)
    starts: list[int] = []
    end = 0
    for token in read_as:
        starts.append(end)
        end += len(token.word or "") + 1
    places = [int(mark) for mark in re.findall(r"@[opuc](\d+)", words)]
    base = Reading("", level=when.level, as_of=when.as_of, valid_at=when.valid_at, since=when.since)
    unread: list[_Unread] = []
    for reading, covered in _candidates(base, words, names, places):
        read_at = {start for start in starts if any(first <= start < end for first, end in covered)}
        beside = _beside(found, starts, read_at, reading)
        reading, refused = _restricted(reading, words, names, when, way)
        if not (beside or refused):
            return reading, []
        unread.append(_Unread(reading.intent, (*beside, *refused)))
    return None, unread


def _candidates(
    base: Reading, words: str, names: list[Name], places: list[int]
) -> Iterable[tuple[Reading, list[tuple[int, int]]]]:
    """Yield the readings of the forms that fit, each with where the words stand that it reads."""
    if not places and re.search(r"\bchange\b" + (r"|\b(?:happen|what|tell)\b|^$" if base.since else ""), words):
        yield replace(base, intent="changes"), []
    for intent, form in FORMS:
        match = form.search(words)
        if match is None:
            continue
        reading = _filled(replace(base, intent=intent), named(match), words, names)
        if reading is None:
            continue
        least, most = INTENTS[intent].parties
        if not least <= len(reading.names) <= most or (reading.item and not INTENTS[intent].item):
            continue
        covered = _without(match.span(), passed_over(match))
        if intent == "whatif":
            amount = left(words)
            reading = replace(reading, scale=amount[0] if amount else None)
            # How much is lost must be said: else the words that a loss was read from are named.
            covered = [*covered, *amount[1]] if amount else where_named(match)
        yield reading, covered


def _without(span: tuple[int, int], gaps: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a span without the gaps in it."""
    start, end = span
    pieces = []
    for first, last in sorted(gaps):
        pieces.append((start, first))
        start = last
    return [*pieces, (start, end)]


def _beside(found: Sequence[Token], starts: Sequence[int], read_at: set[int], reading: Reading) -> list[str]:
    """Return the words of a question that a form does not read, as they were written, those that stand together as one."""
    harmless = HARMLESS | HARMLESS_IN.get(reading.intent, frozenset())
    places = iter(starts)
    beside: list[list[str]] = []
    together = False
    words = " ".join(token.word for token in found if token.word)

    def second(token: Token, at: int) -> bool:  # "… and whom does it supply?"
        return token.text.lower() == "and" and _SECOND.match(words, at) is not None

    def chained(token: Token, at: int) -> bool:  # "NVIDIA's suppliers", where these are not what is asked for
        if token.word in ("supplier", "customer"):
            return words[:at].endswith("'s ") or _OF_NAME.match(words, at) is not None
        return _OF_SUPPLIERS.match(words, at) is not None

    for token in found:
        at = next(places) if token.word else -1
        says = token.word != "" and at not in read_at and token.word not in harmless
        if token.word and at not in read_at and (second(token, at) or chained(token, at)):
            says = True
        if says and token.word == f"#{reading.about}" and reading.intent in OF_ITEMS:
            says = False
        if says and together:
            beside[-1].append(token.text)
        elif says:
            beside.append([token.text])
        together = says
    return [" ".join(words) for words in beside]


def _restricted(
    reading: Reading, words: str, names: list[Name], when: Moments, way: Narrowed
) -> tuple[Reading, list[str]]:
    """Return a reading with what narrows it, and the words that can't narrow an answer of this kind."""
    intent = INTENTS[reading.intent]
    refused = [when.said] if when.since and not intent.lasts else []
    if when.ahead and not intent.lasts and not when.valid_at and (intent.goes_on or when.as_of is None):
        # "who supplies OpenAI in 2027", "by 2028", "today"
        reading, refused = replace(reading, valid_at=when.as_of, as_of=None, since=None), []
    elif when.ahead and when.as_of and not when.since:
        refused = [when.said]  # nothing is known yet of a day to come
    said = [re.sub(r"@c(\d+)", lambda mark: names[int(mark[1])].text, each) for each in way.said]
    if way.direct and not (intent.has_tiers or intent.name in OF_ITEMS):
        refused.append(said[0])
    if (way.kinds or way.country) and not intent.lists_parties:
        refused.append(said[-1])
    country = names[int(way.country[2:])].country if way.country else ""
    level = reading.level
    if not level and re.search(r"\bmay\b", words) and intent.name not in _SUPPOSED:
        level = "prospective"
    direct = way.direct and intent.has_tiers
    return replace(reading, kinds=way.kinds, country=country, direct=direct, level=level), refused


def _filled(reading: Reading, groups: dict[str, str], words: str, names: list[Name]) -> Reading | None:
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
    if "list" in groups:
        asked = [name(each) for each in dict.fromkeys(re.findall(r"@[opuc]\d+", groups["list"]))]
    if reading.intent in ("chokepoints", "concentration", "shortages") and len(asked) == 1 and asked[0].is_product:
        item, asked = asked[0], []
    if reading.intent == "suppliers" and not asked and item is None:
        return None
    either = reading.intent == "paths" and not re.search(r"\b(?:depend|need|from)\b", words)
    return replace(reading, names=tuple(asked), item=item, about=about, either=either)
