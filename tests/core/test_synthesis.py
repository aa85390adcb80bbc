import numpy as np
import pytest

from rsqi_core.synthesis import fields, nuisance
from rsqi_core.synthesis.cloud import matte_of
from rsqi_core.synthesis.compose import CELL, RECIPES, compose, draw_codes
from rsqi_core.synthesis.defect import AMBIGUOUS, CLEAN, DEFECT
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, by_code


@pytest.fixture(scope="module")
def ground():
    return landscape(256, seed=3)


def plant(code, image, seed=0):
    """The first of a few draws that can be seen and leaves a part of the image clean."""
    rng = np.random.default_rng(seed)
    draws = (RECIPES[code].apply(image, rng) for _ in range(40))
    return next(defect for defect in draws if defect and (defect.mask == CLEAN).mean() > 0.1)


def test_every_type_has_a_recipe():
    assert sorted(RECIPES) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_defect_changes_the_image_where_its_mask_says(code, ground):
    defect = plant(code, ground)
    assert defect.code == code
    assert defect.image.shape == ground.shape and defect.image.dtype == np.uint8
    assert set(np.unique(defect.mask)) <= {CLEAN, DEFECT, AMBIGUOUS}
    assert defect.severity in ("subtle", "medium", "strong")
    change = np.abs(defect.image.astype(int) - ground).mean(-1)
    assert change[defect.mask == DEFECT].mean() > 2
    if by_code(code).error_class.value != "boundary":  # a seam changes all of one side, its mask is the line
        assert change[defect.mask == DEFECT].mean() > 4 * change[defect.mask == CLEAN].mean()


@pytest.mark.parametrize("code", CODES)
def test_a_seed_gives_the_same_defect(code, ground):
    first, second = plant(code, ground, 5), plant(code, ground, 5)
    assert np.array_equal(first.image, second.image) and np.array_equal(first.mask, second.mask)


@pytest.mark.parametrize("code", ["shadow", "blur", "stretching_blur", "distortion", "stitching_misalignment"])
def test_what_cannot_be_seen_is_refused(code):
    even = np.full((256, 256, 3), 8, np.uint8)
    rng = np.random.default_rng(1)
    assert all(RECIPES[code].apply(even, rng) is None for _ in range(10))


def test_missing_pixels_are_exactly_black_or_white(ground):
    defect = plant("pixel_missing", ground)
    assert np.isin(defect.image[defect.mask == DEFECT], (0, 255)).all()


def test_a_real_matte_is_lifted_from_a_pair(ground):
    alpha = fields.blob((256, 256), np.random.default_rng(2), 60, 20)
    cloudy = (ground * (1 - alpha[..., None]) + 245 * alpha[..., None]).astype(np.uint8)
    matte = matte_of(cloudy, ground)
    assert np.abs(matte - alpha)[ground.max(-1) < 150].mean() < 0.08
    assert matte_of(ground, ground) is None


def test_compose_targets_agree_with_each_other(ground):
    rng = np.random.default_rng(4)
    for _ in range(20):
        sample = compose(ground, rng, draw_codes(rng, clean=0.1), collar=0.5)
        assert sample.evidence.shape == (10, 256 // CELL, 256 // CELL)
        for error_type, label, cells in zip(map(by_code, CODES), sample.labels, sample.evidence):
            planted = any(d.code == error_type.code for d in sample.defects)
            assert planted or (label == 0 and not (cells == 1).any())
            if label == 1:
                assert (cells == 1).any()
        present = set(np.unique(sample.segmentation)) - {0, 255}
        assert present <= {by_code(d.code).id for d in sample.defects}


def test_clean_samples_suffer_the_same_nuisance_and_hold_no_extreme_pixel(ground):
    sample = compose(ground, np.random.default_rng(0), (), collar=0)
    assert not sample.labels.any() and not sample.segmentation.any() and not sample.evidence.any()
    assert not np.array_equal(sample.image, ground)
    toned = nuisance.tone(ground, np.random.default_rng(0))
    assert toned.min() > 0 and toned.max() < 255


def test_draw_codes_keeps_the_share_of_clean_samples():
    rng = np.random.default_rng(0)
    drawn = [draw_codes(rng, clean=0.4) for _ in range(3000)]
    assert np.mean([not codes for codes in drawn]) == pytest.approx(0.4, abs=0.04)
    assert {code for codes in drawn for code in codes} == set(CODES)


@pytest.mark.parametrize("seed", range(6))
def test_a_seam_cuts_the_image_in_two(seed, ground):
    distance = fields.seam((256, 256), np.random.default_rng(seed), ground)
    assert distance.shape == (256, 256)
    assert 0.02 < (distance > 0).mean() < 0.98
    mask = fields.seam_mask(distance)
    assert (mask == 1).any() and (mask == 0).any()
