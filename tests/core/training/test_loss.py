import pytest
import torch

from rsqi_core.training.loss import evidence_loss, label_loss, pixel_loss, segmentation_loss


def test_unknown_labels_do_not_count():
    logits = torch.tensor([[3.0, -2.0]])
    known = label_loss(logits, torch.tensor([[1, 255]], dtype=torch.uint8))
    assert known == pytest.approx(float(torch.log1p(torch.exp(torch.tensor(-3.0)))))
    assert label_loss(logits, torch.tensor([[255, 255]], dtype=torch.uint8)) == 0


def test_evidence_loss_falls_with_better_evidence():
    target = torch.zeros(1, 10, 4, 4, dtype=torch.uint8)
    target[0, 2, 1, 1] = 1
    truth = torch.where(target == 1, 4.0, -4.0)
    assert evidence_loss(truth, target) < 0.01 * evidence_loss(-truth, target)


def test_segmentation_loss_ignores_255_and_rewards_the_truth():
    target = torch.randint(0, 7, (1, 16, 16))
    logits = torch.nn.functional.one_hot(target, 7).permute(0, 3, 1, 2) * 10.0
    assert segmentation_loss(logits, target) < 0.01
    spoiled = logits.clone()
    spoiled[..., :4] = 0
    masked = target.clone()
    masked[..., :4] = 255
    assert segmentation_loss(spoiled, masked) < 0.01


def test_dice_counts_a_small_type_like_a_large_one_and_can_be_left_out():
    target = torch.zeros(1, 16, 16, dtype=torch.long)
    target[0, :2, :2] = 3
    logits = torch.nn.functional.one_hot(torch.zeros_like(target), 7).permute(0, 3, 1, 2) * 4.0
    plain, both = segmentation_loss(logits, target, dice=0), segmentation_loss(logits, target)
    assert plain == pytest.approx(float(torch.nn.functional.cross_entropy(logits, target)))
    assert both - plain > 0.2
    assert segmentation_loss(logits, torch.full_like(target, 255)) == 0


def test_pixel_loss_rewards_the_truth_and_ignores_255():
    target = torch.zeros(2, 2, 8, 8, dtype=torch.uint8)
    target[:, 0, 3] = 1
    target[:, 1, 5] = 255
    truth = torch.where(target == 1, 8.0, -8.0)
    assert pixel_loss(truth, target) < 0.1 < pixel_loss(-truth, target)
    spoiled = torch.where(target == 255, 8.0, truth)
    assert pixel_loss(spoiled, target) == pixel_loss(truth, target)
