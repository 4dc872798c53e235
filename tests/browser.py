"""A browser, a real service, and a party with very many neighbours, for tests of pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from graph.api.app import create_app
from graph.consolidate import Relation
from graph.settings import Settings
from graph.store import Quad, Store, open_store
from graph.view import relation_quads
from ontology import terms
from ontology.terms import NT, RDF, RDFS

_PATIENCE = 120_000  # milliseconds, for machines with much else to do
expect.set_options(timeout=_PATIENCE)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def served(store: Store) -> Iterator[str]:
    """Serve a store; give the address."""
    server = uvicorn.Server(uvicorn.Config(create_app(store, Settings(token=None)), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A page whose network ends at this machine; what it asked for elsewhere, and what it complained of, is kept."""

    def __init__(self, context: BrowserContext) -> None:
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        context.route("**/*", self._route)
        context.set_default_timeout(_PATIENCE)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append("dialog " + dialog.message), dialog.dismiss()))

    def _route(self, route: Route) -> None:
        address = route.request.url
        if address.startswith(("http://127.0.0.1:", "file:", "data:", "about:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(address)
            route.abort()


@contextmanager
def opened(browser: Browser, *, width: int = 1400, height: int = 900, scripts: bool = True) -> Iterator[Watched]:
    """Open a page in a context of its own; afterwards nothing may have gone wrong in it or have left the machine."""
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
    watched = Watched(context)
    yield watched
    context.close()
    assert watched.elsewhere == []
    assert watched.errors == []


def hub(neighbours: int) -> Store:
    """Return a store in which one party has very many direct dependents."""
    store = open_store("memory:")
    kinds = sorted(terms.PARTY_KINDS.values())

    def quads() -> Iterator[Quad]:
        for number in range(neighbours + 1):
            party = f"<{terms.ID}p{number}>"
            yield party, f"<{RDFS}label>", f'"Party {number}"', ""
            yield party, f"<{RDF}type>", f"<{NT}{kinds[number % len(kinds)]}>", ""
        for number in range(1, neighbours + 1):
            yield from relation_quads(
                Relation(
                    f"{terms.RELATION}{number:016x}", terms.ID + "p0", "supplies", f"{terms.ID}p{number}", "", "", "actual",
                    "stated" if number % 2 else "reported", 0.0, 1.0, 1, "2026-01-01", f"2026-01-{1 + number % 28:02}", (),
                )
            )  # fmt: skip

    store.bulk_load(quads())
    return store
