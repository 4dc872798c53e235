"""The tools for agents over HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import BaseRoute


def tool_routes(server: MCPServer[Any]) -> tuple[list[BaseRoute], Callable[[object], Any]]:
    """Return the route ``/mcp`` of the server (streamable HTTP, stateless), and the lifespan it needs.

    Nothing is written and no credential is asked for, so that a page from elsewhere that reaches it reads no more than
    ``/sparql`` shows to all.
    """
    app = server.streamable_http_app(
        streamable_http_path="/mcp",
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return list(app.routes), lifespan
