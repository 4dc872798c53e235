"""An answer laid out for people: title, facts, tables, the claims behind it, what it rests on.

Every face shows the same sheet: terminal, page, notebook, agent. It is made from the fields of the answer's record, so a
new kind of answer needs nothing here.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from graph.models import Answer, Evidence, Hop, Party
from ontology import terms

_MOST_CLAIMS: Final = 200
_SKIPPED: Final = frozenset({"iri", "id", "relation", "relations", "evidence", "coverage", "note", "headline", "title"})
#: Fields that the headline says already.
_SAID: Final = frozenset(
    {
        "party",
        "subject",
        "object",
        "item",
        "predicates",
        "direction",
        "level",
        "as_of",
        "valid_at",
        "to",
        "on",
        "scenario",
        "since",
        "until",
        "total",
    }
)
#: Values for each of several parties, in their order; not the two bounds of an interval.
_EACH: Final = frozenset({"tiers", "exposures", "readings"})
_COUNTS: Final = frozenset({"amount", "hhi", "hhi_by_country", "effective", "before", "after", "days"})
_LABELS: Final = {
    "hhi": "HHI", "hhi_by_country": "HHI by country", "path": "by way of", "reading": "default reading", "readings": "default readings",
    "narrowing": "what would narrow it most", "complete": "all are shown", "pairs_complete": "all pairs are shown",
    "today": "newest day", "lone": "sources heard once", "lone_sources": "these are", "unknown_mass": "of all shares unknown",
    "stopped_by": "stopped by", "pairs": "stopped only by both of",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: text, the party it names, numbers of the claims it rests on, bounds to draw."""

    text: str = ""
    party: str = ""
    claims: tuple[int, ...] = ()
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answer, laid out."""

    title: str
    facts: tuple[tuple[str, Cell], ...]
    tables: tuple[Table, ...]
    claims: tuple[tuple[int, Evidence], ...]
    notes: tuple[str, ...]


def sheet(answer: BaseModel, numbers: dict[str, int] | None = None) -> Sheet:
    """Return an answer laid out.

    Parameters
    ----------
    numbers
        Claim → the number it is cited by; given where several sheets stand on one page.
    """
    evidence: Mapping[str, Evidence] = getattr(answer, "evidence", None) or {}
    numbers = {} if numbers is None else numbers
    facts: list[tuple[str, Cell]] = []
    tables: list[Table] = []
    nested: list[Sheet] = []
    for name in type(answer).model_fields:
        value = getattr(answer, name)
        if name in _SKIPPED or name in _SAID or value in (None, "", (), [], {}):
            continue
        if (name.endswith("complete") and value is True) or (name == "more" and value == 0):
            continue  # said only where it is not so
        caption = label(name)
        if _is_records(value):
            tables.append(_table(caption, list(value), evidence, numbers))
        elif isinstance(value, Mapping) and _is_records(value.values()):
            tables.append(_mapped(caption, value, evidence, numbers))
        elif isinstance(value, Answer) and not isinstance(value, (Party, Hop, Evidence)):
            nested.append(sheet(value))
        else:
            facts.append((caption, _cell(name, value, evidence, numbers)))
    claims = tuple((number, evidence[claim]) for claim, number in numbers.items() if claim in evidence)[:_MOST_CLAIMS]
    for inner in nested:
        facts += inner.facts
        tables += inner.tables
    notes = []
    if disputed := sorted(_disputed(answer)):
        conflicts = "an open conflict" if len(disputed) == 1 else f"{len(disputed)} open conflicts"
        notes.append(f"Disputed: what is marked so is part of {conflicts}: {', '.join(disputed)}.")
    if len(numbers) > _MOST_CLAIMS:
        notes.append(f"The first {_MOST_CLAIMS} of {len(numbers)} claims are shown; the answer's record has all.")
    notes += _rests_on(getattr(answer, "coverage", None))
    return Sheet(headline(answer), tuple(facts), tuple(tables), claims, tuple(notes))


def headline(answer: BaseModel) -> str:
    """Return what an answer says in one sentence; records have a property for it."""
    said = getattr(answer, "headline", None)
    return said if isinstance(said, str) else type(answer).__name__


def label(name: str) -> str:
    """Return the name of a field as people read it.

    >>> label("first_seen"), label("hhi_by_country")
    ('first seen', 'HHI by country')
    """
    return _LABELS.get(name, name.replace("_", " "))


def share(bounds: tuple[float, float]) -> str:
    """Return an interval of shares in words.

    >>> share((0.0, 1.0)), share((0.7, 0.7)), share((2 / 3, 1.0))
    ('unknown', '70%', '67–100%')
    """
    low, high = bounds
    if (low, high) == (0.0, 1.0):
        return "unknown"
    return f"{low:.0%}" if low == high else f"{100 * low:.0f}–{high:.0%}"


def route(path: Iterable[Hop]) -> str:
    """Return a path in words, from the first supplier to the last consumer, whichever way it was walked."""
    chains: list[tuple[str, str, str]] = []  # first supplier, words, last consumer
    for hop in path:
        via = f" for {hop.via}" if hop.via and hop.via != hop.component else ""
        arrow = f"–{hop.component}{via}{' (disputed)' if hop.disputed else ''}→"
        first, words, last = chains[-1] if chains else ("", "", "")
        if last == hop.supplier.iri:
            chains[-1] = first, f"{words} {arrow} {hop.consumer.name}", hop.consumer.iri
        elif first == hop.consumer.iri:
            chains[-1] = hop.supplier.iri, f"{hop.supplier.name} {arrow} {words}", last
        else:
            chains.append((hop.supplier.iri, f"{hop.supplier.name} {arrow} {hop.consumer.name}", hop.consumer.iri))
    return "; ".join(words for _, words, _ in chains)


def spaced(kind: str) -> str:
    """Return the name of a class as words.

    >>> spaced("IntegratedDeviceManufacturer"), spaced("AiLab"), spaced("Gpu")
    ('Integrated device manufacturer', 'AI lab', 'GPU')
    """
    words: list[str] = []
    for letter in kind:
        if letter.isupper() and words:
            words.append(" ")
        words.append(letter.lower())
    text = "".join(words)
    for known in ("ai", "gpu", "cpu", "ip"):
        text = " ".join(known.upper() if word == known else word for word in text.split(" "))
    return text[:1].upper() + text[1:]


def _is_records(value: Any) -> bool:
    if isinstance(value, (str, bytes, Mapping, BaseModel)) or not isinstance(value, Iterable):
        return False
    items = list(value)
    return bool(items) and all(isinstance(each, Answer) and not isinstance(each, (Party, Hop)) for each in items)


def _disputed(record: BaseModel) -> set[str]:
    """Return the ids of the open conflicts that the steps and relations of an answer are part of."""
    found: set[str] = set()
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name == "disputed" and isinstance(value, tuple):
            found.update(value)
        elif isinstance(value, tuple):
            for each in value:
                if isinstance(each, Answer):
                    found |= _disputed(each)
        elif isinstance(value, Answer):
            found |= _disputed(value)
    return found


def _table(caption: str, records: list[Any], evidence: Mapping[str, Evidence], numbers: dict[str, int]) -> Table:
    names = [
        name
        for name in type(records[0]).model_fields
        if name not in _SKIPPED
        and (name == "exposure" or any(getattr(each, name, None) not in (None, "", (), {}) for each in records))
    ]
    if any(getattr(each, "path", None) for each in records) and "claims" not in names:
        names.append("claims")
    rows = tuple(
        tuple(
            _path_claims(record, evidence, numbers)
            if name == "claims" and not hasattr(record, "claims")
            else _cell(name, getattr(record, name, None), evidence, numbers)
            for name in names
        )
        for record in records
    )
    return Table(caption, tuple(label(name) for name in names), rows)


def _mapped(caption: str, value: Mapping[str, Any], evidence: Mapping[str, Evidence], numbers: dict[str, int]) -> Table:
    inner = _table(caption, list(value.values()), evidence, numbers)
    rows = tuple((Cell(str(key)), *row) for key, row in zip(value, inner.rows, strict=True))
    return Table(caption, ("", *inner.columns), rows)


def _path_claims(record: Any, evidence: Mapping[str, Evidence], numbers: dict[str, int]) -> Cell:
    """The newest few claims of a path's last hop."""
    hops = record.path[-1:]
    return _marks((claim for hop in hops for claim in hop.claims), evidence, numbers, most=2)


def _marks(claims: Iterable[str], evidence: Mapping[str, Evidence], numbers: dict[str, int], most: int = 4) -> Cell:
    known = [claim for claim in claims if claim in evidence]
    newest = sorted(known, key=lambda claim: (evidence[claim].date, claim), reverse=True)[:most]
    return Cell(claims=tuple(numbers.setdefault(claim, len(numbers) + 1) for claim in newest))


def _cell(name: str, value: Any, evidence: Mapping[str, Evidence], numbers: dict[str, int]) -> Cell:
    if name.endswith("claims") and isinstance(value, tuple):
        return _marks(value, evidence, numbers)
    if isinstance(value, Party):
        return Cell(value.name, value.id)
    if name == "exposure" and value is None:
        return Cell("undocumented")
    if name == "disputed" and isinstance(value, tuple):
        return Cell("yes" if value else "")
    if name in _EACH and isinstance(value, tuple):
        return Cell(" / ".join(_cell("", each, evidence, numbers).text for each in value))
    if _is_interval(value):
        if name in _COUNTS or max(abs(value[0]), abs(value[1])) > 1:
            return Cell(_number(value[0]) if value[0] == value[1] else f"{_number(value[0])}–{_number(value[1])}")
        said = share(value)
        if said == "unknown" and not name.startswith("share"):
            said = "0–100%"  # a share is not known; a bound that is worked out is
        return Cell(said, bounds=(float(value[0]), float(value[1])))
    if name in _COUNTS and isinstance(value, tuple) and len(value) == 2 and value[1] is None:
        return Cell(f"{_number(value[0])} or more")
    return Cell(_text(value))


def _is_interval(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(isinstance(bound, (int, float)) and not isinstance(bound, bool) for bound in value)
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0%}" if abs(value) <= 1 else _number(value)
    if isinstance(value, Party):
        return value.name
    if isinstance(value, Hop):
        return route([value])
    if isinstance(value, Evidence):
        return f"“{value.sentence}”"
    if isinstance(value, BaseModel):
        return _record(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(each)}" for key, each in value.items())
    if isinstance(value, (tuple, list, set, frozenset)):
        items = list(value)
        if items and all(isinstance(each, Hop) for each in items):
            return route(items)
        return (", " if all(len(_text(each)) < 40 for each in items) else "; ").join(_text(each) for each in items)
    return str(value).removeprefix(terms.CLAIM)


def _record(value: BaseModel) -> str:
    """Return a record within a cell: what it says, else what it is about."""
    if hasattr(value, "headline"):
        return headline(value)
    about = getattr(value, "party", None) or getattr(value, "component", None)
    return about.name if isinstance(about, Party) else about if isinstance(about, str) else _fields(value)


def _fields(value: BaseModel) -> str:
    said = (
        (name, getattr(value, name)) for name in type(value).model_fields if name not in _SKIPPED and name != "claims"
    )
    shown = (
        (name, share(each) if name.startswith("share") and _is_interval(each) else _text(each)) for name, each in said
    )
    return ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in shown if text)


def _rests_on(coverage: Any) -> list[str]:
    if coverage is None:
        return []
    notes = []
    if claims := getattr(coverage, "claims", 0):
        when = f", {coverage.oldest} to {coverage.newest}" if getattr(coverage, "oldest", None) else ""
        texts = f"{coverage.documents} document{'' if coverage.documents == 1 else 's'}"
        notes.append(f"{claims} claim{'' if claims == 1 else 's'} from {texts}{when}.")
    for name in type(coverage).model_fields:
        value = getattr(coverage, name)
        if name == "note" or name in ("claims", "documents", "oldest", "newest") or value in (None, "", (), 0, {}):
            continue
        notes.append(f"{name.replace('_', ' ').capitalize()}: {_text(value)}.")
    if note := getattr(coverage, "note", ""):
        notes.append(note)
    return notes


def to_html(laid_out: Sheet, most: int = 60) -> str:
    """Return a sheet as a piece of HTML for a notebook: no script, no style from outside, every text escaped."""
    e = html.escape
    parts = [f"<div class='nthtier'><p><b>{e(laid_out.title)}</b></p>"]
    if laid_out.facts:
        parts.append(
            "<p>" + " · ".join(f"{e(label)}: {e(cell.text)}" for label, cell in laid_out.facts if cell.text) + "</p>"
        )
    for table in laid_out.tables:
        parts.append(
            "<table><thead><tr>" + "".join(f"<th>{e(column)}</th>" for column in table.columns) + "</tr></thead><tbody>"
        )
        for row in table.rows[:most]:
            parts.append(
                "<tr>" + "".join(f"<td style='text-align:left'>{e(_said(cell))}</td>" for cell in row) + "</tr>"
            )
        parts.append("</tbody></table>")
        if len(table.rows) > most:
            parts.append(f"<p>… and {len(table.rows) - most} more.</p>")
    if laid_out.claims:
        parts.append("<details><summary>Claims</summary><ol>")
        parts += [
            f"<li value='{number}'>“{e(claim.sentence)}” <small>{e(_stance(claim))} · {e(claim.date)} · {_source(claim)}</small></li>"
            for number, claim in laid_out.claims
        ]
        parts.append("</ol></details>")
    parts.append("<p><small>" + e(" ".join(laid_out.notes)) + "</small></p></div>")
    return "".join(parts)


def _said(cell: Cell) -> str:
    return " ".join(filter(None, (cell.text, " ".join(f"({number})" for number in cell.claims))))


def _stance(claim: Evidence) -> str:
    return ", ".join(filter(None, (claim.status, claim.attribution, claim.held)))


def _source(claim: Evidence) -> str:
    text = html.escape(claim.source_title or claim.reference)
    if is_web(claim.source):
        return f"<a href='{html.escape(claim.source or '')}' rel='noopener noreferrer'>{text}</a>"
    return text


def is_web(address: str | None) -> bool:
    """Say whether an address may stand in a link: http and https only.

    >>> is_web("https://example.org/a"), is_web("javascript:alert(1)"), is_web(None)
    (True, False, False)
    """
    return bool(address) and str(address).lower().startswith(("http://", "https://"))
