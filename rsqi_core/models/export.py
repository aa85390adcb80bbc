"""From a trained network to a model folder: ONNX files with half-precision storage, and the card."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import onnx.compose
import torch
from onnx import helper

from ..errors import ModelError
from ..files.atomic import whole_file
from ..taxonomy import BOUNDARY_TYPES, CODES, PIXEL_TYPES, REGION_TYPES, TYPES
from .backend import Model
from .card import CLASSIFIER, SEAMS, SEGMENTER, Card, axis, read_card, write_card
from .half_storage import halve_storage
from .headed_network import HeadedNetwork
from .texture import MEAN, STD

PIXEL, STRIPES = "pixel.onnx", "stripe_noise"
_OPSET = 17
_TILE = 512  # px; blocks come whole on the finest grid
_DECODER = "decoder_"  # what names of the segmenter begin with where both graphs become one
# File, kind for the metadata, and classes of each head of a network (`rsqi_core.models.architectures`).
_FILES = {
    "classify": (CLASSIFIER, "Classifier", [t.code for t in TYPES]),
    "segmentation": (SEGMENTER, "Segmentor", ["background", *(t.code for t in REGION_TYPES)]),
    "mark": (PIXEL, "Segmentor", [t.code for t in PIXEL_TYPES]),
    "seams": (SEAMS, "Segmentor", [t.code for t in BOUNDARY_TYPES]),
}


def export(network: HeadedNetwork, folder: Path, card: Card, resolution_cm: float = 50.0) -> Model:
    """Write a network that classifies and segments as a model folder and return it opened.

    Parameters
    ----------
    network, folder, card, resolution_cm
        As of `write_graphs`.

    Raises
    ------
    ModelError
        If the network lacks one of the two heads, or the graphs do not give what the network gives.
    """
    if missing := [head for head in ("classify", "segmentation") if head not in network.heads]:
        raise ModelError(f"a model folder needs a classifier and a segmenter; '{missing[0]}' is missing here")
    write_graphs(network, folder, card, resolution_cm)
    write_card(folder, replace(card, features=FEATURES if shares(network) else ()))
    return Model(folder, "cpu")


def write_uncalibrated(network: HeadedNetwork, folder: Path, name: str = "") -> list[Path]:
    """Write a model folder with all thresholds at 0.5, or the graph of a network that was made for one task.

    A type that a Hugging Face checkpoint has no output for gets no threshold. The model is called `name`, by default as
    its folder.

    Returns
    -------
    list of pathlib.Path
        The model folder, or the graphs.
    """
    absent = _absent(network)
    half = {code: None if code in absent else 0.5 for code in CODES}
    gate = 0.0 if STRIPES in absent else 0.5  # the rule looks for itself where the classifier knows no stripes
    card = Card(
        name or folder.name, "uncalibrated", _TILE, MEAN, STD, half, dict.fromkeys(CODES, 1.0), stripe_gate=gate
    )
    if {"classify", "segmentation"} <= set(network.heads):
        return [export(network, folder, card).folder]
    return write_graphs(network, folder, card)


def _absent(network: HeadedNetwork) -> set[str]:
    """Codes of the types that a part of the network has no output for."""
    found = set()
    for part in getattr(network, "parts", [network]):
        _, _, classes = _FILES["classify" if "classify" in part.heads else "segmentation"]
        outputs = getattr(part, "outputs", None) or ()
        found |= {code for code, number in zip(classes, outputs) if number < 0}
    return found


def write_graphs(network: HeadedNetwork, folder: Path, card: Card, resolution_cm: float = 50.0) -> list[Path]:
    """Write each head of a network as an ONNX file.

    The graphs take float32 [N, 3, S, S] normalised by the card's mean and deviation, N any number. S may be any
    multiple of 32, but for networks that were built for one size: those resample inside the graph, from the card's tile
    size. Where a network can (`shares`), the classifier's graph also gives the evidence and the features, and the
    segmenter's takes those: nothing is computed twice. The keys that other QGIS inference plugins read (class names,
    tile size, overlap, standardisation) go into the metadata.

    Parameters
    ----------
    network : torch.nn.Module
        With ``heads`` (`rsqi_core.models.architectures`).
    resolution_cm : float
        Ground sample distance in centimetres that the metadata suggests.

    Raises
    ------
    ModelError
        If a graph does not give what the network gives.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    written = []
    for head in network.heads:
        file, kind, classes = _FILES[head]
        keys = {
            "model_type": kind,
            "class_names": dict(enumerate(classes)),
            "resolution": resolution_cm,
            "tile_size": card.tile_size,
            "tiles_overlap": 20,
            "standardization_mean": list(card.mean),
            "standardization_std": list(card.std),
        }
        graph = (_SHARED if shares(network) else _WHOLE)[head]
        _write(network, graph, folder / file, card.tile_size, {key: json.dumps(value) for key, value in keys.items()})
        written.append(folder / file)
    return written


def write_standalone(folder: Path, file: Path) -> None:
    """Write the segmenter of a model folder as one graph that takes images, for programs that run single graphs.

    Raises
    ------
    ModelError
        If the folder holds no such model.
    """
    card = read_card(folder)
    segmenter = onnx.load(str(folder / SEGMENTER))
    if not card.features:
        _save(segmenter, file)
        return
    keys = {each.key: each.value for each in segmenter.metadata_props}
    classifier = onnx.load(str(folder / CLASSIFIER))
    for graph in (classifier, segmenter):
        del graph.metadata_props[:]
    joined = onnx.compose.merge_models(
        classifier,
        segmenter,
        [(name, name) for name in card.features],
        outputs=[f"{_DECODER}{segmenter.graph.output[0].name}"],
        prefix2=_DECODER,
    )
    helper.set_model_props(joined, keys)
    _save(joined, file)


def is_own_graph(file: Path) -> bool:
    """Tell whether a file is a graph of a model folder, or one of `write_standalone`."""
    try:
        graph = onnx.load(str(file), load_external_data=False)
    except Exception:  # whatever protobuf says of a file that is none
        return False
    return "class_names" in {each.key for each in graph.metadata_props}


def _save(graph: onnx.ModelProto, file: Path) -> None:
    with whole_file(file, "the model") as part:
        onnx.save(graph, str(part))


def shares(network: HeadedNetwork) -> bool:
    """Can the network's segmenter go on from what its classifier has computed?"""
    return hasattr(network, "decode") and {"classify", "segmentation"} <= set(network.heads)


@dataclass(frozen=True)
class _Plane:
    """An input or output of a graph: its name, and its stride; 0 for one without rows and columns."""

    name: str
    stride: int = 0

    @property
    def axes(self) -> dict[int, str]:
        spatial = {2: axis("height", self.stride), 3: axis("width", self.stride)} if self.stride else {}
        return {0: "batch"} | spatial


@dataclass(frozen=True)
class _Graph:
    """A method of a network as a graph."""

    method: str
    inputs: tuple[_Plane, ...]
    outputs: tuple[_Plane, ...]


_IMAGE, _FEATURES = _Plane("image", 1), (_Plane("features4", 4), _Plane("features8", 8))
_WHOLE = {
    "classify": _Graph("classify", (_IMAGE,), (_Plane("classify"),)),
    "segmentation": _Graph("segmentation", (_IMAGE,), (_Plane("segmentation", 1),)),
    "mark": _Graph("mark", (_IMAGE,), (_Plane("mark", 1),)),
    "seams": _Graph("seams", (_IMAGE,), (_Plane("seams", 8),)),
}
_SHARED = {
    "classify": _Graph("describe", (_IMAGE,), (_Plane("classify"), _Plane("evidence", 8), *_FEATURES)),
    "segmentation": _Graph("decode", _FEATURES, (_Plane("segmentation", 1),)),
}
FEATURES = tuple(plane.name for plane in _FEATURES)


def _write(network: HeadedNetwork, kind: _Graph, file: Path, side: int, keys: dict[str, str]) -> None:
    """Write a graph for images of any size or, where that does not give what the network gives, of the tile's."""
    module = _Method(network, kind.method).eval()
    for fixed in (True,) if module.fixed else (False, True):
        graph = _traced(module, kind, side, fixed)
        halve_storage(graph)
        helper.set_model_props(graph, keys)
        onnx.save(graph, str(file))
        fault = _fault(module, kind, file, side, fixed)
        if not fault:
            return
    raise ModelError(f"{file}: {fault}")


class _Method(torch.nn.Module):
    """One method of a network as a module."""

    def __init__(self, network: HeadedNetwork, method: str):
        super().__init__()
        self.network, self.method = network, method

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        return getattr(self.network, self.method)(*inputs)

    @property
    def fixed(self) -> bool:
        """Does the network resample its images, for which a traced graph needs to know their size?"""
        return any(getattr(module, "fixed", False) for module in self.network.modules())

    @torch.no_grad()
    def examples(self, images: torch.Tensor, kind: _Graph) -> tuple[torch.Tensor, ...]:
        """Inputs of the graph for images float [N, 3, H, W]."""
        if kind.inputs == (_IMAGE,):
            return (images,)
        describe = getattr(self.network, _SHARED["classify"].method)
        return tuple(describe(images)[-len(kind.inputs) :])


def _traced(module: _Method, kind: _Graph, side: int, fixed: bool) -> onnx.ModelProto:
    buffer = io.BytesIO()
    planes = (*kind.inputs, *kind.outputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is taken for a constant shows in the comparison that follows
        torch.onnx.export(
            module,
            # Two images, as some networks take a batch of one for a constant.
            module.examples(torch.zeros(2, 3, side, side), kind),
            buffer,  # type: ignore[arg-type]  # without dynamo it takes a buffer, too
            input_names=[plane.name for plane in kind.inputs],
            output_names=[plane.name for plane in kind.outputs],
            dynamic_axes={plane.name: {0: "batch"} if fixed else plane.axes for plane in planes},
            opset_version=_OPSET,
            dynamo=False,
        )
    return onnx.load_from_string(buffer.getvalue())


def _fault(module: _Method, kind: _Graph, file: Path, side: int, fixed: bool) -> str:
    """Say what is wrong with a graph, if anything is.

    Half-precision storage may move a logit by a few hundredths; more means a broken export. The images are not those
    that the graph was traced with: of another number, and of another size unless it is fixed.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, side, side) if fixed else (1, 3, side + 32, side + 64))
    pixels[:, :, 8:24, 8:24] = 0
    mean, std = (np.reshape(values, (3, 1, 1)) for values in (MEAN, STD))
    images = torch.from_numpy(((pixels / 255 - mean) / std).astype(np.float32))
    inputs = module.examples(images, kind)
    with torch.no_grad():
        expected = module(*inputs)
    expected = expected if isinstance(expected, tuple) else (expected,)
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        found = session.run(None, {plane.name: each.numpy() for plane, each in zip(kind.inputs, inputs)})
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        return f"the graph does not run on images {tuple(images.shape)}: {str(error).splitlines()[0]}"
    for plane, given, wanted in zip(kind.outputs, found, (each.numpy() for each in expected)):
        worst = float(np.abs(wanted - given).max())
        if not worst <= 0.05 + 0.01 * float(np.abs(wanted).max()):
            return f"the graph's {plane.name} differs from the network's by up to {worst:.3f}"
    return ""
