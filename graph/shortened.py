"""An answer cut to its first rows, for readers that pay for every word: what is left out is said, evidence goes with it."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

from graph.models import Answer, Coverage
from graph.sheet import label
from ontology import terms

_Record = TypeVar("_Record", bound=Answer)
_CLAIM: Final = re.compile(re.escape(terms.CLAIM) + r"[0-9a-f]{16}")


def shortened(record: _Record, limit: int | None) -> _Record:
    """Return an answer with at most so many rows in each of its lists, and the evidence of these alone.

    What was left out stands in the note of its coverage; the counts there are those of the whole answer.

    >>> from graph.models import Party
    >>> class Found(Answer):
    ...     found: tuple[Party, ...]
    ...     coverage: Coverage
    >>> party = Party(id="tsmc", iri="https://w3id.org/nthtier/id/tsmc", name="TSMC", kind="Foundry")
    >>> whole = Found(found=(party,) * 3, coverage=Coverage(claims=0, documents=0, oldest=None, newest=None, note=""))
    >>> cut = shortened(whole, 1)
    >>> len(cut.found), cut.coverage.note
    (1, 'Left out here: 2 of 3 (found).')
    """
    if limit is None:
        return record
    changed: dict[str, Any] = {}
    left: list[str] = []
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, tuple) and len(value) > limit and isinstance(value[0], Answer):
            changed[name] = value[:limit]
            left.append(f"{len(value) - limit} of {len(value)} ({label(name)})")
    inner = getattr(record, "answer", None)
    if isinstance(inner, Answer):
        changed["answer"] = shortened(inner, limit)
    if left:
        cut = record.model_copy(update=changed)
        cited = set(_CLAIM.findall(cut.model_dump_json(exclude={"evidence"})))
        if evidence := getattr(record, "evidence", None):
            changed["evidence"] = {claim: each for claim, each in evidence.items() if claim in cited}
        coverage = getattr(record, "coverage", None)
        if isinstance(coverage, Coverage):
            note = f"{coverage.note} Left out here: {', '.join(left)}.".lstrip()
            changed["coverage"] = coverage.model_copy(update={"note": note})
    return record.model_copy(update=changed) if changed else record
