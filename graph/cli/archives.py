"""The command that turns an archive into files of claims, on this machine or on a cluster."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from graph.backfill import backfill
from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.cli.loading import Day, Files, Kind
from graph.loading import Reading


class EngineName(StrEnum):
    """What does the work."""

    LOCAL = "local"
    SPARK = "spark"


@app.command("backfill")
def backfill_command(
    context: typer.Context,
    files: Files,
    out: Annotated[Path, typer.Option(help="Folder for the N-Quads and Parquet.")] = Path("backfill"),
    engine: Annotated[
        EngineName, typer.Option(help="Processes of this machine, or a Spark cluster.")
    ] = EngineName.LOCAL,
    master: Annotated[str, typer.Option(help="Address of the Spark cluster.")] = "local[*]",
    processes: Annotated[int, typer.Option(min=1, help="Processes that read, with the engine local.")] = 1,
    parts: Annotated[
        int | None, typer.Option(min=1, help="Into how many parts the files are divided.", show_default=False)
    ] = None,
    date: Day = None,
    loader: Kind = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Make N-Quads and Parquet of an archive, part by part; a run that was stopped goes on where it was.

    Example: nthtier backfill archive/ --out claims/ --engine spark --master spark://host:7077
    """
    session: Session = context.obj
    reading = Reading(parse_day(date), loader, None, tuple(session.settings.catalogue))
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=None)
        done = backfill(
            files,
            out,
            reading,
            engine=engine.value,
            processes=processes,
            master=master,
            parts=parts,
            progress=lambda made, of: bar.update(task, completed=made, total=of),
        )
    for fault in done.faults:
        typer.echo(f"nthtier: {show.plain(fault)}", err=True)
    if as_json:
        show.lines([done.model_dump_json()])
    else:
        show.console().print(
            f"{show.many(done.documents, 'document')} with {show.many(done.claims, 'claim')} in "
            f"{show.many(done.parts, 'part')}, {done.made:,} made now, in "
            f"{show.plain(out)}; put them into a store with: nthtier load {show.plain(out / 'quads')}"
        )
    if done.faults:
        raise typer.Exit(1)
