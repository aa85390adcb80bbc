"""Graphs of a model folder with convolutions in eight bits instead of floating point (onnx, onnxruntime).

It is onnxruntime's static quantisation: pairs of QuantizeLinear and DequantizeLinear around the convolutions, a scale
for each channel of the weights, and ranges of what goes in and comes out as they were seen on images. On processors
without VNNI sums of two products overflow (onnxruntime's documentation of quantisation), so what comes out there is
another model: it is for the processor, or one like it, that it was compared on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx

from ..errors import ModelError
from .half_storage import halve_storage, single_storage

_ENCODER = "/encoder/"  # what the names of the nodes of a pretrained encoder begin with
# Parts of a network with such an encoder that stay: what counts lost pixels and the first two convolutions beside it,
# planes of few channels that get no faster, and what costs most: the first layers of the encoder, as all others build
# on them, and the first of two stages.
_FIRST = (0, 1, 2, 3, 8)
_STAYING = (
    "/detail/",
    "/stem/",
    "/mix4/",
    "/encoder/stem/",
    "/encoder/Add",
    *(f"/encoder/blocks.{k}/" for k in _FIRST),
)


def quantize(file: Path, output: Path, images: Iterable[np.ndarray]) -> None:
    """Write a graph that takes images with its convolutions in eight bits; the last, its head, stays.

    Parameters
    ----------
    images : iterable of numpy.ndarray
        float32 [1, 3, S, S], normalised: what the ranges are seen on.

    Raises
    ------
    ModelError
        If it has no convolution beside its head.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    model = onnx.load(str(file))
    single_storage(model)
    nodes = to_quantize(model.graph)
    if not nodes:
        raise ModelError(f"{file}: has no convolution that eight bits could make faster")
    name, given = model.graph.input[0].name, iter(images)

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
        def get_next(self) -> dict[str, np.ndarray] | None:
            image = next(given, None)
            return None if image is None else {name: image}

    logging.disable(logging.WARNING)  # it asks for a preparation of graphs that changes nothing of ours
    try:
        quantize_static(
            model,
            str(output),
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            nodes_to_quantize=nodes,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    finally:
        logging.disable(logging.NOTSET)
    quantized = onnx.load(str(output))
    halve_storage(quantized)
    onnx.save(quantized, str(output))


def to_quantize(graph: onnx.GraphProto) -> list[str]:
    """Names of the convolutions to be put into eight bits, with the clips and sums between those of an encoder."""
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    encoder = [node.name for node in graph.node if node.name.startswith(_ENCODER) and node.op_type in ("Clip", "Add")]
    found = [*convolutions[:-1], *encoder]
    return [name for name in found if not name.startswith(_STAYING)] if encoder else convolutions[1:-1]
