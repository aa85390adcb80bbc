"""Cards and made-up predictions on labelled blocks, half of them cloudy."""

import numpy as np

from rsqi_core.learning.predictions import Predictions
from rsqi_core.models.card import Card
from rsqi_core.models.network import MEAN, STD
from rsqi_core.taxonomy import CODES

CLOUD, BLUR = CODES.index("cloud"), CODES.index("blur")


def card(**thresholds):
    return Card("x", "1", 512, MEAN, STD, dict.fromkeys(CODES, 0.5) | thresholds, dict.fromkeys(CODES, 1.0))


def predictions(cloud, blur=None, n=20, outline=0):
    """N blocks, the first half of them cloudy; logits as given, of everything else surely not."""
    logits = np.full((n, 10), -9.0, np.float32)
    logits[:, CLOUD] = cloud
    if blur is not None:
        logits[:, BLUR] = blur
    truth = np.zeros((n, 10), np.uint8)
    truth[: n // 2, CLOUD] = 1
    confusions = np.zeros((n, 7, 7), np.int64)
    confusions[:, 0, 0], confusions[: n // 2, 1, 1], confusions[: n // 2, 1, 0] = 90, outline, 10 - outline
    return Predictions(logits, truth, confusions)
