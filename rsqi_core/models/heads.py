"""The heads of a model folder: the last convolution of each graph and what follows it, as plain arrays (onnx).

They are what little data can train, and what stations exchange; all that lies before them is the body.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from ..errors import ModelError
from .card import CLASSIFIER, SEGMENTER, graphs_of, read_card

_FLOATS = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)
Weights = dict[str, np.ndarray]  # float32, by "file/initialiser"


def head_names(graph: onnx.GraphProto) -> tuple[str, ...]:
    """Names of the floating-point initialisers that the last convolution of a graph and all after it take."""
    stored = {tensor.name for tensor in graph.initializer if tensor.data_type in _FLOATS}
    origin = {name: name for name in stored}  # also of those that a Cast brings to single precision
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in origin:
            origin[node.output[0]] = origin[node.input[0]]
    convolutions = [n for n, node in enumerate(graph.node) if node.op_type == "Conv"]
    if not convolutions:
        return ()
    taken = [origin[name] for node in graph.node[convolutions[-1] :] for name in node.input if name in origin]
    return tuple(dict.fromkeys(taken))


def read_heads(folder: Path) -> Weights:
    """Read the weights of the heads of a model folder, checked against its card.

    Raises
    ------
    ModelError
        If there is no such model, or a graph has no convolution.
    """
    read_card(folder)
    found: Weights = {}
    for file in (CLASSIFIER, SEGMENTER):
        graph = onnx.load(str(folder / file)).graph
        names = head_names(graph)
        if not names:
            raise ModelError(f"{folder / file}: has no convolution, and so no head that could be exchanged")
        for tensor in graph.initializer:
            if tensor.name in names:
                found[f"{file}/{tensor.name}"] = numpy_helper.to_array(tensor).astype(np.float32)
    return found


def same_body(one: Path, other: Path) -> bool:
    """Do two model folders differ in the weights of their heads alone, as far as classifier and segmenter go?"""
    return all(_body(one / file) == _body(other / file) for file in (CLASSIFIER, SEGMENTER))


def write_heads(base: Path, folder: Path, weights: Mapping[str, np.ndarray]) -> None:
    """Write the graphs of a model folder with other weights in their heads, each in the precision it was stored in.

    Raises
    ------
    ModelError
        If a weight is not finite in that precision.
    """
    for file in graphs_of(read_card(base)):
        if file not in (CLASSIFIER, SEGMENTER):
            shutil.copyfile(base / file, folder / file)
            continue
        model = onnx.load(str(base / file))
        for tensor in model.graph.initializer:
            values = weights.get(f"{file}/{tensor.name}")
            if values is not None:
                stored = values.astype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
                if not np.isfinite(stored).all():
                    raise ModelError(f"{file}: a weight is beyond what its precision holds")
                tensor.CopyFrom(numpy_helper.from_array(stored, tensor.name))
        onnx.save(model, str(folder / file))


def _body(file: Path) -> bytes:
    """Return a graph without the values of its head, serialised."""
    model = onnx.load(str(file))
    names = head_names(model.graph)
    kept = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        # Anew, as one tensor may be stored in several ways.
        kept.append(numpy_helper.from_array(np.zeros_like(values) if tensor.name in names else values, tensor.name))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    return model.SerializeToString(deterministic=True)
