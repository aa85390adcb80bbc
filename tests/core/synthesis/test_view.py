"""Windows of larger samples, and samples seen from farther away."""

import numpy as np

from rsqi_core.imagery import Picture
from rsqi_core.synthesis.compose import compose
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.synthesis.view import distant, window
from rsqi_core.taxonomy import CODES


def _cloudy(seed: int = 6):
    return compose(Picture(landscape(384, seed=1)), np.random.default_rng(seed), ("cloud",), collar=0.0)


def test_a_window_is_a_part_of_the_sample():
    sample = _cloudy()
    found = window(sample, np.random.default_rng(0), 192)
    places = np.argwhere(np.lib.stride_tricks.sliding_window_view(sample.image[..., 0], (192, 1))[:, :, 0, 0] >= 0)
    match = [
        (y, x)
        for y, x in places
        if x <= 192 and np.array_equal(sample.image[y, x : x + 192], found.image[0])
        and np.array_equal(sample.image[y : y + 192, x : x + 192], found.image)
    ]  # fmt: skip
    assert len(match) == 1
    y, x = match[0]
    assert np.array_equal(found.segmentation, sample.segmentation[y : y + 192, x : x + 192])


def test_most_windows_show_the_error():
    sample = _cloudy()
    shown = [window(sample, np.random.default_rng(seed), 96).labels[CODES.index("cloud")] for seed in range(40)]
    assert np.mean(np.array(shown) == 1) > 0.6


def test_a_window_beside_the_error_is_clean():
    sample = _cloudy()
    clean = [w for w in (window(sample, np.random.default_rng(seed), 32) for seed in range(200)) if not w.defects]
    assert clean
    assert all((w.labels == 0).all() and (w.segmentation == 0).all() for w in clean)


def test_a_distant_sample_has_half_the_side_and_the_same_shares():
    sample = _cloudy()
    found = distant(sample)
    assert found.image.shape == (192, 192, 3) and found.evidence.shape == (10, 24, 24)
    assert abs((found.segmentation == 1).mean() - (sample.segmentation == 1).mean()) < 0.01
    blocks = sample.image.reshape(192, 2, 192, 2, 3).mean((1, 3))
    assert np.abs(found.image - blocks).max() <= 0.5
