"""The command for agents: mcp."""

from __future__ import annotations

import typer

from graph.cli.app import Session, app


@app.command("mcp")
def mcp_command(context: typer.Context) -> None:
    """Serve the tools for agents on standard input and output (Model Context Protocol); `serve` has them at /mcp.

    Example: nthtier --store store mcp
    """
    from graph.api.sparql import reads_of
    from graph.tools import tool_server

    session: Session = context.obj
    store = session.store(read_only=True)
    reads = reads_of(store, session.settings)
    try:
        tool_server(store, session.catalogue, reads).run("stdio")
    finally:
        reads.close()
