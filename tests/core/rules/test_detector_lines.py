"""Lines of one detector: found by what they are all along, not by any piece of them."""

import cv2
import numpy as np
import pytest

from rsqi_core.rules.detector_lines import find
from rsqi_core.rules.stripe_noise import oriented

SIDE = 512
ALL = np.ones((SIDE, SIDE), bool)


@pytest.fixture(scope="module")
def forest():
    """Rough ground, on which a few grey levels are nothing."""
    rng = np.random.default_rng(2)
    crowns = sum(cv2.GaussianBlur(rng.normal(0, s, (SIDE, SIDE)), (0, 0), s) for s in (1.0, 2.0, 4.0))
    return np.clip(np.array([70, 90, 60]) + 25 * crowns[..., None], 0, 255).astype(np.uint8)


def _spoilt(image, columns, change=12, rows=slice(None), bands=slice(None)):
    spoilt, truth = image.astype(np.int16), np.zeros(image.shape[:2], bool)
    for column in columns:
        spoilt[rows, column : column + 2, bands] += change
        truth[rows, column : column + 2] = True
    return np.clip(spoilt, 0, 255).astype(np.uint8), truth


def test_rough_ground_is_quiet(forest):
    assert not find(forest, ALL).any()


@pytest.mark.parametrize("change", [12, -12])
@pytest.mark.parametrize("bands", [slice(None), 1], ids=["all bands", "one band"])
def test_an_offset_that_is_far_smaller_than_the_ground_varies(forest, change, bands):
    image, truth = _spoilt(forest, (100, 131, 162, 300), change, bands=bands)
    assert (find(image, ALL) == truth).all()


def test_what_jpeg_leaves_of_it_is_found(forest):
    image, truth = _spoilt(forest, (100, 132, 164, 300), 20)
    coded = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])[1], cv2.IMREAD_COLOR)
    found = find(coded, ALL)
    assert (found & truth).sum() > 0.7 * truth.sum() and not (found & ~truth).any()


def test_rows_are_found_by_the_whole_rule(forest):
    image, truth = _spoilt(forest, (100, 300), 15)
    assert (oriented(np.ascontiguousarray(image.transpose(1, 0, 2)), ALL) >= truth.T).all()


def test_a_piece_of_a_line_is_left_to_the_other_rule(forest):
    assert not find(_spoilt(forest, (100,), 12, slice(0, 200))[0], ALL).any()


def test_a_blurred_edge_of_the_ground_is_none(forest):
    blurred = cv2.GaussianBlur(_spoilt(forest, (100, 300), 60)[0], (0, 0), 1.2)
    assert not find(blurred, ALL).any()


def test_a_painted_line_hides_the_ground_beneath(forest):
    painted = forest.copy()
    painted[:, 200:202] = 120
    assert not find(painted, ALL).any()


def test_ground_that_is_striped_all_over_is_none(forest):
    assert not find(_spoilt(forest, range(8, 500, 8), 15)[0], ALL).any()


def test_only_columns_that_are_valid_all_along_are_marked(forest):
    image, truth = _spoilt(forest, (100, 300), 15)
    valid = ALL.copy()
    valid[200:240, 80:120] = False
    assert (find(image, valid) == truth & (np.arange(SIDE) > 200)).all()


def test_rows_that_are_nowhere_valid_do_not_count(forest):
    image, truth = _spoilt(forest, (100, 300), 15)
    valid = ALL.copy()
    valid[400:] = False
    assert (find(image, valid) == truth & valid).all()


@pytest.mark.parametrize("valid", [np.zeros((SIDE, SIDE), bool), np.eye(SIDE, dtype=bool)], ids=["none", "diagonal"])
def test_too_little_ground_shows_nothing(forest, valid):
    assert not find(forest, valid).any()
