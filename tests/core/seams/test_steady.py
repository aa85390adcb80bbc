"""Of a line that looked for steps only what shows one and the same step is said to show."""

import cv2
import numpy as np
import pytest

from rsqi_core.seams.follow import Follower
from rsqi_core.seams.measure import measure_line
from rsqi_core.seams.steady import measure_followed, measure_found, steady_share
from rsqi_core.synthesis.landscape import landscape

SIDE = 640


def mosaic():
    """Four photos that meet in the middle, with seams of different steps."""
    image = landscape(1024, 9)[:SIDE, :SIDE].astype(int)
    image[: SIDE // 2, SIDE // 2 :] += 22
    image[SIDE // 2 :, : SIDE // 2] -= 40
    return np.clip(image, 0, 255).astype(np.uint8)


def measured(*clicks):
    image = mosaic()

    def read(x, y, width, height, shape=None):
        box = image[y : y + height, x : x + width]
        if shape is not None:
            box = cv2.resize(box, shape[::-1], interpolation=cv2.INTER_AREA)
        return box, np.ones(box.shape[:2], bool)

    line = Follower(read, (SIDE, SIDE)).follow(clicks)
    return measure_followed(read, (SIDE, SIDE), line)


@pytest.mark.parametrize("clicks", [[(322, 20), (317, 300)], [(20, 322), (300, 318)]])
def test_a_seam_shows_along_its_length(clicks):
    found = measured(*clicks)
    assert found.is_error and found.visible_share >= 0.7


def test_three_seams_are_not_taken_for_one():
    clicks = (120, 320), (320, 520), (560, 320)
    assert measured(*clicks).visible_share < 0.3


def test_a_line_without_a_valid_pixel_shows_nothing():
    def read(x, y, width, height):
        return np.zeros((height, width, 3), np.uint8), np.zeros((height, width), bool)

    line = np.array([(100.0, 100.0), (300.0, 100.0)])
    assert measure_followed(read, (SIDE, SIDE), line) is None
    assert steady_share(read, (SIDE, SIDE), line) == 0


def test_a_seam_that_is_blended_over_many_pixels_shows_along_its_length():
    image = landscape(1024, 9)[:SIDE, :SIDE].astype(float)
    image += 40 * np.clip((np.arange(SIDE) - 308) / 24, 0, 1)[None, :, None]
    image = np.clip(image, 0, 255).astype(np.uint8)

    def read(x, y, width, height):
        return image[y : y + height, x : x + width], np.ones((height, width), bool)

    seam, beside = (np.array([(at, 20.0), (at, 620.0)]) for at in (320.0, 480.0))
    assert not measure_line(read, (SIDE, SIDE), seam).is_error
    found = measure_found(read, (SIDE, SIDE), seam)
    assert found.is_error and found.visible_share > 0.4
    assert not measure_found(read, (SIDE, SIDE), beside).is_error
