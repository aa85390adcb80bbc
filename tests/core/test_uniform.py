"""Arrays of one value."""

import numpy as np
import pytest

from rsqi_core.uniform import is_uniform, uniform


def test_it_equals_what_numpy_fills_and_holds_one_value_only():
    made = uniform((300, 400), 0xFFFF, np.uint16)
    assert made.dtype == np.uint16 and np.array_equal(made, np.full((300, 400), 0xFFFF, np.uint16))
    assert made.base.nbytes == 2 and is_uniform(made)


def test_an_array_with_values_of_its_own_is_not_uniform():
    assert not is_uniform(np.zeros((300, 400), np.uint16))
    assert not is_uniform(np.broadcast_to(np.arange(400), (300, 400)))


def test_it_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        uniform((2, 2), 1, np.uint8)[0, 0] = 2
