"""What each plane of fine detail means, on made-up images."""

import cv2
import numpy as np
import pytest
import torch

from rsqi_core.models.detail import Detail
from rsqi_core.models.texture import FLOOR
from rsqi_core.training.loop import normalise

# Planes: of full and half resolution the energies along x, y and of the Laplacian, how far x and y go together, the
# peak; peaks of two opponent colours to either side; tone of each channel; share of black and white, and whether any.
FULL, HALF = {"x": 0, "y": 1, "laplacian": 2, "together": 3, "peak": 4}, {"x": 5, "y": 6}
RED, GREEN, CYAN, MAGENTA = 10, 11, 12, 13
TONE = slice(14, 17)
BLACK_SHARE, WHITE_SHARE, BLACK, WHITE = 17, 18, 19, 20


def grey(side=32, level=120):
    return np.full((side, side, 3), level, np.uint8)


def planes(*images, training=False):
    detail = Detail().train(training)
    return detail(normalise(torch.from_numpy(np.stack(images)))).numpy()


def test_there_are_as_many_planes_as_are_said_at_a_quarter_of_the_resolution():
    assert planes(grey(32)).shape == (1, Detail.CHANNELS, 8, 8)


def test_lost_pixels_are_exact():
    """Black and white mean 0 and 255 in all three channels; one level beside it is a dark or a bright pixel."""
    image = grey()
    image[0, 0], image[0, 4], image[0, 8:10], image[4:8, 4:8] = 0, 255, 0, 255
    image[12, 12], image[12, 16], image[12, 20], image[12, 24] = (0, 0, 1), (255, 255, 254), (255, 0, 0), 1
    found = planes(image)[0]
    black, white = np.zeros((8, 8)), np.zeros((8, 8))
    black[0, 0], black[0, 2], white[0, 1], white[1, 1] = 1 / 16, 2 / 16, 1 / 16, 1
    assert np.allclose(found[BLACK_SHARE], black, atol=1e-4) and np.allclose(found[WHITE_SHARE], white, atol=1e-4)
    assert np.allclose(found[BLACK], black > 0, atol=1e-3) and np.allclose(found[WHITE], white > 0, atol=1e-3)


def test_noise_of_training_never_makes_or_hides_a_lost_pixel():
    torch.manual_seed(0)
    image = grey(level=1)
    image[0, 0] = 0
    for found in planes(*[image] * 16, training=True):
        assert np.allclose(found[BLACK], np.pad([[1.0]], (0, 7)), atol=1e-3) and not found[WHITE].any()


def test_energies_tell_direction_and_blur():
    x = np.arange(32)
    stripes = grey()
    stripes[:] = np.where(x[None, :, None] // 2 % 2, 160, 80)
    across, along, even = planes(stripes, np.ascontiguousarray(stripes.transpose(1, 0, 2)), grey())
    inner = np.s_[1:-1, 1:-1]
    for first, second in ((across, along), (along, across)):
        key = "x" if first is across else "y"
        assert (first[FULL[key]][inner] > second[FULL[key]][inner] + 0.5).all()
    assert np.allclose(even[FULL["x"]], even[FULL["laplacian"]])  # nothing there: both on the floor
    soft = cv2.GaussianBlur(stripes, (0, 0), 3)
    sharp, blurred = planes(stripes, soft)
    for key in ("laplacian", "peak"):
        assert (blurred[FULL[key]][inner] < sharp[FULL[key]][inner] - 0.3).all()


def test_a_coarse_pattern_shows_at_half_the_resolution_as_a_fine_one_does_at_the_full():
    x = np.arange(64)
    fine, coarse = (np.repeat(np.where(x // n % 2, 160, 80).astype(np.uint8)[None, :, None], 64, 0) for n in (2, 4))
    fine, coarse = planes(*(np.ascontiguousarray(image.repeat(3, 2)) for image in (fine, coarse)))
    inner = np.s_[1:-1, 1:-1]
    assert np.allclose(coarse[HALF["x"]][inner], fine[FULL["x"]][inner], atol=0.05)
    assert (coarse[HALF["x"]] > coarse[HALF["y"]] + 0.5).all()


@pytest.mark.parametrize(("turned", "sign"), [(False, 1), (True, -1)])
def test_a_slope_tells_whether_x_and_y_go_together(turned, sign):
    y, x = np.mgrid[0:32, 0:32]
    image = np.repeat((60 + 3 * (x + y)).astype(np.uint8)[..., None], 3, 2)
    image = np.ascontiguousarray(image[::-1]) if turned else image
    found, energy = planes(image)[0][FULL["together"]][1:-1, 1:-1], (3 / 255) ** 2
    assert np.allclose(found, sign * energy / (2 * energy + FLOOR), atol=0.01)


def test_a_coloured_line_stands_out_to_its_own_side_only():
    image = grey()
    image[:, 14] = (200, 120, 120)
    found = planes(image)[0]
    assert (found[RED, :, 3] > 1).all() and np.abs(found[RED, :, 6:]).max() < 0.05
    assert found[GREEN].max() < 0.05  # green and blue stayed alike
    assert found[CYAN, :, 3].max() < 0.6 * found[RED, :, 3].min()
    plain = planes(grey())[0]
    assert np.abs(plain[RED : MAGENTA + 1]).max() < 0.01


def test_a_gain_is_one_step_of_tone_whatever_the_ground():
    ground = np.tile(np.uint8([60, 120, 240]), (32, 32, 1))
    dark, bright = planes(ground // 4, ground)
    steps = (bright - dark)[TONE].mean((1, 2))
    assert np.ptp(steps) < 0.2 * steps.mean() and steps.min() > 0.4
    assert np.allclose(bright[TONE].std((1, 2)), 0, atol=1e-3)


def test_training_knows_energies_under_noise_of_any_strength():
    torch.manual_seed(0)
    energies = planes(*[grey()] * 16, training=True)[:, FULL["laplacian"]].mean((1, 2))
    assert np.ptp(energies) > 0.1  # each image has noise of its own
    assert np.array_equal(*(planes(grey())[0] for _ in range(2)))
