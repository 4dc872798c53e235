"""Commands that bring claims in: load, extract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.ingest import ingest
from loaders.errors import LoaderError
from loaders.registry import Context, load, loaders

_BATCH = 200

Files = Annotated[list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)]
Day = Annotated[str | None, typer.Option("--date", help="Date of documents that do not say theirs, YYYY-MM-DD.")]
Kind = Annotated[str | None, typer.Option("--loader", help="Loader to use; by default the file's ending decides.")]


@app.command("load")
def load_command(
    context: typer.Context,
    files: Files,
    date: Day = None,
    loader: Kind = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Load files into the store; loading twice is loading once.

    Example: nthtier load news/2026-01-28.txt suppliers.csv
    """
    session: Session = context.obj
    paths = list(_expand(files))
    reading = Context(parse_day(date), session.catalogue)
    store = session.store()
    documents = claims = new = 0
    for start in track(
        range(0, len(paths), _BATCH), "Loading", console=Console(stderr=True), disable=len(paths) <= _BATCH
    ):
        batch = [loaded for path in paths[start : start + _BATCH] for loaded in load(path, reading, loader)]
        report = ingest(store, batch, session.catalogue)
        documents, claims, new = documents + report.documents, claims + report.claims, new + report.new_documents
    if as_json:
        show.lines([json.dumps({"documents": documents, "claims": claims, "new_documents": new})])
    else:
        show.console().print(
            f"{documents} documents with {claims} claims, {new} of them new, in {session.settings.store}"
        )


@app.command()
def extract(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="A text.")], date: Day = None, loader: Kind = None
) -> None:
    """Print a file's claims as JSON Lines, without a store.

    Example: nthtier extract news/2026-01-28.txt > claims.jsonl
    """
    session: Session = context.obj
    for loaded in load(file, Context(parse_day(date), session.catalogue), loader):
        show.lines(claim.json() for claim in loaded.claims)


def _expand(paths: list[Path]) -> list[Path]:
    endings = {suffix for loader in loaders().values() for suffix in loader.suffixes}
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file() and each.suffix.casefold() in endings)
            if not inside:
                raise LoaderError(path, f"no file in it ends in {', '.join(sorted(endings))}")
            found += inside
        else:
            found.append(path)
    return found
