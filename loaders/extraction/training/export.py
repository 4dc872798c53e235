"""A checkpoint → the five ONNX graphs of the shipped model, weights only quantised.

``python -m loaders.extraction.training.export --checkpoint FILE --weights FOLDER --out FOLDER [--bits 4]``

The weights are stored in few bits and computed with in single precision: quantised activations would lose a fifth of the claims.
"""

import argparse
import shutil
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from loaders.extraction.network import GRAPHS
from loaders.extraction.training.model import Extractor
from loaders.extraction.training.packing import pack


class _Encode(nn.Module):
    def __init__(self, model: Extractor) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        x, tags = self.model.encode(ids, shapes, mask)
        return x, tags.softmax(-1)


class _Mark(_Encode):
    def forward(self, states: Tensor, mask: Tensor, mark: Tensor) -> Tensor:  # type: ignore[override]
        return self.model.mark(states, mask, mark)


class _Relate(_Encode):
    def forward(self, memory: Tensor, kinds: Tensor, near: Tensor, pool: Tensor, pairs: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        here = torch.ones_like(memory[None, :, 0])
        relation, pair, _ = self.model.relate(memory[None], here, kinds[None], near[None], pool[None], pairs[None])
        return relation[0].sigmoid(), pair[0]


class _Point(_Encode):
    def forward(self, pair: Tensor, predicate: Tensor, memory: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        return self.model.point(pair, predicate, memory)


class _Describe(_Encode):
    def forward(self, claim: Tensor, item: Tensor, memory: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        return self.model.describe(claim, item, memory)


def graphs(model: Extractor, folder: Path) -> None:
    """Write ``encode.onnx``, ``mark.onnx``, ``relate.onnx``, ``point.onnx``, ``describe.onnx`` in single precision."""
    width, inner, (b, t, e, p, n) = model.encoder.width, model.inner, (2, 24, 4, 7, 5)

    def whole(*shape: int, top: int = 2) -> Tensor:
        return torch.randint(1, top, shape)

    mask = (whole(b, t), "BT")
    specs = {
        "encode": (_Encode, {"ids": (whole(b, t, top=999), "BT"), "shapes": (whole(b, t), "BT"), "mask": mask}, {"states": "BT", "tags": "BT"}),
        "mark": (_Mark, {"states": (torch.randn(b, t, width), "BT"), "mask": mask, "mark": (whole(b, t), "BT")}, {"memory": "BT"}),
        "relate": (_Relate, {"memory": (torch.randn(t, inner), "T"), "kinds": (whole(e), "E"), "near": (whole(e, t), "ET"),
                             "pool": (torch.rand(e, t), "ET"), "pairs": (whole(p, 2, top=e), "P")},
                   {"relation": "P", "pair": "P"}),
        "point": (_Point, {"pair": (torch.randn(n, inner), "N"), "predicate": (whole(n), "N"), "memory": (torch.randn(t, inner), "T")},
                  {"claim": "N", "starts": "NT"}),
        "describe": (_Describe, {"claim": (torch.randn(n, inner), "N"), "item": (whole(n), "N"), "memory": (torch.randn(t, inner), "T")},
                     {"status": "N", "attribution": "N", "pointers": "NxT", "falls": "NT", "said": "NT"}),
    }  # fmt: skip
    for name, (kind, inputs, outputs) in specs.items():
        axes = {k: {i: a for i, a in enumerate(v[1]) if a != "x"} for k, v in inputs.items()}
        axes |= {k: {i: a for i, a in enumerate(v) if a != "x"} for k, v in outputs.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                kind(model).eval(), tuple(v[0] for v in inputs.values()), folder / f"{name}.onnx", input_names=list(inputs),
                output_names=list(outputs), dynamic_axes=axes, dynamo=False, opset_version=17,
            )  # fmt: skip


def export(checkpoint: Path, weights: Path, out: Path, bits: int, embeddings: int) -> None:
    """Write the graphs and the tokenizer into ``out``; the weights of the heads keep eight bits."""
    state = torch.load(checkpoint, weights_only=True)
    model = Extractor.start(weights, state["recipe"])
    model.load_state_dict(state["model"])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        graphs(model.eval(), Path(folder))
        for name in GRAPHS:
            graph = onnx.load(Path(folder) / f"{name}.onnx")
            pack(graph, bits if name in ("encode", "mark") else 8, embeddings)
            onnx.save(graph, out / f"{name}.onnx")
    shutil.copyfile(weights / "tokenizer.json", out / "tokenizer.json")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bits", type=int, default=4, choices=(4, 8), help="of the encoder's matrices")
    parser.add_argument("--embeddings", type=int, default=8, choices=(4, 8), help="bits of the word embeddings")
    args = parser.parse_args()
    export(args.checkpoint, args.weights, args.out, args.bits, args.embeddings)


if __name__ == "__main__":
    main()
