"""A checkpoint → the three ONNX graphs of the shipped model, weights only quantised.

``python -m loaders.extraction.training.export --checkpoint FILE --weights FOLDER --out FOLDER [--bits 8]``

Eight bits with a scale for each 32 weights lose nothing to speak of; quantised activations would lose a fifth of the claims.
"""

import argparse
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from loaders.extraction.network import GRAPHS
from loaders.extraction.training.model import Extractor


class _Encode(nn.Module):
    def __init__(self, model: Extractor) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, tags, gate = self.model.encode(ids, shapes, mask)
        return x, tags.softmax(-1), gate.sigmoid()


class _Relate(_Encode):
    def forward(
        self, states: Tensor, mask: Tensor, mark: Tensor, subject: Tensor, objects: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # type: ignore[override]
        relation, pair, attention, pieces = self.model.relate(states, mask, mark, subject, objects)
        return relation.sigmoid(), pair, attention, pieces


class _Describe(_Encode):
    def forward(self, pair: Tensor, predicate: Tensor, pieces: Tensor, mask: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        return self.model.describe(pair, predicate, pieces, mask)


def graphs(model: Extractor, folder: Path) -> None:
    """Write ``encode.onnx``, ``relate.onnx``, ``describe.onnx`` in single precision."""
    width, (b, t, s, o, n) = model.width, (2, 24, 3, 4, 5)

    def whole(*shape: int, top: int = 2) -> Tensor:
        return torch.randint(1, top, shape)

    specs = {
        "encode": (_Encode, {"ids": (whole(b, t, top=999), "BT"), "shapes": (whole(b, t), "BT"), "mask": (whole(b, t), "BT")},
                   {"states": "BT", "tags": "BT", "gate": "BT"}),
        "relate": (_Relate, {"states": (torch.randn(s, t, width), "ST"), "mask": (whole(s, t), "ST"), "mark": (whole(s, t), "ST"),
                             "subject": (torch.rand(s, t), "ST"), "objects": (torch.rand(s, o, t), "SOT")},
                   {"relation": "SO", "pair": "SO", "attention": "SOT", "pieces": "ST"}),
        "describe": (_Describe, {"pair": (torch.randn(n, width), "N"), "predicate": (whole(n), "N"), "pieces": (torch.randn(n, t, width), "NT"),
                                 "mask": (whole(n, t), "NT")},
                     {"status": "N", "attribution": "N", "pointers": "NxT", "falls": "NT"}),
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


def embeddings_as_bytes(model: onnx.ModelProto, least: int = 100_000) -> None:
    """Store large embedding tables as int8 with one scale a row, in place."""
    for table in list(model.graph.initializer):
        users = [n for n in model.graph.node if table.name in n.input]
        values = numpy_helper.to_array(table)
        if values.ndim != 2 or values.size < least or not users or any(n.op_type != "Gather" for n in users):
            continue
        scale = (np.abs(values).max(axis=1, keepdims=True) / 127).astype(np.float32)
        scale[scale == 0] = 1
        model.graph.initializer.remove(table)
        model.graph.initializer.append(
            numpy_helper.from_array(np.rint(values / scale).astype(np.int8), f"{table.name}_bytes")
        )
        model.graph.initializer.append(numpy_helper.from_array(scale, f"{table.name}_scale"))
        for k, node in enumerate(users):
            at, out = list(model.graph.node).index(node), node.output[0]
            parts = [f"{out}_{part}{k}" for part in ("bytes", "float", "scale")]
            new = [
                helper.make_node(
                    "Gather", [f"{table.name}_bytes", node.input[1]], [parts[0]], name=f"{node.name}_bytes"
                ),
                helper.make_node("Cast", [parts[0]], [parts[1]], name=f"{node.name}_cast", to=TensorProto.FLOAT),
                helper.make_node(
                    "Gather", [f"{table.name}_scale", node.input[1]], [parts[2]], name=f"{node.name}_scale"
                ),
                helper.make_node("Mul", [parts[1], parts[2]], [out], name=f"{node.name}_mul"),
            ]
            model.graph.node.remove(node)
            for i, one in enumerate(new):
                model.graph.node.insert(at + i, one)


def matrices_as_bytes(model: onnx.ModelProto, least: int = 10_000, block: int = 32) -> None:
    """Store the matrices of products as int8, one scale for each ``block`` of weights on the way in, in place.

    The graph multiplies them out; onnxruntime folds that when it loads the model, so it costs nothing at run time.
    """
    uses = {n.input[1]: n for n in model.graph.node if n.op_type in ("MatMul", "Gemm") and len(n.input) > 1}
    new: list[onnx.NodeProto] = []
    for table in list(model.graph.initializer):
        values = numpy_helper.to_array(table)
        if table.name not in uses or values.ndim != 2 or values.size < least or values.shape[0] % block:
            continue
        blocks = values.reshape(-1, block, values.shape[1])
        scale = (np.abs(blocks).max(axis=1, keepdims=True) / 127).astype(np.float32)
        scale[scale == 0] = 1
        shape = np.array(values.shape, np.int64)
        model.graph.initializer.remove(table)
        parts = {"bytes": np.rint(blocks / scale).astype(np.int8), "scale": scale, "shape": shape}
        model.graph.initializer.extend(numpy_helper.from_array(v, f"{table.name}_{k}") for k, v in parts.items())
        name = table.name
        new += [
            helper.make_node("Cast", [f"{name}_bytes"], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_float", f"{name}_scale"], [f"{name}_blocks"]),
            helper.make_node("Reshape", [f"{name}_blocks", f"{name}_shape"], [name]),
        ]
    for i, node in enumerate(new):
        model.graph.node.insert(i, node)


def smaller(path: Path, bits: int) -> onnx.ModelProto:
    """The graph with weights of 8 bits (32: as they are)."""
    model = onnx.load(path)
    if bits == 8:
        matrices_as_bytes(model)
        embeddings_as_bytes(model)
    return model


def export(checkpoint: Path, weights: Path, out: Path, bits: int) -> None:
    """Write the graphs and the tokenizer into ``out``."""
    state = torch.load(checkpoint, weights_only=True)
    model = Extractor.start(weights, state["recipe"])
    model.load_state_dict(state["model"])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        graphs(model.eval(), Path(folder))
        for name in GRAPHS:
            onnx.save(smaller(Path(folder) / f"{name}.onnx", bits), out / f"{name}.onnx")
    shutil.copyfile(weights / "tokenizer.json", out / "tokenizer.json")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bits", type=int, default=8, choices=(8, 32))
    args = parser.parse_args()
    export(args.checkpoint, args.weights, args.out, args.bits)


if __name__ == "__main__":
    main()
