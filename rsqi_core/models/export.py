"""From a trained network to a model folder: two ONNX files with half-precision storage, and the card."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from ..errors import ModelError
from ..taxonomy import REGION_TYPES, TYPES
from .backend import Model
from .card import CLASSIFIER, SEGMENTER, Card, write_card
from .network import Network

_OPSET = 17
_SMALL = 16  # tensors of fewer values are not worth a Cast node


class _Head(torch.nn.Module):
    """One task of the network as a module with one output."""

    def __init__(self, network: Network, task: str):
        super().__init__()
        self.network, self.task = network, task

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return getattr(self.network, self.task)(images)


def export(network: Network, folder: Path, card: Card, resolution_cm: float = 50.0) -> Model:
    """Write `network` as a model folder and return it opened.

    Both graphs take float32 [N, 3, S, S] normalised by the card's mean and deviation. The keys that other QGIS
    inference plugins read (class names, tile size, overlap, standardisation) go into the ONNX metadata.

    Parameters
    ----------
    resolution_cm : float
        Ground sample distance in centimetres that the metadata suggests.

    Raises
    ------
    ModelError
        If the exported graphs do not give what the network gives.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    names = {
        CLASSIFIER: ("classify", "Classifier", [t.code for t in TYPES]),
        SEGMENTER: ("segmentation", "Segmentor", ["background", *(t.code for t in REGION_TYPES)]),
    }
    for file, (task, kind, classes) in names.items():
        graph = _graph(_Head(network, task).eval(), card.tile_size, task)
        halve_storage(graph)
        keys = {
            "model_type": kind,
            "class_names": dict(enumerate(classes)),
            "resolution": resolution_cm,
            "tile_size": card.tile_size,
            "tiles_overlap": 20,
            "standardization_mean": list(card.mean),
            "standardization_std": list(card.std),
        }
        helper.set_model_props(graph, {key: json.dumps(value) for key, value in keys.items()})
        onnx.save(graph, str(folder / file))
    write_card(folder, card)
    model = Model(folder, "cpu")
    _check_parity(network, model)
    return model


def halve_storage(graph: onnx.ModelProto) -> None:
    """Store the weights as float16, each with one Cast back: half the file at float32 speed (domain facts, 4)."""
    casts = []
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _SMALL or np.abs(values).max() > 6e4:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_f16"))
        casts.append(helper.make_node("Cast", [f"{name}_f16"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.graph.node.insert(0, cast)


def _graph(head: torch.nn.Module, side: int, name: str) -> onnx.ModelProto:
    buffer = io.BytesIO()
    axes = {0: "batch", 2: "height", 3: "width"}  # any multiple of 32
    torch.onnx.export(
        head,
        (torch.zeros(1, 3, side, side),),
        buffer,
        input_names=["image"],
        output_names=[name],
        dynamic_axes={"image": axes, name: axes if name == "segmentation" else {0: "batch"}},
        opset_version=_OPSET,
        dynamo=False,
    )
    return onnx.load_from_string(buffer.getvalue())


def _check_parity(network: Network, model: Model) -> None:
    """Half-precision storage may move a logit by a few hundredths; more means a broken export."""
    side = model.card.tile_size
    images = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), np.uint8)
    batch = torch.from_numpy((images / 255 - model.card.mean) / model.card.std).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        blocks, pixels = network.classify(batch), network.segmentation(batch)
    temperature = torch.tensor([model.card.temperatures[t.code] for t in TYPES])
    pairs = ((blocks / temperature, model.classify(images)), (pixels, model.segment(images)))
    for expected, found in pairs:
        worst = float(np.abs(expected.numpy() - found).max())
        if worst > 0.05 + 0.01 * float(expected.abs().max()):
            raise ModelError(f"{model.folder}: exported logits differ from the network's by up to {worst:.3f}")
