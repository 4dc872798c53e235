"""Nothing that comes from outside runs: not in a page, a view, a notebook, a terminal; no link but to the web."""

from __future__ import annotations

import csv
import html as html_module
import io
import json
import re
from collections.abc import Iterator
from datetime import date as Date
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from browser import chromium, opened, served
from conftest import system_part
from graph.api.app import create_app
from graph.cli import show
from graph.dependency import dependents
from graph.ingest import ingest
from graph.listing import parties
from graph.names import described
from graph.profile import profile
from graph.settings import Settings
from graph.store import Change, Store, open_store
from graph.views import ego, html
from graph.views import show as inline
from loaders.claim import Claim, Document, Loaded, Mention
from ontology import terms
from ontology.catalogue import Catalogue

#: Each breaks out of another place, and says so by setting ``pwned``.
ATTACKS = (
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=2>",
    '"><svg/onload=window.pwned=3>',
    "' onmouseover='window.pwned=4' x='",
    "</style></textarea></title><script>window.pwned=5</script>",
    "{{7*7}}{% for x in y %}<!--<script>window.pwned=6//",
    "[a](javascript:window.pwned=7) `x` ${window.pwned=8}",
    '=HYPERLINK("https://example.org/?"&A1,"x") href="',
    "\x1b[2J\x1b]0;pwned\x07\x9b31mred",
    "\u202egnp.exe\u2066 \u2028window.pwned=9",
)
URLS = (
    "javascript:window.pwned=10",
    "data:text/html,%3Cscript%3Eparent.pwned=11%3C/script%3E",
    "vbscript:pwned",
    "https://example.org/%22onclick=window.pwned=12",
)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Store]:
    """A store whose every label, sentence and address is an attack."""
    store = open_store("memory:")
    text = "\n".join(ATTACKS)
    document = Document("<script>window.pwned=13</script>", text, Date(2026, 1, 28), "digest", title=ATTACKS[0])
    claims = []
    for number, attack in enumerate(ATTACKS):
        other = ATTACKS[(number + 1) % len(ATTACKS)]
        subject, object_ = (Mention(name, terms.candidate_iri(name), note=name) for name in (attack, other))
        item = Mention(attack, terms.candidate_iri(attack).replace("candidate-", "component-"), role="component")
        for predicate in ("supplies", "investsIn"):
            claims.append(
                Claim(
                    document=document.iri, date=Date(2026, 1, 28), subject=subject, predicate=predicate, object=object_,
                    sentence=attack, item=item, start=text.index(attack), end=text.index(attack) + len(attack),
                    source=URLS[number % len(URLS)], source_title=attack,
                )
            )  # fmt: skip
    ingest(store, [Loaded(document, tuple(claims))], Catalogue.bundled())
    yield store
    store.close()


def identities(store: Store) -> list[str]:
    found = (iri.removeprefix(terms.ID) for iri in sorted(described(store)))
    return [identity for identity in found if identity.startswith("candidate-")]


def addresses(store: Store) -> list[str]:
    from urllib.parse import quote

    found = [
        "/",
        "/parties",
        "/documents",
        "/conflicts",
        "/changes",
        "/review",
        "/coverage",
        "/report/2026-01-28",
        "/whatif?scenario=%3Cscript%3Ewindow.pwned=14%3C/script%3E",
    ]
    found += ["/ask?q=" + quote(f"who depends on “{attack}”?") for attack in ATTACKS[:3]]
    found += [
        "/query?query=" + quote("SELECT ?o { GRAPH ?g { ?s ?p ?o } } #</textarea><script>window.pwned=15</script>")
    ]
    document = TestClient(create_app(store, Settings())).get("/v1/documents").json()["items"][0]["id"]
    found.append("/documents/" + quote(document))
    for identity in identities(store)[:4]:
        found += ["/parties/" + quote(identity, safe=""), "/view/" + quote(identity, safe="")]
    return found


@pytest.mark.browser
def test_nothing_runs_in_pages_and_views(hostile: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    identity = identities(hostile)[0]
    file = tmp_path_factory.mktemp("files") / "view.html"
    file.write_text(html(ego(hostile, identity)), encoding="utf-8")
    note = file.with_name("notebook.html")
    shown = inline(ego(hostile, identity))._repr_html_()
    note.write_text(f"<meta charset=utf-8>{dependents(hostile, identity)._repr_html_()}{shown}", encoding="utf-8")
    with chromium(system_part("chromium")) as browser, served(hostile) as address, opened(browser) as watched:
        page = watched.page
        targets = [address + path for path in addresses(hostile)] + [file.as_uri(), note.as_uri()]
        for target in targets:
            page.goto(target)
            if "/view/" in target or target == file.as_uri():
                expect(page.locator("body")).to_have_attribute("data-ready", "yes")
                page.evaluate("nthtier.picture.selectNodes([nthtier.nodes.getIds()[0]])")
                page.evaluate(
                    "for (const e of nthtier.edges.getIds()) nthtier.picture.body.emitter.emit('showPopup', e)"
                )
                page.get_by_label("Find").fill(ATTACKS[0])
                page.keyboard.press("Tab")
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            page.evaluate("document.querySelectorAll('*').forEach(e => e.dispatchEvent(new Event('mouseover')))")
            assert page.evaluate("window.pwned === undefined"), target
            links = page.evaluate(
                "[...document.querySelectorAll('a[href], area, form')].map(a => a.protocol || 'http:')"
            )
            assert set(links) <= {"http:", "https:", "file:"}, target
        assert len(targets) > 15


def test_served_pages_allow_nothing_inline(hostile: Store) -> None:
    client = TestClient(create_app(hostile, Settings()))
    for path in addresses(hostile):
        answer = client.get(path, headers={"accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        body = re.sub(r'<script type="application/json"[^>]*>[^<]*</script>', "", answer.text)
        assert not re.search(r"<script(?![^>]* src=)", body), path
        assert not re.search(r"\son\w+\s*=", re.sub(r">[^<]*<|\"[^\"]*\"", "", body)), path


def test_a_view_as_a_file_runs_only_its_own_scripts(hostile: Store) -> None:
    text = html(ego(hostile, identities(hostile)[0]))
    policy = html_module.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', text)[0])
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 3
    assert len(re.findall(r"<script", text.split('id="data">')[1].split("</script>")[0])) == 0


def test_a_terminal_is_not_moved(hostile: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for identity in identities(hostile):
        show.answer(dependents(hostile, identity))
        show.answer(profile(hostile, described(hostile)[terms.ID + identity]))
    printed = capsys.readouterr().out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", printed)


def test_records_carry_the_text_as_it_is(hostile: Store) -> None:
    names = {row.party.name for row in parties(hostile, limit=500).items}
    client = TestClient(create_app(hostile, Settings()))
    body = client.get("/v1/claims?limit=500")
    assert body.headers["content-type"] == "application/json"
    assert body.headers["x-content-type-options"] == "nosniff"
    assert {claim["sentence"] for claim in body.json()["items"]} >= {each for each in ATTACKS if "\x1b" not in each}
    assert any("<img" in name for name in names)


#: What a spreadsheet may take for a formula, at the beginning of a cell.
FORMULA = re.compile(r"[\s\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]*[=+\-@|%]|[\t\r\n]")


@pytest.mark.parametrize(
    "attack", ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\u202e=1", " =1", "\n=1", "\uff1d1", "%0A=1"]
)
def test_a_table_for_a_spreadsheet_holds_no_formula(attack: str) -> None:
    store = open_store("memory:")
    store.apply(Change(add=((f"<{terms.ID}x>", f"<{terms.RDFS}label>", json.dumps(attack, ensure_ascii=False), ""),)))
    query = {"query": "SELECT ?name { ?who rdfs:label ?name }"}
    with TestClient(create_app(store, Settings())) as client:
        table = client.get("/query/table.csv", params=query)
        raw = client.get("/sparql", params=query, headers={"accept": "text/csv"})
        refused = client.get("/query/table.csv", params={"query": "DESCRIBE <x:y>"})
    store.close()
    assert table.headers["content-disposition"].startswith("attachment")
    cells = [cell for row in csv.reader(io.StringIO(table.text, newline="")) for cell in row]
    assert len(cells) == 2
    assert not FORMULA.match(cells[1])
    assert cells[1].startswith("'")
    assert attack.strip() in raw.text  # raw results stay as SPARQL has them
    assert refused.status_code == 422


def test_an_attack_in_every_claim_stays_out_of_formulas(hostile: Store) -> None:
    query = "SELECT ?sentence ?label { { GRAPH ?g { ?c prov:value ?sentence } } UNION { ?x rdfs:label ?label } }"
    with TestClient(create_app(hostile, Settings())) as client:
        text = client.get("/query/table.csv", params={"query": query}).text
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row if cell]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if FORMULA.match(cell)]
    assert "\x1b" not in text


def test_an_atom_feed_carries_attacks_as_text(hostile: Store) -> None:
    with TestClient(create_app(hostile, Settings())) as client:
        answer = client.get("/v1/changes/feed?since=2026-01-01")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.text)
    parts = list(feed.iter())
    assert len(parts) > 40
    assert {part.tag.partition("}")[0] for part in parts} == {"{http://www.w3.org/2005/Atom"}
    names = {part.tag.partition("}")[2] for part in parts}
    assert names <= {"feed", "entry", "id", "title", "subtitle", "updated", "link", "author", "name", "content"}
    assert any("<img" in (part.text or "") for part in parts)
    assert {part.get("type", "text") for part in parts} == {"text"}
    assert all(part.get("href", "http:").startswith(("http:", "https:")) for part in parts)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", answer.text)


def test_a_token_is_compared_whole_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    store = open_store("memory:")
    client = TestClient(create_app(store, Settings(token="correct horse")))
    with caplog.at_level("DEBUG"):
        for given in ("", "correct", "correct horse battery", "correct horsf"):
            answer = client.post("/v1/documents", content=b"x", headers={"authorization": f"Bearer {given}"})
            assert answer.status_code == 401
            assert "horse" not in answer.text
    assert "horse" not in caplog.text
    assert "horse" not in client.get("/metrics").text + client.get("/openapi.json").text
    store.close()
