"""Commands on what disagrees, changes and ages: conflicts, resolve, timeline, changes, report, review, coverage."""

from __future__ import annotations

import getpass
from datetime import date as Date
from pathlib import Path
from typing import Annotated, Literal

import typer

from graph import feed
from graph import review as desk
from graph.changes import changes as find_changes
from graph.changes import watch_list
from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.cli.questions import AsOf, Json, Level, Name
from graph.conflicts import Conflicts
from graph.conflicts import conflicts as find_conflicts
from graph.conflicts import resolve as settle
from graph.conflicts import undo as open_again
from graph.coverage import graph_coverage
from graph.decisions import Decision
from graph.dependency import find
from graph.errors import DecisionError
from graph.models import Answer
from graph.question.answering import newest_day
from graph.question.moments import day_in_words
from graph.report import day_report, html
from graph.threads import LAPSE_DAYS
from graph.threads import timeline as find_timeline
from loaders.errors import LoaderError
from ontology import terms

Why = Annotated[str, typer.Option("--why", help="The reason, in a sentence.")]
Author = Annotated[str | None, typer.Option("--author", help="Who decides; by default the user's name.")]
Day = Annotated[str | None, typer.Option("--date", help="The day of the decision, YYYY-MM-DD; by default today.")]
Watch = Annotated[
    Path | None, typer.Option("--watch", help="File of party names, one a line, whose answers are compared.")
]
Lapse = Annotated[
    int, typer.Option("--lapse", min=1, help="Days after which a deal under way that nobody speaks of has lapsed.")
]


@app.command()
def conflicts(
    context: typer.Context,
    party: Annotated[str | None, typer.Argument(help="Only conflicts over this party or product.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only one kind: {', '.join(terms.CONFLICT_KINDS)}.")] = None,
    settled: Annotated[
        bool, typer.Option("--settled/--open", help="Show those that a decision settles as well.")
    ] = True,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Print what sources disagree on, both sides with their claims.

    Example: nthtier conflicts --kind owner
    """
    if kind is not None and kind not in terms.CONFLICT_KINDS:
        raise typer.BadParameter(f"must be one of {', '.join(terms.CONFLICT_KINDS)}", param_hint="--kind")
    session: Session = context.obj
    store, day = session.store(read_only=True), parse_day(as_of)
    node = find(store, party, session.catalogue, day) if party else None
    found = find_conflicts(store, as_of=day, kind=kind, party=node, settled=settled)
    if as_json:
        show.lines([found.model_dump_json(indent=2)])
    else:
        _print_conflicts(found)


def _print_conflicts(found: Conflicts) -> None:
    out = show.console()
    out.print(f"[bold]{show.plain(found.headline)}[/bold]")
    for row in found.found:
        out.print(f"\n[bold]{show.plain(row.question)}[/bold]  {row.kind}, since {row.since}  {row.id}")
        if row.settled:
            out.print(f"  settled by {show.plain(row.settled.headline)}")
        for side in row.sides:
            out.print(f"  • {show.plain(side.headline)}")
            for claim in sorted(side.claims, key=lambda each: (found.evidence[each].date, each)):
                said = found.evidence[claim]
                what = f"{said.status}, {said.attribution} · {said.date} · {show.plain(said.reference)}"
                out.print(f"    “{show.plain(said.sentence)}”")
                out.print(f"      {what} · {claim.removeprefix(terms.CLAIM)}", style="dim", overflow="fold")
    out.print()
    out.print(f"{found.coverage.claims} claims from {found.coverage.documents} documents.", style="dim")


@app.command()
def resolve(
    context: typer.Context,
    conflict: Annotated[str, typer.Argument(help="Id of the conflict.")],
    why: Why,
    keep: Annotated[
        str | None, typer.Option("--keep", help="Id of a claim on the side that is right, or: catalogue.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Open it again instead.")] = False,
    author: Author = None,
    date: Day = None,
    as_json: Json = False,
) -> None:
    """Settle a conflict: keep one side, set the claims of the others aside. Nothing is deleted, and it can be undone.

    Example: nthtier resolve owner-096832b6c6193efa --keep 7dae385e5c551317 --why "The maker's own page says so."
    """
    if undo is (keep is not None):
        raise typer.BadParameter("give either --keep or --undo")
    session: Session = context.obj
    store, signed, day = session.store(), _author(author), _day(date)
    if keep is not None:
        made = settle(store, conflict, keep, why, author=signed, date=day, catalogue=session.catalogue)
    else:
        made = open_again(store, conflict, why, author=signed, date=day, catalogue=session.catalogue)
    _print_decision(made, as_json)


@app.command()
def timeline(
    context: typer.Context, name: Name, as_of: AsOf = None, lapse: Lapse = LAPSE_DAYS, as_json: Json = False
) -> None:
    """Print the threads of a party: each tie through its stages, with dates and claims.

    Example: nthtier timeline SoftBank --as-of 2026-01-28
    """
    session: Session = context.obj
    found = find_timeline(
        session.store(read_only=True), name, as_of=parse_day(as_of), lapse_days=lapse, catalogue=session.catalogue
    )
    if as_json:
        show.lines([found.model_dump_json(indent=2)])
        return
    out = show.console()
    out.print(f"[bold]{show.plain(found.headline)}[/bold]")
    for each in found.found:
        marks = "".join((", lapsed" if each.lapsed else "", ", disputed" if each.disputed else ""))
        origins = f"{each.support} {'origin' if each.support == 1 else 'origins'}"
        out.print(f"\n[bold]{show.plain(each.tie)}[/bold]  {each.how_far}, {origins}{marks}")
        for step in each.stages:
            out.print(f"  {step.date}  {step.status}, {step.attribution}")
            for claim in step.claims:
                if said := found.evidence.get(claim):
                    out.print(
                        f"    “{show.plain(said.sentence)}” [dim]{show.plain(said.reference)}[/dim]", overflow="fold"
                    )
    out.print()
    out.print(show.plain(found.coverage.note), style="dim")


@app.command()
def changes(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            help="What was learnt after this day: YYYY-MM-DD, or “yesterday”, “last week” before the newest day known.",
        ),
    ],
    until: Annotated[str | None, typer.Option("--until", help="Up to this day; by default the newest claim's.")] = None,
    watch: Watch = None,
    level: Level = "reported",
    lapse: Lapse = LAPSE_DAYS,
    form: Annotated[Literal["table", "jsonl", "atom"], typer.Option("--format", help="How to print it.")] = "table",
    as_json: Json = False,
) -> None:
    """Print what changed: ties, names, conflicts, answers of watched parties, deals gone silent.

    Example: nthtier changes --since 2026-01-27 --watch mine.txt
    """
    if level not in terms.LEVELS:
        raise typer.BadParameter(f"must be one of {', '.join(terms.LEVELS)}", param_hint="--level")
    session: Session = context.obj
    store = session.store(read_only=True)
    start = day_in_words(since, newest_day(store), last=False) or parse_day(since)
    assert start is not None
    found = find_changes(
        store,
        start,
        parse_day(until),
        watch=_watched(watch),
        level=level,
        lapse_days=lapse,
        catalogue=session.catalogue,
    )
    if form == "jsonl":
        show.lines(feed.lines(found))
    elif form == "atom":
        show.lines([feed.atom(found)])
    else:
        _print(found, as_json)


@app.command()
def report(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="The day, YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path("day.html"),
    watch: Watch = None,
    lapse: Lapse = LAPSE_DAYS,
    as_json: Json = False,
) -> None:
    """Write the page of a day: what its news changed, read in two minutes; the page needs no network.

    Example: nthtier report 2026-01-28 -o day.html
    """
    session: Session = context.obj
    when = parse_day(day)
    assert when is not None
    found = day_report(
        session.store(read_only=True), when, watch=_watched(watch), lapse_days=lapse, catalogue=session.catalogue
    )
    if as_json:
        show.lines([found.model_dump_json(indent=2)])
        return
    try:
        out.write_text(html(found), encoding="utf-8")
    except OSError as error:
        raise LoaderError(out, f"can't be written: {error.strerror or error}") from None
    show.console().print(f"{show.plain(found.headline)}\nWritten to {show.plain(out)}")


@app.command()
def review(
    context: typer.Context,
    accept: Annotated[
        str | None, typer.Option(help="A name that stands for itself, or a claim that was read rightly.")
    ] = None,
    reject: Annotated[str | None, typer.Option(help="A claim to set aside, or a name that names nothing.")] = None,
    merge: Annotated[str | None, typer.Option(help="A name that is another name of --into.")] = None,
    into: Annotated[str | None, typer.Option(help="What the merged name stands for.")] = None,
    undo: Annotated[str | None, typer.Option(help="Undo the latest decision about this claim or name.")] = None,
    why: Annotated[str, typer.Option("--why", help="The reason, in a sentence.")] = "",
    author: Author = None,
    date: Day = None,
    doubt: Annotated[float, typer.Option(min=0, max=1, help="Claims read with less confidence wait.")] = desk.DOUBT,
    limit: Annotated[int, typer.Option(min=1, help="Most to show of each.")] = 25,
    as_json: Json = False,
) -> None:
    """Print what waits for a person, or enter a decision. Nothing merges by itself, and each decision can be undone.

    Example: nthtier review --merge "Jingxin" --into "Jingxin Micro" --why "The same firm."
    """
    session: Session = context.obj
    asked = [
        name for name, given in (("accept", accept), ("reject", reject), ("merge", merge), ("undo", undo)) if given
    ]
    if len(asked) > 1 or (merge is None) is not (into is None):
        raise typer.BadParameter("give one of --accept, --reject, --merge with --into, --undo")
    if not asked:
        store = session.store(read_only=True)
        _print(desk.review(store, doubt=doubt, limit=limit, catalogue=session.catalogue), as_json)
        return
    if not why.strip():
        raise typer.BadParameter("a decision needs its reason: --why", param_hint="--why")
    store, signed, day = session.store(), _author(author), _day(date)
    if accept:
        made = desk.accept(store, accept, why, author=signed, date=day, catalogue=session.catalogue)
    elif reject:
        made = desk.reject(store, reject, why, author=signed, date=day, catalogue=session.catalogue)
    elif merge and into:
        made = desk.merge(store, merge, into, why, author=signed, date=day, catalogue=session.catalogue)
    else:
        made = open_again(store, undo or "", why, author=signed, date=day, catalogue=session.catalogue)
    _print_decision(made, as_json)


@app.command()
def coverage(
    context: typer.Context,
    as_of: AsOf = None,
    silent: Annotated[int, typer.Option("--silent", min=1, help="Days after which a party is silent.")] = 90,
    lapse: Lapse = LAPSE_DAYS,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most rows of each list.")] = 15,
    as_json: Json = False,
) -> None:
    """Print what the graph does not know: open needs, unknown shares, stale facts, silent parties, sources' records.

    Example: nthtier coverage --as-of 2026-01-31
    """
    session: Session = context.obj
    store = session.store(read_only=True)
    _print(graph_coverage(store, as_of=parse_day(as_of), silent_days=silent, lapse_days=lapse, limit=limit), as_json)


def _print(answer: Answer, as_json: bool) -> None:
    if as_json:
        show.lines([answer.model_dump_json(indent=2)])
    else:
        show.answer(answer)


def _print_decision(made: Decision, as_json: bool) -> None:
    if as_json:
        show.lines([desk.as_decided(made).model_dump_json(indent=2)])
        return
    about = made.about.removeprefix(terms.BASE)
    aside = f", {len(made.sets_aside)} claims set aside" if made.sets_aside else ""
    show.console().print(f"{made.verdict}: {show.plain(about)}, signed {show.plain(made.author)}, {made.date}{aside}")


def _author(given: str | None) -> str:
    if given is not None:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise DecisionError("a decision needs its author; say it with --author") from None


def _day(given: str | None) -> Date:
    return parse_day(given) or Date.today()


def _watched(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        return watch_list(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise LoaderError(path, "not UTF-8") from None
    except OSError as error:
        raise LoaderError(path, f"can't be read: {error.strerror or error}") from None
