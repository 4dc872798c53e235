"""The command line: global options, the store they name, and how errors end.

Exit codes: 0 answered, 1 bad input or a store that fails, 2 wrong usage, 3 a name or question that is not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer
from pydantic import ValidationError as PydanticError

from graph.cli.show import fail
from graph.errors import QuestionError, UnknownNameError
from graph.ingest import ingest, prepare
from graph.settings import Settings
from graph.store import Store, open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError

app = typer.Typer(
    name="nthtier",
    help="A supply-chain knowledge graph of the AI industry that says where it knows things from.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog='Start with: nthtier --store memory: ask "who depends on TSMC?" news.txt',
)

_COMMANDS = (
    "loading",
    "watching",
    "archives",
    "stores",
    "questions",
    "analysis",
    "changes",
    "pages",
    "agents",
    "editor",
)


@dataclass
class Session:
    """What the commands share: settings, catalogue, and the store, opened when first needed."""

    settings: Settings
    opened: list[Store] = field(default_factory=list)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The bundled catalogue with the user's own files."""
        return Catalogue.bundled(tuple(self.settings.catalogue))

    def store(self, *, read_only: bool = False, files: Sequence[str] = ()) -> Store:
        """Open the store; files given on the command line are loaded into it first."""
        store = open_store(self.settings.store, read_only=read_only and not files)
        self.opened.append(store)
        if not read_only or files or self.settings.store == "memory:":
            prepare(store, self.catalogue)
        for file in files:
            ingest(store, load(file, Context(catalogue=self.catalogue)), self.catalogue)
        return store

    def close(self) -> None:
        """Close what was opened."""
        while self.opened:
            self.opened.pop().close()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nthtier {version('nthtier')}")
        raise typer.Exit


@app.callback()
def _session(
    context: typer.Context,
    store: Annotated[
        str | None,
        typer.Option(
            help="Store folder, memory:, or the URL of a SPARQL 1.1 server (NTHTIER_STORE).", show_default="store"
        ),
    ] = None,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    try:
        settings = Settings() if store is None else Settings(store=store)
    except PydanticError as error:
        first = error.errors()[0]
        fail(f"setting NTHTIER_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}", 1)
    context.obj = Session(settings)
    context.call_on_close(context.obj.close)


def parse_day(value: str | None) -> Date | None:
    """Return an option's date."""
    if value is None:
        return None
    try:
        return Date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"not a date YYYY-MM-DD: {value!r}") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a known error becomes one line on standard error and an exit code."""
    for name in _COMMANDS:
        import_module(f"graph.cli.{name}")
    try:
        app(args=list(arguments) if arguments is not None else None)
    except (UnknownNameError, QuestionError) as error:
        fail(str(error), 3)
    except NthtierError as error:
        fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        fail("interrupted", 130)
