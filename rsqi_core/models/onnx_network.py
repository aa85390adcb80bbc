"""The graphs of a model folder as one network that can go on learning, whatever has made them (torch).

The graph stays as it is and only its weights change: what comes out is the same model folder with other numbers in it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from ..errors import ModelError
from ..taxonomy import TYPES
from .card import CLASSIFIER, INT8, SEGMENTER, graphs_of, model_hash, read_card
from .headed_network import HeadedNetwork
from .heads import head_names
from .onnx_operators import compute

FILES = {"classify": CLASSIFIER, "segmentation": SEGMENTER}  # by head
_IMAGE = "image"
_NORM = "BatchNormalization"


@dataclass(frozen=True)
class _Step:
    """A node: what it computes, and under which numbers its inputs (-1 for one left out) and outputs are kept."""

    operator: str
    attributes: dict[str, Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class OnnxNetwork(HeadedNetwork):
    """Classifier and segmenter of a model folder, with their weights as parameters.

    What both graphs compute alike, which is most of it, is one step with one set of weights. Their batch normalisation
    keeps what it has measured; where it has been folded into the convolutions there is none left.

    Parameters
    ----------
    folder : pathlib.Path
        With a card and two ONNX files.

    Raises
    ------
    ModelError
        If the folder holds no such model, it is in eight bits, or its graphs have operators that our networks have not.
    """

    heads = ("classify", "segmentation")

    def __init__(self, folder: Path):
        super().__init__()
        self.card, self.origin = read_card(folder), model_hash(folder)
        if self.card.precision == INT8:
            raise ModelError(
                f"{folder}: is in eight bits, which cannot learn; start from the model that it was made of"
            )
        self._folder = folder
        self._numbers: dict[Hashable, int] = {}  # of values, by what they are
        self._steps: list[_Step] = []
        self._fixed: dict[int, str] = {}  # values that no image changes, by number: the buffer's or parameter's name
        self._whole: dict[int, Tensor] = {}  # shapes and indices
        self._weights: dict[
            str, dict[str, str]
        ] = {}  # by head: the initialiser's name in the file, and the parameter's
        self._outputs: dict[str, int] = {}  # by the name in the file
        self._image = self._number(_IMAGE)
        for head, file in FILES.items():
            self._outputs |= self._read(head, folder / file)
        self._needed = {head: self._reach(self._outputs[head]) for head in FILES}
        self._evidence = self._find_evidence()
        self._run(torch.zeros(1, 3, 64, 64), self.heads)  # an operator that is missing shows here

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return what the loss looks at: logits as of `rsqi_core.models.architectures`."""
        found = self._run(images, self.heads)
        outputs = {"labels": found[self._outputs["classify"]], "segmentation": found[self._outputs["segmentation"]]}
        if self._evidence is not None:
            outputs["evidence"] = found[self._evidence]
        return outputs

    def classify(self, images: Tensor) -> Tensor:
        """Return the block logits [N, 10] of images [N, 3, H, W]."""
        return self._run(images, ("classify",))[self._outputs["classify"]]

    def segmentation(self, images: Tensor) -> Tensor:
        """Return the segmentation logits [N, 7, H, W]."""
        return self._run(images, ("segmentation",))[self._outputs["segmentation"]]

    def keep_body(self) -> None:
        """Let the heads alone learn (`rsqi_core.models.heads`)."""
        learning = {
            self._weights[head][name]
            for head, file in FILES.items()
            for name in head_names(onnx.load(str(self._folder / file)).graph)
            if name in self._weights[head]
        }
        for name, weight in self.named_parameters():
            weight.requires_grad_(name in learning)

    def write(self, folder: Path) -> None:
        """Write both graphs with the weights as they are now, each in the precision that it was stored in.

        A network of seams, which learns by itself, goes along as it is.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for file in set(graphs_of(self.card)) - set(FILES.values()):
            shutil.copyfile(self._folder / file, folder / file)
        for head, file in FILES.items():
            model = onnx.load(str(self._folder / file))
            names = self._weights[head]
            for tensor in model.graph.initializer:
                if tensor.name in names:
                    values = self.get_parameter(names[tensor.name]).detach().cpu().contiguous().numpy()
                    stored = values.astype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
                    if not np.isfinite(stored).all():
                        raise ModelError(f"{file}: a weight has grown beyond all bounds; train with a lower rate")
                    tensor.CopyFrom(numpy_helper.from_array(stored, tensor.name))
            onnx.save(model, str(folder / file))

    # Reading

    def _read(self, head: str, file: Path) -> dict[str, int]:
        """Add the steps of a graph; return the numbers of its outputs, the first under the name of the head."""
        graph = onnx.load(str(file)).graph
        # What a graph takes is the image, or what the one before gave.
        names: dict[str, int] = {each.name: self._outputs.get(each.name, self._image) for each in graph.input}
        names[""] = -1
        stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        origin = {name: name for name in stored}  # of values that are a weight under another name
        for node in graph.node:
            if node.op_type in ("Cast", "Identity") and node.input[0] in origin:
                origin[node.output[0]] = origin[node.input[0]]
        measured = {origin.get(name) for node in graph.node if node.op_type == _NORM for name in node.input[3:]}
        weights = self._weights[head] = {}

        def number(name: str) -> int:
            if name not in names:
                source = origin[name]
                learns = np.issubdtype(stored[source].dtype, np.floating) and source not in measured
                # Two weights of one graph are never one, even if they are equal now.
                twins = [other for other in weights if other != source and _same(stored[other], stored[source])]
                names[name] = self._constant(stored[source], learns, len(twins))
                if learns:
                    weights[source] = self._fixed[names[name]]
            return names[name]

        for node in graph.node:
            attributes = {a.name: _plain(onnx.helper.get_attribute_value(a)) for a in node.attribute}
            if node.op_type == "Constant":
                names[node.output[0]] = self._constant(attributes["value"].numpy(), learns=False)
            elif node.output[0] not in origin:
                inputs = tuple(number(name) for name in node.input)
                outputs = self._add(node.op_type, attributes, inputs, len(node.output))
                names.update(zip(node.output, outputs))
        return {head if k == 0 else each.name: names[each.name] for k, each in enumerate(graph.output)}

    def _number(self, what: Hashable) -> int:
        return self._numbers.setdefault(what, len(self._numbers))

    def _constant(self, values: np.ndarray, learns: bool, twin: int = 0) -> int:
        """Keep a weight or a constant; equal ones are one, but for weights that are another's `twin`."""
        whole = not np.issubdtype(values.dtype, np.floating)
        values = np.ascontiguousarray(values if whole else values.astype(np.float32))
        digest = hashlib.sha256(values.tobytes()).hexdigest()
        number = self._number((digest, values.shape, str(values.dtype), learns, twin))
        tensor = torch.from_numpy(values.copy())
        if whole:
            self._whole[number] = tensor
        elif number not in self._fixed:
            name = self._fixed[number] = f"{'weight' if learns else 'constant'}_{len(self._fixed)}"
            if learns:
                self.register_parameter(name, nn.Parameter(tensor))
            else:
                self.register_buffer(name, tensor)
        return number

    def _add(self, operator: str, attributes: dict[str, Any], inputs: tuple[int, ...], count: int) -> tuple[int, ...]:
        what = (operator, str(sorted(attributes.items())), inputs)
        known = (what, 0) in self._numbers
        outputs = tuple(self._number((what, n)) for n in range(count))
        if known:
            return outputs
        if inputs and all(n in self._whole or n == -1 for n in inputs):
            # Nothing here depends on the image: it is computed once.
            values = compute(operator, attributes, [self._whole.get(n) for n in inputs])
            self._whole.update(zip(outputs, values))
        else:
            self._steps.append(_Step(operator, attributes, inputs, outputs))
        return outputs

    def _reach(self, output: int) -> frozenset[int]:
        """Return the indices of the steps that an output needs."""
        wanted, steps = {output}, set()
        for index in range(len(self._steps) - 1, -1, -1):
            if wanted.intersection(self._steps[index].outputs):
                steps.add(index)
                wanted.update(self._steps[index].inputs)
        return frozenset(steps)

    def _find_evidence(self) -> int | None:
        """Return the map of evidence per type: the classifier's last convolution, if it has an output for each type."""
        convolutions = [self._steps[n] for n in sorted(self._needed["classify"]) if self._steps[n].operator == "Conv"]
        if not convolutions:
            return None
        last = convolutions[-1]
        weight = self._fixed.get(last.inputs[1])
        known = weight is not None and len(dict(self.named_parameters()).get(weight, ())) == len(TYPES)
        return last.outputs[0] if known else None

    # Computing

    def _run(self, images: Tensor, heads: Sequence[str]) -> dict[int, Tensor]:
        """Return the values by number after the steps that the heads need."""
        values: dict[int, Tensor] = {self._image: images, **self._whole}
        values.update((number, getattr(self, name)) for number, name in self._fixed.items())
        needed = frozenset().union(*(self._needed[head] for head in heads))
        for index in sorted(needed):
            step = self._steps[index]
            inputs = [None if n == -1 else values[n] for n in step.inputs]
            values.update(zip(step.outputs, compute(step.operator, step.attributes, inputs)))
        return values


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and bool((one == other).all())


def _plain(value: Any) -> Any:
    """An attribute as plain values; a tensor as one of torch."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, onnx.TensorProto):
        return torch.from_numpy(numpy_helper.to_array(value).copy())
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
