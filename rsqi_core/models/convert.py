"""Pickled weights of a Hugging Face checkpoint become safetensors: the one place where such a file is opened.

It is opened as weights only, which runs no code, and what comes of it has to fit the checkpoint's configuration.
"""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import ModelError, OutputError
from ..files.atomic import whole_folder
from .card import CARD, file_hash
from .checkpoints import (
    CLASSIFIER,
    CONFIG,
    PICKLED,
    PICKLED_INDEX,
    SEGMENTER,
    WEIGHTS,
    kind_of,
    read_json,
    read_outputs,
)

if TYPE_CHECKING:
    from torch import Tensor

README = "README.md"
_TAKEN = re.compile(r".*\.(json|txt|md|model)|LICENSE.*", re.IGNORECASE)  # what goes along; weights and code do not
_CARD = """---
library_name: transformers
tags: [remote-sensing, quality-inspection]
---

# {name}
"""
_NOTE = """
## Converted

RSQI {version} has written `{weights}` from {files} without running any code of theirs; no weight was changed.

| file | SHA-256, first 16 digits |
|---|---|
{hashes}

Labels: {labels}. The licence is that of the original weights.
"""


@dataclass(frozen=True)
class Converted:
    """A checkpoint that was converted: its folder, its kind, and how many tensors and weights it has."""

    folder: Path
    kind: str
    tensors: int
    weights: int


def convert(source: Path, output: Path) -> list[Converted]:
    """Copy the checkpoints of a folder with their pickled weights as safetensors, whole or not at all.

    Parameters
    ----------
    source : pathlib.Path
        A checkpoint, or a folder with a classifier and a segmenter in subfolders.
    output : pathlib.Path
        A folder that does not exist or is empty.

    Raises
    ------
    ModelError
        There is nothing to convert, a file holds more than weights, or weights and configuration do not fit.
    OutputError
        The output exists or cannot be written.
    """
    if not source.is_dir():
        raise ModelError(f"{source}: no such folder")
    if (source / CARD).exists():
        raise ModelError(f"{source}: a model folder with {CARD} needs no conversion")
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise OutputError(f"{output} exists already; choose another folder")
    places = list(_checkpoints(source))
    if not any(_pickled(place) for place in places):
        raise ModelError(f"{source}: no checkpoint with {PICKLED} here; there is nothing to convert")
    with whole_folder(output, "the checkpoint") as folder:
        done = []
        for place in places:
            inside = folder / place.relative_to(source)
            inside.mkdir(parents=True, exist_ok=True)
            done.append(_convert(place, inside, output / place.relative_to(source)))
    return done


def _checkpoints(source: Path) -> Iterator[Path]:
    """Yield the folders of the checkpoints: the source itself, or its subfolders."""
    if (source / CONFIG).exists():
        yield source
        return
    for config in sorted(source.glob(f"*/{CONFIG}")):
        yield config.parent


def _pickled(folder: Path) -> list[Path]:
    """Return the pickled files of a checkpoint, none where it has safetensors already."""
    if any(folder.glob("*.safetensors")):
        return []
    if (folder / PICKLED_INDEX).exists():
        shards = read_json(folder / PICKLED_INDEX).get("weight_map")
        if not isinstance(shards, dict):
            raise ModelError(f"{folder / PICKLED_INDEX} has no weight_map; take it from the checkpoint again")
        return [folder / Path(name).name for name in sorted(set(shards.values()))]
    return [folder / PICKLED] if (folder / PICKLED).exists() else sorted(folder.glob("*.bin"))[:1]


def _convert(place: Path, inside: Path, final: Path) -> Converted:
    from safetensors.torch import save_file

    from .huggingface import load_network

    kind = kind_of(read_json(place / CONFIG))
    if not kind:
        raise ModelError(f"{place / CONFIG}: its architecture is neither *{CLASSIFIER} nor *{SEGMENTER}")
    config, _ = read_outputs(place, kind)
    files = _pickled(place)
    for file in place.iterdir():
        if file.is_file() and _TAKEN.fullmatch(file.name) and file.name != PICKLED_INDEX:
            shutil.copyfile(file, inside / file.name)
    if not files:
        for file in place.glob("*.safetensors"):
            shutil.copyfile(file, inside / file.name)
        return Converted(final, kind, 0, 0)
    tensors: dict[str, Tensor] = {}
    for file in files:
        tensors |= _read(file)
    _check_labels(place, len(config["id2label"]), tensors)
    save_file(tensors, inside / WEIGHTS, metadata={"format": "pt"})
    load_network(inside, kind, told_as=place)  # refuses what is missing or of another shape
    _add_note(inside, place.name, list(config["id2label"].values()), files)
    return Converted(final, kind, len(tensors), sum(tensor.numel() for tensor in tensors.values()))


def _read(file: Path) -> dict[str, Tensor]:
    """Read a state dict as weights only; each tensor gets memory of its own."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an old format, which may be one of many lines
            values = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror or error}") from error
    except Exception as error:  # which ones a damaged file raises depends on where the damage is
        raise ModelError(f"{file}: damaged, or holds more than weights, which could run code; not opened") from error
    if isinstance(values, dict) and isinstance(values.get("state_dict"), dict):
        values = values["state_dict"]
    if not isinstance(values, dict) or not all(isinstance(value, torch.Tensor) for value in values.values()):
        raise ModelError(f"{file}: not a state dict, which is names and tensors")
    return {str(name): value.detach().clone().contiguous() for name, value in values.items()}


def _check_labels(place: Path, labels: int, tensors: dict[str, Tensor]) -> None:
    """Refuse another number of outputs than of labels: the heads of both kinds are called classifier."""
    heads = [v for name, v in tensors.items() if re.fullmatch(r"(.*\.)?classifier(\.out_proj)?\.bias", name)]
    if len(heads) == 1 and heads[0].shape[0] != labels:
        raise ModelError(
            f"{place}: {CONFIG} names {labels} labels, but the weights have {heads[0].shape[0]} outputs; take both "
            "from the same checkpoint"
        )


def _add_note(inside: Path, name: str, labels: list[Any], files: list[Path]) -> None:
    """Add to the checkpoint's card where its weights come from; write one where there is none."""
    note = _NOTE.format(
        version=__version__,
        weights=WEIGHTS,
        files=", ".join(f"`{file.name}`" for file in files),
        hashes="\n".join(f"| {file.name} | `{file_hash(file)[:16]}` |" for file in files),
        labels=", ".join(map(str, labels)),
    )
    card = inside / README
    text = card.read_text(encoding="utf-8", errors="replace") if card.exists() else _CARD.format(name=name)
    card.write_text(text.rstrip() + "\n" + note, encoding="utf-8")
