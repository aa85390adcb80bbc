"""The diagonal of the part of an image that holds valid pixels."""

import numpy as np
import pytest

from rsqi_core.ground import valid_diagonal


def test_what_surrounds_the_valid_pixels_has_no_say():
    valid = np.zeros((50, 100), bool)
    valid[10:40, 20:60] = True
    assert valid_diagonal(valid, 100, 50) == pytest.approx(50)  # 40 x 30 px
    assert valid_diagonal(valid[::5, ::5], 100, 50) == pytest.approx(50)  # seen in a reduced image
    valid[10:40, 30:50] = False  # a gap within is no rim
    assert valid_diagonal(valid, 100, 50) == pytest.approx(50)


@pytest.mark.parametrize("value", [True, False])
def test_without_a_rim_or_without_a_valid_pixel_the_whole_image_counts(value):
    assert valid_diagonal(np.full((3, 4), value), 400, 300) == pytest.approx(500)
