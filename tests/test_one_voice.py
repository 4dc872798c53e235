"""The same question at the terminal, over HTTP, by an agent's tool and in Python has the same answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from starlette.testclient import TestClient

from graph.api.app import create_app
from graph.cli.app import main
from graph.question import ask
from graph.settings import Settings
from graph.store import Store, open_store
from graph.tools import tool_server
from ontology.catalogue import Catalogue
from places import BACKBONE

QUESTIONS = (
    "who depends on TSMC?",
    "what does OpenAI depend on, including rumours?",
    "who supplies NVIDIA with HBM4?",
    "whom does SK hynix supply?",
    "who fabricates for AMD, confirmed only?",
    "who packages for NVIDIA?",
    "who hosts OpenAI?",
    "who makes the Maia 200?",
    "who invests in Anthropic?",
    "how does OpenAI depend on TSMC?",
    "how exposed is OpenAI to TSMC?",
    "who is most exposed to ASML?",
    "what if TSMC halves its output?",
    "chokepoints of NVIDIA",
    "which components of NVIDIA are single-sourced?",
    "common suppliers of NVIDIA and AMD",
    "how concentrated is HBM4?",
    "what changed since 2026-01-20?",
    "timeline of CoreWeave",
    "what did we know about Anthropic on 2025-12-31?",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store]]:
    folder = tmp_path_factory.mktemp("voice") / "store"
    with pytest.raises(SystemExit) as ended:
        main(["--store", str(folder), "load", str(BACKBONE)])
    assert not ended.value.code
    opened = open_store(str(folder), read_only=True)
    yield folder, opened
    opened.close()


def test_twenty_questions_have_one_answer(
    store: tuple[Path, Store], catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(set(QUESTIONS)) == 20
    folder, opened = store
    python = {question: json.loads(ask(opened, question, catalogue).model_dump_json()) for question in QUESTIONS}
    with TestClient(create_app(opened, Settings(store=str(folder)))) as client:
        http = {question: client.get("/ask", params={"q": question}).json() for question in QUESTIONS}

    async def agent() -> dict[str, Any]:
        async with Client(tool_server(opened, catalogue)) as tools:
            return {
                question: (await tools.call_tool("ask_question", {"question": question})).structured_content
                for question in QUESTIONS
            }

    assert http == python
    assert asyncio.run(agent()) == python
    for question in QUESTIONS:
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main(["--store", str(folder), "ask", question, "--json"])
        assert json.loads(capsys.readouterr().out) == python[question], question
    assert sum(bool(each["answer"].get("evidence")) for each in python.values()) >= 18
