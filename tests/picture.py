"""Take the picture of the README anew: ``python tests/picture.py``; it shows the sample data in Debian's Chromium."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from browser import chromium, opened
from conftest import system_part
from graph.ingest import ingest
from graph.store import open_store
from graph.views import ego, html
from loaders.registry import Context, load
from ontology.catalogue import Catalogue
from places import BACKBONE, ROOT, WEEK

OUT = ROOT / ".readme" / "network.png"
_CHOOSE = """([supplier, consumer]) => {
  const edge = nthtier.edges.get().find(edge => edge.from.endsWith(supplier) && edge.to.endsWith(consumer));
  nthtier.picture.selectEdges([edge.id]);
  nthtier.picture.body.emitter.emit("selectEdge", { nodes: [], edges: [edge.id] });
}"""


def take(out: Path) -> None:
    """Write the network of who depends on TSMC, one line chosen, with its claims."""
    catalogue = Catalogue.bundled()
    store = open_store("memory:")
    for source in (BACKBONE, *sorted(WEEK.iterdir())):
        ingest(store, load(source, Context(catalogue=catalogue)), catalogue)
    page = out.with_suffix(".html")
    page.write_text(html(ego(store, "TSMC")), encoding="utf-8")
    store.close()
    with chromium(system_part("chromium")) as browser, opened(browser, width=1280, height=800) as watched:
        watched.page.goto(page.as_uri())
        expect(watched.page.locator("body")).to_have_attribute("data-ready", "yes")
        watched.page.evaluate(_CHOOSE, ["/tsmc", "/nvidia"])
        expect(watched.page.locator("#detail blockquote").first).to_be_visible()
        watched.page.wait_for_timeout(500)
        shot = watched.page.screenshot()
    page.unlink()
    # Some hundred colours are enough for lines and letters, and make it a third of the size.
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(128).save(out, optimize=True)


if __name__ == "__main__":
    take(OUT)
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")
