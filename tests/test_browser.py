"""The pages in Debian's Chromium, driven as a person would, with the network ending at this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from browser import chromium, hub, opened, served
from conftest import system_part
from graph.editor import installed
from graph.store import Store
from graph.views import ego, html
from ontology import terms

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "what can be asked": "/ask",
    "answer": "/ask?q=who+depends+on+TSMC?",
    "exposure": "/ask?q=how+exposed+is+OpenAI+to+TSMC?",
    "not known": "/ask?q=who+depends+on+Nvdia?",
    "not understood": "/ask?q=what+is+love",
    "parties": "/parties",
    "party": "/parties/openai",
    "product": "/products/hbm4",
    "changes": "/changes?since=2026-01-20&until=2026-01-31",
    "conflicts": "/conflicts",
    "scenario": "/whatif?scenario=TSMC+-50%25",
    "review": "/review",
    "coverage": "/coverage",
    "report": "/report/2026-01-28",
    "documents": "/documents",
    "SPARQL": "/query?query=SELECT+?who+{+?who+nt:dependsOn+id:tsmc+}",
    "network": "/view/tsmc",
}


@pytest.fixture(scope="module")
def address(backbone: Store) -> Iterator[str]:
    with served(backbone) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(system_part("chromium")) as found:
        yield found


def test_ask_and_follow_a_party_to_its_claims(browser: Browser, address: str) -> None:
    with opened(browser) as watched:
        page = watched.page
        page.goto(address)
        page.get_by_role("searchbox", name="Question").fill("who supplies NVIDIA with HBM4?")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("SK hynix")
        page.get_by_role("link", name="1", exact=True).first.click()
        assert page.url.endswith("#claim-1")
        page.get_by_role("link", name="SK hynix").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("SK hynix")
        page.get_by_label("Level").select_option("confirmed")
        page.get_by_role("button", name="Show", exact=True).click()
        assert "level=confirmed" in page.url
        expect(page.get_by_label("Level")).to_have_value("confirmed")


def test_a_misspelt_name_is_one_click_from_its_answer(browser: Browser, address: str) -> None:
    with opened(browser) as watched:
        watched.page.goto(address + PAGES["not known"])
        watched.page.get_by_role("link", name="NVIDIA").click()
        expect(watched.page.get_by_role("heading", level=1)).to_contain_text("Who depends on NVIDIA?")


def test_pages_work_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, scripts=False) as watched:
        page = watched.page
        page.goto(address + "/query")
        page.get_by_label("Query").fill("SELECT ?name { ?who nt:dependsOn id:tsmc ; rdfs:label ?name } ORDER BY ?name")
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("cell", name="NVIDIA")).to_be_visible()
        page.goto(address + "/whatif")
        page.get_by_label("Scenario").fill("TSMC -50%")
        page.get_by_role("button", name="What then?").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("What if TSMC -50%?")
        expect(page.get_by_role("link", name="NVIDIA").first).to_be_visible()


@pytest.mark.skipif(not installed(), reason="the SPARQL editor is absent; add it with: make editor")
def test_the_sparql_editor_runs_a_query(browser: Browser, address: str) -> None:
    with opened(browser) as watched:
        page = watched.page
        page.goto(address + "/query")
        expect(page.locator("body")).to_have_attribute("data-editor", "ready")
        page.locator(".yasqe_queryButton").first.click()
        expect(page.locator(".yasr")).to_contain_text("NVIDIA")


def test_filter_the_network_and_open_a_node_further(browser: Browser, address: str) -> None:
    with opened(browser) as watched:
        page = watched.page
        page.goto(address + "/view/asml?max_tier=1")
        expect(page.locator("body")).to_have_attribute("data-ready", "yes")
        shown = int(page.locator("body").get_attribute("data-shown") or 0)
        assert shown > 3
        page.get_by_label("Find").fill("TSMC")
        page.keyboard.press("Tab")
        expect(page.locator("#detail")).to_contain_text("more neighbours")
        page.get_by_role("button", name="Show its neighbours").click()
        expect(page.locator("body")).to_have_attribute("data-expanded", "tsmc")
        assert int(page.locator("body").get_attribute("data-shown") or 0) > shown
        page.get_by_label("Level").select_option("confirmed")
        firm = int(page.locator("body").get_attribute("data-shown") or 0)
        page.get_by_label("Level").select_option("")
        page.get_by_label("Heard of by").fill("0")
        assert int(page.locator("body").get_attribute("data-shown") or 0) < max(firm, shown)
        expect(page.locator("#detail a", has_text="Open its page")).to_have_attribute("href", "/parties/tsmc")


def test_a_view_as_a_file_works_alone(browser: Browser, backbone: Store, tmp_path: Path) -> None:
    file = tmp_path / "tsmc.html"
    file.write_text(html(ego(backbone, "TSMC")), encoding="utf-8")
    with opened(browser) as watched:
        watched.page.goto(file.as_uri())
        expect(watched.page.locator("body")).to_have_attribute("data-ready", "yes")
        watched.page.evaluate("nthtier.picture.selectEdges([nthtier.edges.getIds()[0]])")
        watched.page.get_by_label("Find").fill("NVIDIA")
        watched.page.keyboard.press("Tab")
        expect(watched.page.locator("#detail blockquote").first).to_be_visible()


def test_the_day_is_one_click_from_home(browser: Browser, address: str) -> None:
    with opened(browser) as watched:
        watched.page.goto(address)
        watched.page.get_by_role("link", name="the newest day in one page").click()
        expect(watched.page).to_have_title(re.compile(r"^\d{4}-\d\d-\d\d · nthtier$"))
        watched.page.go_back()
        watched.page.get_by_role("link", name="What waits for a person").click()
        expect(watched.page.get_by_role("heading", level=1)).to_contain_text("doubtful")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_a_phone(name: str, browser: Browser, address: str) -> None:
    with opened(browser, width=390, height=844) as watched:
        page = watched.page
        answer = page.goto(address + PAGES[name])
        assert answer
        assert name == "network" or len(answer.body()) < 300_000
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if name == "network":
            expect(page.locator("body")).to_have_attribute("data-ready", "yes")
        found = Axe().run(page).response["violations"]
        grave = [
            f"{each['id']}: {each['nodes'][0]['html'][:120]}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert grave == []


@pytest.mark.parametrize(("neighbours", "most"), [(249, 250), (20_000, 300)])
def test_a_hub_opens_readable(neighbours: int, most: int, browser: Browser, tmp_path: Path) -> None:
    store = hub(neighbours)
    file = tmp_path / "hub.html"
    file.write_text(html(ego(store, terms.ID + "p0")), encoding="utf-8")
    store.close()
    with opened(browser) as watched:
        page = watched.page
        page.goto(file.as_uri())
        expect(page.locator("body")).to_have_attribute("data-ready", "yes")
        shown = int(page.locator("body").get_attribute("data-shown") or 0)
        assert 1 < shown <= most
        if neighbours > most:
            expect(page.locator("header")).to_contain_text("20,001 parties are too many to see")
        else:
            assert shown == neighbours + 1
        page.get_by_label("Level").select_option("confirmed")
        assert int(page.locator("body").get_attribute("data-shown") or 0) < max(shown, 2)
