"""Commands that make pages: view, serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.cli import show
from graph.cli.app import Session, app, parse_day
from graph.cli.questions import AsOf, Level, MaxTier, Name
from graph.views import ego, html


@app.command()
def view(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path("view.html"),
    level: Level = "reported",
    as_of: AsOf = None,
    max_tier: MaxTier = None,
    dependencies: Annotated[bool, typer.Option("--dependencies", help="Show what it depends on instead.")] = False,
) -> None:
    """Write an interactive page of who depends on a party; the page needs no network.

    Example: nthtier view TSMC -o tsmc.html
    """
    session: Session = context.obj
    picture = ego(
        session.store(read_only=True),
        name,
        direction="dependencies" if dependencies else "dependents",
        level=level,
        as_of=parse_day(as_of),
        max_tier=max_tier,
        catalogue=session.catalogue,
    )
    try:
        out.write_text(html(picture), encoding="utf-8")
    except OSError as error:
        show.fail(f"{out}: {error.strerror or error}", 1)
    show.console().print(f"{sum(each.members for each in picture.spots) - 1} parties in {out.resolve()}")


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve questions, SPARQL and pages over HTTP; requests are logged to standard error, a line of JSON each.

    Example: nthtier serve --port 8000
    """
    import logging

    import uvicorn  # only the service needs it

    from graph.api.app import create_app

    session: Session = context.obj
    store = session.store()
    log = logging.getLogger("nthtier.http")
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())
    log.propagate = False  # the agents' server has a handler of its own at the root, which breaks lines
    uvicorn.run(create_app(store, session.settings), host=host, port=port, log_level="info", access_log=False)
