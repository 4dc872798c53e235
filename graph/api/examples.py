"""Examples in the OpenAPI document: what the service says over four claims; a test holds the file to it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI

#: The claims over which the examples were asked.
SAMPLE: Final = """supplier,predicate,customer,item,share_low,share_high,status,attribution,as_of,source_url,source_title
TSMC,fabricatesFor,NVIDIA,N3,,,actual,stated,2026-01-05,https://example.org/a,TSMC makes chips for NVIDIA
NVIDIA,supplies,Oracle,GB200,0.7,0.9,actual,reported,2026-01-20,https://example.org/b,Oracle installs GB200
OpenAI,develops,Prism,,,,actual,stated,2026-01-27,https://example.org/c,OpenAI launched Prism
Anthropic,develops,Prism,,,,actual,reported,2026-01-28,https://example.org/d,Anthropic launched Prism
"""


def with_examples(app: FastAPI) -> None:
    """Make an application's OpenAPI document carry the examples."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = make()
            examples = json.loads(files("graph").joinpath("api", "examples.json").read_text(encoding="utf-8"))
            for operation, example in examples.items():
                method, path = operation.split(" ", 1)
                answers = schema["paths"].get(path, {}).get(method, {}).get("responses", {})
                for status in ("200", "201"):
                    content = answers.get(status, {}).get("content", {}).get("application/json")
                    if content is not None:
                        content["example"] = example
        return app.openapi_schema or make()

    app.openapi = openapi  # type: ignore[method-assign]
