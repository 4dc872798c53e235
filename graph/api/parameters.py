"""Query parameters that no route knows: a misspelt one is named, never passed over."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from loaders.errors import did_you_mean


async def only_known(request: Request) -> None:
    """Refuse a request with a query parameter that its route does not have."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = sorted(_names(route.dependant))
    faults = [
        {
            "loc": ("query", name),
            "msg": f"no such parameter; {did_you_mean(name, known) if known else 'there are none'}",
        }
        for name in dict.fromkeys(request.query_params.keys())
        if name not in known
    ]
    if faults:
        raise RequestValidationError(faults)


def _names(of: Dependant) -> set[str]:
    return {field.alias for field in of.query_params}.union(*(_names(each) for each in of.dependencies))
