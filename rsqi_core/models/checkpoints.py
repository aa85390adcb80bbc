"""The two Hugging Face checkpoints of a model folder: where they lie, and which of their outputs means which type."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

from ..errors import ModelError
from ..limits import LONGEST_CARD
from ..taxonomy import BACKGROUND, REGION_TYPES, TYPES, ErrorType

CONFIG = "config.json"
# What tells the two kinds apart is the name of their architecture, such as Swinv2ForImageClassification.
CLASSIFIER, SEGMENTER = "ForImageClassification", "ForSemanticSegmentation"

_KINDS = {CLASSIFIER: "classifier", SEGMENTER: "segmenter"}
_BACKGROUND_NAMES = ("背景", "background")
WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLED, PICKLED_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"

Reader = Callable[[Path, str], "Checkpoint"]


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint.

    Attributes
    ----------
    folder : pathlib.Path
    config : dict
        Contents of its ``config.json``.
    weights : tuple of pathlib.Path
        Its safetensors files.
    outputs : dict
        Number of the network's output by ``category_id`` (0: background), for the types that it knows.
    fresh : bool
        Its own labels name other things, such as those of ImageNet: `outputs` are those of a head yet to be trained.
    """

    folder: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]
    outputs: dict[int, int]
    fresh: bool = False


def find(folder: Path) -> tuple[Checkpoint, Checkpoint] | None:
    """Find a classifier and a segmenter by their ``config.json``.

    Each is looked for in `folder` itself, then in its subfolders, then, if `folder` is a checkpoint, in the folders
    beside it.

    Returns
    -------
    (Checkpoint, Checkpoint) or None
        Classifier and segmenter; None if there is neither.

    Raises
    ------
    ModelError
        If there is only one of them, or several of a kind, or one that cannot be run: weights that are not
        safetensors, labels that name no type, one label an image instead of several.
    """
    return _both(folder.resolve(), _read)  # so that even "." has a name and neighbours


def find_starts(folder: Path) -> tuple[Checkpoint, Checkpoint] | None:
    """Find a classifier and a segmenter as `find` does, to be trained: their labels may name no type of error at all.

    Raises
    ------
    ModelError
        As `find` does, but a checkpoint whose labels all name other things is taken as one with a fresh head.
    """
    return _both(folder.resolve(), _read_start)


def _both(folder: Path, read: Reader) -> tuple[Checkpoint, Checkpoint] | None:
    found = _find(folder, beside=True, read=read)
    if len(found) == 1:
        ((kind, checkpoint),) = found.items()
        (missing,) = _KINDS.keys() - {kind}
        raise ModelError(
            f"{folder}: {checkpoint.folder.name} is a {_KINDS[kind]}, but there is no {_KINDS[missing]}; "
            f"put the folder of a checkpoint *{missing} beside it"
        )
    return (found[CLASSIFIER], found[SEGMENTER]) if found else None


def find_beside(folder: Path) -> dict[str, Checkpoint]:
    """Find what `find` looks for, where one alone will do."""
    return _find(folder.resolve(), beside=True, read=_read)


def find_within(folder: Path) -> dict[str, Checkpoint]:
    """Find a classifier, a segmenter or both in a folder and its subfolders, whatever lies beside it.

    Returns
    -------
    dict
        Checkpoint by `CLASSIFIER` and `SEGMENTER`.

    Raises
    ------
    ModelError
        As `find` does, but not for one alone.
    """
    return _find(folder.resolve(), beside=False, read=_read)


def _find(folder: Path, beside: bool, read: Reader) -> dict[str, Checkpoint]:
    found: dict[str, Path] = {}
    for files in _places(folder, beside):
        here: dict[str, list[Path]] = {}
        for file in files:
            here.setdefault(kind_of(read_json(file)), []).append(file.parent)
        for kind in _KINDS.keys() & here.keys() - found.keys():
            if len(here[kind]) > 1:
                names = ", ".join(place.name for place in here[kind])
                raise ModelError(f"{folder}: more than one {_KINDS[kind]} ({names}); leave only one there")
            (found[kind],) = here[kind]
        if len(found) == len(_KINDS):
            break
    return {kind: read(place, kind) for kind, place in found.items()}


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object, or raise `ModelError` that names the file."""
    try:
        if file.stat().st_size > LONGEST_CARD:
            raise ValueError(f"it is longer than {LONGEST_CARD >> 20} MiB")
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise ModelError(f"{file} holds no JSON object; take it from the checkpoint again")
    return values


def _places(folder: Path, beside: bool) -> Iterator[list[Path]]:
    own = folder / CONFIG
    yield [own] if own.exists() else []
    yield sorted(folder.glob(f"*/{CONFIG}"))
    if beside and own.exists():
        yield sorted(folder.parent.glob(f"*/{CONFIG}"))


def kind_of(config: dict[str, Any]) -> str:
    """Return `CLASSIFIER` or `SEGMENTER` for the contents of a ``config.json``; empty for anything else."""
    architectures = str(config.get("architectures"))
    return next((kind for kind in _KINDS if kind in architectures), "")


def _read(folder: Path, kind: str) -> Checkpoint:
    config, outputs = read_outputs(folder, kind)
    return Checkpoint(folder, config, weights_of(folder), outputs)


def _read_start(folder: Path, kind: str) -> Checkpoint:
    config = read_json(folder / CONFIG)
    types = REGION_TYPES if kind == SEGMENTER else TYPES
    known = _known(types)
    labels = _labels(folder / CONFIG, config)
    if any(_plain(label) in known for label in labels):
        return _read(folder, kind)
    _check_bands(folder, config)
    outputs = {BACKGROUND: 0} | {t.id: t.id for t in types} if kind == SEGMENTER else {t.id: t.id - 1 for t in types}
    return Checkpoint(folder, config, weights_of(folder), outputs, fresh=True)


def label_names(kind: str) -> tuple[str, ...]:
    """Return the labels of a head of ours, in the order of its outputs."""
    return (_BACKGROUND_NAMES[0], *(t.zh for t in REGION_TYPES)) if kind == SEGMENTER else tuple(t.zh for t in TYPES)


def read_outputs(folder: Path, kind: str) -> tuple[dict[str, Any], dict[int, int]]:
    """Return the configuration of a checkpoint, and the number of its output by ``category_id``.

    Raises
    ------
    ModelError
        If it cannot be run: labels that name no type, one label an image instead of several, other than three bands.
    """
    background = kind == SEGMENTER
    types = REGION_TYPES if background else TYPES
    config = read_json(folder / CONFIG)
    if config.get("problem_type") == "single_label_classification":
        raise ModelError(f"{folder / CONFIG}: gives an image one label only; RSQI needs a multi-label classifier")
    _check_bands(folder, config)
    return config, _outputs(folder / CONFIG, config, types, background)


def _check_bands(folder: Path, config: dict[str, Any]) -> None:
    if config.get("num_channels", 3) != 3:
        raise ModelError(f"{folder / CONFIG}: wants {config['num_channels']} bands; RSQI gives red, green and blue")


def weights_of(folder: Path) -> tuple[Path, ...]:
    """Return the safetensors files of a checkpoint, or raise `ModelError` where there are none."""
    if (folder / WEIGHTS).exists():
        return (folder / WEIGHTS,)
    if (folder / _INDEX).exists():
        shards = read_json(folder / _INDEX).get("weight_map")
        if not isinstance(shards, dict):
            raise ModelError(f"{folder / _INDEX} has no weight_map; take it from the checkpoint again")
        files = tuple(folder / name for name in sorted(set(shards.values())))
        if missing := [file for file in files if not file.exists()]:
            raise ModelError(f"{missing[0]} is missing; take it from the checkpoint again")
        return files
    if pickled := sorted(folder.glob("*.bin")):
        raise ModelError(
            f"{pickled[0]}: pickled weights can run code and are not opened; `rsqi convert {folder}` writes "
            "safetensors of them"
        )
    raise ModelError(f"{folder}: no {WEIGHTS} here; take it from the checkpoint again")


def _outputs(file: Path, config: dict[str, Any], types: Sequence[ErrorType], background: bool) -> dict[int, int]:
    """Map category ids to output numbers by the labels' names."""
    ids = _known(types)
    if background:
        ids |= dict.fromkeys(_BACKGROUND_NAMES, BACKGROUND)
    labels = _labels(file, config)
    if (
        background
        and not any(ids.get(_plain(label)) == BACKGROUND for label in labels)
        and _plain(labels[0]) not in ids
    ):
        labels[0] = _BACKGROUND_NAMES[0]  # by custom the first, whatever it is called
    outputs: dict[int, int] = {}
    for number, label in enumerate(labels):
        category_id = ids.get(_plain(label))
        if category_id is None:
            known = ", ".join(t.zh for t in types)
            raise ModelError(
                f"{file}: label '{label}' is not one of {known} (or their English names); rename it in id2label"
            )
        if category_id in outputs:
            raise ModelError(f"{file}: labels '{labels[outputs[category_id]]}' and '{label}' name the same type")
        outputs[category_id] = number
    if background and BACKGROUND not in outputs:
        raise ModelError(f"{file}: no label is the background; call it background in id2label")
    return outputs


def _known(types: Sequence[ErrorType]) -> dict[str, int]:
    """Return the ids of types by all of their names."""
    return {_plain(name): t.id for t in types for name in (t.code, t.zh, t.en)}


def _labels(file: Path, config: dict[str, Any]) -> list[str]:
    try:
        given = config["id2label"]
        labels = [str(given[str(number)]) for number in range(len(given))]
    except (TypeError, KeyError):
        raise ModelError(
            f"{file}: id2label must name the outputs 0, 1, 2, ...; take it from the checkpoint again"
        ) from None
    if not labels or all(re.fullmatch(r"LABEL_\d+", label) for label in labels):
        raise ModelError(f"{file}: its labels are only numbered; name the types in id2label, such as 云 or cloud")
    return labels


def _plain(label: str) -> str:
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", label)).strip().casefold()
