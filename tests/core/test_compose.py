import numpy as np
import pytest

from rsqi_core.synthesis import nuisance
from rsqi_core.synthesis.compose import CELL, sample_of
from rsqi_core.synthesis.defect import AMBIGUOUS, DEFECT, Defect
from rsqi_core.taxonomy import CODES, by_code

SIDE = 64
EVERYWHERE = np.ones((SIDE, SIDE), bool)
GREY = np.full((SIDE, SIDE, 3), 120, np.uint8)


def planted(code, *boxes, value=DEFECT):
    """A defect of which only the mask matters: boxes (row, column, height, width)."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for y, x, h, w in boxes:
        mask[y : y + h, x : x + w] = value
    return Defect(code, GREY, mask, "strong")


def test_targets_of_one_error_agree():
    sample = sample_of(GREY, [planted("blur", (8, 16, 16, 24))], EVERYWHERE)
    blur = by_code("blur").id
    assert (sample.segmentation == blur).sum() == 16 * 24
    assert sample.evidence[blur - 1].sum() == 16 * 24 / CELL**2 and sample.evidence.sum() == 6
    assert sample.labels[blur - 1] == 1 and sample.labels.sum() == 1
    assert sample.valid.all() and sample.image.shape == (SIDE, SIDE, 3)


def test_two_errors_of_one_type_are_both_in_the_targets():
    sample = sample_of(GREY, [planted("shadow", (0, 0, 16, 16)), planted("shadow", (40, 40, 16, 16))], EVERYWHERE)
    assert (sample.segmentation == by_code("shadow").id).sum() == 2 * 16 * 16


def test_opaque_cloud_hides_what_is_under_it():
    sample = sample_of(GREY, [planted("blur", (0, 0, 32, 32)), planted("cloud", (0, 0, 32, 32))], EVERYWHERE)
    assert set(np.unique(sample.segmentation)) == {0, by_code("cloud").id}
    assert sample.labels[CODES.index("blur")] == 255


def test_outside_the_footprint_nothing_is_asked():
    valid = EVERYWHERE.copy()
    valid[:, 32:] = False
    sample = sample_of(GREY, [planted("cloud", (0, 16, 64, 32))], valid)
    assert (sample.segmentation[:, 32:] == 255).all() and not sample.image[:, 32:].any()
    assert (sample.evidence[:, :, 4:] == 255).all()
    assert np.array_equal(sample.valid, valid)


@pytest.mark.parametrize("code", ["stitching_trace", "stripe_noise"])
def test_boundary_and_pixel_types_are_not_segmented(code):
    sample = sample_of(GREY, [planted(code, (0, 30, 64, 4))], EVERYWHERE)
    assert not sample.segmentation.any()
    assert (sample.evidence[CODES.index(code), :, 3:5] == 1).all()


def test_what_nobody_could_say_is_unknown():
    sample = sample_of(GREY, [planted("distortion", (0, 0, 32, 32), value=AMBIGUOUS)], EVERYWHERE)
    assert sample.labels[CODES.index("distortion")] == 255
    assert (sample.segmentation[:32, :32] == 255).all()


def test_crops_have_one_size_and_do_not_magnify_much():
    rng = np.random.default_rng(0)
    ramp = np.tile(np.arange(400, dtype=np.uint8)[:, None, None] // 2, (1, 400, 6))
    for _ in range(30):
        cut = nuisance.crop(ramp, rng, 192)
        assert cut.shape == (192, 192, 6)
        assert np.array_equal(cut[..., :3], cut[..., 3:])
        assert np.ptp(cut) >= (192 / 1.25 - 2) / 2
