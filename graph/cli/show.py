"""How answers look at the terminal: tables, evidence below them, nothing from outside able to move the cursor."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph.models import Dependents, Evidence, Hop

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEVEL_STYLE = {"confirmed": "bold", "reported": "", "prospective": "dim"}


def plain(text: object) -> str:
    """Return a text from outside fit for a terminal: no control characters, no markup.

    >>> plain("[red]x[/red] \\x1b[2J")
    '\\\\[red]x\\\\[/red] [2J'
    """
    return escape(_CONTROL.sub("", str(text)))


def console() -> Console:
    """Return a console on standard output; wide where it is not a terminal, so that nothing is cut."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def fail(message: str, code: int) -> NoReturn:
    """Print one line to standard error and leave."""
    line = _CONTROL.sub("", " ".join(message.split()))
    print(f"nthtier: {line}", file=sys.stderr)
    sys.exit(code)


def share(bounds: tuple[float, float]) -> str:
    """Return a share interval in words.

    >>> share((0.0, 1.0)), share((0.7, 0.7)), share((2 / 3, 1.0))
    ('share unknown', '70%', '67–100%')
    """
    low, high = bounds
    if (low, high) == (0.0, 1.0):
        return "share unknown"
    return f"{low:.0%}" if low == high else f"{100 * low:.0f}–{high:.0%}"


def dependents(answer: Dependents) -> None:
    """Print who depends on whom: a table by tier, then the claims behind it."""
    out = console()
    verb = "depends on" if answer.direction == "dependents" else "is needed by"
    out.print(f"[bold]{plain(_title(answer))}[/bold]")
    if not answer.found:
        out.print(
            f"Nothing is documented that {verb} {plain(answer.party.name)} at level {answer.level}. {plain(answer.coverage.note)}"
        )
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("tier", "party", "kind", "level", "by way of", "claims"):
        table.add_column(heading, overflow="fold")
    numbers = {claim: number for number, claim in enumerate(_in_order(answer), 1)}
    for each in answer.found:
        marks = " ".join(f"({numbers[claim]})" for claim in _shown(each.path, answer.evidence))
        style = _LEVEL_STYLE[each.level]
        table.add_row(
            str(each.tier),
            plain(each.party.name),
            plain(each.party.kind),
            each.level,
            plain(_path(each.path)),
            marks,
            style=style,
        )
    out.print(table)
    out.print()
    for claim, number in numbers.items():
        print_claim(out, number, answer.evidence[claim])
    cover = answer.coverage
    out.print(
        f"{cover.claims} claims from {cover.documents} documents, {cover.oldest} to {cover.newest}. {plain(cover.note)}",
        style="dim",
    )


def _title(answer: Dependents) -> str:
    question = (
        f"Who depends on {answer.party.name}?"
        if answer.direction == "dependents"
        else f"What does {answer.party.name} depend on?"
    )
    when = f", as known on {answer.as_of}" if answer.as_of else ""
    return f"{question} {len(answer.found)} found, level {answer.level}{when}"


def _path(path: tuple[Hop, ...]) -> str:
    steps = []
    for hop in path:
        via = f" for {hop.via}" if hop.via and hop.via != hop.component else ""
        steps.append(f"{hop.supplier.name} –{hop.component}{via}→ {hop.consumer.name}")
    return "; ".join(steps)


def _shown(path: tuple[Hop, ...], found: dict[str, Evidence], most: int = 2) -> list[str]:
    """The claims shown for a path: the newest few of its last hop."""
    last = [claim for hop in path[-1:] for claim in hop.claims if claim in found]
    return sorted(last, key=lambda claim: (found[claim].date, claim), reverse=True)[:most]


def _in_order(answer: Dependents) -> list[str]:
    seen: dict[str, None] = {}
    for each in answer.found:
        seen.update(dict.fromkeys(_shown(each.path, answer.evidence)))
    return list(seen)


def print_claim(out: Console, number: int, claim: Evidence) -> None:
    """Print a claim: its sentence, how far it has come, where it stands."""
    what = f"{claim.status}, {claim.attribution}" + (f", {share(claim.share)}" if claim.share else "")
    out.print(f"({number}) “{plain(claim.sentence)}”", soft_wrap=False)
    out.print(f"     {what} · {claim.date} · {plain(claim.reference)}", style="dim", overflow="fold")


def lines(texts: Iterable[str]) -> None:
    """Print machine-readable lines to standard output."""
    for text in texts:
        sys.stdout.write(text + "\n")
