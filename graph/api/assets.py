"""Files that pages load: our own, and the network library that pyvis ships. None comes from elsewhere."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from graph.views import network_script

_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def asset(name: str) -> bytes | None:
    """Return a file by the name under which it is served; None if there is none."""
    if name == "vis-network.min.js":
        return network_script().encode()
    folder = files("graph").joinpath("static")
    for place in (folder, folder.joinpath("editor")):
        if place.is_dir() and name in {each.name for each in place.iterdir() if each.is_file()}:
            return place.joinpath(name).read_bytes()
    return None


@cache
def address(name: str) -> str:
    """Return the address of a file; it changes with the file, so that browsers may keep it for good."""
    content = asset(name)
    return f"/static/{name}?{sha256(content).hexdigest()[:10]}" if content is not None else ""


def assets_router() -> APIRouter:
    """Return the route of the files."""
    router = APIRouter()

    @router.get("/static/{name}", include_in_schema=False)
    def serve(name: str) -> Response:
        kind = _KINDS.get("." + name.rpartition(".")[2])
        content = asset(name) if kind else None
        if content is None:
            raise HTTPException(404, "no such file")
        return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    return router
