"""The pixel rules take short cuts; what they find is what the plain way finds (`plain_rules`)."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_rules import pixel_missing as plain_missing
from plain_rules import stripe_noise as plain_stripes

from rsqi_core.rules import pixel_missing, stripe_noise

pairs = pytest.mark.parametrize(
    ("rule", "plain"),
    [
        (pixel_missing.isolated, plain_missing.isolated),
        (stripe_noise.oriented, plain_stripes.oriented),
        (lambda rgb, _: stripe_noise.otsu(rgb), lambda rgb, _: plain_stripes.otsu(rgb)),
    ],
    ids=["missing", "stripes", "otsu"],
)


def texture(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return ground of some roughness and colour that may be clipped on both ends, with losses and lines in it."""
    coarse = rng.normal(0, 1, (-(-height // 8) + 2, -(-width // 8) + 2, 3)).astype(np.float32)
    ground = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * rng.choice([8, 40, 120])
    ground += rng.normal(0, rng.choice([0.5, 4, 15]), (height, width, 1)) + rng.choice([20, 128, 235])
    image = np.clip(ground, 0, 255).astype(np.uint8)
    for _ in range(rng.integers(12)):
        y, x = rng.integers(height), rng.integers(width)
        h, w = rng.choice([(1, 1), (1, 40), (40, 1), (3, 25), (9, 12), (30, 8)])
        channels = slice(None) if rng.random() < 0.6 else rng.integers(3)
        image[y : y + h, x : x + w, channels] = rng.choice([0, 3, 80, 250, 255])
    for _ in range(rng.integers(4)):
        ends = [(int(rng.integers(width)), int(rng.integers(height))) for _ in range(2)]
        cv2.line(image, *ends, [int(c) for c in rng.integers(0, 256, 3)], int(rng.integers(1, 4)))
    if rng.random() < 0.4:  # gaps and collars that reach the border
        y = rng.integers(-20, height + 20, 4)
        wedge = [(-1, y[0]), (width, y[1]), (width, y[1] + y[2] // 8), (-1, y[0] + y[3] // 8)]
        cv2.fillPoly(image, [np.array(wedge, np.int32)], [int(rng.choice([0, 255]))] * 3)
    if rng.random() < 0.4:
        _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 98))])
        image = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return image


def holes(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    valid = np.ones((height, width), bool)
    for _ in range(rng.choice([0, 0, 1, 4])):
        y, x = rng.integers(height), rng.integers(width)
        valid[y : y + rng.integers(1, 60), x : x + rng.integers(1, 60)] = False
    return valid


@pairs
@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32), height=st.integers(1, 150), width=st.integers(1, 150))
def test_short_cuts_find_what_the_plain_rule_finds(rule, plain, seed, height, width):
    rng = np.random.default_rng(seed)
    image, valid = texture(rng, height, width), holes(rng, height, width)
    image[~valid] = 0
    assert np.array_equal(rule(image, valid), plain(image, valid))


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32), height=st.integers(1, 150), width=st.integers(1, 150))
def test_short_cuts_know_what_lies_above_and_below(seed, height, width):
    rng = np.random.default_rng(seed)
    image, valid = texture(rng, height, width), holes(rng, height, width)
    above, below = rng.random((2, 2, width)) < rng.choice([0, 0.5, 1])
    found = pixel_missing.isolated(image, valid, above, below)
    assert np.array_equal(found, plain_missing.isolated(image, valid, above, below))
