"""A store on any SPARQL 1.1 server, by URL."""

from __future__ import annotations

import itertools
import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final, cast
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from graph.errors import QueryError, QueryTimeoutError, StoreError
from graph.store import media
from graph.store.change import update_text
from graph.store.dataset import with_dataset
from graph.store.endpoint import Answer, Endpoint
from graph.store.outline import Outline, outline
from graph.store.oxigraph import parse, serialize
from graph.store.prefixes import with_prefixes
from graph.store.protocol import Change, Quad
from graph.store.pull import NO_LIMITS, Limits, pull
from graph.store.virtuoso import SYSTEM_GRAPHS, ask_answer, is_virtuoso, with_default_graph

#: Quads in one request when very many are loaded; a graph is never split.
_BATCH: Final = 20_000
#: Seconds for which a server that tells no versions is taken to stay the same but for our own writes.
_FRESH: Final = 30.0
#: What stands for the default graph on a server whose own default graph is the union of all.
_STAND_IN: Final = "urn:nthtier:default"


class RemoteStore:
    """A store on a server.

    The URL is that of queries. Where updates go is taken from the service description, or from the usual places
    (``…/query`` → ``…/update``, ``…/repositories/x`` → ``…/statements``), or is the same; ``#update=URL`` says it outright.
    On a server whose default graph is the union of all graphs (Virtuoso is known by its name, others by
    ``#default-graph=IRI``) a named graph stands in for the default graph.

    Parameters
    ----------
    token
        For Bearer authentication; a user and password in the URL are for Basic.
    """

    def __init__(self, url: str, token: str | None = None, limits: Limits = NO_LIMITS) -> None:
        address, _, options = url.partition("#")
        given = dict(parse_qsl(options))
        self._endpoint = Endpoint(address, token)
        self._path = _path(address)
        self._limits = limits
        self._update_path = _path(urljoin(address, given["update"])) if "update" in given else None
        self._default: str | None = given.get("default-graph")
        self._server: str | None = None
        self._session, self._writes = uuid.uuid4().hex[:8], 0

    def query(
        self,
        sparql: str,
        media_type: str = media.JSON,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """Yield the serialised result of a query in pieces."""
        text = with_prefixes(sparql)
        seen = outline(sparql)
        if seen.form == "update":
            raise QueryError("this is an update")
        offers = media.ROWS if seen.form == "rows" else media.GRAPHS
        wanted = media.known(media_type, offers)
        if seen.form and wanted is None:
            raise QueryError(
                f"the query asks for {'rows' if seen.form == 'rows' else 'a graph'}, which {media_type} can't hold"
            )
        if not default_graphs and not named_graphs and not seen.has_dataset and (stand_in := self._stand_in()):
            default_graphs, named_graphs = [stand_in], self._named(seen)
        form = [("query", text), *(("default-graph-uri", iri) for iri in default_graphs)]
        form += [("named-graph-uri", iri) for iri in named_graphs]
        mends_ask = seen.keyword == "ASK" and is_virtuoso(self._server or "")
        accept = media.JSON if mends_ask else media_type
        answer = self._post(self._path, form, accept, safe=True)
        got = answer.headers.get("Content-Type", "")
        if wanted is not None and not mends_ask and media.known(got, offers) != wanted:
            answer.close()
            raise StoreError(
                f"{self._endpoint.address} answered with {got or 'no type'} where {media_type} was asked for"
            )
        if mends_ask and wanted is not None:
            return iter([ask_answer(b"".join(answer.pieces()), wanted)])
        return _eager(answer.pieces())

    def update(self, sparql: str, *, using_graphs: Sequence[str] = (), using_named_graphs: Sequence[str] = ()) -> None:
        """Run a SPARQL update, all of it or nothing if the server keeps to that."""
        text = with_prefixes(with_dataset(sparql, using_graphs, using_named_graphs))
        seen = outline(text)
        if (stand_in := self._stand_in()) and not seen.has_dataset and is_virtuoso(self._server or ""):
            text = with_default_graph(text, stand_in, self._named(seen))
        self._change([("update", text)])

    def apply(self, change: Change) -> None:
        """Make a change in one request, all of it or nothing if the server keeps to that."""
        if text := update_text(change, self._stand_in(), blank_data=not is_virtuoso(self._server or "")):
            self._change([("update", text)])

    def bulk_load(self, quads: Iterable[Quad]) -> None:
        """Add very many quads, in requests of some thousands; each graph goes whole into one of them."""
        batch: list[Quad] = []
        for _, members in itertools.groupby(quads, key=lambda quad: quad[3]):
            batch += members
            if len(batch) >= _BATCH:
                self.apply(Change(add=tuple(batch)))
                batch = []
        self.apply(Change(add=tuple(batch)))

    def load(self, source: IO[bytes], media_type: str, *, graph: str | None = None, base: str | None = None) -> None:
        """Add a serialised graph or dataset; see :meth:`bulk_load` for what is one step."""
        self.bulk_load(sorted(parse(source, media_type, graph=graph, base=base), key=lambda quad: quad[3]))

    def export(self, media_type: str = media.N_QUADS, graph: str | None = None) -> Iterator[bytes]:
        """Yield the dataset, or one graph, serialised; other clients' writes meanwhile may be in it in part."""
        if graph is None and media.bare(media_type) not in media.DATASETS:
            raise StoreError(f"{media_type} holds one graph; name it, or export as one of {', '.join(media.DATASETS)}")
        return pull(serialize(self._quads(graph), media_type, flat=graph is not None))

    @property
    def version(self) -> str:
        """The server's entity tag where it gives one; else our writes, and how late it is."""
        path = f"{self._path}?{urlencode({'query': 'ASK {}'})}"
        answer = self._endpoint.ask("GET", path, {"Accept": media.JSON}, safe=True)
        answer.text()
        if tag := answer.headers.get("ETag"):
            return tag
        return f"{self._session}-{self._writes}-{time.monotonic() // _FRESH:.0f}"

    def within(self, limits: Limits) -> RemoteStore:
        """Return the same store with limits on what it reads."""
        other = RemoteStore.__new__(RemoteStore)
        other.__dict__.update(self.__dict__, _limits=limits)
        return other

    def close(self) -> None:
        """Close the connections."""
        self._endpoint.close()

    def _quads(self, graph: str | None) -> Iterator[Quad]:
        if graph is None:
            graphs = ["", *self._graphs()]
        else:
            graphs = [graph.strip("<>")]
        for at, name in enumerate(graphs):
            where = f"GRAPH <{name}> {{ ?s ?p ?o }}" if name else "?s ?p ?o"
            lines = self.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}", media.N_TRIPLES)
            for s, p, o, _ in parse(cast("IO[bytes]", _Pieces(lines)), media.N_TRIPLES):
                # Each answer has blank nodes of its own.
                yield _apart(s, at), p, _apart(o, at), f"<{name}>" if name else ""

    def _post(self, path: str, form: Sequence[tuple[str, str]], accept: str, *, safe: bool) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        seconds = self._limits.seconds if safe else None
        return self._endpoint.ask("POST", path, headers, urlencode(form).encode(), safe=safe, seconds=seconds)

    def _change(self, form: Sequence[tuple[str, str]]) -> None:
        if self._update_path is None:
            self._update_path = self._find_update_path()
        try:
            self._post(self._update_path, form, "*/*", safe=False).text()
        finally:
            self._writes += 1

    def _stand_in(self) -> str | None:
        if self._server is None:
            answer = self._endpoint.ask(
                "GET", f"{self._path}?{urlencode({'query': 'ASK {}'})}", {"Accept": media.JSON}, safe=True
            )
            answer.text()
            self._server = answer.headers.get("Server", "")
            if self._default is None and is_virtuoso(self._server):
                self._default = _STAND_IN
        return self._default

    def _named(self, seen: Outline) -> list[str]:
        """Return the named graphs that a text reaches, which a server must be told once it is told the default one."""
        names = [graph for graph in seen.graphs if graph[:1] not in "?$"]
        if len(names) == len(seen.graphs) or (not names and is_virtuoso(self._server or "")):
            return names
        return self._graphs()

    def _graphs(self) -> list[str]:
        form = [("query", "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
        found = json.loads(b"".join(self._post(self._path, form, media.JSON, safe=True).pieces()))
        graphs = [row["g"]["value"] for row in found["results"]["bindings"]]
        return [graph for graph in graphs if graph != self._stand_in() and graph not in SYSTEM_GRAPHS]

    def _find_update_path(self) -> str:
        path = self._path.partition("?")[0].rstrip("/")
        if path.endswith("/query"):
            return path.removesuffix("query") + "update"
        if "/repositories/" in path:
            return path + "/statements"
        return _described_update(self._endpoint, self._path) or self._path


def connect(url: str) -> RemoteStore:
    """Open the store of a server, with the token of the environment (``NTHTIER_STORE_TOKEN``) if there is one."""
    return RemoteStore(url, os.environ.get("NTHTIER_STORE_TOKEN"))


def _described_update(endpoint: Endpoint, path: str) -> str | None:
    """Return where the service description says that updates go, as a path on the same server."""
    from rdflib import Graph, Namespace

    sd = Namespace("http://www.w3.org/ns/sparql-service-description#")
    try:
        answer = endpoint.ask("GET", path, {"Accept": "text/turtle"}, safe=True)
        text = answer.text()
        if media.bare(answer.headers.get("Content-Type", "")) != media.TURTLE:
            return None
        graph = Graph().parse(data=text, format="turtle", publicID=endpoint.address)
    except QueryTimeoutError:
        raise
    except Exception:  # no description, or none that parses: then there is nothing to learn from it
        return None
    for service in graph.subjects(sd.supportedLanguage, sd.SPARQL11Update):
        for found in graph.objects(service, sd.endpoint):
            return _path(str(found))
    return None


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _apart(term: str, answer: int) -> str:
    return f"_:a{answer}{term[2:]}" if term.startswith("_:") else term


def _eager(pieces: Iterator[bytes]) -> Iterator[bytes]:
    first = next(pieces, b"")
    return itertools.chain([first] if first else [], pieces)


class _Pieces:
    """A file object over pieces of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            if (piece := next(self._pieces, None)) is None:
                break
            self._rest += piece
        whole, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return whole
