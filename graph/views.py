"""Interactive network views: pyvis builds the network, our own page shows it offline and lets nothing from outside run.

pyvis's own template links a CDN and writes labels into a script unescaped, so only its network object is used. Places are
worked out here, tiers as columns, and physics stays off.
"""

from __future__ import annotations

import json
from collections import defaultdict
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyvis.network import Network as VisNetwork

from graph.models import Dependents, Evidence, Hop

_COLUMN, _ROW = 330, 58
_WRAP = 26  # rows in a column before it is split in two

#: Kind of party → colour (Okabe and Ito's palette, told apart by the colour-blind) and shape.
_LOOKS = {
    "Foundry": ("#D55E00", "square"),
    "MemoryMaker": ("#E69F00", "square"),
    "IntegratedDeviceManufacturer": ("#E69F00", "square"),
    "ChipDesigner": ("#0072B2", "dot"),
    "DesignToolVendor": ("#56B4E9", "dot"),
    "PackagingHouse": ("#D55E00", "triangle"),
    "EquipmentMaker": ("#CC79A7", "triangle"),
    "MaterialsSupplier": ("#CC79A7", "triangleDown"),
    "ServerMaker": ("#009E73", "square"),
    "NetworkVendor": ("#009E73", "diamond"),
    "DeviceMaker": ("#009E73", "dot"),
    "Automaker": ("#009E73", "dot"),
    "Hyperscaler": ("#56B4E9", "hexagon"),
    "CloudProvider": ("#56B4E9", "hexagon"),
    "DataCentreOperator": ("#56B4E9", "hexagon"),
    "EnergySupplier": ("#F0E442", "diamond"),
    "AiLab": ("#0072B2", "star"),
    "SoftwareVendor": ("#0072B2", "diamond"),
}
_OTHER = ("#8A8A8A", "dot")
_DASHES: dict[str, bool | list[int]] = {"confirmed": False, "reported": [8, 5], "prospective": [2, 5]}

_PAGES = Environment(loader=PackageLoader("graph"), autoescape=True, undefined=StrictUndefined)


def html(answer: Dependents, *, assets: str | None = None, page: str | None = None) -> str:
    """Return an answer as a page with an interactive network.

    Parameters
    ----------
    assets
        Address of the folder that serves the scripts; by default they stand in the page itself, which then needs no network.
    page
        Address of a party's page with ``{id}`` in it; by default nodes link nowhere.
    """
    shown = _data(answer, page)
    direction = "Who depends on {}?" if answer.direction == "dependents" else "What does {} depend on?"
    return _PAGES.get_template("view.html").render(
        title=direction.format(answer.party.name),
        answer=answer,
        data=_script_safe(shown),
        kinds=sorted({node["kind"] for node in shown["nodes"]}),
        levels=[level for level in _DASHES if any(edge["level"] == level for edge in shown["edges"])],
        assets=assets,
        inline=None
        if assets
        else {"network": network_script(), "view": static("view.js"), "style": static("view.css")},
    )


def static(name: str) -> str:
    """Return one of our own static files."""
    return files("graph").joinpath("static", name).read_text(encoding="utf-8")


def network_script() -> str:
    """Return the network library that pyvis ships."""
    return files("pyvis").joinpath("templates", "lib", "vis-9.1.2", "vis-network.min.js").read_text(encoding="utf-8")


def _data(answer: Dependents, page: str | None) -> dict[str, Any]:
    net = VisNetwork(directed=True)
    tier = {answer.party.iri: (0, answer.party)}
    for each in answer.found:
        tier[each.party.iri] = (each.tier, each.party)
    for iri, (x, y) in _places({iri: depth for iri, (depth, _) in tier.items()}).items():
        depth, party = tier[iri]
        colour, shape = _LOOKS.get(party.kind, _OTHER)
        net.add_node(
            iri,
            label=_label(party.name),
            x=x if answer.direction == "dependents" else -x,
            y=y,
            color=colour,
            shape=shape,
            size=22 if depth == 0 else 13,
            physics=False,
            kind=party.kind,
            tier=depth,
            name=party.name,
            href=page.replace("{id}", party.id) if page else None,
        )
    hops = {
        (hop.supplier.iri, hop.consumer.iri, hop.component, hop.relation): hop
        for each in answer.found
        for hop in each.path
    }
    for key in sorted(hops, key=str):
        hop = hops[key]
        low, high = hop.share
        net.add_edge(
            hop.supplier.iri,
            hop.consumer.iri,
            arrows="to",
            dashes=_DASHES[hop.level],
            width=1 + 4 * low,
            level=hop.level,
            component=hop.component,
            share=[low, high],
            via=hop.via,
            evidence=_tooltip(hop, answer.evidence),
        )
    return {"nodes": net.nodes, "edges": net.edges}


def _tooltip(hop: Hop, found: dict[str, Evidence], most: int = 3) -> list[dict[str, str]]:
    claims = sorted(
        (found[claim] for claim in hop.claims if claim in found),
        key=lambda claim: (claim.date, claim.claim),
        reverse=True,
    )
    return [
        {
            "sentence": claim.sentence,
            "says": f"{claim.status}, {claim.attribution}",
            "date": claim.date,
            "source": claim.source_title or claim.reference,
            "href": claim.source if claim.source and claim.source.startswith(("https://", "http://")) else "",
        }
        for claim in claims[:most]
    ]


def _places(tiers: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Return x and y of each node: a column a tier, long tiers folded into neighbouring columns."""
    columns: dict[int, list[str]] = defaultdict(list)
    for iri, tier in tiers.items():
        columns[tier].append(iri)
    places: dict[str, tuple[int, int]] = {}
    x = 0
    for tier in sorted(columns):
        column = columns[tier]
        folds = -(-len(column) // _WRAP)
        for number, iri in enumerate(column):
            fold, row = number % folds, number // folds
            rows = -(-len(column) // folds)
            places[iri] = (x + fold * _COLUMN * 2 // 3, int((row - (rows - 1) / 2) * _ROW + fold * _ROW / folds))
        x += _COLUMN + (folds - 1) * _COLUMN * 2 // 3
    return places


def _label(name: str, width: int = 24) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _script_safe(value: object) -> str:
    """Return JSON that can stand in a script element: no character of it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
