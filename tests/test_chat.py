"""The client of model servers, over a local server that speaks the protocol and misbehaves in every way we know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chat_server import ChatServer, chat_server
from loaders.extraction.chat import Chat, ChatError

SCHEMA = {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]}


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server(lambda text: {"said": text}) as running:
        yield running


def _chat(server: ChatServer, path: str = "v1", **fields: object) -> Chat:
    return replace(Chat(server.url(path), "small", server.key, timeout=5), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["v1", "v1/", "fenced"])
def test_an_answer_comes_back_as_json(server: ChatServer, path: str) -> None:
    assert _chat(server, path).ask("Say it.", "HBM4 启望", SCHEMA) == {"said": "HBM4 启望"}
    asked = server.asked[-1]
    assert asked["model"] == "small"
    assert asked["temperature"] == 0
    assert asked["response_format"]["json_schema"] == {"name": "answer", "strict": True, "schema": SCHEMA}
    assert [each["role"] for each in asked["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("prose", "not the answer that was asked for"),
        ("cut", "it broke off"),
        ("refuses", "the model refused"),
        ("empty", "not the answer that was asked for"),
        ("deep", "not the answer that was asked for"),
        ("broken", "500 .*out of memory"),
        ("away", "the server says 307"),
        ("large", "more than 1,048,576 bytes"),
        ("nowhere/v1", "404 .*no such route"),
    ],
)
def test_a_bad_answer_is_an_error_that_says_why(server: ChatServer, path: str, reason: str) -> None:
    with pytest.raises(ChatError, match=reason):
        _chat(server, path).ask("Say it.", "x", SCHEMA)


@pytest.mark.parametrize("path", ["silent", "drip"])
def test_no_answer_in_time_is_an_error(server: ChatServer, path: str) -> None:
    with pytest.raises(ChatError, match="no answer in time"):
        _chat(server, path, timeout=0.3).ask("Say it.", "x", SCHEMA)


def test_a_key_is_never_shown(server: ChatServer) -> None:
    wrong = _chat(server, key="another-key")
    assert "another-key" not in repr(wrong)
    with pytest.raises(ChatError, match="401") as caught:
        wrong.ask("Say it.", "x", SCHEMA)
    assert "another-key" not in str(caught.value)


def test_a_request_over_the_limit_is_not_sent(server: ChatServer) -> None:
    before = len(server.asked)
    with pytest.raises(ChatError, match="is the limit"):
        _chat(server, longest=1000).ask("Say it.", "x" * 1000, SCHEMA)
    assert len(server.asked) == before


@pytest.mark.parametrize("url", ["localhost:11434/v1", "file:///etc/passwd", "", "http://"])
def test_only_an_address_is_an_address(url: str) -> None:
    with pytest.raises(ChatError, match="has an address like"):
        Chat(url, "small").ask("Say it.", "x", SCHEMA)


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(ChatError, match="refused"):
        Chat("http://127.0.0.1:9/v1", "small").ask("Say it.", "x", SCHEMA)
