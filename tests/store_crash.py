"""Kill a writer again and again while readers read, and look at what is there afterwards.

``make crash`` runs ``python tests/store_crash.py 200``; the suite runs a few rounds.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import StoreError
from graph.store import Change, Quad, Store, open_store, select
from graph.store.embedded import DiskStore, SnapshotStore

DOCUMENTS, SIZE = 12, 30


@dataclass
class Outcome:
    """What the rounds found."""

    rounds: int = 0
    acknowledged: int = 0
    unacknowledged_kept: int = 0
    reads: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds of kill -9: {self.acknowledged} acknowledged writes, {self.unacknowledged_kept} more kept whole, "
            f"{self.reads} reads meanwhile, {len(self.faults)} faults"
        )


def write(folder: str, seed: int, first: int) -> None:
    """Replace documents, each with its line in the default graph, and acknowledge every one, until killed."""
    store, chance = DiskStore(Path(folder)), random.Random(seed)
    held = faults(store)[0]
    version = first
    while True:
        document = chance.randrange(DOCUMENTS)
        store.apply(replacement(document, held.get(document), version))
        held[document] = version
        print(document, version, flush=True)
        version += 1


def replacement(document: int, old: int | None, new: int) -> Change:
    """One document, and what the default graph says of it, in one step."""
    graph = f"<urn:document:{document}>"
    add: list[Quad] = [(f"<urn:claim:{at}>", "<urn:says>", f'"{new}"', graph) for at in range(SIZE)]
    add.append((graph, "<urn:version>", f'"{new}"', ""))
    remove = () if old is None else ((graph, "<urn:version>", f'"{old}"', ""),)
    return Change(drop=(graph,), remove=remove, add=tuple(add))


def faults(store: Store) -> tuple[dict[int, int], list[str]]:
    """Return the version of each document, and whatever is not whole."""
    # One query, so that what is compared comes from one moment.
    rows = select(
        store,
        "SELECT ?g ?v ?n { { SELECT ?g ?v (COUNT(*) AS ?n) { GRAPH ?g { ?s <urn:says> ?v } } GROUP BY ?g ?v } "
        "UNION { ?g <urn:version> ?v } }",
    )
    documents: dict[int, list[tuple[int, int]]] = {}
    lines: dict[int, list[int]] = {}
    for graph, version, count in rows:
        document = int(str(graph).rpartition(":")[2])
        if count is None:
            lines.setdefault(document, []).append(int(str(version)))
        else:
            documents.setdefault(document, []).append((int(str(version)), int(str(count))))
    wrong = [
        f"document {document} is {documents.get(document)}, its line {lines.get(document)}"
        for document in documents.keys() | lines.keys()
        if documents.get(document) != [(version, SIZE) for version in lines.get(document, [])]
        or len(lines[document]) != 1
    ]
    return {document: found[0][0] for document, found in documents.items()}, wrong


def run(rounds: int, folder: Path, seed: int = 0) -> Outcome:
    """Kill the writer in each round at a random moment and check the store after it."""
    chance, outcome = random.Random(seed), Outcome()
    place = folder / "store"
    DiskStore(place).close()
    ended = threading.Event()

    def read() -> None:
        reader = SnapshotStore(place)
        while not ended.is_set():
            try:
                outcome.faults += [f"read: {fault}" for fault in faults(reader)[1]]
            except StoreError as error:
                outcome.faults.append(f"read: {error}")
            outcome.reads += 1
            time.sleep(0.02)
        reader.close()

    reading = threading.Thread(target=read)
    reading.start()
    known: dict[int, int] = {}
    version = 1
    try:
        for at in range(rounds):
            arguments = [sys.executable, __file__, "write", str(place), str(seed * 1000 + at), str(version)]
            said, complained = folder / "acknowledged", folder / "complaint"
            with said.open("wb") as out, complained.open("wb") as err:
                writer = subprocess.Popen(arguments, stdout=out, stderr=err)
            # Mostly in the midst of writing, however slowly the machine starts a process; else while it opens the store.
            if at % 5:
                while not said.stat().st_size and writer.poll() is None:
                    time.sleep(0.005)
            time.sleep(chance.uniform(0.0, 1.0))
            writer.kill()
            writer.wait()
            acknowledgements, complaint = said.read_text(), complained.read_text()
            if complaint:
                outcome.faults.append(f"writer: {complaint[-500:]}")
            last: dict[int, int] = {}
            for line in acknowledgements.splitlines():
                document, acknowledged = map(int, line.split())  # printed in one piece, so whole or not there
                last[document] = version = acknowledged
                outcome.acknowledged += 1
            known |= last
            store = open_store(str(place))
            found, wrong = faults(store)
            store.close()
            outcome.faults += [f"round {at}: {fault}" for fault in wrong]
            for document, expected in known.items():
                if found.get(document, 0) < expected:
                    outcome.faults.append(
                        f"round {at}: document {document} lost write {expected}, has {found.get(document)}"
                    )
            newer = [document for document in found if found[document] > known.get(document, 0)]
            outcome.unacknowledged_kept += len(newer)
            if len(newer) > 1 or any(found[document] > version + 1 for document in newer):
                outcome.faults.append(f"round {at}: writes that nobody made: {found}")
            known = found
            version = max([version, *found.values()]) + 1
            outcome.rounds += 1
    finally:
        ended.set()
        reading.join()
    return outcome


def main() -> None:
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(int(sys.argv[1]), Path(folder))
    print(outcome)
    print("\n".join(outcome.faults[:20]))
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()
