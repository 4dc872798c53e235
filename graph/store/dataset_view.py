"""A store as an ``rdflib.Dataset``, for notebooks and for what speaks rdflib."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any, Final

import rdflib
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID, Dataset, Graph
from rdflib.plugins import sparql as rdflib_sparql
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.store import Store as RdflibStore
from rdflib.term import BNode, Identifier, Literal, URIRef, Variable

from graph.errors import StoreError
from graph.store import media
from graph.store.outline import outline
from graph.store.protocol import Change, Quad, Store
from graph.store.rows import select, term_of
from ontology.terms import PREFIXES

#: rdflib's own engine reads files and addresses that FROM names; nothing here may make it.
rdflib_sparql.SPARQL_LOAD_GRAPHS = False

_VARIABLES: Final = ("s", "p", "o")


def as_dataset(store: Store) -> Dataset:
    """Return an rdflib Dataset over the same data, which reads and writes through.

    Queries run in the store, prepared ones and those with bindings too; adding many triples goes best through ``addN`` or
    ``parse``. Blank nodes are found by pattern and in results, but can't be asked for by name.

    >>> from graph.store import open_store
    >>> store = open_store("memory:")
    >>> store.update("INSERT DATA { id:tsmc nt:supplies id:nvidia . GRAPH <urn:g> { id:tsmc rdfs:label 'TSMC' } }")
    >>> dataset = as_dataset(store)
    >>> len(dataset.default_graph), len(dataset.graph("urn:g"))
    (1, 1)
    >>> [str(row.who) for row in dataset.query("SELECT ?who { id:tsmc nt:supplies ?who }")]
    ['https://w3id.org/nthtier/id/nvidia']
    """
    dataset = _Dataset(store=_View(store), default_union=False)
    for prefix, iri in PREFIXES.items():
        dataset.bind(prefix, iri, override=True, replace=True)
    return dataset


class _Dataset(Dataset):
    """rdflib 7.6 warns of its own use of the old name when it runs a query; this answers to both."""

    @property
    def default_context(self) -> Any:
        return self.default_graph

    @default_context.setter
    def default_context(self, graph: Any) -> None:
        self._default_context = graph


class _View(RdflibStore):
    """rdflib's store interface over a store."""

    context_aware = True
    graph_aware = True
    formula_aware = False
    transaction_aware = False

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._held = store
        self._prefixes: dict[str, URIRef] = {}

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[tuple[Any, Iterator[Any]]]:
        """Yield the triples that match, each with its graphs."""
        found: dict[tuple[Any, ...], list[Any]] = {}
        for row in self._matches(triple_pattern, context):
            found.setdefault(row[:3], []).append(DATASET_DEFAULT_GRAPH_ID if row[3] is None else row[3])
        for triple, names in found.items():
            yield triple, iter([Graph(store=self, identifier=name) for name in names])

    def contexts(self, triple: Any = None) -> Generator[Graph, None, None]:
        """Yield the graphs, or those that hold a triple."""
        if triple is None or triple == (None, None, None):
            rows = select(self._held, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
            names: set[Any] = {row[0] for row in rows}
        else:
            names = {row[3] or DATASET_DEFAULT_GRAPH_ID for row in self._matches(triple, None)}
        for name in sorted(names):
            yield Graph(store=self, identifier=name)

    def __len__(self, context: Any = None) -> int:
        name = _name(context)
        where = (
            "?s ?p ?o" if name == "" else "GRAPH ?g { ?s ?p ?o }" if name is None else f"GRAPH {name} {{ ?s ?p ?o }}"
        )
        ((count,),) = select(self._held, f"SELECT (COUNT(*) AS ?n) {{ {where} }}")
        if name is None:
            ((default,),) = select(self._held, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
            return int(str(count)) + int(str(default))
        return int(str(count))

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:
        """Add a triple."""
        self._held.apply(Change(add=(_quad(triple, context),)))

    def addN(self, quads: Iterable[Any]) -> None:  # noqa: N802  rdflib's name
        """Add many in one step."""
        self._held.apply(Change(add=tuple(_quad((s, p, o), graph) for s, p, o, graph in quads)))

    def remove(self, triple: Any, context: Any = None) -> None:
        """Remove what matches."""
        rows = self._matches(triple, context)
        removed = tuple(_quad(row[:3], row[3] or DATASET_DEFAULT_GRAPH_ID) for row in rows)
        if removed:
            self._held.apply(Change(remove=removed))

    def add_graph(self, graph: Any) -> None:
        """Nothing: a graph is there once it holds something."""

    def remove_graph(self, graph: Any) -> None:
        """Drop a graph."""
        self._held.apply(Change(drop=(_name(graph) or "",)))

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Remember a prefix."""
        self._prefixes[prefix] = namespace

    def prefix(self, namespace: URIRef) -> str | None:
        """Return the prefix of a namespace."""
        return next((prefix for prefix, iri in self._prefixes.items() if str(iri) == str(namespace)), None)

    def namespace(self, prefix: str) -> URIRef | None:
        """Return the namespace of a prefix."""
        return self._prefixes.get(prefix)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Yield the prefixes."""
        yield from self._prefixes.items()

    def query(
        self,
        query: Any,
        initNs: Mapping[str, Any],  # noqa: N803
        initBindings: Mapping[str, Identifier],  # noqa: N803
        queryGraph: Any,  # noqa: N803
        **_: Any,
    ) -> Result:
        """Run a query in the store, never in rdflib's engine."""
        text, declared = _text(query, initNs)
        if initBindings:
            names = " ".join(f"?{str(name).lstrip('?')}" for name in initBindings)
            text += f"\nVALUES ({names}) {{ ({' '.join(_term(term) for term in initBindings.values())}) }}"
        seen = outline(text)
        prologue = "".join(
            f"PREFIX {prefix}: <{declared[prefix]}> " for prefix in seen.used if _lacks(prefix, seen.declared, declared)
        )
        graph = None if queryGraph == "__UNION__" else _name(queryGraph)
        graphs = [graph[1:-1]] if graph else []
        if seen.form == "graph":
            lines = b"".join(self._held.query(prologue + text, media.N_TRIPLES, default_graphs=graphs))
            result = Result("CONSTRUCT")
            result.graph = Graph().parse(data=lines, format="nt")
            return result
        answer = json.loads(b"".join(self._held.query(prologue + text, default_graphs=graphs)))
        if "boolean" in answer:
            result = Result("ASK")
            result.askAnswer = bool(answer["boolean"])
            return result
        result = Result("SELECT")
        result.vars = [Variable(name) for name in answer["head"]["vars"]]
        result.bindings = [
            {Variable(name): term for name, value in row.items() if (term := term_of(value)) is not None}
            for row in answer["results"]["bindings"]
        ]
        return result

    def update(
        self,
        update: Any,
        initNs: Mapping[str, Any],  # noqa: N803
        initBindings: Mapping[str, Identifier],  # noqa: N803
        queryGraph: Any,  # noqa: N803
        **_: Any,
    ) -> None:
        """Run an update in the store."""
        if initBindings:
            raise StoreError("an update takes no bindings here; write them into the text")
        text, declared = _text(update, initNs)
        seen = outline(text)
        prologue = "".join(
            f"PREFIX {prefix}: <{declared[prefix]}> " for prefix in seen.used if _lacks(prefix, seen.declared, declared)
        )
        self._held.update(prologue + text)

    def _matches(self, pattern: Any, context: Any) -> list[tuple[Any, ...]]:
        if any(isinstance(term, BNode) for term in pattern):
            everything = self._matches((None, None, None), context)
            return [row for row in everything if all(w is None or w == f for w, f in zip(pattern, row, strict=False))]
        terms = [f"?{name}" if term is None else _term(term) for name, term in zip(_VARIABLES, pattern, strict=True)]
        inner = " ".join(terms)
        name = _name(context)
        if name == "":
            where, graph = inner, "?none"
        elif name is None:
            where, graph = f"{{ {inner} }} UNION {{ GRAPH ?g {{ {inner} }} }}", "?g"
        else:
            where, graph = f"GRAPH {name} {{ {inner} }}", "?none"
        rows = select(self._held, f"SELECT ?s ?p ?o {graph} {{ {where} }}")
        fixed = URIRef(name[1:-1]) if name else None
        return [
            (
                *(known if known is not None else got for known, got in zip(pattern, row[:3], strict=True)),
                row[3] or fixed,
            )
            for row in rows
        ]


def _lacks(prefix: str, in_text: Mapping[str, str], declared: Mapping[str, str]) -> bool:
    return prefix in declared and prefix not in in_text and PREFIXES.get(prefix) != declared[prefix]


def _text(query: Any, namespaces: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the text of a query, which a prepared one remembers, and the prefixes given with it."""
    declared = {prefix: str(iri) for prefix, iri in namespaces.items()}
    if isinstance(query, Query):
        text, more, base = query._original_args
        declared |= {prefix: str(iri) for prefix, iri in (more or {}).items()}
        return (f"BASE <{base}> {text}" if base else str(text)), declared
    return str(query), declared


def _name(context: Any) -> str | None:
    """Return a graph's name as SPARQL writes it, ``""`` for the default graph, None for all of them."""
    if context is None:
        return None
    identifier = context.identifier if isinstance(context, rdflib.Graph) else context
    if identifier == DATASET_DEFAULT_GRAPH_ID:
        return ""
    if isinstance(identifier, BNode):
        raise StoreError("a graph needs an IRI for its name")
    return f"<{identifier}>"


def _quad(triple: Any, context: Any) -> Quad:
    s, p, o = triple
    return _term(s), _term(p), _term(o), _name(context) or ""


def _term(term: Identifier) -> str:
    if isinstance(term, BNode):
        return f"_:{term}"
    if isinstance(term, Literal):
        text = str(term).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        return f'"{text}"' + (f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else "")
    return f"<{term}>"
