"""The operators that the graphs of our model folders are made of, as torch computes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import ModelError

_TYPES = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float32}  # half is for storage
Attributes = Mapping[str, Any]


def compute(operator: str, attributes: Attributes, inputs: Sequence[Tensor | None]) -> Sequence[Tensor]:
    """Compute one node of a graph.

    Shapes and indices, which are integers, stay on the processor, and values where they are.

    Raises
    ------
    ModelError
        If the operator, or one of its settings, is none that our own networks have.
    """
    if operator not in _OPERATORS:
        raise ModelError(f"the operator {operator} of this model cannot be trained on; start from another model")
    found = _OPERATORS[operator](attributes, *inputs)
    return (found,) if isinstance(found, Tensor) else found


def _conv(a: Attributes, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    return F.conv2d(_padded(x, a, 0.0), weight, bias, a["strides"], 0, a["dilations"], a["group"])


def _norm(a: Attributes, x: Tensor, *parts: Tensor) -> Tensor:
    # What it measured in training stands: the blocks of one station are too few and too alike to measure it anew.
    gain, bias, mean, variance = parts
    return F.batch_norm(x, mean, variance, gain, bias, False, 0.0, a["epsilon"])


def _average_pool(a: Attributes, x: Tensor) -> Tensor:
    top, left, *rest = a.get("pads", (0, 0, 0, 0))
    _require(rest == [top, left] or not any((top, left, *rest)), "AveragePool with uneven margins")
    whole = bool(a.get("count_include_pad", 0))
    return F.avg_pool2d(x, a["kernel_shape"], a["strides"], (top, left), bool(a.get("ceil_mode", 0)), whole)


def _max_pool(a: Attributes, x: Tensor) -> Tensor:
    return F.max_pool2d(_padded(x, a, float("-inf")), a["kernel_shape"], a["strides"])


def _padded(x: Tensor, a: Attributes, value: float) -> Tensor:
    top, left, bottom, right = a.get("pads", (0, 0, 0, 0))
    return F.pad(x, (left, right, top, bottom), value=value) if any((top, left, bottom, right)) else x


def _pad(a: Attributes, x: Tensor, pads: Tensor, *rest: Tensor) -> Tensor:
    begin, end = pads.tolist()[: x.dim()], pads.tolist()[x.dim() :]
    _require(a.get("mode", "constant") == "edge" and not any(begin[:2] + end[:2]), "Pad")
    return F.pad(x, (begin[3], end[3], begin[2], end[2]), mode="replicate")


def _resize(a: Attributes, x: Tensor, roi: Tensor | None, scales: Tensor | None = None, *rest: Tensor) -> Tensor:
    linear = a.get("mode") == "linear" and a.get("coordinate_transformation_mode", "half_pixel") == "half_pixel"
    factors = [] if scales is None else scales.tolist()
    _require(linear and len(factors) == 4, "Resize other than bilinear")
    return F.interpolate(x, scale_factor=factors[2:], mode="bilinear", align_corners=False)


def _depth_to_space(a: Attributes, x: Tensor) -> Tensor:
    _require(a.get("mode", "DCR") == "CRD", "DepthToSpace in another order")
    return F.pixel_shuffle(x, a["blocksize"])


def _top_k(a: Attributes, x: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    return torch.topk(x, int(count), a.get("axis", -1), bool(a.get("largest", 1)), bool(a.get("sorted", 1)))


def _reduce(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def reduced(a: Attributes, x: Tensor, axes: Tensor | None = None) -> Tensor:
        along = a.get("axes", ()) if axes is None else axes.tolist()
        _require(along, "a sum over everything")
        return function(x, tuple(along), keepdim=bool(a.get("keepdims", 1)))

    return reduced


def _reshape(a: Attributes, x: Tensor, shape: Tensor) -> Tensor:
    wanted = [x.shape[n] if side == 0 else side for n, side in enumerate(shape.tolist())]
    return x.reshape(wanted)


def _slice(a: Attributes, x: Tensor, starts: Tensor, ends: Tensor, axes: Tensor, steps: Tensor | None = None) -> Tensor:
    for start, end, axis, step in zip(*(part.tolist() for part in (starts, ends, axes)), _steps(steps, axes)):
        chosen = range(x.shape[axis])[start:end:step]
        if step > 0:
            x = x.narrow(axis, chosen.start, len(chosen))[
                (slice(None),) * (axis % x.dim()) + (slice(None, None, step),)
            ]
        else:
            x = x.index_select(axis, torch.tensor(list(chosen), device=x.device))
    return x


def _steps(steps: Tensor | None, axes: Tensor) -> list[int]:
    return [1] * axes.numel() if steps is None else steps.tolist()


def _split(a: Attributes, x: Tensor, sizes: Tensor) -> Sequence[Tensor]:
    return x.split(sizes.tolist(), a.get("axis", 0))


def _clip(a: Attributes, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    return x.clamp(min=low, max=high)


def _filled(a: Attributes, shape: Tensor) -> Tensor:
    value = a["value"]
    return torch.full(shape.tolist(), value.item(), dtype=value.dtype)


def _require(holds: object, text: str) -> None:
    if not holds:
        raise ModelError(f"{text} in this model's graph cannot be trained on; start from another model")


_OPERATORS: dict[str, Callable[..., Any]] = {
    "Abs": lambda a, x: x.abs(),
    "Add": lambda a, x, y: x + y,
    "AveragePool": _average_pool,
    "BatchNormalization": _norm,
    "Cast": lambda a, x: x.to(_TYPES[a["to"]]),
    "Clip": _clip,
    "Concat": lambda a, *parts: torch.cat(parts, a["axis"]),
    "ConstantOfShape": _filled,
    "Conv": _conv,
    "DepthToSpace": _depth_to_space,
    "Div": lambda a, x, y: x / y,
    "Greater": lambda a, x, y: x > y,
    "Identity": lambda a, x: x,
    "Less": lambda a, x, y: x < y,
    "Log": lambda a, x: x.log(),
    "MaxPool": _max_pool,
    "Mul": lambda a, x, y: x * y,
    "Neg": lambda a, x: -x,
    "Not": lambda a, x: ~x,
    "Pad": _pad,
    "ReduceMean": _reduce(torch.mean),
    "ReduceSum": _reduce(torch.sum),
    "Relu": lambda a, x: x.relu(),
    "Reshape": _reshape,
    "Resize": _resize,
    "Shape": lambda a, x: torch.tensor(x.shape),
    "Slice": _slice,
    "Split": _split,
    "Sub": lambda a, x, y: x - y,
    "TopK": _top_k,
    "Transpose": lambda a, x: x.permute(a["perm"]),
}
