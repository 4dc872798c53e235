"""Commands that bring claims in: load, extract."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graph import explained
from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.errors import SettingsError
from graph.loading import Reading, Tally, find_files, load_files, worthwhile
from graph.settings import Settings
from loaders.claim import Document, Loaded
from loaders.errors import LoaderError
from loaders.extraction import explanation
from loaders.extraction.chat import Chat
from loaders.extraction.embedded import Embedded
from loaders.extraction.endpoint import Endpoint
from loaders.linking import Linker
from loaders.registry import Context, load

Files = Annotated[list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)]
Day = Annotated[str | None, typer.Option("--date", help="Date of documents that do not say theirs, YYYY-MM-DD.")]
Kind = Annotated[str | None, typer.Option("--loader", help="Loader to use; by default the file's ending decides.")]
Mapping = Annotated[
    Path | None, typer.Option(help="Mapping file (TOML) that says which column of a table is which field of a claim.")
]
Processes = Annotated[
    int | None,
    typer.Option(min=1, help="Processes that read; by default as many as the files are worth.", show_default=False),
]


@app.command("load")
def load_command(
    context: typer.Context,
    files: Files,
    date: Day = None,
    loader: Kind = None,
    mapping: Mapping = None,
    processes: Processes = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="A changed file takes the place of what the store has of it.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Load the other files where one is refused; the exit code is then 1.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Load files into the store; loading twice is loading once, and a load that was stopped goes on where it was.

    Example: nthtier load news/2026-01-28.txt suppliers.csv
    """
    session: Session = context.obj
    paths = find_files(files)
    if processes is None:
        processes = worthwhile(
            len(paths), os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count() or 1
        )
    extractor = endpoint(session.settings, 1 if processes > 1 else None)
    reading = Reading(parse_day(date), loader, mapping, tuple(session.settings.catalogue), extractor)
    store = session.store()
    with _bar(len(paths)) as bar:
        task = bar.add_task("Loading", total=len(paths), note="")

        def progress(tally: Tally) -> None:
            bar.update(task, completed=tally.files, note=f"{tally.documents:,} documents written")

        tally = load_files(
            store, paths, reading, processes=processes, keep_going=keep_going, replace=replace, progress=progress
        )
    report(session, tally, as_json)


def endpoint(settings: Settings, threads: int | None = None) -> Callable[[Linker], Endpoint] | None:
    """Return what makes the extractor that asks the model server of the settings, and say who is sent the texts.

    None where settings do not allow it. Other processes can be given it.
    """
    if not settings.model_reading:
        return None
    if not settings.model_url:
        raise SettingsError("NTHTIER_MODEL_READING is on, but NTHTIER_MODEL_URL names no server to read")
    chat = Chat(settings.model_url, settings.model_name, settings.model_key, settings.model_timeout)
    typer.echo(f"nthtier: the text of documents is sent to {show.plain(chat.where)} (NTHTIER_MODEL_READING)", err=True)
    return partial(Endpoint.beside, chat=chat, cache=settings.model_cache, threads=threads)


def _bar(files: int) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(
        *columns, TextColumn("{task.fields[note]}"), console=Console(stderr=True), transient=True, disable=files < 20
    )


def report(session: Session, tally: Tally, as_json: bool) -> None:
    """Print what a load did; faults and notices go to standard error, and faults make the exit code 1."""
    for notice in sorted(tally.notices):
        typer.echo(show.plain(notice), err=True)
    for fault in tally.faults:
        typer.echo(f"nthtier: {show.plain(fault)}", err=True)
    if as_json:
        said = {name: getattr(tally, name) for name in (
            "documents", "claims", "new_documents", "skipped", "replaced", "kept_beside", "faults",
        )}  # fmt: skip
        show.lines([json.dumps(said, ensure_ascii=False)])
    else:
        out = show.console()
        out.print(
            f"{show.many(tally.documents, 'document')} ({tally.new_documents:,} new) with "
            f"{show.many(tally.claims, 'claim')} in {show.plain(session.settings.store)}"
        )
        if tally.skipped:
            out.print(f"There already, read the same way: {show.many(tally.skipped, 'document')}.")
        if tally.replaced:
            out.print(f"Taken out, as --replace says: {show.many(tally.replaced, 'earlier state')} of these documents.")
        if tally.kept_beside:
            out.print(
                f"In the store with other content too: {show.many(tally.kept_beside, 'document')} of these; "
                "--replace would take that out."
            )
    if tally.faults:
        raise typer.Exit(1)


@app.command()
def extract(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A text.")],
    date: Day = None,
    loader: Kind = None,
    mapping: Mapping = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say sentence by sentence what was read, and why a claim was or wasn't made."),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the explanation as an HTML page.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Explain in JSON Lines, one a sentence.")] = False,
) -> None:
    """Print a file's claims as JSON Lines, without a store; or explain how its sentences were read.

    Example: nthtier extract news/2026-01-28.txt > claims.jsonl

    Example: nthtier extract news/2026-01-28.txt --explain -o read.html
    """
    session: Session = context.obj
    explain = explain or output is not None or as_json
    extractor = endpoint(session.settings)
    reader = extractor(Linker(session.catalogue)) if extractor else None
    # What is explained is read when it is explained, and not before as well.
    asked = Context(parse_day(date), session.catalogue, reader, mapping, _Everything() if explain else frozenset())
    if explain:
        _explain(file, load(file, asked, loader), asked, output, as_json)
        return
    for loaded in load(file, asked, loader):
        show.lines(claim.json() for claim in loaded.claims)


class _Everything:
    """Holds whatever is asked about."""

    def __contains__(self, _: object) -> bool:
        return True


def _explain(file: Path, documents: Iterable[Loaded], context: Context, output: Path | None, as_json: bool) -> None:
    extractor = context.extractor
    assert isinstance(extractor, Embedded | Endpoint)
    found = (each.document for each in documents if each.document.sentences)
    read = ((document, explanation.explain(document, extractor)) for document in found)
    shown: list[tuple[Document, Sequence[explanation.Explained]]] = []
    for document, sentences in read:
        shown.append((document, sentences if output else ()))  # a page is written at once, lines as they come
        if as_json and not output:
            show.lines(json.dumps(row, ensure_ascii=False) for row in explained.rows(sentences))
        elif not output:
            for each in sentences:
                _print(each)
    if output and shown:
        try:
            output.write_text(explained.html(shown), encoding="utf-8")
        except OSError as error:
            raise LoaderError(output, f"can't be written: {error.strerror or error}") from None
        show.console().print(f"Wrote {show.plain(output)}")
    if not shown:
        show.fail(f"{file}: no prose to explain; its claims were not read from sentences", 2)


def _print(each: explanation.Explained) -> None:
    """Print a sentence with its names in bold, what they are known to be, and what was read."""
    out = show.console()
    marked = "".join(f"[bold]{show.plain(t)}[/bold]" if name else show.plain(t) for t, name in each.pieces)
    out.print(marked, overflow="fold")
    if each.names:
        names = {name.text: name.known or name.kind for _, _, name in each.names}
        told = ", ".join(f"{name} ({kind})" for name, kind in names.items())
        out.print(f"  [dim]{show.plain(told)}[/dim]", overflow="fold")
    if not each.considered:
        out.print("  [dim]nothing read[/dim]")
    for one in each.considered:
        mark, why = (
            ("[green]+[/green]", f"confidence {one.claim.confidence or 1:.2f}, {one.claim.extractor}")
            if not one.reason
            else ("-", one.reason)
        )
        out.print(f"  {mark} {show.plain(explained.relation(one))} [dim]({show.plain(why)})[/dim]", overflow="fold")
    out.print()
