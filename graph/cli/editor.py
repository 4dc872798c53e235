"""The command that installs the SPARQL editor: editor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from graph.cli import show
from graph.cli.app import app
from graph.editor import PACKAGE, VERSION, install


@app.command()
def editor(
    package: Annotated[
        Path, typer.Argument(help=f"The package file of {PACKAGE} {VERSION}, as `npm pack` fetches it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Install the editor of the SPARQL page from a package file; the page works without it.

    Example: npm pack @zazuko/yasgui@4.6.2 && nthtier editor zazuko-yasgui-4.6.2.tgz
    """
    written = install(package)
    if as_json:
        show.lines([json.dumps({"written": [str(path) for path in written]})])
    else:
        show.console().print(f"{PACKAGE} {VERSION} in {written[0].parent}")
