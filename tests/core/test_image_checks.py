"""Whole-image checks against values computed by hand."""

import numpy as np
import pytest

from rsqi_core.image_checks import Census, checks, survey
from rsqi_core.saturation import top_of


def census(planes, valid=None, top=255.0):
    planes = np.asarray(planes)
    counted = Census(top)
    counted.add(planes, np.ones(planes.shape[1:], bool) if valid is None else valid)
    return counted


def values(counted, **more):
    return {check.code: check for check in checks(counted, **more)}


def grey(values):
    return np.repeat(np.asarray(values, np.uint8)[None], 3, 0)


def test_clipping_counts_the_five_outer_bins():
    image = np.full((100, 100), 128)
    image[0, :60] = 4  # 0.6 %
    image[1, :40] = 251  # 0.4 %
    image[2] = 5
    image[3] = 250
    found = values(census(grey(image)))
    assert found["clipping_dark"].value == pytest.approx(0.6) and found["clipping_dark"].passed is False
    assert found["clipping_bright"].value == pytest.approx(0.4) and found["clipping_bright"].passed is True


def test_a_limit_that_must_be_kept_under_fails_itself():
    image = np.full((100, 100), 128)
    image[0, :50] = 0
    assert values(census(grey(image)))["clipping_dark"].passed is False


def test_contrast_is_the_deviation_in_grey_levels():
    image = np.tile([89, 167], (10, 5))  # deviation 39 of 255
    check = values(census(grey(image)))["contrast"]
    assert check.value == pytest.approx(100 * 39 / 255, abs=1e-3) and check.passed is True
    assert values(census(grey(np.full((10, 10), 99))))["contrast"].passed is False


@pytest.mark.parametrize(("level", "passed"), [(128, True), (110, True), (146, True), (105, False), (152, False)])
def test_histogram_peak_lies_near_the_middle(level, passed):
    check = values(census(grey(np.full((20, 20), level))))["histogram_peak"]
    assert check.value == pytest.approx(100 * (level - 128) / 128, abs=1e-6) and check.passed is passed


def test_colour_balance_is_measured_on_greyish_pixels():
    image = grey(np.full((100, 100), 150))
    image[0, :50] += 10  # a reddish half: mean difference 5 of 255
    image[1, 50:] -= 100  # saturated pixels do not count
    image[0, 50:] += 100
    check = values(census(image))["colour_balance"]
    assert check.value == pytest.approx(100 * 10 / 255, abs=1e-3) and check.passed is False
    colourful = np.stack([np.full((20, 20), 200), np.full((20, 20), 80), np.full((20, 20), 30)])
    assert values(census(colourful))["colour_balance"].value is None


def test_noise_is_seen_in_uniform_areas_only():
    rng = np.random.default_rng(1)
    image = np.full((256, 256), 120.0)
    image[:, 128:] = rng.integers(90, 160, (256, 128))  # texture is no noise
    noisy = image + rng.normal(0, 4, image.shape)
    check = values(census(grey(noisy.round())))["noise"]
    assert check.value == pytest.approx(120 / 4, rel=0.25) and check.passed is True
    flat = values(census(grey(np.full((64, 64), 120))))["noise"]
    assert flat.value == pytest.approx(120 * 12**0.5, rel=1e-3)


def test_what_is_not_valid_is_left_out():
    image = np.full((64, 64), 128)
    image[:32] = 0
    valid = image > 0
    counted = census(grey(image), valid)
    found = values(counted)
    assert counted.pixels == 32 * 64
    assert found["clipping_dark"].value == 0 and found["contrast"].value == pytest.approx(0, abs=1e-3)


def test_nothing_valid_says_nothing():
    found = values(census(grey(np.zeros((8, 8))), np.zeros((8, 8), bool)))
    assert {check.value for check in found.values()} == {None} and {check.passed for check in found.values()} == {None}


def test_tiles_add_up_to_the_image():
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (3, 128, 128)).astype(np.uint8)
    whole, parts = census(image), Census()
    for row in (0, 64):
        for col in (0, 64):
            parts.add(image[:, row : row + 64, col : col + 64], np.ones((64, 64), bool))
    for code in ("clipping_dark", "clipping_bright", "histogram_peak", "contrast", "colour_balance"):
        assert values(parts)[code].value == pytest.approx(values(whole)[code].value), code


def test_deep_images_are_measured_against_their_own_top():
    assert top_of(200) == 255 and top_of(1800) == 2047 and top_of(0.7) == 1 and top_of(3, bits=16) == 65535
    found = values(census(np.full((1, 16, 16), 2045, np.uint16), top=2047))
    assert found["clipping_bright"].value == 100 and found["colour_balance"].value is None


def test_cloud_cover_is_checked_where_clouds_were_looked_for():
    counted = census(grey(np.full((8, 8), 128)))
    assert values(counted)["cloud_cover"].value is None
    assert values(counted, cloud_share=0.04)["cloud_cover"].passed is True
    assert values(counted, cloud_share=0.05)["cloud_cover"].passed is False


def test_a_survey_sees_every_tile_once_and_finds_the_depth_itself():
    image = np.random.default_rng(3).integers(0, 1500, (3, 700, 1100)).astype(np.uint16)

    def read(x, y, width, height, rows, columns):
        box = image[:, y : y + height : -(-height // rows), x : x + width : -(-width // columns)]
        return box, np.ones(box.shape[1:], bool)

    steps = []
    counted, share = survey(read, 1100, 700, progress=lambda p: steps.append((p.done, p.total)))
    assert (counted.top, counted.pixels, share) == (2047, 1100 * 700, 1)
    assert steps == [(n, 12) for n in range(12)]  # six tiles, glanced at and counted
