"""Set a model's temperatures and thresholds on held-out pictures, then write the model folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ..classify import probabilities
from ..constrain import MODES
from ..models import Model
from ..models.card import Card
from ..models.export import export
from ..models.network import MEAN, STD
from ..taxonomy import CODES
from ..training.loop import load_network
from ..training.pool import CLEAN_SETS, MATTE_SET
from .answers import ask, by_constraint
from .heldout import clean, defective, held_out

VERSION = "0.1.0"
BLOCKS = 300  # defective ones, and as many clean ones
FALSE_ALARMS = 0.01  # share of clean blocks that one type may mark
STRIPE_PASS = 0.3  # share of clean blocks that the stripe rule may look at
_TEMPERATURES = np.geomspace(0.3, 3.0, 40)


def export_calibrated(checkpoint: Path, data: Path, folder: Path) -> Model:
    """Export a checkpoint with temperatures and thresholds from the calibration half of the held-out pictures.

    The threshold of a type is where its F1 is highest among those that mark at most 1 % of the clean blocks: a type
    that is not seen well keeps a threshold at which it does not cry wolf. The constraint is the one with the best mIoU.
    """
    network = load_network(checkpoint)
    plain = Card("rsqi-default", VERSION, 512, MEAN, STD, dict.fromkeys(CODES, 0.5), dict.fromkeys(CODES, 1.0))
    model = export(network, folder, plain)
    source = held_out(data, "calibrate")
    samples = defective(source, BLOCKS) + clean(source, BLOCKS)
    answers = ask(model, samples)
    truth = np.stack([sample.labels for sample in samples])
    spotless = np.arange(len(samples)) >= BLOCKS
    temperatures, thresholds = {}, {}
    for i, code in enumerate(CODES):
        known = truth[:, i] != 255
        y, z = truth[known, i] == 1, answers.blocks[known, i]
        temperatures[code] = round(temperature(z, y), 4)
        thresholds[code] = round(threshold(probabilities(z / temperatures[code]), y, spotless[known]), 4)
    values = [np.array([table[code] for code in CODES], np.float32) for table in (thresholds, temperatures)]
    measured = by_constraint(answers, samples, *values)
    best = max(MODES, key=lambda mode: float(np.nanmean(measured[mode].iou())))
    training = {
        "data": [*CLEAN_SETS, MATTE_SET, "procedural landscape"],
        "errors": "synthesised; real opacity for half of the clouds",
        "settings": json.loads((checkpoint.parent / "settings.json").read_text(encoding="utf-8")),
    }
    stripes = CODES.index("stripe_noise")
    said = probabilities(answers.blocks[spotless, stripes] / temperatures["stripe_noise"])
    gate = round(float(np.quantile(said, 1 - STRIPE_PASS)), 4)
    card = Card("rsqi-default", VERSION, 512, MEAN, STD, thresholds, temperatures, best, gate, training)
    return export(network, folder, card)


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The divisor of the logits [N] under which they predict bool [N] with the least cross-entropy."""
    scaled = logits[None] / _TEMPERATURES[:, None]
    loss = np.logaddexp(0, np.where(truth, -scaled, scaled)).mean(1)
    return float(_TEMPERATURES[loss.argmin()])


def threshold(p: np.ndarray, truth: np.ndarray, spotless: np.ndarray, false_alarms: float = FALSE_ALARMS) -> float:
    """The probability with the best F1 among those, from 0.1 on, marking at most `false_alarms` of spotless blocks."""
    candidates = np.unique(np.concatenate([np.linspace(0.1, 0.99, 90), p[(p > 0.1) & truth]]))
    quiet = [t for t in candidates if (p[spotless] >= t).mean() <= false_alarms]
    if not quiet:
        return 0.99
    hits = np.array([((p >= t) & truth).sum() for t in quiet])
    marked = np.array([(p >= t).sum() for t in quiet])
    return float(quiet[int((2 * hits / np.maximum(marked + truth.sum(), 1)).argmax())])
