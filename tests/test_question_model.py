"""A model server that puts questions into our forms, over a local server that speaks the protocol."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from chat_server import chat_server
from graph.api.app import create_app
from graph.dependency import dependents
from graph.errors import QuestionError
from graph.question import ask, translator
from graph.settings import Settings
from graph.store import Store
from loaders.extraction.chat import ChatError
from ontology.catalogue import Catalogue

ODD = "pray, whose fortunes are tied to the island's great foundry"
READ: dict[str, Any] = {"intent": "dependents", "parties": ["TSMC"], "level": "confirmed"}


def allowed(url: str, *, questions: bool = True) -> Settings:
    return Settings(model_url=url, model_name="small", model_key="secret-key", model_questions=questions)


def test_a_model_gives_a_reading_and_nthtier_the_answer(backbone: Store, catalogue: Catalogue) -> None:
    with chat_server(lambda text: READ) as server:
        reply = ask(backbone, ODD, catalogue, translator(allowed(server.url())))
        sent = server.asked
    assert reply.answer == dependents(backbone, "tsmc", level="confirmed", catalogue=catalogue)
    assert "as a model at 127.0.0.1" in reply.question.means
    assert [each["content"] for each in sent[0]["messages"]][1:] == [ODD]
    assert "ASML" not in sent[0]["messages"][0]["content"]  # nothing of the store


def test_what_the_forms_read_is_sent_nowhere(backbone: Store, catalogue: Catalogue) -> None:
    with chat_server(lambda text: READ) as server:
        ask(backbone, "who supplies NVIDIA?", catalogue, translator(allowed(server.url())))
        assert server.asked == []
    assert translator(allowed("http://127.0.0.1:1/v1", questions=False)) is None
    assert translator(Settings()) is None


@pytest.mark.parametrize(
    "said",
    [
        {"intent": "none", "parties": []},
        {"intent": "drop_all", "parties": ["TSMC"]},
        {"intent": "dependents", "parties": ["Initech"]},
        {"intent": "dependents", "parties": []},
        {"intent": "dependents", "parties": ["TSMC", "NVIDIA"]},
        {"intent": "dependents", "parties": ["TSMC"], "item": "HBM4"},
        {"intent": "suppliers", "parties": []},
        {"intent": "whatif", "parties": ["TSMC"], "scale": 7},
        {"intent": "dependents", "parties": ["TSMC"], "level": "certain"},
        {"answer": "NVIDIA depends on TSMC."},
        ["TSMC"],
    ],
)
def test_what_is_no_reading_of_ours_is_refused(said: Any, backbone: Store, catalogue: Catalogue) -> None:
    with chat_server(lambda text: said) as server, pytest.raises(QuestionError):
        ask(backbone, ODD, catalogue, translator(allowed(server.url())))


def test_a_server_that_fails_is_an_error_that_says_so(backbone: Store, catalogue: Catalogue) -> None:
    with chat_server(lambda text: READ) as server, pytest.raises(ChatError) as caught:
        ask(backbone, ODD, catalogue, translator(allowed(server.url("broken"))))
    assert "500" in str(caught.value)
    assert "secret-key" not in str(caught.value)


def test_over_http_too_and_off_by_default(backbone: Store) -> None:
    with chat_server(lambda text: READ) as server:
        with TestClient(create_app(backbone, allowed(server.url()))) as client:
            assert client.get("/ask", params={"q": ODD}).json()["question"]["intent"] == "dependents"
        with TestClient(create_app(backbone, allowed(server.url(), questions=False))) as client:
            assert client.get("/ask", params={"q": ODD}).status_code == 422
        assert len(server.asked) == 1
