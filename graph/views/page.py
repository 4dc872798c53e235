"""A picture as a page: pyvis builds the network, our own page shows it offline and lets nothing from outside run.

pyvis's own template links a CDN and writes labels into a script unescaped, so only its network object is used. Places are
worked out here, a column after the other, and physics stays off.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from pyvis.network import Network as VisNetwork

from graph.models import Evidence
from graph.sheet import is_web, spaced
from graph.views.looks import DASHES, MARKS, look, lost_colour
from graph.views.picture import Line, Picture, Spot

_COLUMN, _FOLD, _ROW = 330, 210, 62
_PAGE: Final = (1000, 640)
_CLAIMS: Final = 3

_PAGES = Environment(loader=PackageLoader("graph"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_PAGES.filters["spaced"] = spaced


def html(
    picture: Picture,
    *,
    assets: Callable[[str], str] | None = None,
    page: str | None = None,
    frame: dict[str, Any] | None = None,
) -> str:
    """Return a picture as a page with an interactive network.

    Parameters
    ----------
    assets
        Name of a file → the address that serves it; by default all stands in the page itself, which then needs no network.
    page
        Address of a party's page with ``{id}`` in it; by default nodes link nowhere.
    frame
        What else the page says: ``switches``, links to other states of the view.
    """
    shown = data(picture, page)
    inline = None
    if assets is None:
        inline = {"network": network_script(), "view": static("view.js"), "style": static("view.css")}
    days = sorted({edge["first"] for edge in shown["edges"] if edge["first"]})
    return _PAGES.get_template("view.html").render(
        picture=picture,
        data=_script_safe(shown),
        kinds=sorted({node["kind"] for node in shown["nodes"] if node["kind"]}),
        marks=_marks(picture),
        levels=[level for level in DASHES if any(edge["level"] == level for edge in shown["edges"])],
        days=days,
        lost=any(each.lost for each in picture.spots),
        lines=_list(picture),
        assets=assets,
        inline=inline,
        policy=_policy(inline) if inline else "",
        frame={"switches": (), "back": "", **(frame or {})},
    )


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture in a notebook, in a frame that can't reach the notebook around it."""

    page: str
    height: int

    def _repr_html_(self) -> str:
        source = escape(self.page, quote=True)
        return (
            f'<iframe sandbox="allow-scripts allow-popups" width="100%" height="{self.height}" style="border:0" srcdoc="{source}">'
            "</iframe>"
        )


def show(picture: Picture, height: int = 640) -> Inline:
    """Return a picture for a notebook to show inline.

    >>> show(Picture("Who depends on TSMC?", "", (), ()))._repr_html_()[:44]
    '<iframe sandbox="allow-scripts allow-popups"'
    """
    return Inline(html(picture), int(height))


def static(name: str) -> str:
    """Return one of our own static files."""
    return files("graph").joinpath("static", name).read_text(encoding="utf-8")


def network_script() -> str:
    """Return the network library that pyvis ships."""
    return files("pyvis").joinpath("templates", "lib", "vis-9.1.2", "vis-network.min.js").read_text(encoding="utf-8")


def data(picture: Picture, page: str | None = None) -> dict[str, Any]:
    """Return what the script draws."""
    net = VisNetwork(directed=True)
    places = _places(picture.spots)
    for each in picture.spots:
        x, y = places[each.iri]
        net.add_node(each.iri, **_node(each, x, y, page))
    for drawn in picture.lines:
        if drawn.source in places and drawn.target in places:
            net.add_edge(drawn.source, drawn.target, **_edge(drawn, picture))
    return {"nodes": net.nodes, "edges": net.edges, "expand": picture.expand}


def _node(each: Spot, x: int, y: int, page: str | None) -> dict[str, Any]:
    colour, shape = look(each.kind)
    if each.lost is not None:
        colour = lost_colour(each.lost[1])
    if each.members > 1:
        shape = "box"
    return {
        "label": _label(each),
        "x": x,
        "y": y,
        "color": colour,
        "shape": shape,
        "size": 22 if each.tier == 0 else 13,
        "physics": False,
        "kind": spaced(each.kind),
        "tier": each.tier,
        "name": each.name,
        "hidden_neighbours": each.hidden,
        "lost": list(each.lost) if each.lost else None,
        "members": each.members,
        "party": each.id,
        "href": page.replace("{id}", _quoted(each.id)) if page and each.id else None,
    }


def _edge(each: Line, picture: Picture) -> dict[str, Any]:
    return {
        "arrows": "to",
        "dashes": DASHES[each.level],
        "width": 1 + 4 * each.share[0] if each.count == 1 else 1 + min(each.count, 40) / 8,
        "level": each.level,
        "component": each.component,
        "share": list(each.share),
        "via": each.via or None,
        "first": each.first,
        "count": each.count,
        "against": each.against,
        "evidence": _said(each, picture),
    }


def _said(each: Line, picture: Picture) -> list[dict[str, str]]:
    claims = [picture.evidence[claim] for claim in each.claims if claim in picture.evidence]
    newest = sorted(claims, key=lambda claim: (claim.date, claim.claim), reverse=True)[:_CLAIMS]
    return [said(claim) for claim in newest]


def said(claim: Evidence) -> dict[str, str]:
    """Return a claim as a tooltip shows it."""
    return {
        "sentence": claim.sentence,
        "says": f"{claim.status}, {claim.attribution}",
        "date": claim.date,
        "source": claim.source_title or claim.reference,
        "href": claim.source or "" if is_web(claim.source) else "",
    }


def _list(picture: Picture, most: int = 400) -> list[str]:
    """The lines in words, for who can't see the network."""
    names = {each.iri: each.name for each in picture.spots}
    found = [
        f"{names[each.source]} – {each.component} → {names[each.target]} ({each.level})"
        for each in picture.lines
        if each.source in names and each.target in names
    ]
    return found if len(found) <= most else [*found[:most], f"… and {len(found) - most:,} more"]


def _marks(picture: Picture) -> list[tuple[str, str, list[str]]]:
    """Return the legend of kinds: outline and colour of each look, with the kinds that have it."""
    looks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind in sorted({each.kind for each in picture.spots if each.kind and each.lost is None}):
        colour, shape = look(kind)
        looks[MARKS[shape], colour].append(spaced(kind))
    return [(outline, colour, kinds) for (outline, colour), kinds in sorted(looks.items(), key=lambda item: item[1])]


def _places(spots: tuple[Spot, ...]) -> dict[str, tuple[int, int]]:
    """Return x and y of each node: a column a step, long columns folded so that the whole fills the page best."""
    columns: dict[int, list[Spot]] = defaultdict(list)
    for each in sorted(spots, key=lambda each: (each.kind, each.name.casefold(), each.iri)):
        columns[each.column].append(each)
    rows = max(range(6, 41), key=lambda most: _fit([len(members) for members in columns.values()], most))
    places: dict[str, tuple[int, int]] = {}
    x = 0
    for _, members in sorted(columns.items()):
        folds = -(-len(members) // rows)
        height = -(-len(members) // folds)
        for number, each in enumerate(members):
            fold, row = number // height, number % height
            y = (row - (height - 1) / 2) * _ROW + fold * _ROW / folds
            places[each.iri] = (x + fold * _FOLD, int(y))
        x += _COLUMN + (folds - 1) * _FOLD
    return places


def _fit(lengths: list[int], rows: int) -> float:
    """Return how large the picture can be drawn if no column is longer than some rows."""
    folds = [-(-length // rows) for length in lengths]
    width = _COLUMN * len(lengths) + _FOLD * sum(fold - 1 for fold in folds)
    height = _ROW * (max((-(-length // fold) for length, fold in zip(lengths, folds, strict=True)), default=1) + 1)
    return min(_PAGE[0] / max(width, 1), _PAGE[1] / height)


def _label(each: Spot, width: int = 24) -> str:
    name = each.name if len(each.name) <= width else each.name[: width - 1] + "…"
    return f"{name} +{each.hidden}" if each.hidden else name


def _quoted(identity: str) -> str:
    return quote(identity, safe="")


def _policy(inline: dict[str, str]) -> str:
    """Return what a page that stands alone may do: run and load what is in it, nothing else."""

    def source(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    scripts = " ".join(source(inline[name]) for name in ("network", "view"))
    return f"default-src 'none'; script-src {scripts}; style-src {source(inline['style'])}; img-src data:; base-uri 'none'; form-action 'none'"


def _script_safe(value: object) -> str:
    """Return JSON that can stand in a script element: no character of it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
