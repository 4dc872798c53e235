"""The trained network as ONNX graphs, run by onnxruntime on a fixed number of threads."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import onnxruntime

from loaders.extraction.rows import Floats, Ints
from loaders.extraction.tokens import Tokeniser

MODEL = Path(__file__).parent / "model"
GRAPHS = ("encode", "relate", "describe")


@dataclass(frozen=True)
class Model:
    """A folder with three graphs, a tokenizer and a card that says how to read with them.

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
        return {
            name: onnxruntime.InferenceSession(
                str(self.folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
            )
            for name in GRAPHS
        }

    def _run(self, graph: str, **inputs: Any) -> list[Any]:
        return list(self._sessions[graph].run(None, inputs))

    def encode(self, ids: Ints, shapes: Ints, mask: Ints) -> tuple[Floats, Floats, Floats]:
        """States, tag probabilities, gate probabilities of texts."""
        states, tags, gate = self._run("encode", ids=ids, shapes=shapes, mask=mask)
        return states, tags, gate

    def relate(
        self, states: Floats, mask: Ints, mark: Ints, subject: Floats, objects: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Relation probabilities, pair states, trigger attention and piece states of rows."""
        relation, pair, attention, pieces = self._run(
            "relate", states=states, mask=mask, mark=mark, subject=subject, objects=objects
        )
        return relation, pair, attention, pieces

    def describe(
        self, pair: Floats, predicate: Ints, pieces: Floats, mask: Ints
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Status, attribution, pointer and fall scores of claims."""
        status, attribution, pointers, falls = self._run(
            "describe", pair=pair, predicate=predicate, pieces=pieces, mask=mask
        )
        return status, attribution, pointers, falls
