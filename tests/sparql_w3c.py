"""The W3C's SPARQL 1.1 tests as cases that run over HTTP: reading the manifests, comparing the answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
#: Where the tests think they are; nothing there is fetched.
BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"

#: (graph IRI or "", file)
Data = tuple[tuple[str, Path], ...]


@dataclass(frozen=True)
class Case:
    """One test of a manifest."""

    group: str
    name: str
    kind: str
    graph: Graph
    node: Node
    folder: Path

    @property
    def id(self) -> str:
        return f"{self.group}/{self.name}"

    def value(self, *path: URIRef) -> Node | None:
        """Follow properties from the test."""
        node: Node | None = self.node
        for step in path:
            node = self.graph.value(node, step) if node is not None else None
        return node

    def file(self, *path: URIRef) -> Path | None:
        node = self.value(*path)
        return None if node is None else self.path(node)

    def path(self, node: Node) -> Path:
        return self.folder / str(node).removeprefix(BASE + self.group + "/")

    def iri(self, path: Path) -> str:
        return urljoin(BASE + self.group + "/", path.name)

    def data(self, node: Node | None, default: URIRef, named: URIRef) -> Data:
        """The default graph and the named graphs that an action or result speaks of."""
        found = [("", self.path(file)) for file in self.graph.objects(node, default)]
        for entry in self.graph.objects(node, named):
            if isinstance(entry, URIRef):
                found.append((str(entry), self.path(entry)))
            else:
                file, label = self.graph.value(entry, UT.graph), self.graph.value(entry, RDFS.label)
                assert file is not None
                found.append((str(label), self.path(file)))
        return tuple(found)


def cases(root: Path, groups: Iterable[str]) -> Iterator[Case]:
    """Yield the tests of some groups, in their order."""
    for group in groups:
        folder = root / group
        for manifest in sorted(folder.glob("manifest*.ttl")):
            graph = Graph().parse(manifest, format="turtle", publicID=f"{BASE}{group}/{manifest.name}")
            for entries in graph.objects(None, MF.entries):
                for node in Collection(graph, entries):
                    kind = graph.value(node, RDF.type)
                    yield Case(
                        group, re.split(r"[#/]", str(node))[-1], str(kind).removeprefix(str(MF)), graph, node, folder
                    )


def quads_of(case: Case, data: Data) -> list[ox.Quad]:
    """Read data files."""
    found = []
    for graph, path in data:
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        form = ox.RdfFormat.from_extension(path.suffix[1:])
        for quad in ox.parse(path=path, format=form, base_iri=case.iri(path), rename_blank_nodes=True):
            found.append(ox.Quad(quad.subject, quad.predicate, quad.object, name))
    return found


def same(left: Iterable[ox.Quad], right: Iterable[ox.Quad]) -> bool:
    """Whether two datasets are the same but for the names of blank nodes and the spelling of numbers."""
    datasets = []
    for quads in (left, right):
        dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, _spelt(q.object), q.graph_name) for q in quads)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        datasets.append(dataset)
    return datasets[0] == datasets[1]


def rows_as_quads(rows: Iterable[dict[str, object]], names: Iterable[str]) -> list[ox.Quad]:
    """Write a table as a graph, one blank node a row, so that tables compare as graphs do."""
    table = ox.BlankNode()
    found = [ox.Quad(table, ox.NamedNode("urn:column"), ox.Literal(name)) for name in names]
    for row in rows:
        node = ox.BlankNode()
        found.append(ox.Quad(table, ox.NamedNode("urn:row"), node))
        found += [ox.Quad(node, ox.NamedNode(f"urn:value:{name}"), value) for name, value in row.items()]  # type: ignore[arg-type]
    return found


def read_rows(content: bytes, form: ox.QueryResultsFormat) -> bool | list[ox.Quad]:
    """Read a serialised answer to ASK or SELECT."""
    found = ox.parse_query_results(content, form)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return rows_as_quads(
        ({name: value for name in names if (value := solution[name]) is not None} for solution in found), names
    )


def read_result_set(quads: list[ox.Quad]) -> bool | list[ox.Quad]:
    """Read an answer written as a graph (``rs:ResultSet``)."""
    rs = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

    def objects(subject: object, predicate: str) -> list[object]:
        return [q.object for q in quads if q.subject == subject and q.predicate.value == rs + predicate]

    (top,) = {q.subject for q in quads if getattr(q.object, "value", "") == rs + "ResultSet"}
    if boolean := objects(top, "boolean"):
        return getattr(boolean[0], "value", "") == "true"
    names = [getattr(name, "value", "") for name in objects(top, "resultVariable")]
    rows = []
    for solution in objects(top, "solution"):
        bindings = objects(solution, "binding")
        rows.append({getattr(objects(b, "variable")[0], "value", ""): objects(b, "value")[0] for b in bindings})
    return rows_as_quads(rows, names)


def csv_rows(content: bytes) -> list[list[tuple[str, str]]]:
    """Return the rows of a CSV table in a fixed order, blank nodes all alike."""
    table = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return sorted(sorted((name, re.sub(r"^_:\w+$", "_:b", value)) for name, value in row.items()) for row in table)


def _spelt(term: object) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple:
    if isinstance(term, ox.Literal) and term.datatype.value.startswith("http://www.w3.org/2001/XMLSchema#"):
        kind = term.datatype.value.rpartition("#")[2]
        try:
            if kind in ("decimal", "integer") or kind.lower().endswith(("integer", "int", "long", "short", "byte")):
                return ox.Literal(format(Decimal(term.value).normalize(), "f"), datatype=term.datatype)
            if kind == "boolean":
                return ox.Literal({"1": "true", "0": "false"}.get(term.value, term.value), datatype=term.datatype)
            if kind in ("double", "float"):
                return ox.Literal(repr(float(term.value)), datatype=term.datatype)
        except (InvalidOperation, ValueError):
            pass
    return term  # type: ignore[return-value]


def n_quads(quads: Iterable[ox.Quad]) -> bytes:
    out = io.BytesIO()
    ox.serialize(quads, out, ox.RdfFormat.N_QUADS)
    return out.getvalue()
