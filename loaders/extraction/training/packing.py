"""Weights of an ONNX graph in four or eight bits, with a scale for each 32 of them.

Products with matrices of four bits are onnxruntime's own (``MatMulNBits``): it unpacks them block by block as it multiplies, in
single precision, so that a model is there in a third of a second and takes two thirds of the memory. The rest the graph
unpacks itself, once, when it is loaded.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

BLOCK = 32
SINGLE = 1
"""onnxruntime's word for products in single precision."""
_LEAST = 10_000
"""Smaller tables stay as they are."""
_LARGE = 1_000_000
"""Larger embedding tables are unpacked row by row, when asked for."""

Array = NDArray[np.float32]


def levels(blocks: Array, axis: int, bits: int) -> tuple[Array, Array]:
    """Whole numbers and the scale along ``axis`` that together come nearest to ``blocks``."""
    most = 2 ** (bits - 1) - 1
    top = np.abs(blocks).max(axis=axis, keepdims=True)
    top[top == 0] = 1
    best, scale = np.full(top.shape, np.inf, np.float32), top
    for part in (1.0,) if bits == 8 else (1.0, 0.95, 0.9, 0.85, 0.8):
        tried = (top * part / most).astype(np.float16).astype(np.float32)
        miss = (blocks - tried * np.clip(np.rint(blocks / tried), -most, most)) ** 2
        miss = miss.sum(axis=axis, keepdims=True)
        best, scale = np.minimum(best, miss), np.where(miss < best, tried, scale)
    return np.clip(np.rint(blocks / scale), -most, most), scale.astype(np.float16)


def stored(name: str, blocks: Array, axis: int, bits: int) -> list[onnx.TensorProto]:
    """The initialisers of a table: its numbers (two in a byte when they have four bits) and their scales."""
    numbers, scale = levels(blocks, axis, bits)
    if bits == 8:
        small = numbers.astype(np.int8)
    else:
        low, high = np.split((numbers + 8).astype(np.uint8), 2, axis=axis)
        small = low | high << 4
    return [numpy_helper.from_array(small, f"{name}_small"), numpy_helper.from_array(scale, f"{name}_scale")]


def widened(small: NDArray[Any], scale: NDArray[Any]) -> Array:
    """What :func:`stored` keeps of a table's blocks in eight bits, as numbers again.

    >>> blocks = np.arange(32, dtype=np.float32).reshape(1, 32, 1)
    >>> small, scale = map(numpy_helper.to_array, stored("w", blocks, 1, 8))
    >>> float(np.abs(widened(small, scale) - blocks).max()) < 0.13
    True
    """
    return small.astype(np.float32) * scale.astype(np.float32)


def multiplied(node: onnx.NodeProto, values: Array) -> tuple[list[onnx.TensorProto], list[onnx.NodeProto]]:
    """The initialisers and nodes of a product with a matrix (inputs, outputs) in four bits.

    The form is MatMulNBits': a row for each output, neighbours two in a byte, the first below.
    """
    inputs, outputs = values.shape
    numbers, scale = levels(values.reshape(-1, BLOCK, outputs), 1, 4)
    rows = (numbers + 8).astype(np.uint8).transpose(2, 0, 1)
    name = node.input[1]
    tables = [
        numpy_helper.from_array(rows[..., ::2] | rows[..., 1::2] << 4, f"{name}_rows"),
        numpy_helper.from_array(np.ascontiguousarray(scale[:, 0].T).reshape(-1), f"{name}_scale"),
    ]
    return tables, [
        helper.make_node("Cast", [f"{name}_scale"], [f"{name}_wide"], to=TensorProto.FLOAT),
        helper.make_node(
            "MatMulNBits", [node.input[0], f"{name}_rows", f"{name}_wide"], list(node.output), node.name,
            domain="com.microsoft", K=inputs, N=outputs, bits=4, block_size=BLOCK, accuracy_level=SINGLE,
        ),
    ]  # fmt: skip


def matrix(rows: NDArray[np.uint8], scale: NDArray[np.float16]) -> Array:
    """The matrix (inputs, outputs) that :func:`multiplied` stores.

    >>> values = np.linspace(-1, 1, 128, dtype=np.float32).reshape(64, 2)
    >>> tables, _ = multiplied(helper.make_node("MatMul", ["x", "w"], ["y"]), values)
    >>> float(np.abs(matrix(*map(numpy_helper.to_array, tables)) - values).max()) < 0.08
    True
    """
    numbers = np.stack([rows & 15, rows >> 4], -1).reshape(*rows.shape[:2], BLOCK).astype(np.float32) - 8
    wide = numbers * scale.astype(np.float32).reshape(*rows.shape[:2], 1)
    return wide.reshape(len(rows), -1).T


def unpacked(small: str, scale: str, out: str, axis: int, bits: int, shape: str) -> list[onnx.NodeProto]:
    """Nodes that give the weights back, in the form that the initialiser ``shape`` says."""
    four = [
        helper.make_node("BitShift", [small, "four"], [f"{out}_left"], direction="LEFT"),
        helper.make_node("BitShift", [f"{out}_left", "four"], [f"{out}_low"], direction="RIGHT"),
        helper.make_node("BitShift", [small, "four"], [f"{out}_high"], direction="RIGHT"),
        helper.make_node("Concat", [f"{out}_low", f"{out}_high"], [f"{out}_both"], axis=axis),
        helper.make_node("Cast", [f"{out}_both"], [f"{out}_above"], to=TensorProto.FLOAT),
        helper.make_node("Sub", [f"{out}_above", "eight"], [f"{out}_number"]),
    ]
    return [
        *(four if bits == 4 else [helper.make_node("Cast", [small], [f"{out}_number"], to=TensorProto.FLOAT)]),
        helper.make_node("Cast", [scale], [f"{out}_wide"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_number", f"{out}_wide"], [f"{out}_blocks"]),
        helper.make_node("Reshape", [f"{out}_blocks", shape], [out]),
    ]


def pack(model: onnx.ModelProto, matrices: int = 8, embeddings: int = 8) -> None:
    """Store the matrices of products and the large embedding tables in so many bits, in place."""
    nodes = list(model.graph.node)
    factors = {n.input[1] for n in nodes if n.op_type in ("MatMul", "Gemm")}
    products = {n.input[1]: n for n in nodes if n.op_type == "MatMul"} if matrices == 4 else {}
    lookups: dict[str, list[onnx.NodeProto]] = {}
    for node in nodes:
        if node.op_type == "Gather":
            lookups.setdefault(node.input[0], []).append(node)
    first: list[onnx.NodeProto] = []
    for table in list(model.graph.initializer):
        values, name = numpy_helper.to_array(table), table.name
        if values.ndim != 2 or values.size < _LEAST:
            continue
        rows, columns = values.shape
        if name in products and rows % BLOCK == 0:
            new, instead = multiplied(products[name], values)
            _replace(model, products[name], instead)
        elif name in factors and rows % BLOCK == 0:
            new = stored(name, values.reshape(-1, BLOCK, columns), 1, matrices)
            new.append(numpy_helper.from_array(np.array(values.shape), f"{name}_shape"))
            first += unpacked(f"{name}_small", f"{name}_scale", name, 1, matrices, f"{name}_shape")
        elif name in lookups and columns % BLOCK == 0 and values.size < _LARGE:
            new = stored(name, values.reshape(rows, -1, BLOCK), 2, 8)
            new.append(numpy_helper.from_array(np.array(values.shape), f"{name}_shape"))
            first += unpacked(f"{name}_small", f"{name}_scale", name, 2, 8, f"{name}_shape")
        elif name in lookups and columns % BLOCK == 0:
            new = stored(name, values.reshape(rows, -1, BLOCK), 2, embeddings)
            new.append(numpy_helper.from_array(np.array([0, 0, -1]), f"{name}_shape"))
            for node in lookups[name]:
                _look_up(model, node, name, embeddings)
        else:
            continue
        model.graph.initializer.remove(table)
        model.graph.initializer.extend(new)
    model.graph.initializer.append(numpy_helper.from_array(np.array(4, np.uint8), "four"))
    model.graph.initializer.append(numpy_helper.from_array(np.array(8, np.float32), "eight"))
    for i, node in enumerate(first):
        model.graph.node.insert(i, node)
    if products:
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def _replace(model: onnx.ModelProto, node: onnx.NodeProto, others: list[onnx.NodeProto]) -> None:
    at = list(model.graph.node).index(node)
    model.graph.node.remove(node)
    for i, one in enumerate(others):
        model.graph.node.insert(at + i, one)


def _look_up(model: onnx.ModelProto, node: onnx.NodeProto, name: str, bits: int) -> None:
    """Put in the place of a look-up one in the packed table, unpacked for the rows that were asked for."""
    out = node.output[0]
    new = [
        helper.make_node("Gather", [f"{name}_{part}", node.input[1]], [f"{out}_{part}"]) for part in ("small", "scale")
    ] + unpacked(f"{out}_small", f"{out}_scale", out, 3, bits, f"{name}_shape")
    _replace(model, node, new)
