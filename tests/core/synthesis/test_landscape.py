"""The procedural landscape: repeatable, textured at every scale, never the black or white of missing pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.synthesis.terrain import SUN, cast_shadow, fractal, strips, sunlight


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return landscape(512, seed=3)


def test_shape_and_type(image):
    assert image.shape == (512, 512, 3)
    assert image.dtype == np.uint8


def test_the_same_seed_gives_the_same_image(image):
    assert np.array_equal(image, landscape(512, seed=3))


def test_another_seed_gives_another_image(image):
    assert np.abs(image.astype(int) - landscape(512, seed=4)).mean() > 10


@pytest.mark.parametrize("seed", range(6))
def test_no_pixel_looks_missing(seed):
    drawn = landscape(256, seed)
    assert drawn.min() > 0
    assert drawn.max() < 255


@pytest.mark.parametrize("seed", range(4))
def test_tones_are_those_of_an_aerial_image(seed):
    drawn = landscape(384, seed)
    assert 40 < drawn.mean() < 190
    assert drawn.std() > 12
    saturation = cv2.cvtColor(drawn, cv2.COLOR_RGB2HSV)[..., 1]
    assert np.median(saturation) < 120


def test_texture_at_every_scale(image):
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    for sigma in (0.7, 2, 6, 20):
        band = cv2.GaussianBlur(grey, (0, 0), sigma) - cv2.GaussianBlur(grey, (0, 0), 2 * sigma)
        assert band.std() > 1.0, f"no texture at {sigma} px"


def test_resolution_sets_the_size_of_things():
    fine, coarse = (landscape(256, 8, resolution) for resolution in (0.25, 1.0))
    assert not np.array_equal(fine, coarse)


@pytest.mark.parametrize("arguments", [(32, 0), (256, 0, 5.0), (256, 0, 0.01)])
def test_unreasonable_arguments_are_refused(arguments):
    with pytest.raises(ParameterError):
        landscape(*arguments)


def test_fractal_has_about_unit_variance():
    rng = np.random.default_rng(0)
    deviations = [fractal(400, 40, rng).std() for _ in range(8)]
    assert 0.75 < np.mean(deviations) < 1.25


def test_shadow_falls_away_from_the_sun_as_long_as_the_thing_is_high():
    height = np.zeros((80, 80), np.float32)
    height[38:43, 38:43] = 16
    shadow = cast_shadow(height)
    rows, columns = np.nonzero(shadow > 0.5)
    away = np.array([columns.mean() - 40, rows.mean() - 40])
    assert away @ np.array(SUN[:2]) < 0
    reach = np.hypot(columns - 40, rows - 40).max()
    expected = 16 * np.hypot(*SUN[:2]) / SUN[2]
    assert expected - 2 < reach < expected + 5
    assert shadow[:20, :20].max() == 0


def test_slopes_towards_the_sun_are_brighter():
    y, x = np.mgrid[0:40, 0:40].astype(np.float32)
    towards, level, away = (sunlight(0.4 * sign * (x + y))[20, 20] for sign in (1, 0, -1))
    assert away < level < towards
    assert level == pytest.approx(1)


def test_strips_cover_every_row_once():
    rows = np.concatenate([np.arange(1000)[part] for part in strips(1000, 256)])
    assert np.array_equal(rows, np.arange(1000))
