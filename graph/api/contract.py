"""The OpenAPI document says what every route may answer besides its result; a test holds the service to it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from graph.api.problems import PROBLEM_SCHEMA
from graph.api.service import is_costly, is_tagged

#: Routes whose authors say all of it themselves.
_COMPLETE: Final = frozenset({"SPARQL", "Linked data", "Service"})
#: Parameters that name something, which may be unknown.
_NAMES: Final = frozenset({"party", "on", "to", "component", "scenario", "watch"})
_METHODS: Final = frozenset({"get", "post", "put", "delete"})
_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def with_problems(app: FastAPI) -> None:
    """Make an application's OpenAPI document name the problems that its routes may answer with."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = make()
            parts = schema.setdefault("components", {}).setdefault("schemas", {})
            parts["Problem"] = PROBLEM_SCHEMA
            for path, operations in schema["paths"].items():
                for method in _METHODS & operations.keys():
                    _declare(path, method, operations[method])
            # FastAPI's own form of invalid parameters is never sent.
            parts.pop("HTTPValidationError", None)
            parts.pop("ValidationError", None)
        return app.openapi_schema or make()

    app.openapi = openapi  # type: ignore[method-assign]


def _declare(path: str, method: str, operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if _COMPLETE.isdisjoint(operation.get("tags", ())):
        for status, meaning in _problems(path, operation).items():
            answers[status] = {"description": answers.get(status, {}).get("description", meaning), "content": _PROBLEM}
        for status in ("401", "403", "413"):
            if status in answers:
                answers[status]["content"] = _PROBLEM
        if method == "get" and is_tagged(path):
            answers["304"] = {"description": "Not changed since the entity tag given"}
    elif "ValidationError" in str(answers.get("422")):
        del answers["422"]
    if is_costly(path):
        answers["429"] = {
            "description": "Too many costly requests from this client; see Retry-After",
            "content": _PROBLEM,
        }
    operation["responses"] = dict(sorted(answers.items()))


def _problems(path: str, operation: dict[str, Any]) -> dict[str, str]:
    found = {"503": "The store does not answer; see Retry-After"}
    given = {each["name"] for each in operation.get("parameters", ())}
    has_body = "requestBody" in operation
    if given or has_body or path.startswith("/v1/"):
        found |= {"400": "Malformed", "422": "Not understood, out of range, or no such parameter"}
    if "{" in path or given & _NAMES or path == "/ask" or has_body:
        found["404"] = "Nothing of this name; see did_you_mean"
    return found
