"""Set a model's temperatures and thresholds on held-out pictures, then write the model folder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Sequence

import numpy as np

from ..classify import probabilities
from ..constrain import MODES
from ..errors import ParameterError
from ..models import Model
from ..models.card import CLASSIFIER, SEGMENTER, Card, read_card, write_card
from ..models.export import export
from ..models.network import MEAN, STD
from ..synthesis.compose import Sample
from ..taxonomy import CODES
from ..training.checkpoint import load_network
from ..training.pool import CLEAN_SETS, MATTE_SET
from .heldout import clean, defective, held_out
from .metrics import auroc, average_precision, iou_of, precision_of
from .observe import observe

VERSION = "0.1.1"
BLOCKS = 300  # defective ones, and as many clean ones
FALSE_ALARMS = 0.01  # share of clean blocks that one type may mark
USEFUL = 0.2  # F1 under which a type is not marked at all: guesses cost the technician more than they find
LOWEST = 0.02  # no probability below this is called a finding
STRIPE_PASS = 0.3  # share of clean blocks that the stripe rule may look at
_TEMPERATURES = np.geomspace(0.3, 3.0, 40)


def export_calibrated(checkpoint: Path | Sequence[Path], data: Path, folder: Path) -> Model:
    """Export a checkpoint, or a classifier's and a segmenter's, as a calibrated model folder."""
    network = load_network(checkpoint)
    training = {
        "data": [*CLEAN_SETS, MATTE_SET, "procedural landscape"],
        "errors": "synthesised; real opacity for half of the clouds",
        "settings": network.course,
    }
    plain = Card("rsqi-default", VERSION, 512, MEAN, STD, _each(0.5), _each(1.0), training=training)
    return calibrate(export(network, folder, plain), data)


def recalibrate(source: Path, data: Path, folder: Path) -> Model:
    """Copy a model folder and set its thresholds and temperatures anew.

    Raises
    ------
    ParameterError
        If the copy would overwrite the model itself.
    """
    if folder.resolve() == source.resolve():
        raise ParameterError(f"{folder} is the model itself; name another folder for the calibrated copy")
    card = read_card(source)
    folder.mkdir(parents=True, exist_ok=True)
    for name in (CLASSIFIER, SEGMENTER):
        shutil.copyfile(source / name, folder / name)
    write_card(folder, replace(card, version=VERSION, thresholds=_each(0.5), temperatures=_each(1.0)))
    return calibrate(Model(folder, "cpu"), data)


def calibrate(model: Model, data: Path) -> Model:
    """Set temperatures, thresholds and constraint on held-out pictures that the benchmark leaves alone.

    Half of the blocks without errors hold something that looks like one. The threshold of a type is where its F1 is
    highest among those that mark at most 1 % of these: a type that is not seen well has none. The constraint is the one
    with the best mIoU and pixel precision together.

    Parameters
    ----------
    model : Model
        With temperatures of 1; its card is written anew.
    """
    source = held_out(data)
    samples = defective(source, BLOCKS) + clean(source, BLOCKS)
    logits = observe(model, model.card.id, samples).logits
    truth = np.stack([sample.labels for sample in samples])
    spotless = np.arange(len(samples)) >= BLOCKS
    temperatures, thresholds, quality = {}, {}, {}
    for i, code in enumerate(CODES):
        known = truth[:, i] != 255
        y, z = truth[known, i] == 1, logits[known, i]
        temperatures[code] = round(temperature(z, y), 4)
        thresholds[code] = threshold(probabilities(z / temperatures[code]), y, spotless[known])
        quality[code] = {"auroc": round(auroc(z, y), 3), "average_precision": round(average_precision(z, y), 3)}
    said = probabilities(logits[spotless, CODES.index("stripe_noise")] / temperatures["stripe_noise"])
    gate = round(float(np.quantile(said, 1 - STRIPE_PASS)), 4)
    card = replace(model.card, thresholds=thresholds, temperatures=temperatures, stripe_gate=gate, quality=quality)
    write_card(model.folder, card)
    write_card(model.folder, replace(card, constraint=best_constraint(Model(model.folder, "cpu"), samples)))
    return Model(model.folder, "cpu")


def _each(value: float) -> dict[str, float]:
    return dict.fromkeys(CODES, value)


def best_constraint(model: Model, samples: Sequence[Sample]) -> str:
    """The mode of equation 3 with the best mIoU and pixel precision together, under the card's thresholds."""
    totals = {mode: found.sum(0) for mode, found in observe(model, "", samples).confusions.items() if mode in MODES}
    return max(totals, key=lambda mode: float(np.nanmean(iou_of(totals[mode])) + precision_of(totals[mode])))


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The divisor of the logits [N] under which they predict bool [N] with the least cross-entropy."""
    scaled = logits[None] / _TEMPERATURES[:, None]
    loss = np.logaddexp(0, np.where(truth, -scaled, scaled)).mean(1)
    return float(_TEMPERATURES[loss.argmin()])


def threshold(p: np.ndarray, truth: np.ndarray, spotless: np.ndarray) -> float | None:
    """The probability with the best F1 among those that mark at most `FALSE_ALARMS` of the spotless blocks.

    None if even that F1 is under `USEFUL`.

    Parameters
    ----------
    p, truth, spotless : numpy.ndarray
        Probability 0-1, presence of the type, and absence of any error, each [N].
    """
    candidates = np.unique(np.concatenate([np.geomspace(LOWEST, 0.99, 90), p[(p > LOWEST) & truth]]))
    quiet = np.array([t for t in candidates if (p[spotless] >= t).mean() <= FALSE_ALARMS])
    if not quiet.size:
        return None
    hits = np.array([((p >= t) & truth).sum() for t in quiet])
    marked = np.array([(p >= t).sum() for t in quiet])
    scores = 2 * hits / np.maximum(marked + truth.sum(), 1)
    return round(float(quiet[scores.argmax()]), 4) if scores.max() >= USEFUL else None
