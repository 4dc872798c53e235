"""From what went wrong to a problem document (RFC 9457), for every route but those of the SPARQL protocols."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from graph import errors
from graph.api.problems import of_error, problem
from ontology.catalogue import UnknownName
from ontology.errors import NthtierError


def of_known(error: NthtierError) -> Response:
    """Return the problem document of one of our own errors.

    >>> of_known(errors.UnknownNameError("Nvdia", ("NVIDIA",))).body.decode()[-26:]
    '"did_you_mean":["NVIDIA"]}'
    """
    if isinstance(error, errors.StoreError):
        return of_error(error)
    title = type(error).__name__.removesuffix("Error")
    if isinstance(error, (errors.UnknownNameError, UnknownName)):
        return problem(404, str(error), title="UnknownName", name=error.name, did_you_mean=list(error.suggestions))
    if isinstance(error, (errors.QuestionError, errors.ValidationError)):
        return problem(422, str(error), title=title)
    return problem(400, str(error), title=title)


def of_validation(error: RequestValidationError) -> Response:
    """Return the problem document of parameters that are not as they should be."""
    first = [
        {"where": ".".join(str(part) for part in each["loc"]), "reason": str(each["msg"])}
        for each in error.errors()[:20]
    ]
    detail = "; ".join(f"{each['where']}: {each['reason']}" for each in first[:3])
    return problem(422, detail, title="Invalid parameters", errors=first)


def _methods(app: FastAPI, request: Request) -> list[str]:
    """Return the methods of all routes at a path; the router names those of the first one alone."""
    scopes = {method: {**request.scope, "method": method} for method in ("DELETE", "GET", "HEAD", "POST", "PUT")}
    return [
        method for method, scope in scopes.items() if any(route.matches(scope)[0] is Match.FULL for route in app.routes)
    ]


def install(app: FastAPI, page: Callable[[Request, Response], Awaitable[Response]] | None = None) -> None:
    """Make an application answer every error with a problem document.

    Parameters
    ----------
    page
        Turns a problem document into a page where the client is a browser.
    """

    async def shown(request: Request, answer: Response) -> Response:
        return answer if page is None else await page(request, answer)

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, NthtierError)
        return await shown(request, of_known(error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return await shown(request, of_validation(error))

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods(app, request))
        return await shown(request, problem(error.status_code, str(error.detail), headers=headers))

    async def broken(request: Request, error: Exception) -> Response:
        return await shown(request, problem(500, "the service failed; its log says more under the request id"))

    app.add_exception_handler(NthtierError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, broken)
