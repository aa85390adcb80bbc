"""Weights of a graph stored in half precision and computed with in single: half the file at the same speed (onnx)."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

_SMALL = 16  # tensors of fewer values are not worth a Cast node
_EIGHT_BITS = ("QuantizeLinear", "DequantizeLinear")
_LARGEST = 6e4  # that half precision holds


def halve_storage(model: ModelProto) -> None:
    """Store the weights as float16, each with one Cast back (domain facts, 4); scales of eight bits stay exact."""
    scales = {name for node in model.graph.node if node.op_type in _EIGHT_BITS for name in node.input}
    casts = []
    for tensor in model.graph.initializer:
        if tensor.name in scales:
            continue
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _SMALL or np.abs(values).max() > _LARGEST:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_f16"))
        casts.append(helper.make_node("Cast", [f"{name}_f16"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def single_storage(model: ModelProto) -> None:
    """Undo `halve_storage`: weights as float32 again, without a Cast, as whoever changes a graph wants to see them."""
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT16}
    casts = [node for node in graph.node if node.op_type == "Cast" and node.input[0] in stored]
    for cast in casts:
        values = numpy_helper.to_array(stored[cast.input[0]]).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(values, cast.output[0]))
        graph.node.remove(cast)
    left = {name for node in graph.node for name in node.input}
    for name in {cast.input[0] for cast in casts} - left:
        graph.initializer.remove(stored[name])
