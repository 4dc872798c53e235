"""From what went wrong in a store to an HTTP answer: one table, problem details (RFC 9457) for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi.responses import JSONResponse, Response

from graph import errors
from graph.store import media

#: The first class that fits decides.
STATUS: Final = (
    (errors.QueryTimeoutError, 503),
    (errors.StoreBusyError, 503),
    (errors.ResultTooLargeError, 413),
    (errors.QueryTooLongError, 413),
    (errors.QueryRefusedError, 403),
    (errors.QueryError, 400),
    (errors.RdfSyntaxError, 400),
    (errors.StoreError, 503),
)

PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
    },
}


def schema_of(media_type: str) -> dict[str, object]:
    """Return the JSON schema of an answer in a form: a text, unless it is JSON.

    >>> schema_of("text/turtle"), schema_of("application/ld+json")
    ({'type': 'string'}, {})
    """
    if media_type == media.JSON:
        return {"type": "object", "required": ["head"]}
    return {} if media_type.endswith("json") else {"type": "string"}


def problem(
    status: int, detail: str, *, title: str = "", headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """Return a problem document."""
    body = {
        "type": "about:blank",
        "title": title or _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def of_error(error: errors.StoreError) -> Response:
    """Return the problem document of an error of a store.

    >>> answer = of_error(errors.QuerySyntaxError("line 1, column 7: expected WHERE", 1, 7))
    >>> answer.status_code, answer.body.decode().endswith('"line":1,"column":7}')
    (400, True)
    """
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    place = {name: value for name in ("line", "column") if (value := getattr(error, name, None)) is not None}
    title = type(error).__name__.removesuffix("Error")
    return problem(status, str(error), title=title, headers={"Retry-After": "10"} if status == 503 else None, **place)


_TITLES: Final = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    406: "Not acceptable", 413: "Content too large", 415: "Unsupported media type", 503: "Service unavailable",
}  # fmt: skip
