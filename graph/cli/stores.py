"""Commands that look after a store: backup, restore, export, stats."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from graph.cli import show
from graph.cli.app import Session, app
from graph.errors import StoreError
from graph.store import maintenance, media

Target = Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


def _folder(session: Session) -> Path:
    location = session.settings.store
    if location == "memory:" or "://" in location:
        raise StoreError(f"{location} is no folder; a server has its own ways to back up, and memory has none")
    return Path(location)


@app.command()
def backup(context: typer.Context, target: Target) -> None:
    """Copy the store to a new folder, whoever writes to it meanwhile.

    Example: nthtier backup backups/2026-01-28
    """
    maintenance.backup(_folder(context.obj), target)
    show.console().print(f"{show.plain(target)} holds the store of now")


@app.command()
def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="Folder of a backup; it stays as it is.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is in the store.")] = False,
) -> None:
    """Make the store what a backup holds.

    Example: nthtier restore backups/2026-01-28 --replace
    """
    store = _folder(context.obj)
    maintenance.restore(source, store, replace=replace)
    show.console().print(f"{show.plain(store)} holds what {show.plain(source)} holds")


@app.command()
def export(
    context: typer.Context,
    out: Annotated[
        Path, typer.Argument(help=f"File to write; its ending decides: {', '.join(sorted(media.SUFFIXES))}.")
    ],
    graph: Annotated[str | None, typer.Option(help="IRI of one graph alone; 'default' for the default graph.")] = None,
) -> None:
    """Write all that the store holds, or one graph, as RDF.

    Example: nthtier export everything.nq
    """
    session: Session = context.obj
    form = media.SUFFIXES.get(out.suffix.casefold())
    if form is None:
        raise StoreError(
            f"{out}: no RDF form ends in {out.suffix!r}; known endings: {', '.join(sorted(media.SUFFIXES))}"
        )
    pieces = session.store(read_only=True).export(form, "" if graph == "default" else graph)
    unfinished = out.with_name(out.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        unfinished.replace(out)
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    show.console().print(f"{show.plain(out)}: {out.stat().st_size:,} bytes")


@app.command()
def stats(context: typer.Context, as_json: Json = False) -> None:
    """Count what the store holds.

    Example: nthtier stats
    """
    session: Session = context.obj
    figures = maintenance.stats(session.store(read_only=True))
    if as_json:
        sys.stdout.write(json.dumps(dataclasses.asdict(figures)) + "\n")
        return
    out = show.console()
    size = f", {figures.size:,} bytes on disk" if figures.size is not None else ""
    out.print(
        f"{figures.quads:,} statements, {figures.default:,} of them in the default graph, {figures.graphs:,} documents{size}"
    )
    for predicate, count in figures.predicates:
        out.print(f"{count:>10,}  {show.plain(predicate)}")
