"""Export of training runs as a model folder whose thresholds are set on held-out pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..evaluation.calibration.calibrate import AS_USUAL, VERSION, Allowed, Log, calibrate
from ..evaluation.calibration.calibration_blocks import read_calibration_blocks
from ..evaluation.calibration.seam_limits import seam_limits
from ..imagery import training_sets
from ..models import Model
from ..models import architectures as task
from ..models.architectures import architecture
from ..models.card import FALSE_ALARMS, Card, read_card, write_card
from ..models.efficientnet_lite import provenance
from ..models.export import export, write_graphs
from ..models.seam_network import SeamNetwork
from ..models.texture import MEAN, STD
from ..taxonomy import CODES
from ..training.checkpoint import load_network

_DEFAULT = "rsqi-default"  # id of the model that RSQI brings, whose version changes with any of its networks


def export_calibrated(
    checkpoint: Path | Sequence[Path],
    data: Path,
    folder: Path,
    allowed: Allowed = AS_USUAL,
    log: Log = lambda line: None,
    name: str = "",
) -> Model:
    """Export a checkpoint, or a classifier's and a segmenter's, as a model folder, and `calibrate` it.

    One that learnt on `data` is the default model; another is called `name`, or as its folder.
    """
    network = load_network(checkpoint)
    training = training_of(network.course, data)
    name = _DEFAULT if training.keys() > {"settings"} else name or folder.name
    plain = Card(name, VERSION, 512, MEAN, STD, dict.fromkeys(CODES, 0.5), dict.fromkeys(CODES, 1.0), training=training)
    return calibrate(export(network, folder, plain), data, allowed, log)


def add_seams(
    folder: Path, run: Path, data: Path, false_alarms: float = FALSE_ALARMS, log: Log = lambda line: None
) -> Model:
    """Put the network of seams of a training run into a model folder, with its limits set on held-out pictures.

    Raises
    ------
    ModelError
        If the run has trained another network, or its graph does not give what the network gives.
    """
    network = load_network(run)
    if network.heads != SeamNetwork.heads:
        raise ModelError(f"{run}: not a run of the task {task.SEAMS}; train one with `rsqi train {task.SEAMS}`")
    card = read_card(folder)
    card = replace(card, version=VERSION if card.id == _DEFAULT else card.version)
    write_graphs(network, folder, card)
    settings = {name: value for name, value in network.course.items() if name != "init"}
    training = {**card.training, "seams": settings}
    write_card(folder, replace(card, seams={"low": 0.5}, training=training))
    log("looking for seams where there are none")
    limits = seam_limits(Model(folder, "cpu"), read_calibration_blocks(data), false_alarms)
    write_card(folder, replace(card, seams=limits, training=training))
    return Model(folder, "cpu")


def training_of(course: Mapping[str, Any], data: Path) -> dict[str, Any]:
    """Return what the card says of the training; of a checkpoint that others have trained only its name.

    The sets are those with pictures for training under `data`, as `rsqi_core.training.pool.pack` takes them.
    """
    parts = [course[name] for name in (task.CLASSIFIER, task.SEGMENTER) if name in course] or [course]
    ours = [part for part in parts if part.keys() != {"init"}]
    known: dict[str, Any] = {"settings": dict(course)}
    if any("pool" in part or "dataset" not in part for part in ours):
        known["data"] = [*training_sets(data), "procedural landscape"]
        known["errors"] = "synthesised, with real opacity for half of the clouds; real ones with their outlines"
    if encoders := {architecture(part["task"], part["arch"]).encoder for part in ours if "arch" in part} - {""}:
        known["encoder"] = [provenance(size) for size in sorted(encoders)]
    if any("dataset" in part for part in ours):
        known["data"] = [*known.get("data", []), "a dataset of records"]
    return known
