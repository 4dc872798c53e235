"""How soon a network of 250 parties can be read and used in Debian's Chromium, beside pyvis' own page of the same network."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pyvis.network import Network as VisNetwork

from browser import Watched, chromium, hub, opened
from conftest import system_part
from graph.views import ego, html
from graph.views.page import data
from ontology import terms

BOUND = 3.0  # seconds, from the issue


def ours(browser: Browser, file: Path) -> tuple[float, float]:
    """Return seconds until our page is drawn, and until it has answered a filter."""
    with opened(browser) as watched:
        began = time.perf_counter()
        watched.page.goto(file.as_uri())
        expect(watched.page.locator("body")).to_have_attribute("data-ready", "yes")
        ready = time.perf_counter() - began
        assert watched.page.locator("body").get_attribute("data-shown") == "250"
        watched.page.get_by_label("Level").select_option("confirmed")
        expect(watched.page.locator("body")).not_to_have_attribute("data-shown", "250")
        return ready, time.perf_counter() - began


def theirs(browser: Browser, file: Path) -> float:
    """Return seconds until pyvis' page has laid its network out; what it asks the network for (a CDN) it does not get."""
    context = browser.new_context()
    page = Watched(context).page
    began = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_function("document.getElementById('loadingBar')?.style.display === 'none'")
    taken = time.perf_counter() - began
    context.close()
    return taken


def test_a_network_of_250_is_soon_there(tmp_path: Path) -> None:
    store = hub(249)
    picture = ego(store, terms.ID + "p0")
    store.close()
    mine, plain = tmp_path / "ours.html", tmp_path / "pyvis.html"
    mine.write_text(html(picture), encoding="utf-8")
    shown, net = data(picture), VisNetwork(directed=True, cdn_resources="in_line")
    for node in shown["nodes"]:
        net.add_node(node["id"], label=node["label"])
    for edge in shown["edges"]:
        net.add_edge(edge["from"], edge["to"])
    plain.write_text(net.generate_html(notebook=False), encoding="utf-8")
    with chromium(system_part("chromium")) as browser:
        ours(browser, mine)  # the first page a browser opens is slow, whatever it is
        found = [ours(browser, mine) for _ in range(3)]
        pyvis = theirs(browser, plain)
    ready, used = (min(times) for times in zip(*found, strict=True))
    print(f"\na network of 250 parties: drawn in {ready:.2f} s, answered a filter by {used:.2f} s (bound {BOUND:g} s)")
    print(f"pyvis' own page of it is laid out after {pyvis:.2f} s: {pyvis / ready:.1f} times as long")
    load = os.getloadavg()[0]
    if load > (os.cpu_count() or 1):
        pytest.skip(f"the bound is for a quiet machine; its load is {load:.1f}")
    assert used < BOUND
