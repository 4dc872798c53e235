"""A list of parties that answers a question, narrowed to kinds of parties and to a home."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from graph.evidence import coverage
from graph.exposure import Ranking
from graph.models import Answer, Dependents, Party
from graph.paths import Common
from graph.queries import query, rows
from graph.question.both import CommonDependents
from graph.related import Related
from graph.remembered import Remembered
from graph.sheet import spaced
from graph.store import Store


def _homes(store: Store) -> dict[str, str]:
    return {row[0]: row[1] for row in rows(store, query("countries"))}


_HOMES: Final = Remembered(_homes)


def in_words(kinds: tuple[str, ...], country: str, direct: bool) -> str:
    """Return what a list is narrowed to.

    >>> in_words(("Hyperscaler",), "US", direct=True)
    'only hyperscalers, at home in US, first tier'
    """
    said = [" or ".join(_plural(spaced(kind)) for kind in kinds)] if kinds else []
    said += [f"at home in {country}"] if country else []
    said += ["first tier"] if direct else []
    return "only " + ", ".join(said) if said else ""


def _plural(kind: str) -> str:
    low = kind if kind[:2].isupper() else kind[:1].lower() + kind[1:]
    return f"{low[:-1]}ies" if low.endswith("y") else f"{low}s"


def narrow(store: Store, record: Answer, kinds: tuple[str, ...], country: str) -> Answer:
    """Return an answer with those of its parties that are of some kinds and at home in a country, and their claims."""
    if not isinstance(record, Dependents | Related | Common | CommonDependents | Ranking):
        return record
    homes = _HOMES.of(store) if country else {}

    def fits(party: Party | None) -> bool:
        if party is None:
            return False
        return (not kinds or party.kind in kinds) and (not country or homes.get(party.iri) == country)

    found: tuple[Any, ...] = tuple(each for each in record.found if fits(_answers(record, each)))
    used = {claim for each in found for claim in _claims(each)}
    known = {iri: each for iri, each in record.evidence.items() if iri in used}
    left: dict[str, Any] = {"found": found, "evidence": known, "coverage": coverage(known)}
    if "total" in type(record).model_fields:
        left["total"] = len(found)
    return record.model_copy(update=left)


def _answers(record: Answer, each: Any) -> Party | None:
    """Return the party that a row of an answer is about."""
    if isinstance(record, Related):
        of_item = record.subject is None and record.object is None
        asked = record.subject is not None or (of_item and "uses" in record.predicates and each.predicate != "uses")
        end: Party | None = each.object if asked else each.subject
        return end
    party: Party = each.supplier if isinstance(record, Common) else each.party
    return party


def _claims(each: Any) -> Iterable[str]:
    yield from getattr(each, "claims", ())
    for path in (getattr(each, "path", ()), *getattr(each, "paths", ())):
        for hop in path:
            yield from hop.claims
