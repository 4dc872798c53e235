"""How answers look at the terminal: tables, evidence below them, nothing from outside able to move the cursor."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import NoReturn

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph.models import Evidence
from graph.sheet import Cell, share, sheet
from loaders.source import well_formed

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEVEL_STYLE = {"confirmed": "bold", "reported": "", "prospective": "dim"}


def plain(text: object) -> str:
    """Return a text from outside fit for a terminal: no control characters, no markup.

    >>> plain("[red]x[/red] \\x1b[2J")
    '\\\\[red]x\\\\[/red] [2J'
    """
    return escape(_CONTROL.sub("", well_formed(str(text))))


def console() -> Console:
    """Return a console on standard output; wide where it is not a terminal, so that nothing is cut."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def fail(message: str, code: int) -> NoReturn:
    """Print one line to standard error and leave."""
    line = _CONTROL.sub("", " ".join(well_formed(str(message)).split()))
    print(f"nthtier: {line}", file=sys.stderr)
    sys.exit(code)


def answer(record: BaseModel) -> None:
    """Print an answer: what it says, its tables, then the claims behind them."""
    laid_out = sheet(record)
    out = console()
    out.print(f"[bold]{plain(laid_out.title)}[/bold]")
    for label, cell in laid_out.facts:
        if cell.text:
            out.print(f"{plain(label)}: {plain(cell.text)}", overflow="fold")
    if not laid_out.tables:
        out.print("Nothing is documented.")
    for each in laid_out.tables:
        if len(laid_out.tables) > 1:
            out.print(f"\n[bold]{plain(each.caption)}[/bold]")
        table = Table(box=None, pad_edge=False)
        for heading in each.columns:
            table.add_column(plain(heading), overflow="fold")
        level = each.columns.index("level") if "level" in each.columns else None
        for row in each.rows:
            style = _LEVEL_STYLE.get(row[level].text, "") if level is not None else ""
            table.add_row(*(_said(cell) for cell in row), style=style)
        out.print(table)
    out.print()
    for number, claim in laid_out.claims:
        print_claim(out, number, claim)
    for note in laid_out.notes:
        out.print(plain(note), style="dim")


def _said(cell: Cell) -> str:
    marks = " ".join(f"({number})" for number in cell.claims)
    return " ".join(filter(None, (plain(cell.text), marks)))


def print_claim(out: Console, number: int, claim: Evidence) -> None:
    """Print a claim: its sentence, how far it has come, where it stands."""
    what = ", ".join(
        filter(None, (claim.status, claim.attribution, claim.share and f"share {share(claim.share)}", claim.held))
    )
    out.print(f"({number}) “{plain(claim.sentence)}”", soft_wrap=False)
    out.print(f"     {what} · {claim.date} · {plain(claim.reference)}", style="dim", overflow="fold")


def many(number: int, what: str) -> str:
    """Return a number of things in words.

    >>> many(1, "claim"), many(0, "claim"), many(3000, "claim")
    ('1 claim', '0 claims', '3,000 claims')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def lines(texts: Iterable[str]) -> None:
    """Print machine-readable lines to standard output."""
    for text in texts:
        sys.stdout.write(text + "\n")
