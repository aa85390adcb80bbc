"""The model card: what a model folder holds and how its numbers are to be read."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..limits import ALL_CONSTRAINTS, LARGEST_GRAPH, LONGEST_CARD
from ..taxonomy import CODES
from .onnx_file import refuse_unsafe

CARD = "card.json"
HASHES = "card.sha256"
CLASSIFIER, SEGMENTER, SEAMS = "classifier.onnx", "segmenter.onnx", "seams.onnx"
INT8 = "int8"  # a precision, and the note among `Card.training` on what it was made of
FALSE_ALARMS = 0.01  # usual share of clean blocks that one type may mark

STRIDES = (1, 4, 8)  # of what goes into graphs and comes out of them
AXES = ("height", "width")

# What of a card, beside the graphs, decides a result; the others tell of the model.
_DECIDING = ("tile_size", "mean", "std", "thresholds", "temperatures", "constraint", "stripe_gate", "features", "seams")
_PART = 2**20  # bytes read at a time


@dataclass(frozen=True)
class Card:
    """Contents of ``card.json``.

    Attributes
    ----------
    id, version : str
        Name of the model.
    tile_size : int
        Side in pixels of the square input; blocks are read decimated or padded to it.
    mean, std : tuple of float
        Normalisation of RGB scaled to 0-1; empty where classifier and segmenter bring their own.
    thresholds : dict
        Probability by type code from which a block is marked; None for a type that the model does not see well enough
        to be trusted with, and for those in `withheld`.
    temperatures : dict
        Divisor of the block logit by type code, so that probabilities are calibrated.
    constraint : str
        Mode of equation 3 that measured best.
    stripe_gate : float
        Probability from which the sturdier stripe rule looks at a block. It may be lower than the threshold, as
        classifier and rule have to agree.
    false_alarms : float or None
        Share of clean blocks that one type was allowed to mark when the thresholds were set; None if they were not set
        on any.
    withheld : tuple of str
        Codes of types that somebody chose to leave out, whatever the figures say.
    sparing : tuple of str
        Codes of types that were allowed a small part of `false_alarms` only.
    features : tuple of str
        Outputs of the classifier that the segmenter goes on from; empty if it takes images.
    seams : dict
        Of the network of seams, empty where the folder has none: probability ``low`` that a seam keeps to its ends,
        ``enough``, the evidence that adds up along it (`rsqi_core.seams.trace.Traced`), and ``false_alarms``, the share
        of blocks without one in which it was allowed to see one.
    precision : str
        ``"int8"`` where convolutions have been put into eight bits (`rsqi_core.models.quantization`), else empty.
    training, quality : dict
        Data, licences and settings; measured figures by type code.
    """

    id: str
    version: str
    tile_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    thresholds: dict[str, float | None]
    temperatures: dict[str, float]
    constraint: str = "absolute"
    stripe_gate: float = 0.5
    false_alarms: float | None = None
    withheld: tuple[str, ...] = ()
    sparing: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    seams: dict[str, float] = field(default_factory=dict)
    precision: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)


def graphs_of(card: Card) -> tuple[str, ...]:
    """Names of the ONNX files that lie beside a card."""
    return (CLASSIFIER, SEGMENTER, SEAMS) if card.seams else (CLASSIFIER, SEGMENTER)


def axis(name: str, stride: int) -> str:
    """Name of a free axis of a graph, such as ``height`` or, at a quarter of the resolution, ``height4``."""
    return name if stride == 1 else f"{name}{stride}"


def has_card(folder: Path) -> bool:
    """Tell whether a folder holds a model card, whatever its version."""
    try:
        values = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(values, dict) and {"types", "tile_size", "thresholds"} <= values.keys()


def read_card(folder: Path) -> Card:
    """Read and check the card of a model folder.

    Raises
    ------
    ModelError
        If the card is missing, malformed, or a model file does not match its hash.
    """
    try:
        if (folder / CARD).stat().st_size > LONGEST_CARD:
            raise ValueError(f"it is longer than {LONGEST_CARD >> 20} MiB")
        values = json.loads((folder / CARD).read_text(encoding="utf-8"))
        types = values.pop("types")
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        card = Card(**given)
    except FileNotFoundError:
        raise ModelError(
            f"{folder}: no model here; a model folder holds {CARD}, {CLASSIFIER} and {SEGMENTER}, "
            "or two Hugging Face checkpoints (*ForImageClassification, *ForSemanticSegmentation), or CLIPSeg, GroupViT"
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{folder / CARD}: not a valid model card: {error}") from error
    if tuple(types) != CODES:
        raise ModelError(f"{folder / CARD}: its types are not the ten of RSQI in their order")
    if card.constraint not in ALL_CONSTRAINTS:
        known = ", ".join(ALL_CONSTRAINTS)
        raise ModelError(f"{folder / CARD}: its constraint '{card.constraint}' is not one of {known}")
    for table in (card.thresholds, card.temperatures):
        if missing := [code for code in CODES if code not in table]:
            raise ModelError(f"{folder / CARD}: no value for type '{missing[0]}'")
    _check_hashes(folder, graphs_of(card))
    for name in graphs_of(card):
        refuse_unsafe(folder / name)
    return card


def write_card(folder: Path, card: Card) -> None:
    """Write ``card.json`` and the hashes of the model files beside it."""
    values = {"types": list(CODES), **card.__dict__}
    (folder / CARD).write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [f"{file_hash(folder / name)}  {name}" for name in graphs_of(card)]
    (folder / HASHES).write_text("\n".join(lines) + "\n", encoding="utf-8")


def copy_model(source: Path, folder: Path, card: Card) -> None:
    """Copy the graphs of a model folder into another, which exists, under a card that may differ from theirs."""
    for name in graphs_of(card):
        shutil.copyfile(source / name, folder / name)
    write_card(folder, card)


def file_hash(file: Path) -> str:
    """SHA-256 of a file of any size, hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while part := source.read(_PART):
            digest.update(part)
    return digest.hexdigest()


def model_hash(folder: Path) -> str:
    """One short hash of what decides a result, to be written into it: the model files, and thresholds of the card."""
    values = json.loads((folder / CARD).read_text(encoding="utf-8"))
    deciding = {key: values.get(key) for key in _DECIDING}
    text = (folder / HASHES).read_text(encoding="utf-8") + json.dumps(deciding, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_hashes(folder: Path, names: tuple[str, ...]) -> None:
    try:
        for name in names:
            if (folder / name).stat().st_size > LARGEST_GRAPH:
                raise ValueError(f"{name} has more than {LARGEST_GRAPH:,} bytes")
        lines = (folder / HASHES).read_text(encoding="utf-8").split("\n")
        expected = {name: value for value, name in (line.split(maxsplit=1) for line in lines if line.strip())}
        found = {name: file_hash(folder / name) for name in names}
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: incomplete model folder: {error}") from error
    for name, value in found.items():
        if expected.get(name) != value:
            raise ModelError(f"{folder / name} does not match {HASHES}; the file is damaged or was exchanged")
