"""The shipped model → a checkpoint, so that a training can go on from it where nothing but the repository is at hand.

``python -m loaders.extraction.training.restore --model FOLDER --weights FOLDER --out FILE``

What was quantised stays as coarse as it was stored; embeddings and layers that training leaves alone are the published ones.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from loaders.extraction.network import GRAPHS, MODEL
from loaders.extraction.training.model import Extractor
from loaders.extraction.training.packing import matrix, widened
from loaders.extraction.training.train import RECIPE, save


def parameters(graph: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """The weights of an exported graph by the names that the network gives them, but for large embedding tables."""
    stored = {table.name: numpy_helper.to_array(table) for table in graph.graph.initializer}
    tables = {
        name: widened(stored[f"{name}_small"], stored[f"{name}_scale"]).reshape(stored[f"{name}_shape"])
        for name in (key.removesuffix("_shape") for key in stored if key.endswith("_shape"))
        if 0 not in stored[f"{name}_shape"]
    }
    tables |= {name: values for name, values in stored.items() if values.dtype == np.float32}
    for node in graph.graph.node:
        if node.op_type == "MatMulNBits":
            name = node.input[1].removesuffix("_rows")
            tables[f"model.{_module(node.name)}.weight"] = matrix(stored[f"{name}_rows"], stored[f"{name}_scale"]).T
        elif node.op_type == "MatMul" and node.input[1] in tables:
            tables[f"model.{_module(node.name)}.weight"] = tables.pop(node.input[1]).T
    return {name.removeprefix("model."): values for name, values in tables.items() if name.startswith("model.")}


def _module(node: str) -> str:
    """The module of a product, from the path that the exporter gives its node.

    >>> _module("/layers.2/q/MatMul"), _module("/memory/memory.0/MatMul")
    ('encoder.layers.2.q', 'memory.0')
    """
    path = node.split("/")[1:-1]
    path = [part for part, after in zip(path, [*path[1:], ""], strict=True) if not after.startswith(f"{part}.")]
    return ".".join(["encoder", *path] if path[0].startswith("layers.") else path)


def restore(folder: Path, weights: Path, recipe: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint with the weights of the model in ``folder``; ``ValueError`` where they are not the recipe's network."""
    model = Extractor.start(weights, recipe)
    left = [f"encoder.layers.{n}." for n in range(recipe["frozen"])]
    state, known = model.state_dict(), {"encoder.word.weight", "encoder.position.weight", "encoder.relative.weight"}
    for name in GRAPHS:
        for key, values in parameters(onnx.load(folder / f"{name}.onnx")).items():
            if key not in state or state[key].shape != values.shape:
                raise ValueError(
                    f"{folder / name}.onnx: {key} {values.shape} is not of the network that the recipe describes"
                )
            known.add(key)
            if not key.startswith(tuple(left)):
                state[key] = torch.from_numpy(values.copy())
    if lacking := sorted(state.keys() - known):
        raise ValueError(f"{folder}: lacks {', '.join(lacking[:5])}")
    return {"model": state, "recipe": recipe, "epoch": 0, "step": 0, "done": 0}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of the graphs (default: the shipped ones)")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the pretrained encoder")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save(args.out, restore(args.model, args.weights, RECIPE))


if __name__ == "__main__":
    main()
