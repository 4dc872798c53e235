"""The one suite that every registered loader passes: deterministic, positions kept, provenance whole, hostile input refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from graph.ingest import ingest
from graph.rdf import loaded as from_quads
from graph.rdf import quads
from graph.store import Store
from graph.validate import validate
from loaders import prose
from loaders.claim import Loaded
from loaders.errors import LoaderError
from loaders.registry import Context, load, loaders, read
from loaders.source import MAX_LINE, Source
from ontology.catalogue import Catalogue
from plain_reader import PlainReader
from samples import SAMPLES, Sample

NAMES = sorted(loaders())
FILES = [name for name in NAMES if not loaders()[name].folder]


def context() -> Context:
    return Context(reader=PlainReader())


def read_sample(name: str, data: bytes | None = None) -> tuple[Loaded, ...]:
    sample = SAMPLES[name]
    return read(sample.source(data), context(), name)


def serialised(found: tuple[Loaded, ...]) -> str:
    return "\n".join(" ".join(quad) for each in found for quad in quads(each))


def test_a_sample_stands_for_each_loader() -> None:
    assert set(SAMPLES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_reads_its_sample(name: str) -> None:
    assert sum(len(each.claims) for each in read_sample(name)) >= SAMPLES[name].claims


@pytest.mark.parametrize("name", NAMES)
def test_a_file_finds_its_loader(name: str, tmp_path: Path) -> None:
    path = SAMPLES[name].write(tmp_path)
    assert serialised(tuple(load(path, context()))) == serialised(read_sample(name))


@pytest.mark.parametrize("name", NAMES)
def test_reading_twice_gives_the_same(name: str) -> None:
    assert serialised(read_sample(name)) == serialised(read_sample(name))


def test_another_process_reads_the_same() -> None:
    """Sets and dicts of texts come in another order there."""
    code = (
        "import sys; sys.path.insert(0, 'tests'); import test_every_loader as t, hashlib\n"
        "print(hashlib.sha256('\\n'.join(t.serialised(t.read_sample(name)) for name in t.NAMES).encode()).hexdigest())"
    )
    root = Path(__file__).parent.parent
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


@pytest.mark.parametrize("name", NAMES)
def test_positions_are_kept(name: str) -> None:
    for found in read_sample(name):
        document = found.document
        for sentence in document.sentences:
            assert prose.clean(document.text[sentence.start : sentence.end]) == sentence.text
        for claim in found.claims:
            if document.sentences:
                said = document.text[claim.start : claim.end]
                assert prose.clean(said) == claim.sentence
                assert prose.marks(said) == claim.citations
            elif claim.extractor == "table" and name != "triples":
                member = {"eto-provision": "provision.csv", "eto-sequence": "sequence.csv"}.get(document.name)
                text = (SAMPLES[name].members[member] if member else SAMPLES[name].data).decode()
                line = text.split("\n")[claim.start - 1]
                assert claim.object is not None
                assert claim.subject.text in line or claim.object.text in line


@pytest.mark.parametrize("name", NAMES)
def test_provenance_is_whole(name: str) -> None:
    for found in read_sample(name):
        document = found.document
        assert document.name
        assert document.loader in NAMES
        for claim in found.claims:
            assert claim.document == document.iri
            assert claim.sentence.strip()
            assert claim.origins
            assert claim.date <= document.date
            if document.source:
                assert claim.source == document.source
        validate(quads(found), found)


@pytest.mark.parametrize("name", NAMES)
def test_documents_go_through_rdf_and_back(name: str) -> None:
    for found in read_sample(name):
        there = quads(found)
        back = from_quads(there)
        assert back.document.iri == found.document.iri
        assert sorted(each.id for each in back.claims) == sorted(each.id for each in found.claims)
        again = read(
            Source("x", serialised((found,)).replace("\n", " .\n").encode() + b" .\n", "x.nq"), context(), "triples"
        )
        assert [quads(each) for each in again] == [there]


@pytest.mark.parametrize("name", NAMES)
def test_loading_twice_is_loading_once(name: str, memory: Store, catalogue: Catalogue) -> None:
    ingest(memory, read_sample(name), catalogue)
    before = sorted(b"".join(memory.export()).splitlines())
    ingest(memory, read_sample(name), catalogue)
    assert sorted(b"".join(memory.export()).splitlines()) == before


# ------------------------------------------------------------------ hostile input

HOSTILE = {
    "empty": b"",
    "blank": b" \n\n \n",
    "zero bytes": b"abc\nde\0f\n",
    "binary": bytes(random.Random(3).randrange(256) for _ in range(4000)) + b"\0",
    "broken UTF-8": b"Of January 28, 2026.\nSK hynix \xff\xfe supplies \xc3( Nvidia.\n",
    "one endless line": b"a " * MAX_LINE,
    "deep JSON": b"[" * 200_000,
    "deep JSON object": b'{"a":' * 200_000,
    "deep XML": b"<a>" * 100_000,
    "entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>\n<rss><channel><item>&b;</item></channel></rss>',
    "an outside entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<feed><entry><title>&a;</title></entry></feed>',
    "a remote context": b'{"@context": "http://127.0.0.1:9/context", "@id": "urn:x"}',
    "quotes": b'"' * 5000,
    "formulas": b"supplier,predicate,customer,as_of\n=1+1,supplies,@x,2026-01-28\n",
    "control characters": b"Of January 28, 2026. SK\x1b[2J hynix supplies\x07 Nvidia.\n",
}
REFUSED_BY_ALL = ("empty", "blank", "zero bytes", "binary", "deep JSON", "deep JSON object")


def refused_or_sound(name: str, data: bytes) -> LoaderError | None:
    """The refusal, one line that names the file; or None where what was read passes the shapes."""
    refusal: LoaderError | None = None
    found: tuple[Loaded, ...] = ()
    try:
        found = read_sample(name, data)
    except LoaderError as error:
        refusal = error
    if refusal is not None:
        message = str(refusal)
        assert message.startswith(f"sample{SAMPLES[name].suffix}")
        assert "\n" not in message
        assert len(message) < 1000
    for each in found:
        validate(quads(each), each)
        assert not any(ord(letter) < 32 for claim in each.claims for letter in claim.sentence)
    return refusal


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", FILES)
def test_hostile_input_is_refused_or_harmless(name: str, what: str) -> None:
    error = refused_or_sound(name, HOSTILE[what])
    if what in REFUSED_BY_ALL:
        assert error is not None


@pytest.mark.parametrize("name", FILES)
def test_cut_short_or_garbled_it_is_refused_or_sound(name: str) -> None:
    data, chance = SAMPLES[name].data, random.Random(8)
    for _ in range(12):
        refused_or_sound(name, data[: chance.randrange(len(data))])
        garbled = bytearray(data)
        for _ in range(4):
            garbled[chance.randrange(len(garbled))] = chance.randrange(256)
        refused_or_sound(name, bytes(garbled))


@pytest.mark.parametrize("member", ["providers.csv", "provision.csv", "sequence.csv"])
@pytest.mark.parametrize("what", ["empty", "zero bytes", "broken UTF-8", "one endless line", "quotes"])
def test_a_hostile_file_in_a_folder_is_named(member: str, what: str) -> None:
    broken = Sample("", members={**SAMPLES["eto"].members, member: HOSTILE[what]})
    with pytest.raises(LoaderError, match=member):
        read(broken.source(), context(), "eto")


def test_a_refused_file_leaves_the_store_as_it_was(memory: Store, catalogue: Catalogue) -> None:
    ingest(memory, read_sample("events"), catalogue)
    before = b"".join(memory.export())
    broken = SAMPLES["tables"].data + b"sk-hynix,suplies,nvidia,,,,,,2026-01-28,,\n"
    with pytest.raises(LoaderError, match=r"sample\.csv:4: unknown predicate 'suplies'; did you mean 'supplies'\?"):
        ingest(memory, read_sample("tables", broken), catalogue)
    assert b"".join(memory.export()) == before
