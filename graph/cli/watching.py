"""The command that looks at folders and feeds again and again."""

from __future__ import annotations

import ipaddress
import time
from pathlib import Path
from typing import Annotated

import typer

from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.cli.loading import Day, Kind
from graph.errors import StoreBusyError, StoreLockedError
from graph.fetch import Limits
from graph.loading import Reading
from graph.store import open_store
from graph.watch import Run, State, look


@app.command()
def watch(
    context: typer.Context,
    targets: Annotated[list[str], typer.Argument(help="Folders, files, and addresses of feeds.", show_default=False)],
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 900,
    once: Annotated[
        bool, typer.Option("--once", help="Look once and leave; exit code 1 if something was refused.")
    ] = False,
    state: Annotated[
        Path | None,
        typer.Option(help="File that notes what was seen; by default beside the store folder.", show_default=False),
    ] = None,
    date: Day = None,
    loader: Kind = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes that read.")] = 1,
    allow_private: Annotated[
        list[str] | None,
        typer.Option(
            help="Private address or network to fetch from all the same, such as 10.1.2.0/24.", show_default=False
        ),
    ] = None,
    max_bytes: Annotated[int, typer.Option(min=1, help="Largest feed, in bytes.")] = 32 * 2**20,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds a fetch may take as a whole.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print a report of each look as a line of JSON.")] = False,
) -> None:
    """Watch folders and feeds: store what is new, put what changed in the place of what it was.

    Example: nthtier watch news/ https://example.org/feed.xml --every 3600
    """
    session: Session = context.obj
    place = session.settings.store
    where = state or _beside(place)
    reading = Reading(parse_day(date), loader, None, tuple(session.settings.catalogue))
    try:
        private = tuple(ipaddress.ip_network(each) for each in allow_private or ())
    except ValueError as error:
        raise typer.BadParameter(f"--allow-private: {error}") from None
    limits = Limits(min(20.0, timeout), timeout, max_bytes, private=private)
    store = session.store() if place == "memory:" else None
    while True:
        try:
            opened = store or open_store(place)
            try:
                run = look(opened, targets, State.read(where), reading, limits=limits, processes=processes)
            finally:
                if store is None:
                    opened.close()  # between two looks others may write
        except (StoreLockedError, StoreBusyError) as error:  # as others do who write just now
            if once:
                raise
            typer.echo(f"nthtier: {show.plain(error)}; next look in {every:g} s", err=True)
        else:
            _report(run, as_json)
            if once:
                raise typer.Exit(1 if run.faults else 0)
        time.sleep(every)


def _beside(place: str) -> Path:
    """The file that notes what was seen for a store; its name ends so that a look at its folder leaves it alone."""
    if "://" not in place and place != "memory:":
        return Path(f"{place.rstrip('/')}.watch.json")
    path, earlier = Path("nthtier.watch.json"), Path("nthtier-watch.json")
    if earlier.is_file() and not path.exists():
        earlier.replace(path)  # its earlier name, which a look took for that of a feed
    return path


def _report(run: Run, as_json: bool) -> None:
    for notice in run.notices:
        typer.echo(show.plain(notice), err=True)
    if as_json:
        show.lines([run.model_dump_json()])
        return
    out = show.console()
    for each in run.looked:
        replaced = f", {show.many(each.replaced, 'earlier state')} taken out" if each.replaced else ""
        out.print(
            f"{show.plain(each.target)}: {show.many(each.documents, 'document')} with "
            f"{show.many(each.claims, 'claim')}{replaced}; {each.unchanged:,} unchanged"
        )
        for fault in each.faults:
            typer.echo(f"nthtier: {show.plain(fault)}", err=True)
