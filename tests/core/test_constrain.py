import numpy as np
import pytest

from rsqi_core.constrain import alive, constrain
from rsqi_core.errors import ParameterError
from rsqi_core.limits import CONSTRAINTS

CLASS = np.array([2.0, -1.0, 0.0, -3.0, 0.3, -0.2, 5.0, -5.0, 1.0, 1.0], np.float32)
P = 1 / (1 + np.exp(-CLASS.astype(np.float64)))


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(size=(7, 4, 5)).astype(np.float32)


def added(logits, *arguments):
    """What each region type gained, checked to be the same at every pixel and nothing for the background."""
    before = logits.copy()
    out = constrain(logits, CLASS, *arguments)
    assert out.dtype == np.float32 and out.shape == logits.shape
    np.testing.assert_array_equal(logits, before)
    np.testing.assert_array_equal(out[0], logits[0])
    gain = (out - logits)[1:].reshape(6, -1)
    finite = np.isfinite(gain[:, 0])
    np.testing.assert_allclose(gain[finite], np.repeat(gain[finite, :1], gain.shape[1], 1), atol=1e-4)
    return gain[:, 0]


def test_absolute_is_masking_below_the_threshold(logits):
    out = constrain(logits, CLASS, "absolute", 1.0, 0.5)
    dead = P[:6] < 0.5
    assert np.isneginf(out[1:][dead]).all()
    np.testing.assert_array_equal(out[1:][~dead], logits[1:][~dead])
    assert not np.isin(out.argmax(0), np.flatnonzero(dead) + 1).any()


def test_absolute_is_the_limit_of_intermediate_for_alpha_to_infinity(logits):
    limit = constrain(logits, CLASS, "intermediate", 1e6, 0.5).argmax(0)
    np.testing.assert_array_equal(constrain(logits, CLASS, "absolute", 0.0, 0.5).argmax(0), limit)


def test_relative_adds_every_class_logit(logits):
    np.testing.assert_allclose(added(logits, "relative", 7.0, 0.5), CLASS[:6], atol=1e-5)


def test_relative_is_intermediate_with_alpha_1_and_t_above_1(logits):
    np.testing.assert_allclose(added(logits, "intermediate", 1.0, 1.1), added(logits, "relative"), atol=1e-5)


def test_intermediate_adds_below_the_threshold_only(logits):
    np.testing.assert_allclose(added(logits, "intermediate", 2.0, 0.5), [0, -2, 0, -6, 0, -0.4], atol=1e-5)


def test_intermediate_is_literal_and_boosts_where_t_exceeds_a_half(logits):
    np.testing.assert_allclose(added(logits, "intermediate", 1.0, 0.6), [0, -1, 0, -3, 0.3, -0.2], atol=1e-5)


def test_lowering_never_boosts(logits):
    np.testing.assert_allclose(added(logits, "lowering", 1.0, 0.6), [0, -1, 0, -3, 0, -0.2], atol=1e-5)


@pytest.mark.parametrize("mode", ["absolute", "intermediate", "lowering"])
def test_equality_touches_nothing(logits, mode):
    """Logit 0 is probability 0.5 exactly."""
    assert added(logits, mode, 100.0, 0.5)[2] == 0


def test_threshold_per_type(logits):
    threshold = np.array([0.9, 0.1, 0.5, 0.01, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(added(logits, "intermediate", 1.0, threshold), [2, 0, 0, 0, 0, -0.2], atol=1e-5)


def test_alive():
    np.testing.assert_array_equal(alive(CLASS, "absolute", 0.5), P[:6] >= 0.5)
    assert alive(CLASS, "relative", 0.5).all() and alive(CLASS, "intermediate", 0.5).all()
    assert alive(CLASS, "lowering", 0.5, 1.0).all()
    np.testing.assert_array_equal(alive(CLASS, "lowering", 0.5, 10.0), [True, True, True, False, True, True])


def test_huge_class_logits_do_not_overflow(logits):
    extreme = np.full(10, -1e4, np.float32)
    with np.errstate(all="raise"):
        assert np.isneginf(constrain(logits, extreme, "absolute")[1:]).all()


def test_refuses_nonsense(logits):
    assert set(CONSTRAINTS) == {"absolute", "relative", "intermediate", "lowering"}
    with pytest.raises(ParameterError):
        constrain(logits, CLASS, "strict")
    with pytest.raises(ParameterError):
        constrain(logits, CLASS, "lowering", np.inf)
