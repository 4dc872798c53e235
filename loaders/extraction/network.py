"""The trained network as ONNX graphs, run by onnxruntime on a fixed number of threads."""

import contextlib
import ctypes
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import onnxruntime

from loaders.extraction.pairs import Floats, Ints
from loaders.extraction.tokens import Tokeniser

MODEL = Path(__file__).parent / "model"
GRAPHS = ("encode", "mark", "relate", "point", "describe")


@dataclass(frozen=True)
class Model:
    """A folder with five graphs, a tokenizer and a card that says how to read with them.

    Fulfils :class:`loaders.extraction.reading.Network`.
    """

    folder: Path = MODEL
    threads: int = 2

    @cached_property
    def card(self) -> dict[str, Any]:
        """Version, thresholds, calibration, figures."""
        return dict(json.loads((self.folder / "card.json").read_text(encoding="utf-8")))

    @cached_property
    def tokeniser(self) -> Tokeniser:
        """The word pieces that the network was trained on."""
        return Tokeniser(self.folder / "tokenizer.json", int(self.card["longest"]))

    @cached_property
    def _sessions(self) -> dict[str, Any]:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        sessions = {
            name: onnxruntime.InferenceSession(
                str(self.folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )
            for name in GRAPHS
        }
        _give_back()
        return sessions

    def run(self, graph: str, **inputs: Any) -> list[Any]:
        """What one graph answers."""
        return list(self._sessions[graph].run(None, inputs))

    def encode(self, ids: Ints, shapes: Ints, mask: Ints) -> tuple[Floats, Floats]:
        """States and tag probabilities of texts."""
        states, tags = self.run("encode", ids=ids, shapes=shapes, mask=mask)
        return states, tags

    def mark(self, states: Floats, mask: Ints, mark: Ints) -> Floats:
        """What is read of texts once their names are marked."""
        return cast(Floats, self.run("mark", states=states, mask=mask, mark=mark)[0])

    def relate(self, memory: Floats, kinds: Ints, near: Ints, pool: Floats, pairs: Ints) -> tuple[Floats, Floats]:
        """Relation probabilities and pair states of one text's pairs."""
        relation, pair = self.run("relate", memory=memory, kinds=kinds, near=near, pool=pool, pairs=pairs)
        return relation, pair

    def point(self, pair: Floats, predicate: Ints, memory: Floats) -> tuple[Floats, Floats]:
        """States of one text's claims, and scores of where their items begin."""
        claim, starts = self.run("point", pair=pair, predicate=predicate, memory=memory)
        return claim, starts

    def describe(self, claim: Floats, item: Ints, memory: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Status, attribution, pointer, fall and trigger scores of one text's claims."""
        status, attribution, pointers, falls, said = self.run("describe", claim=claim, item=item, memory=memory)
        return status, attribution, pointers, falls, said


def _give_back() -> None:
    """Return to the system what unpacking the weights took; the C library of Linux would keep some 400 MB of it."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # no such library, or no such function in it
        ctypes.CDLL(None).malloc_trim(0)
