"""Hugging Face checkpoints as networks to be trained: opened, given a new head or LoRA matrices, written again."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..models.checkpoints import CONFIG, SEGMENTER, Checkpoint, label_names
from ..models.huggingface import head_of, load_network
from ..models.pair_thresholds import THRESHOLDS
from ..models.preprocessing import PREPROCESSOR
from ..synthesis.compose import Sample
from ..taxonomy import IGNORED, TYPES

_ALONG = (PREPROCESSOR, "LICENSE", "LICENSE.txt", "LICENSE.md")
_CARD = """---
library_name: transformers
tags: [remote-sensing, quality-inspection]
---

# {name}

Fine-tuned by RSQI {version} from `{start}`: {how}. The licence is that of the original weights.
"""


def open_network(checkpoint: Checkpoint, kind: str, rank: int = 0, seed: int = 0) -> Any:
    """Open a checkpoint to be trained.

    Parameters
    ----------
    kind : str
        `CLASSIFIER` or `SEGMENTER`.
    rank : int
        Of the LoRA matrices that are trained beside the head; 0 trains all weights.
    seed : int
        Of new weights.

    Raises
    ------
    ModelError
        If weights and configuration do not fit.
    """
    torch.manual_seed(seed)
    network = load_network(checkpoint.folder, kind, labels=label_names(kind) if checkpoint.fresh else ())
    return _with_lora(network, rank) if rank else network


def _with_lora(network: Any, rank: int) -> Any:
    """Freeze a network but for its head, and add low-rank matrices to its linear layers, or to convolutions."""
    from peft import LoraConfig, get_peft_model

    head = head_of(network)
    inside = [(name, part) for name, part in network.named_modules() if name.split(".")[0] not in head]
    targets = [name for name, part in inside if isinstance(part, nn.Linear)]
    targets = targets or [name for name, part in inside if isinstance(part, nn.Conv2d) and part.groups == 1]
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=targets, modules_to_save=head)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of one library about another
        return get_peft_model(network, config)


def merged(network: Any) -> Any:
    """Return a network without LoRA matrices: they are added to the weights."""
    return network.merge_and_unload() if hasattr(network, "merge_and_unload") else network


def write_network(network: Any, start: Checkpoint, folder: Path, version: str, how: str) -> None:
    """Write a trained network as a checkpoint: configuration, safetensors, what goes along with the old one, a card."""
    merged(network).float().cpu().save_pretrained(folder)
    for name in _ALONG:
        if (start.folder / name).exists():
            shutil.copyfile(start.folder / name, folder / name)
    text = _CARD.format(name=folder.name, version=version, start=start.folder.name, how=how)
    (folder / "README.md").write_text(text, encoding="utf-8")


def copy_checkpoint(start: Checkpoint, folder: Path) -> None:
    """Copy a checkpoint as it is: configuration, safetensors, and what goes along with them."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {CONFIG, *_ALONG, THRESHOLDS, "README.md", *(file.name for file in start.folder.glob("*.safetensors*"))}
    for name in sorted(names):
        if (start.folder / name).exists():
            shutil.copyfile(start.folder / name, folder / name)


def target(sample: Sample, kind: str, outputs: Mapping[int, int]) -> Tensor:
    """Return what a network should say of a sample, in the order of its own outputs; 255 where nobody knows.

    Of a classifier uint8 [K], of a segmenter uint8 [S, S] with numbers of outputs; a region type that the segmenter
    has no output for is unknown.
    """
    if kind == SEGMENTER:
        table = np.full(256, IGNORED, np.uint8)
        for category_id, output in outputs.items():
            table[category_id] = output
        return torch.from_numpy(table[sample.segmentation])
    labels = np.full(max(outputs.values()) + 1, IGNORED, np.uint8)
    for t in TYPES:
        if t.id in outputs:
            labels[outputs[t.id]] = sample.labels[t.id - 1]
    return torch.from_numpy(labels)
