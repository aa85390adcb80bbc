"""Planted seams with known truth on drawn landscapes."""

import cv2
import numpy as np
import pytest

from rsqi_core.seams.measure import MISALIGNMENT, TRACE, measure_line
from rsqi_core.seams.offset import HOP, WINDOW, window_starts
from rsqi_core.seams.profile import profiles
from rsqi_core.synthesis.landscape import landscape

SIDE = 640


def town(seed):
    """Roads that cross at all angles over ground with grain."""
    rng = np.random.default_rng(seed)
    image = landscape(SIDE, seed)
    for _ in range(14):
        ends = rng.uniform(-100, SIDE + 100, (2, 2))
        color = [int(v) for v in rng.uniform(150, 230) + rng.normal(0, 4, 3)]
        cv2.line(image, *(tuple(int(v) for v in end) for end in ends), color, int(rng.integers(3, 9)), cv2.LINE_AA)
    return image


def moved(image, dx, dy):
    matrix = np.array([[1, 0, dx], [0, 1, dy]], float)
    return cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def joined(seed, shift=(0.0, 0.0), tone=lambda image: image):
    """A picture whose right half is moved and toned; the line runs up, so that the right half is on its right."""
    image = town(seed)
    near, far = moved(image, -shift[0] / 2, -shift[1] / 2), tone(moved(image, shift[0] / 2, shift[1] / 2))
    near[:, SIDE // 2 :] = far[:, SIDE // 2 :]
    return near


LINE = np.array([[SIDE / 2, SIDE], [SIDE / 2, 0]])


def measured(image, line=LINE, valid=None):
    valid = np.ones(image.shape[:2], bool) if valid is None else valid

    def read(x, y, width, height):
        return image[y : y + height, x : x + width], valid[y : y + height, x : x + width]

    return measure_line(read, image.shape[1::-1], line)


SHIFTS = [(0, 3), (2, -5), (0, 6.5), (-4, 4), (3, 8), (0, -2.5)]


def test_planted_displacements_are_found_and_measured_to_half_a_pixel():
    found = [(np.hypot(*shift), measured(joined(seed, shift))) for seed, shift in enumerate(SHIFTS)]
    errors = [abs(m.offset_px - offset) for offset, m in found if m.displaced]
    assert len(errors) >= 3
    assert np.median(errors) <= 0.5
    assert all(m.category_id == MISALIGNMENT and m.is_error for _, m in found if m.displaced)


TONES = {
    "none": lambda image: image,
    "gamma": lambda image: np.uint8(255 * (image / 255.0) ** 1.25),
    "haze": lambda image: np.uint8(image * 0.8 + 40),
    "soft": lambda image: cv2.GaussianBlur(image, (0, 0), 1.0),
}


@pytest.mark.parametrize("tone", TONES)
def test_what_crosses_an_aligned_seam_obliquely_is_not_displaced(tone):
    found = [measured(joined(seed, tone=TONES[tone])) for seed in range(4)]
    assert not any(m.displaced for m in found)
    assert {m.category_id for m in found} == {TRACE}


@pytest.mark.parametrize("vertices", [2, 5, 40])
def test_a_line_through_an_untouched_picture_is_no_error(vertices):
    rng = np.random.default_rng(vertices)
    y = np.linspace(0, SIDE, vertices)
    x = SIDE / 2 + np.r_[0, rng.normal(0, 2, vertices - 2).cumsum(), 0][:vertices]
    found = measured(town(3), np.stack([x, y], 1))
    assert not found.is_error
    assert found.largest_step < 4


def test_the_step_is_that_of_the_right_side_in_the_direction_of_the_line():
    gain = np.array([14, -10, 20])
    image = joined(2, tone=lambda far: np.uint8(np.clip(far.astype(int) + gain, 0, 255)))
    assert np.median(np.abs(np.array(measured(image).step_dn) - gain)) <= 2
    assert np.median(np.abs(np.array(measured(image, LINE[::-1]).step_dn) + gain)) <= 2
    assert measured(image).visible_share > 0.8
    assert measured(image).delta_e > 3


def test_even_ground_tells_no_displacement():
    image = np.full((SIDE, SIDE, 3), 120, np.uint8)
    image[:, SIDE // 2 :] = 140
    found = measured(image)
    assert found.offset_px is None and found.offset_significance is None
    assert found.step_dn == pytest.approx((20, 20, 20))
    assert found.category_id == TRACE and found.is_error


def test_the_softer_side_shows_in_the_ratio():
    assert measured(joined(1, tone=TONES["soft"])).sharpness_ratio < 0.8


def test_pixels_without_data_are_no_seam():
    valid = np.ones((SIDE, SIDE), bool)
    valid[:, SIDE // 2 :] = False
    assert measured(town(1), valid=valid) is None


def test_a_profile_reads_windows_near_the_line_only():
    asked = []

    def read(x, y, width, height):
        asked.append((width, height))
        return np.zeros((height, width, 3), np.uint8), np.ones((height, width), bool)

    size = 200_000, 200_000
    pieces = list(profiles(read, size, np.array([[10.0, 10.0], [6000.0, 9000.0]])))
    assert max(width * height for width, height in asked) < 400**2
    assert max(len(piece.rgb) for piece in pieces) < 1600
    assert sum(len(piece.rgb) for piece in pieces) == int(np.hypot(5990, 8990))


def test_a_profile_lies_left_to_right_of_the_line():
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, 50:] = 200

    def read(x, y, width, height):
        return image[y : y + height, x : x + width], np.ones((height, width), bool)

    (piece,) = profiles(read, (100, 100), np.array([[50.0, 90.0], [50.0, 10.0]]), half=8)
    assert (piece.rgb[:, :7] == 0).all() and (piece.rgb[:, 9:] == 200).all()
    assert piece.valid.all()


@pytest.mark.parametrize("length", [1, 30, 95, 96, 97, 143, 144, 1000])
def test_windows_lie_within_a_profile_of_any_length(length):
    starts = window_starts(length)
    assert starts[0] >= 0 and starts[-1] + min(WINDOW, length) <= length
    assert (np.diff(starts) == HOP).all()


def test_a_line_shorter_than_a_window_is_measured():
    mosaic = joined(3, tone=lambda image: cv2.add(image, (30, 30, 30, 0)))
    found = measured(mosaic, np.array([[SIDE / 2, 70], [SIDE / 2, 40]]))
    assert found.length_px == 30 and found.largest_step > 20
