"""Commands of the analysis: paths, common, exposure, chokepoints, concentration, whatif, portfolio, evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from graph.chokepoints import chokepoints as find_chokepoints
from graph.chokepoints import stops as find_stops
from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.cli.questions import AsOf, Json, Level, Name, ValidAt
from graph.concentration import concentration as measure_concentration
from graph.exposure import exposure as measure_exposure
from graph.exposure import exposures
from graph.models import Answer
from graph.paths import common as find_common
from graph.paths import paths as find_paths
from graph.portfolio import holdings_of
from graph.portfolio import portfolio as weigh_portfolio
from graph.scenarios import Scenario, ScenarioError, library, parse, read
from graph.whatif import whatif as work_out
from graph.withdrawal import withdrawal

Most = Annotated[int, typer.Option("--limit", min=1, help="Most rows to show.")]
Words = Annotated[bool, typer.Option("--explain", help="Say it in words, without tables and sentences.")]


@app.command()
def paths(
    context: typer.Context,
    name: Name,
    on: Annotated[str, typer.Option("--on", help="The party or product it may depend on.")],
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="Most ways to show.")] = 5,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print how a party depends on another: the best ways, hop by hop.

    Example: nthtier paths OpenAI --on TSMC
    """
    session: Session = context.obj
    answer = find_paths(
        session.store(read_only=True),
        name,
        on,
        count=count,
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        catalogue=session.catalogue,
    )
    _print(answer, answer.explain(), explain, as_json)


@app.command()
def common(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Parties or products, two or more.", show_default=False)],
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    limit: Most = 25,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print the suppliers that several parties share, with each one's exposure.

    Example: nthtier common NVIDIA AMD Apple
    """
    session: Session = context.obj
    answer = find_common(
        session.store(read_only=True),
        names,
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        limit=limit,
        catalogue=session.catalogue,
    )
    _print(answer, answer.explain(), explain, as_json)


@app.command()
def exposure(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="The party or product whose loss is asked about.")],
    name: Annotated[
        str | None, typer.Argument(help="Who may be exposed; left out, everybody is ranked.", show_default=False)
    ] = None,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    limit: Most = 25,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print how exposed a party is to another: bounds at three levels, the way, and what would narrow them.

    Without a name, print who is most exposed, at one level.

    Example: nthtier exposure OpenAI --to TSMC
    """
    session: Session = context.obj
    store = session.store(read_only=True)
    days = {"as_of": parse_day(as_of), "valid_at": parse_day(valid_at)}
    if name is None:
        ranking = exposures(store, to, level=level, limit=limit, catalogue=session.catalogue, **days)
        _print(ranking, ranking.explain(), explain, as_json)
    else:
        answer = measure_exposure(store, name, to, catalogue=session.catalogue, **days)
        _print(answer, answer.explain(), explain, as_json)


@app.command()
def chokepoints(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="A party: what it stops and what stops it.", show_default=False)
    ] = None,
    by: Annotated[Literal["party", "component", "country"], typer.Option(help="What is lost one at a time.")] = "party",
    component: Annotated[str | None, typer.Option(help="Only what stops because this component ran dry.")] = None,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    limit: Most = 10,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print whose loss stops most, each with the witnesses; or what a party stops and what stops it.

    Example: nthtier chokepoints --by country
    """
    session: Session = context.obj
    store = session.store(read_only=True)
    days = {"as_of": parse_day(as_of), "valid_at": parse_day(valid_at)}
    if name is not None:
        stops = find_stops(store, name, level=level, catalogue=session.catalogue, **days)
        _print(stops, stops.explain(), explain, as_json)
    else:
        answer = find_chokepoints(
            store, by=by, component=component, level=level, limit=limit, catalogue=session.catalogue, **days
        )
        _print(answer, answer.explain(), explain, as_json)


@app.command()
def concentration(
    context: typer.Context,
    component: Annotated[
        str | None, typer.Argument(help="A component; left out, all with a known share.", show_default=False)
    ] = None,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    limit: Most = 25,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print how concentrated the supply of a component is: the Herfindahl index with bounds, by supplier and country.

    Example: nthtier concentration HBM4
    """
    session: Session = context.obj
    answer = measure_concentration(
        session.store(read_only=True),
        component,
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        limit=limit,
        catalogue=session.catalogue,
    )
    _print(answer, answer.explain(), explain, as_json)


@app.command()
def whatif(
    context: typer.Context,
    scenario: Annotated[
        str | None,
        typer.Argument(help="A scenario in text, YAML or JSON, or the name of one.", show_default=False),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A file with the scenario.")] = None,
    names: Annotated[bool, typer.Option("--list", help="List the scenarios that come with nthtier.")] = False,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    limit: Most = 25,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print what a scenario stops and costs, and how it changes chokepoints and concentration.

    Steps, one a line or parted by ";": TSMC -50% | country TW -100% | component HBM4 -30% | ban US -> CN AI accelerators |
    cut ASML -> SMIC | share SK hynix -> NVIDIA HBM4 60% | deal Intel Foundry -> Apple + | claim ID - |
    source DOCUMENT#11 withdrawn

    Example: nthtier whatif "TSMC -50%"
    """
    session: Session = context.obj
    if names:
        show.lines(f"{name}: {each.title} ({each.text})" for name, each in library().items())
        return
    if (scenario is None) == (file is None):
        raise typer.BadParameter("give a scenario, or a file with --file", param_hint="scenario")
    asked = read(file) if file is not None else _parsed(scenario or "")
    answer = work_out(
        session.store(read_only=True),
        asked,
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        limit=limit,
        catalogue=session.catalogue,
    )
    _print(answer, answer.explain(), explain, as_json)


@app.command()
def portfolio(
    context: typer.Context,
    holdings: Annotated[
        list[str], typer.Argument(help="NAME=WEIGHT …, or one file of lines NAME,WEIGHT (- for standard input).")
    ],
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    limit: Most = 25,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print the suppliers that a portfolio leans on, held or not.

    Example: nthtier portfolio NVDA=60 AAPL=40
    """
    session: Session = context.obj
    answer = weigh_portfolio(
        session.store(read_only=True),
        holdings_of(_holdings(holdings)),
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        limit=limit,
        catalogue=session.catalogue,
    )
    _print(answer, answer.explain(), explain, as_json)


@app.command("rests-on")
def rests_on(
    context: typer.Context,
    name: Name,
    source: Annotated[str, typer.Option("--on", help="The party whose loss stops it, or to which it is exposed.")],
    at_least: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Ask of an exposure of at least this, 0 to 1.")
    ] = None,
    level: Level = "reported",
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    explain: Words = False,
    as_json: Json = False,
) -> None:
    """Print the least evidence an answer rests on: what would have to be wrong for it to be wrong.

    Example: nthtier rests-on Nintendo --on "Samsung Electronics"
    """
    session: Session = context.obj
    answer = withdrawal(
        session.store(read_only=True),
        name,
        source,
        at_least=at_least,
        level=level,
        as_of=parse_day(as_of),
        valid_at=parse_day(valid_at),
        catalogue=session.catalogue,
    )
    _print(answer, answer.explain(), explain, as_json)


def _parsed(text: str) -> Scenario:
    try:
        return parse(text)
    except ScenarioError as error:
        show.fail(str(error), 3)


def _holdings(given: list[str]) -> str:
    if given == ["-"]:
        return sys.stdin.read()
    path = Path(given[0])
    if len(given) == 1 and "=" not in given[0] and path.is_file():
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            show.fail(f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}", 1)
    return "\n".join(given)


def _print(answer: Answer, words: str, explain: bool, as_json: bool) -> None:
    if as_json:
        show.lines([answer.model_dump_json(indent=2)])
    elif explain:
        out = show.console()
        for line in words.splitlines():
            out.print(show.plain(line), soft_wrap=True)
    else:
        show.answer(answer)
