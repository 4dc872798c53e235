"""An answer that an open conflict touches says so on every face, and in each of its parts alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from graph.api.app import create_app
from graph.cli import show
from graph.question import ask
from graph.settings import Settings
from graph.store import Store
from told import CATALOGUE, supplies, told

_DEPENDS = "who depends on Mem?"
_ASKED = (_DEPENDS, "who supplies Acme?", "how exposed is Acme to Mem?", "how does Acme depend on Mem?")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Mem supplies Acme, and somebody says that it does not; of Forge nobody disagrees."""
    said = told(
        [supplies("Mem", "Acme", "RAM"), supplies("Forge", "Acme", "wafers")],
        [supplies("Mem", "Acme", "RAM", attribution="reported", status="denied")],
    )
    yield said
    said.close()


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    app = create_app(store, Settings())
    app.state.catalogue = CATALOGUE
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("question", _ASKED)
def test_terminal_and_page_mark_what_is_disputed(
    store: Store, client: TestClient, question: str, capsys: pytest.CaptureFixture[str]
) -> None:

    (conflict,) = client.get("/v1/conflicts").json()["found"]
    capsys.readouterr()
    show.answer(ask(store, question, CATALOGUE).answer)
    note = f"Disputed: what is marked so is part of an open conflict: {conflict['id']}."
    printed = capsys.readouterr().out
    assert note in printed
    assert any(("disputed" in line or "yes" in line) and "Mem" in line for line in printed.splitlines())
    assert not any(("disputed" in line or "yes" in line) and "Forge  " in line for line in printed.splitlines())
    page = client.get("/ask", params={"q": question}, headers={"accept": "text/html"}).text
    assert note in page
    assert "(disputed)" in page or 'href="/conflicts">disputed</a>' in page


def test_the_parts_of_an_exposure_agree_on_what_is_disputed(client: TestClient) -> None:
    of = {to: client.get("/v1/exposure", params={"party": "Acme", "to": to}).json() for to in ("Mem", "Forge")}
    for to, disputed in (("Mem", True), ("Forge", False)):
        reported = of[to]["levels"][1]
        assert bool(reported["path"][0]["disputed"]) == disputed
        assert [need["disputed"] for need in reported["needs"]] == [disputed]
    needs = client.get("/v1/concentration", params={"component": "RAM"}).json()["found"]
    assert [need["disputed"] for need in needs] == [True]


def test_a_list_of_relations_says_which_are_disputed(client: TestClient) -> None:
    found = client.get("/v1/relations").json()["items"]
    assert {each["item"]: bool(each["disputed"]) for each in found} == {"RAM": True, "wafers": False}
