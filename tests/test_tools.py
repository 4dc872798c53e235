"""The tools for agents, through the SDK's own client: in memory, on standard input and output, over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import date as Date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from graph.api.app import create_app
from graph.api.sparql import reads_of
from graph.dependency import dependents
from graph.question import ask
from graph.settings import Settings
from graph.store import Store
from graph.tools import tool_server
from ontology.catalogue import Catalogue
from places import BACKBONE

#: Each tool with arguments that the bundled relationships answer.
CALLS: dict[str, dict[str, Any]] = {
    "ask_question": {"question": "who depends on TSMC?"},
    "find_parties": {"kind": "Foundry"},
    "party_profile": {"party": "TSMC"},
    "dependents_of": {"party": "TSMC", "level": "confirmed", "max_tier": 1},
    "dependencies_of": {"party": "OpenAI", "as_of": "2025-12-31", "valid_at": "2025-12-01"},
    "ties": {"tie": "hosts", "to": "OpenAI"},
    "paths_between": {"party": "OpenAI", "on": "TSMC"},
    "exposure_to": {"party": "OpenAI", "to": "TSMC"},
    "most_exposed": {"to": "TSMC", "limit": 5},
    "what_if": {"scenario": "TSMC -50%", "limit": 5},
    "biggest_chokepoints": {"limit": 3},
    "what_stops": {"party": "NVIDIA"},
    "single_sourced": {"party": "NVIDIA", "valid_at": "2026-01-31"},
    "common_suppliers": {"of": ["NVIDIA", "AMD"], "limit": 5},
    "supply_concentration": {"component": "HBM4"},
    "disputed": {},
    "what_changed": {"since": "2026-01-20"},
    "report_of_day": {"day": "2026-01-27"},
    "portfolio_leans_on": {"holdings": {"NVDA": 60, "AAPL": 40}, "limit": 3},
    "rests_on": {"party": "Nintendo", "on": "Samsung Electronics"},
    "party_timeline": {"party": "OpenAI"},
    "graph_gaps": {},
    "search_claims": {"text": "CoWoS", "limit": 3},
    "sparql": {"query": "SELECT ?who { ?who nt:dependsOn id:tsmc }"},
}


@pytest.fixture(scope="module")
def server(backbone: Store, catalogue: Catalogue) -> Iterator[Any]:
    reads = reads_of(backbone, Settings())
    yield tool_server(backbone, catalogue, reads)
    reads.close()


def run(target: Any, use: Callable[[Client], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with Client(target) as client:
            return await use(client)

    return asyncio.run(main())


def test_every_tool_reads_only_and_says_what_it_returns(server: Any) -> None:
    tools = run(server, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == set(CALLS)
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema["properties"]


def test_every_tool_answers_with_evidence(server: Any) -> None:
    async def use(client: Client) -> None:
        for name, arguments in CALLS.items():
            result = await client.call_tool(name, arguments)
            assert not result.is_error, (name, result.content)
            assert result.structured_content, name
            text = json.dumps(result.structured_content)
            if name not in ("find_parties", "sparql", "disputed", "graph_gaps"):
                assert "sentence" in text, name

    run(server, use)


def test_a_tool_returns_the_record_of_its_function(server: Any, backbone: Store, catalogue: Catalogue) -> None:
    async def use(client: Client) -> tuple[Any, Any]:
        first = await client.call_tool("dependents_of", {"party": "TSMC"})
        second = await client.call_tool("ask_question", {"question": "who depends on TSMC?"})
        return first.structured_content, second.structured_content

    first, second = run(server, use)
    assert first == json.loads(dependents(backbone, "TSMC", catalogue=catalogue).model_dump_json())
    assert second == json.loads(ask(backbone, "who depends on TSMC?", catalogue).model_dump_json())


def test_the_instructions_name_tools_that_are_there(server: Any) -> None:
    async def use(client: Client) -> tuple[str, set[str]]:
        return client.instructions or "", {tool.name for tool in (await client.list_tools()).tools}

    said, names = run(server, use)
    named = set(re.findall(r"`(\w+)`", said)) - {"limit"}
    assert named
    assert named <= names


def test_a_long_answer_is_compact_and_can_be_cut(server: Any) -> None:
    async def use(client: Client) -> list[Any]:
        question = {"question": "who depends on TSMC?"}
        return [await client.call_tool("ask_question", question | more) for more in ({}, {"limit": 3})]

    whole, cut = run(server, use)
    assert whole.content[0].text == json.dumps(whole.structured_content, ensure_ascii=False, separators=(",", ":"))
    found, answer = whole.structured_content["answer"]["found"], cut.structured_content["answer"]
    assert answer["found"] == found[:3]
    assert f"Left out here: {len(found) - 3} of {len(found)} (found)." in answer["coverage"]["note"]
    cited = {claim for each in found[:3] for hop in each["path"] for claim in hop["claims"]}
    assert set(answer["evidence"]) == cited
    assert len(cut.content[0].text) * 3 < len(whole.content[0].text)


def test_a_question_is_asked_at_a_level_of_a_day(server: Any, backbone: Store, catalogue: Catalogue) -> None:
    more = {"level": "confirmed", "as_of": "2025-12-31"}
    called = run(server, lambda client: client.call_tool("ask_question", {"question": "who depends on TSMC?", **more}))
    answer = dependents(backbone, "TSMC", level="confirmed", as_of=Date(2025, 12, 31), catalogue=catalogue)
    assert called.structured_content["answer"] == json.loads(answer.model_dump_json())


def test_ties_of_money_hold_what_is_talked_of_as_a_question_does(
    server: Any, backbone: Store, catalogue: Catalogue
) -> None:
    asked = json.loads(ask(backbone, "who invests in OpenAI?", catalogue).model_dump_json())["answer"]
    called = run(server, lambda client: client.call_tool("ties", {"tie": "invests", "to": "OpenAI"}))
    assert called.structured_content["level"] == asked["level"]
    assert called.structured_content["found"] == asked["found"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("dependents_of", {"party": "Nvdia"}, "did you mean NVIDIA"),
        ("ask_question", {"question": "what is love"}, "who depends on TSMC?"),
        ("what_if", {"scenario": "nobody knows"}, ""),
        ("sparql", {"query": "DROP ALL"}, "SELECT"),
        ("sparql", {"query": "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"}, "SERVICE"),
        ("ties", {"tie": "hosts"}, "name a party"),
        ("what_changed", {"since": "2026-06-01", "until": "2026-01-01"}, "until (2026-01-01) lies before since"),
        ("dependents_of", {"party": "TSMC", "level": "sure"}, "level"),
    ],
)
def test_a_tool_says_what_is_wrong(server: Any, tool: str, arguments: dict[str, Any], said: str) -> None:
    result = run(server, lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    assert said in result.content[0].text


def test_resources(server: Any) -> None:
    async def use(client: Client) -> tuple[str, str]:
        questions = await client.read_resource("nthtier://questions")
        profile = await client.read_resource("nthtier://parties/tsmc")
        return questions.contents[0].text, profile.contents[0].text  # type: ignore[union-attr]

    questions, profile = run(server, use)
    assert "who depends on TSMC?" in questions
    assert json.loads(profile)["party"]["name"] == "TSMC"


def test_on_standard_input_and_output(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("nthtier")
    store = str(tmp_path / "store")
    import subprocess

    subprocess.run([command, "--store", store, "load", BACKBONE], check=True, capture_output=True)
    parameters = StdioServerParameters(command=str(command), args=["--store", store, "mcp"])
    result = run(
        stdio_client(parameters),
        lambda client: client.call_tool("ask_question", {"question": "who supplies NVIDIA with HBM4?"}),
    )
    assert {tie["subject"]["name"] for tie in result.structured_content["answer"]["found"]} >= {"SK hynix", "Micron"}


def test_over_http(backbone: Store) -> None:
    service = uvicorn.Server(uvicorn.Config(create_app(backbone, Settings()), port=0, log_level="warning"))
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    while not service.started:
        time.sleep(0.05)
    port = service.servers[0].sockets[0].getsockname()[1]
    try:
        result = run(
            f"http://127.0.0.1:{port}/mcp",
            lambda client: client.call_tool("exposure_to", {"party": "OpenAI", "to": "TSMC"}),
        )
        assert [level["level"] for level in result.structured_content["levels"]] == [
            "confirmed",
            "reported",
            "prospective",
        ]
    finally:
        service.should_exit = True
        thread.join(10)
