"""Interactive network views, offline, in which nothing from outside runs.

>>> from graph.store import open_store
>>> store = open_store("memory:")
>>> from graph.views import Picture, html
>>> "Who depends on whom?" in html(Picture("Who depends on whom?", "", (), ()))
True
"""

from graph.views.ego import Neighbours, ego, neighbours
from graph.views.page import Inline, html, network_script, show, static
from graph.views.picture import Line, Picture, Spot, of_hops, summarised

__all__ = [
    "Inline",
    "Line",
    "Neighbours",
    "Picture",
    "Spot",
    "ego",
    "html",
    "neighbours",
    "network_script",
    "of_hops",
    "show",
    "static",
    "summarised",
]
