"""Thresholds of prompts: those with the best IoU in the blocks that the classifier leaves alive."""

from types import SimpleNamespace

import numpy as np
import pytest

from rsqi_core.errors import ModelError
from rsqi_core.evaluation.station.prompt_thresholds import best_thresholds, calibrate_prompts
from rsqi_core.models.prompts import Prompts


class Prompted:
    """Sees cloud with probability 0.3 where one is, 0.2 beside it; its classifier leaves cloud alone alive."""

    thresholds = np.full(10, 0.5, np.float32)

    def __init__(self, file, limit=0.5):
        self.prompts = Prompts(file, {"cloud": ("a cloud",), "shadow": ("a shadow",)}, {"cloud": limit})

    def classify(self, images):
        return np.array([[5.0] + [-5.0] * 9], np.float32)

    def segment(self, images, described, living):
        assert living.tolist() == [[True] + [False] * 5]
        limit = self.prompts.threshold("cloud")
        p = np.where(images[..., 0] > 0, 0.3, 0.2)
        logits = np.full((1, 7, *images.shape[1:3]), -100, np.float32)
        logits[:, 0], logits[:, 1] = 0, np.log(p / (1 - p)) - np.log(limit / (1 - limit))
        return logits


def sample(side=32, unknown=0):
    image, truth = np.zeros((side, side, 3), np.uint8), np.zeros((side, side), np.uint8)
    image[:16], truth[:16] = 255, 1
    truth[20:25] = unknown and 255
    return SimpleNamespace(image=image, segmentation=truth)


@pytest.mark.parametrize("limit", [0.5, 0.1])
def test_the_threshold_lies_between_what_is_and_what_is_not(tmp_path, limit):
    found = best_thresholds(Prompted(tmp_path / "prompts.json", limit), [sample(), sample(unknown=1)])
    assert list(found) == ["cloud"] and 0.2 < found["cloud"] <= 0.3


def test_too_few_true_pixels_set_nothing(tmp_path):
    empty = sample()
    empty.segmentation[:] = 0
    assert best_thresholds(Prompted(tmp_path / "prompts.json"), [empty]) == {}


def test_a_model_of_fixed_classes_has_nothing_to_calibrate(tmp_path):
    with pytest.raises(ModelError, match="takes no words"):
        calibrate_prompts(tmp_path, "default")
