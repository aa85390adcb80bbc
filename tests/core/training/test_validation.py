import numpy as np
import pytest
import torch

from rsqi_core.training.validation import Validation, macro_f1


def test_macro_f1_takes_the_best_threshold_of_each_type():
    logits = np.array([[3.0, 0.1], [2.0, 0.2], [1.0, 0.3], [0.0, 0.4]])
    labels = np.array([[1, 1], [1, 0], [0, 1], [255, 0]], np.uint8)
    assert macro_f1(logits, labels) == pytest.approx((1 + 2 * 2 / (4 + 2)) / 2)
    assert macro_f1(logits[:, :1], np.zeros((4, 1), np.uint8)) == 0


def test_validation_scores_the_truth_with_one():
    target = {
        "segmentation": torch.randint(0, 7, (2, 16, 16), dtype=torch.uint8),
        "pixels": torch.randint(0, 2, (2, 2, 16, 16), dtype=torch.uint8),
    }
    target["segmentation"][0, :4] = 255
    known = target["segmentation"].clamp(max=6).long()
    truth = {
        "segmentation": torch.nn.functional.one_hot(known, 7).permute(0, 3, 1, 2).float(),
        "pixels": torch.where(target["pixels"] == 1, 3.0, -3.0),
    }
    perfect, useless = Validation(), Validation()
    perfect.add(truth, target)
    useless.add({name: -value for name, value in truth.items()}, target)
    assert perfect.result() == {"miou": 1, "iou": 1, "score": 1}
    assert useless.result()["score"] < 0.3
