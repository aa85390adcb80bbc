"""From a model folder back to our own network, so that training goes on from what is shipped (torch).

Export folds each batch normalisation into the convolution before it. Here it is taken out again: first one that only
adds the folded bias, then, once images are there to measure it on, one that does the same from measured statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from ..models.card import CLASSIFIER, SEGMENTER

_OURS = "network."  # what export puts before the names of a network's weights
_STORED = "_f16"


def weights(folder: Path, network: nn.Module) -> dict[str, Tensor]:
    """Return the weights of a model folder under the names that they have in `network`.

    Parameters
    ----------
    folder : pathlib.Path
        With ONNX files that were exported from a network of the same architecture and size. Those of others have other
        names, or fit in number only, and are left to the caller to refuse.
    network : torch.nn.Module
        With one or both of the heads, and random weights as it was built.

    Returns
    -------
    dict
        float32 tensors by name. Normalisations that were folded undo what the scale of their convolution does: how fast
        a normalised convolution learns depends on that scale, and no graph tells it, so it has grown over a new
        network's as much as that of the weights that were not folded.
    """
    found: dict[str, Tensor] = {}
    for head, file in (("classify", CLASSIFIER), ("segmentation", SEGMENTER)):
        if head in getattr(network, "heads", ()):
            found |= _of(folder / file, network)
    if found:  # no graph says how many batches a normalisation has seen; nor does anything ask
        found |= {name: value for name, value in network.state_dict().items() if name.endswith("num_batches_tracked")}
    return found


def _of(file: Path, network: nn.Module) -> dict[str, Tensor]:
    graph = onnx.load(str(file)).graph
    stored = {t.name.removesuffix(_STORED): numpy_helper.to_array(t).astype("float32") for t in graph.initializer}
    found = {name.removeprefix(_OURS): value for name, value in stored.items() if name.startswith(_OURS)}
    folded = [
        node.input[1:]
        for node in graph.node
        if node.op_type == "Conv" and node.input[1] in stored and not node.input[1].startswith(_OURS)
    ]
    wanted = network.state_dict()
    growth = [_size(value) / _size(wanted[name]) for name, value in found.items() if value.ndim == 4 and name in wanted]
    if not growth:
        return {}
    for (conv, norm, epsilon), (weight, bias) in zip(_normalised(network), folded):
        if stored[weight].shape != tuple(wanted[f"{conv}.weight"].shape):
            break
        scale = float(np.median(growth)) * _size(wanted[f"{conv}.weight"]) / max(_size(stored[weight]), 1e-6)
        found[f"{conv}.weight"], found[f"{norm}.bias"] = scale * stored[weight], stored[bias]
        ones = np.ones_like(stored[bias])
        found |= {
            f"{norm}.weight": ones,
            f"{norm}.running_mean": 0 * ones,
            f"{norm}.running_var": scale**2 * ones - epsilon,
        }
    return {name: torch.as_tensor(value).clone() for name, value in found.items()}


def _size(weight: np.ndarray | Tensor) -> float:
    return float((weight**2).mean()) ** 0.5


def _normalised(network: nn.Module) -> Iterator[tuple[str, str, float]]:
    """Names of the convolutions that a normalisation follows at once, its name and epsilon; in the order of running."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Sequential):
            parts = list(module.named_children())
            for (first, conv), (second, norm) in zip(parts, parts[1:]):
                if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    yield f"{name}.{first}", f"{name}.{second}", norm.eps


@torch.no_grad()
def measure(network: nn.Module, images: Tensor) -> None:
    """Measure every batch normalisation anew, on images [N, 3, H, W], and set it so that the outputs stay the same."""

    def settle(norm: nn.BatchNorm2d, inputs: tuple[Tensor]) -> None:
        if norm.running_mean is None or norm.running_var is None:
            return  # it takes each batch as it comes
        variance, mean = torch.var_mean(inputs[0].float(), (0, 2, 3), correction=0)
        before, after = ((v + norm.eps).sqrt() for v in (norm.running_var, variance))
        norm.bias.add_(norm.weight * (mean - norm.running_mean) / before)
        norm.weight.mul_(after / before)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)

    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(settle) for norm in norms]
    training = network.training
    network.eval()(images)
    network.train(training)
    for hook in hooks:
        hook.remove()
