"""The analysis at the terminal and over HTTP: every command and route answers, explains, and refuses with a reason."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graph.api.app import create_app
from graph.cli import main
from graph.dependency import dependents
from graph.frames import frame
from graph.ingest import ingest
from graph.settings import Settings
from graph.store import Store, open_store
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from ontology.errors import NthtierError
from places import BACKBONE, WEEK


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store folder with the bundled relationships."""
    path = tmp_path_factory.mktemp("demo") / "store"
    with pytest.raises(SystemExit) as ended:
        main(["--store", str(path), "load", str(BACKBONE)])
    assert not ended.value.code
    return path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, code: int = 0) -> str:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--store", str(folder), *arguments])
        out, err = capfd.readouterr()
        assert (ended.value.code or 0) == code, err
        return out if code == 0 else err

    return run


_COMMANDS: dict[str, tuple[list[str], str]] = {
    "paths": (["OpenAI", "--on", "TSMC"], "TSMC"),
    "common": (["NVIDIA", "AMD"], "TSMC"),
    "exposure": (["OpenAI", "--to", "TSMC"], "prospective"),
    "chokepoints": ([], "ASML"),
    "concentration": (["HBM4"], "5,300"),
    "whatif": (["TSMC -50%"], "NVIDIA"),
    "portfolio": (["NVDA=60", "AAPL=40"], "ASML"),
    "rests-on": (["Nintendo", "--on", "Samsung Electronics"], "tegra-t239"),
}


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_a_command_shows_explains_and_prints_json(run: Callable[..., str], command: str) -> None:
    arguments, wanted = _COMMANDS[command]
    table = run(command, *arguments)
    assert wanted in table
    assert "claims from" in table
    assert (
        wanted in run(command, *arguments, "--explain", *(["--limit", "50"] if command == "whatif" else []))
        or command == "whatif"
    )
    answer = json.loads(run(command, *arguments, "--json"))
    assert answer["evidence"]
    assert answer["coverage"]["claims"] == len(answer["evidence"])


def test_the_rankings_and_the_lists(run: Callable[..., str]) -> None:
    assert "AMD" in run("exposure", "--to", "TSMC")
    assert "Cadence" in run("chokepoints", "NVIDIA")
    assert "TW" in run("chokepoints", "--by", "country")
    assert "taiwan-stops" in run("whatif", "--list")
    assert "EUV scanner" in run("concentration")


def test_files_of_scenarios_and_holdings(run: Callable[..., str], tmp_path: Path) -> None:
    scenario, holdings = tmp_path / "scenario.yaml", tmp_path / "holdings.csv"
    scenario.write_text("title: Half\nsteps: [TSMC -50%]\n", encoding="utf-8")
    holdings.write_text("name,weight\nNVIDIA,3\nNowhere Ltd,1\n", encoding="utf-8")
    assert json.loads(run("whatif", "--file", str(scenario), "--json"))["title"] == "Half"
    answer = json.loads(run("portfolio", str(holdings), "--json"))
    assert (answer["holdings"][0]["weight"], answer["unknown"]) == (0.75, ["Nowhere Ltd"])


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["exposure", "Nvdia", "--to", "TSMC"], 3, "did you mean NVIDIA"),
        (["exposure", "NVIDIA"], 2, "--to"),
        (["whatif", "TSMC halves twice"], 3, "can't read"),
        (["whatif"], 2, "scenario"),
        (["whatif", "--file", "absent.yaml"], 1, "absent.yaml"),
        (["chokepoints", "--level", "certain"], 2, "--level"),
        (["concentration", "unheard of"], 3, "unknown component"),
        (["portfolio", "NVDA=much"], 1, "a name and a weight"),
        (["paths", "NVIDIA", "--on", "TSMC", "--as-of", "soon"], 2, "not a date"),
    ],
)
def test_what_can_not_be_answered_is_one_line(
    run: Callable[..., str], arguments: list[str], code: int, says: str
) -> None:
    message = run(*arguments, code=code)
    assert says in message
    assert code == 2 or message.count("\n") == 1


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    store: Store = open_store(str(folder), read_only=True)
    with TestClient(create_app(store, Settings(store=str(folder)))) as client:
        yield client
    store.close()


_ROUTES: dict[str, tuple[dict[str, object], str]] = {
    "paths": ({"party": "OpenAI", "on": "TSMC"}, "paths"),
    "common": ({"party": ["NVIDIA", "AMD"]}, "common"),
    "exposure": ({"party": "OpenAI", "to": "TSMC"}, "exposure"),
    "chokepoints": ({"limit": 10}, "chokepoints"),
    "concentration": ({"component": "HBM4"}, "concentration"),
    "whatif": ({"scenario": "TSMC -50%", "limit": 25}, "whatif"),
    "rests-on": ({"party": "Nintendo", "on": "Samsung Electronics"}, "rests-on"),
}


@pytest.mark.parametrize("route", sorted(_ROUTES))
def test_a_route_gives_the_commands_answer(client: TestClient, run: Callable[..., str], route: str) -> None:
    parameters, command = _ROUTES[route]
    answer = client.get(f"/v1/{route}", params=parameters)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    said = json.loads(run(command, *_COMMANDS[command][0], "--json"))
    assert answer.json() == said


def test_the_other_routes(client: TestClient) -> None:
    assert client.get("/v1/exposures", params={"to": "TSMC"}).json()["found"]
    assert client.get("/v1/stops", params={"party": "NVIDIA"}).json()["pairs"]
    assert {each["name"] for each in client.get("/v1/scenarios").json()} >= {"taiwan-stops", "tsmc-half"}
    posted = client.post("/v1/whatif", json={"steps": ["TSMC -50%"]})
    assert posted.json()["scenario"] == "TSMC -50%"
    assert client.post("/v1/portfolio", json={"NVDA": 60, "AAPL": 40}).json()["found"]


def test_a_holding_without_a_weight_beside_weighed_ones_is_refused(run: Callable[..., str]) -> None:
    assert "no weight for MSFT" in run("portfolio", "MSFT", "OPENAI=10", code=1)
    assert "2 holdings lean on" in run("portfolio", "MSFT", "OPENAI")


def test_without_pandas_a_frame_says_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="pip install pandas"):
        frame(())


def test_an_exposure_that_nothing_documents_is_no_exposure_of_0(client: TestClient, run: Callable[..., str]) -> None:
    record = client.get("/v1/exposure", params={"party": "NVIDIA", "to": "Huawei"}).json()
    assert {(level["exposure"], level["reading"]) for level in record["levels"]} == {(None, None)}
    said = run("exposure", "NVIDIA", "--to", "Huawei")
    assert "undocumented, not disproven" in said.splitlines()[0]
    assert said.count("undocumented") == 5  # the headline, each level, the note
    assert "0%" not in said
    page = client.get("/ask", params={"q": "how exposed is NVIDIA to Huawei?"}, headers={"accept": "text/html"}).text
    assert "undocumented, not disproven" in page
    assert "0%" not in page
    one_level = run("exposure", "OpenAI", "--to", "TSMC").splitlines()[0]
    assert "confirmed undocumented; reported 0% to 100%" in one_level


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("exposure", {"party": "Nvdia", "to": "TSMC"}, 404),
        ("exposure", {"party": "NVIDIA"}, 422),
        ("whatif", {"scenario": "TSMC halves twice"}, 400),
        ("whatif", {"scenario": "Nowhere Ltd -50%"}, 404),
        ("chokepoints", {"by": "planet"}, 422),
        ("paths", {"party": "NVIDIA", "on": "TSMC", "count": 0}, 422),
    ],
)
def test_a_route_refuses_with_a_problem(
    client: TestClient, path: str, parameters: dict[str, object], status: int
) -> None:
    answer = client.get(f"/v1/{path}", params=parameters)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_errors_are_ours() -> None:
    from graph.portfolio import PortfolioError
    from graph.scenarios import ScenarioError

    assert issubclass(PortfolioError, NthtierError)
    assert issubclass(ScenarioError, NthtierError)


# ------------------------------------------------------------------ the demo


@pytest.fixture(scope="module")
def demo(folder: Path) -> Path:
    """The store of ``make demo``: the bundled relationships and the sample week."""
    with pytest.raises(SystemExit) as ended:
        main(["--store", str(folder), "load", str(WEEK)])
    assert not ended.value.code
    return folder


def _tiers(answer: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Party → tier, level and way; claims aside, whose names differ from document to document."""
    return {
        each["party"]["id"]: (
            each["tier"],
            each["level"],
            [(hop["supplier"]["id"], hop["consumer"]["id"], hop["component"]) for hop in each["path"]],
        )
        for each in answer["found"]
    }


def test_who_depended_on_tsmc_at_the_end_of_the_year_differs_by_the_january_claims_alone(
    demo: Path, run: Callable[..., str], tmp_path: Path, catalogue: Catalogue
) -> None:
    then, later = (
        json.loads(run("dependents", "TSMC", "--as-of", day, "--json")) for day in ("2025-12-31", "2026-01-31")
    )
    before, after = _tiers(then), _tiers(later)
    assert {"apple", "amazon-web-services", "maia-200"} <= after.keys() - before.keys()
    assert before.keys() <= after.keys()
    assert max(claim["date"] for claim in then["evidence"].values()) <= "2025-12-31"
    for each in later["found"]:
        if after[each["party"]["id"]] != before.get(each["party"]["id"]):
            dates = [later["evidence"][claim]["date"] for hop in each["path"] for claim in hop["claims"]]
            # What the catalogue alone says of a product is in the graph once a claim names the product.
            assert max(dates).startswith("2026-01") if dates else each["party"]["id"] == "tsmc-n3"

    # A store that never heard of January says the same as the one that is asked about the day before.
    header, *rows = csv.reader(BACKBONE.read_text("utf-8").splitlines())
    old = tmp_path / "backbone.csv"
    with old.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if row[header.index("as_of")] <= "2025-12-31")])
    store = open_store("memory:")
    ingest(store, load(old, Context(catalogue=catalogue)), catalogue)
    assert _tiers(dependents(store, "TSMC").model_dump(mode="json")) == before
    store.close()
