"""Names and claims that wait for a person; accept, reject, merge, undo, each with its history."""

from __future__ import annotations

import json
from datetime import date as Date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from claims import CATALOGUE, SMALL, day, documents, loaded
from graph import view
from graph.api.app import create_app
from graph.cli import main
from graph.conflicts import conflicts, undo
from graph.decisions import decisions
from graph.dependency import dependents, find
from graph.errors import DecisionError, UnknownNameError
from graph.ingest import ingest, prepare, remove
from graph.review import accept, merge, reject, review
from graph.settings import Settings
from graph.store import Store, open_store
from graph.threads import timeline
from loaders.claim import Loaded
from ontology import terms

WHO: dict[str, Any] = {"author": "Ada", "date": day(20), "catalogue": CATALOGUE}


def supplies(subject: str, object_: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "predicate": "supplies", "object": object_, "item": "RAM", **more}


SAID = (
    loaded(
        "a",
        day(0),
        supplies("Memm", "Acme"),
        supplies("Memm", "Bolt", confidence=0.3),
        supplies("Mem", "Acme", sentence="Mem too."),
    ),
    loaded("b", day(1), supplies("Forge", "Jing Micro", confidence=0.9)),
)


def filled(*documents: Loaded) -> Store:
    store = open_store("memory:")
    prepare(store, CATALOGUE)
    for each in documents:
        ingest(store, [each], CATALOGUE)
    return store


def lines(store: Store) -> list[bytes]:
    return sorted(b"".join(store.export()).splitlines())


def suppliers(store: Store, name: str = "Acme", **more: Any) -> set[str]:
    answer = dependents(store, name, direction="dependencies", catalogue=CATALOGUE, **more)
    return {each.party.name for each in answer.found if each.party.kind != "Component"}


def test_unknown_names_and_doubtful_claims_wait() -> None:
    found = review(filled(*SAID), catalogue=CATALOGUE)
    assert [(each.party.name, each.mentions, each.maybe) for each in found.parties] == [
        ("Memm", 2, ("Mem",)),
        ("Jing Micro", 1, ()),
    ]
    (doubtful,) = found.doubtful
    assert doubtful.says == "Memm supplies Bolt (RAM), actual"
    assert (doubtful.confidence, found.evidence[doubtful.claim].object) == (0.3, "Bolt")
    assert found.headline == "2 unknown names and 1 doubtful claim wait; 0 decided"
    assert review(filled(*SAID), doubt=0.95, limit=1, catalogue=CATALOGUE).more == 2


def test_a_merge_counts_for_the_other_name_and_is_undone() -> None:
    store = filled(*SAID)
    before = lines(store)
    merge(store, "Memm", "Mem", "A slip of the pen.", **WHO)
    assert suppliers(store) == {"Mem"}
    (tie,) = [each for each in view.relations(store) if each.object.endswith("/acme")]
    assert (tie.subject, len(tie.claims)) == (terms.ID + "mem", 2)
    assert find(store, "Memm", CATALOGUE).iri == terms.ID + "mem"
    assert find(store, "memm", CATALOGUE).name == "Mem"
    assert suppliers(store, as_of=day(19)) == {"Mem", "Memm"}, "on an earlier day it was not merged"
    assert [each.party.name for each in review(store, catalogue=CATALOGUE).parties] == ["Jing Micro"]
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)

    ingest(
        store, [loaded("c", day(30), supplies("Memm", "Lab"), supplies("Mem", "Lab", sentence="Mem, too."))], CATALOGUE
    )
    assert suppliers(store, "Lab") == {"Mem"}, "what comes later is merged as well"
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)
    remove(store, SAID[0].document.iri, CATALOGUE)
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)

    store = filled(*SAID)
    merge(store, "Memm", "Mem", "A slip of the pen.", **WHO)
    undo(store, terms.candidate_iri("Memm"), "They are two.", **WHO)
    assert suppliers(store) == {"Mem", "Memm"}
    history = review(store, catalogue=CATALOGUE).history
    assert [(each.verdict, each.into, each.stands) for each in history] == [
        ("merge", "mem", False),
        ("undo", None, True),
    ]
    merge(store, "Memm", "Mem", "They are one after all.", **WHO)
    assert suppliers(store) == {"Mem"}
    for each in decisions(store):
        remove(store, each.document, CATALOGUE)
    assert lines(store) == before


def test_a_rejected_claim_is_set_aside_and_still_there() -> None:
    store = filled(*SAID)
    (doubtful,) = review(store, catalogue=CATALOGUE).doubtful
    reject(store, doubtful.id, "Misread.", **WHO)
    (tie,) = [each for each in view.relations(store) if each.object.endswith("/bolt")]
    assert (tie.support, tie.how_far) == (0, "rejected")
    assert "rejected" in {each.status for each in timeline(store, "Bolt", catalogue=CATALOGUE).found}
    assert (tie.status, tie.level, tie.claims) == ("rejected", "", (doubtful.claim,))
    assert review(store, catalogue=CATALOGUE).doubtful == ()
    undo(store, doubtful.id, "Read rightly.", **WHO)
    assert [each.status for each in view.relations(store) if each.object.endswith("/bolt")] == ["actual"]
    assert len(review(store, catalogue=CATALOGUE).doubtful) == 1


def test_a_rejected_name_takes_its_claims_along_an_accepted_one_leaves_the_queue() -> None:
    store = filled(*SAID)
    made = reject(store, "Memm", "No such firm.", **WHO)
    assert len(made.sets_aside) == 2
    assert suppliers(store) == {"Mem"}
    accept(store, "Jing Micro", "A firm of its own.", **WHO)
    assert review(store, catalogue=CATALOGUE).parties == ()
    assert view.default_graph(store) == view.view_quads(store, CATALOGUE)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda s: merge(s, "Mem", "Acme", "x", **WHO), DecisionError, "in the catalogue"),
        (lambda s: merge(s, "Memm", "Memm", "x", **WHO), DecisionError, "the same"),
        (lambda s: merge(s, "Memm", "Nobody", "x", **WHO), UnknownNameError, "unknown party"),
        (lambda s: accept(s, "No <one>", "x", **WHO), UnknownNameError, "name or claim"),
        (lambda s: accept(s, "", "x", **WHO), UnknownNameError, "name or claim"),
        (lambda s: accept(s, "Memm", "x", author="", date=day(1), catalogue=CATALOGUE), DecisionError, "author"),
        (lambda s: undo(s, "Memm", "x", **WHO), DecisionError, "no decision stands"),
    ],
)
def test_what_cannot_be_decided_is_said(act: Any, error: type[Exception], message: str) -> None:
    store = filled(*SAID)
    before = lines(store)
    with pytest.raises(error, match=message):
        act(store)
    assert lines(store) == before


@given(
    st.lists(documents(), min_size=1, max_size=3),
    st.lists(st.sampled_from(["merge", "reject", "accept", "undo", "load"]), max_size=4),
)
@settings(max_examples=12, deadline=None)
def test_any_decisions_and_loads_keep_the_view_right_and_leave_no_trace(said: list[Loaded], acts: list[str]) -> None:
    store = filled(*said)
    before = lines(store)
    for number, act in enumerate(acts):
        waiting = review(store, catalogue=CATALOGUE).parties
        if act == "load":
            ingest(store, [said[0]], CATALOGUE)
            before = lines(filled(*said, said[0]))
        elif act == "undo" and decisions(store):
            last = decisions(store)[-1]
            if last.verdict != "undo":
                undo(store, last.about, "why", **WHO)
        elif waiting:
            name = waiting[number % len(waiting)].party.iri
            if act == "merge":
                merge(store, name, "Acme", "why", **WHO)
            else:
                {"reject": reject, "accept": accept, "undo": accept}[act](store, name, "why", **WHO)
        assert view.default_graph(store) == view.view_quads(store, CATALOGUE)
    for each in decisions(store):
        remove(store, each.document, CATALOGUE)
    assert lines(store) == before


# ------------------------------------------------------------------ at the terminal and over HTTP


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store of the small news, at the terminal's hand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NTHTIER_STORE", "store")
    monkeypatch.setenv("NTHTIER_CATALOGUE", json.dumps([str(SMALL / "organisations.csv"), str(SMALL / "products.csv")]))
    rows = [
        {"subject": "Lab", "predicate": "develops", "object": "Mind", "sentence": "Lab launched Mind.", "date": "2026-01-01"},
        {"subject": "Acme", "predicate": "develops", "object": "Mind", "sentence": "Acme [bold]launched[/bold] Mind.\u202e", "date": "2026-01-03", "citations": ["32"], "part": 2},
        {"subject": "Memm", "predicate": "supplies", "object": "Acme", "item": "RAM", "sentence": "Memm supplies.", "date": "2026-01-03", "confidence": 0.2},
        {"subject": "Mem", "predicate": "investsIn", "object": "Lab", "status": "negotiating", "attribution": "reported", "sentence": "They talk.", "date": "2026-01-03"},
    ]  # fmt: skip
    (tmp_path / "news.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (tmp_path / "watch.txt").write_text("Acme\n", encoding="utf-8")
    run("load", "news.jsonl")
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return int(left.value.code or 0)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(*arguments) == code, capsys.readouterr().err
    found = capsys.readouterr()
    return found.out if code == 0 else found.err


def test_a_conflict_is_settled_at_the_terminal(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "conflicts")
    assert "1 open conflict" in text
    assert "“Acme [bold]launched[/bold] Mind.”" in text
    assert "news, part 2 [32]" in text
    (row,) = json.loads(shown(capsys, "conflicts", "--json"))["found"]
    keep = row["sides"][0]["claims"][0].removeprefix(terms.CLAIM)
    said = shown(
        capsys,
        "resolve",
        row["id"],
        "--keep",
        keep,
        "--why",
        "Its own page.",
        "--author",
        "Ada",
        "--date",
        "2026-02-01",
    )
    assert said.startswith(f"resolve: conflict/{row['id']}, signed Ada, 2026-02-01")
    assert "settled by Ada on 2026-02-01: Its own page." in shown(capsys, "conflicts")
    assert "0 open conflicts" in shown(capsys, "conflicts", "--open")
    assert json.loads(shown(capsys, "conflicts", "--kind", "share", "--json"))["found"] == []
    made = json.loads(
        shown(
            capsys,
            "resolve",
            row["id"],
            "--undo",
            "--why",
            "A copy.",
            "--author",
            "Ada",
            "--date",
            "2026-02-02",
            "--json",
        )
    )
    assert (made["verdict"], made["turn"]) == ("undo", 2)
    assert "1 open conflict" in shown(capsys, "conflicts", "Mind")
    assert "unknown conflict 'owner-1'; did you mean" in shown(
        capsys, "resolve", "owner-1", "--keep", keep, "--why", "x", code=3
    )
    assert "either --keep or --undo" in shown(capsys, "resolve", row["id"], "--why", "x", code=2)
    assert "must be one of owner" in shown(capsys, "conflicts", "--kind", "size", code=2)


def test_changes_timeline_report_and_coverage_at_the_terminal(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "changes", "--since", "2026-01-02", "--watch", "watch.txt")
    assert "3 new ties" in text
    assert json.loads(shown(capsys, "changes", "--since", "2026-01-02", "--json"))["until"] == "2026-01-03"
    assert len(shown(capsys, "changes", "--since", "2026-01-02", "--format", "jsonl").splitlines()) > 3
    assert shown(capsys, "changes", "--since", "2026-01-02", "--format", "atom").startswith("<?xml")
    text = shown(capsys, "timeline", "Lab")
    assert "Mem invests in Lab  negotiating, reported, 1 origin" in text
    assert json.loads(shown(capsys, "timeline", "Lab", "--as-of", "2026-01-01", "--json"))["today"] == "2026-01-01"
    assert "Written to day.html" in shown(capsys, "report", "2026-01-03", "--watch", "watch.txt")
    assert "Who develops Mind?" in (place / "day.html").read_text(encoding="utf-8")
    assert json.loads(shown(capsys, "coverage", "--json"))["relations"] == 4
    assert "relations from" in shown(capsys, "coverage")
    assert "can't be written" in shown(capsys, "report", "2026-01-03", "-o", "no/day.html", code=1)
    assert "watch.bin" in shown(capsys, "changes", "--since", "2026-01-02", "--watch", "watch.bin", code=1)
    assert "not a date" in shown(capsys, "changes", "--since", "yesteryear", code=2)
    assert "must be one of" in shown(capsys, "changes", "--since", "2026-01-02", "--level", "sure", code=2)


def test_review_at_the_terminal(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "1 unknown name and 1 doubtful claim wait" in shown(capsys, "review")
    said = shown(
        capsys,
        "review",
        "--merge",
        "Memm",
        "--into",
        "Mem",
        "--why",
        "A slip.",
        "--author",
        "Ada",
        "--date",
        "2026-02-01",
    )
    assert said.startswith("merge: id/candidate-memm, signed Ada, 2026-02-01")
    found = json.loads(shown(capsys, "review", "--json"))
    assert (found["parties"], found["history"][0]["into"]) == ([], "mem")
    claim = found["doubtful"][0]["claim"].removeprefix(terms.CLAIM)
    shown(capsys, "review", "--reject", claim, "--why", "Misread.", "--author", "Ada", "--date", "2026-02-01")
    shown(capsys, "review", "--undo", claim, "--why", "Read rightly.", "--author", "Ada", "--date", "2026-02-01")
    shown(capsys, "review", "--accept", claim, "--why", "Read rightly.", "--author", "Ada", "--date", "2026-02-01")
    assert "0 doubtful claims wait; 4 decided" in shown(capsys, "review")
    assert "--why" in shown(capsys, "review", "--accept", claim, code=2)
    assert "give one of" in shown(capsys, "review", "--accept", claim, "--reject", claim, "--why", "x", code=2)
    assert "give one of" in shown(capsys, "review", "--merge", "Memm", "--why", "x", code=2)


def test_over_http() -> None:
    store = filled(*SAID, loaded("c", day(2), {"subject": "Acme", "predicate": "develops", "object": "Mind"}))
    with TestClient(create_app(store)) as client:
        answer = client.get("/v1/conflicts").json()
        (row,) = answer["found"]
        assert client.get(f"/v1/conflicts/{row['id']}").json()["found"] == [row]
        assert client.get("/v1/conflicts", params={"kind": "share"}).json()["found"] == []
        assert client.get("/v1/conflicts/owner-1").status_code == 404
        assert client.get("/v1/conflicts", params={"kind": "size"}).status_code == 422
        assert client.get("/v1/parties/acme/timeline").json()["today"] == "2026-01-03"
        changed = client.get("/v1/changes", params={"since": "2026-01-02", "watch": "acme"}).json()
        assert [each["party"]["name"] for each in changed["parties"]] == ["Mind"]
        feed = client.get("/v1/changes/feed", params={"since": "2026-01-01"})
        assert feed.headers["content-type"].startswith("application/atom+xml")
        rows = client.get("/v1/changes/feed", params={"since": "2026-01-01", "format": "jsonl"})
        assert all(json.loads(line)["text"] for line in rows.text.splitlines())
        page = client.get("/v1/report/2026-01-03")
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "Who develops Mind?" in page.text
        assert client.get("/v1/review").json()["doubtful"]
        assert client.get("/v1/coverage", params={"as_of": "2026-01-01"}).json()["today"] == "2026-01-01"
    assert conflicts(store, as_of=Date(2026, 1, 1)).found == ()


def test_decisions_over_http() -> None:
    store = filled(*SAID, loaded("c", day(2), {"subject": "Acme", "predicate": "develops", "object": "Mind"}))
    who = {"author": "Ada", "date": "2026-02-01", "why": "The maker's own page says so."}
    with TestClient(create_app(store, Settings(token="s3cret"))) as client:
        app: Any = client.app
        app.state.catalogue = CATALOGUE
        (row,) = client.get("/v1/conflicts").json()["found"]
        before = lines(store)
        merge_ = {"about": "Memm", "verdict": "merge", "into": "Mem", **who}
        assert client.post("/v1/decisions", json=merge_).status_code == 401
        bearer = {"authorization": "Bearer s3cret"}

        def decide(status: int, **said: str) -> dict[str, Any]:
            answer = client.post("/v1/decisions", json={**who, **said}, headers=bearer)
            assert answer.status_code == status, answer.text
            return dict(answer.json())

        assert decide(400, about="Memm", verdict="merge")["title"] == "Decision"
        assert decide(400, about="Memm", verdict="accept", into="Mem")["title"] == "Decision"
        assert decide(404, about="owner-1", verdict="resolve", keep="x")["did_you_mean"] == [row["id"]]
        assert decide(422, about="Memm", verdict="delete")["errors"][0]["where"] == "body.verdict"
        assert lines(store) == before

        assert decide(201, about="Memm", verdict="merge", into="Mem")["into"] == "mem"
        assert suppliers(store) == {"Mem"}
        decide(201, about="Memm", verdict="undo")
        assert suppliers(store) == {"Mem", "Memm"}
        claim = row["sides"][0]["claims"][:1] or ["catalogue"]
        decide(201, about=row["id"], verdict="resolve", keep=claim[0])
        assert client.get("/v1/conflicts").json()["found"][0]["settled"]["author"] == "Ada"
        assert len(client.get("/v1/review").json()["history"]) == 3
