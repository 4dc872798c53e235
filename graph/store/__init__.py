"""Stores behind one Protocol.

>>> from graph.store import ask, open_store
>>> store = open_store("memory:")
>>> store.update("INSERT DATA { id:tsmc nt:supplies id:nvidia }")
>>> ask(store, "ASK { id:tsmc nt:supplies id:nvidia }")
True
"""

from graph.store.opening import as_dataset, open_store
from graph.store.protocol import Change, Quad, Store
from graph.store.rows import ask, select

__all__ = ["Change", "Quad", "Store", "as_dataset", "ask", "open_store", "select"]
