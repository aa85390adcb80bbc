import numpy as np
import pytest

from rsqi_core.synthesis.landscape import landscape
from rsqi_core.synthesis.negatives import DECOYS, decoy
from rsqi_core.taxonomy import CODES

EVERY = sorted({function for functions in DECOYS.values() for function in functions}, key=lambda f: f.__name__)


@pytest.fixture(scope="module")
def ground():
    return landscape(192, seed=4)


def test_every_type_has_something_it_is_mistaken_for():
    assert sorted(DECOYS) == sorted(CODES)


@pytest.mark.parametrize("function", EVERY, ids=lambda f: f.__name__)
def test_a_decoy_changes_the_image_visibly_but_not_all_of_it(function, ground):
    changes = []
    for seed in range(6):
        out = function(ground, np.random.default_rng(seed))
        assert out.shape == ground.shape and out.dtype == np.uint8
        changes.append((np.abs(out.astype(int) - ground).max(-1) > 8).mean())
    assert max(changes) > 0.01 and np.median(changes) < 0.95


@pytest.mark.parametrize("code", CODES)
def test_a_seed_gives_the_same_decoy_and_the_input_stays(code, ground):
    before = ground.copy()
    first, second = (decoy(ground, np.random.default_rng(9), code) for _ in range(2))
    assert np.array_equal(first, second) and np.array_equal(ground, before)


@pytest.mark.parametrize("shape", [(256, 192), (384, 512)])
def test_decoys_fit_any_shape(shape):
    image = np.full((*shape, 3), 110, np.uint8)
    rng = np.random.default_rng(3)
    assert all(function(image, rng).shape == (*shape, 3) for function in EVERY)


def test_clipped_roofs_and_black_water_roll_off(ground):
    """Lost pixels stand beside ordinary ones at once; optics leave a rim of values between."""
    from rsqi_core.synthesis.lookalike_built import saturated_roofs
    from rsqi_core.synthesis.lookalike_ground import black_water

    even = np.full((192, 192, 3), 110, np.uint8)
    for function, extreme in ((saturated_roofs, 255), (black_water, 0)):
        found = 0
        for seed in range(8):
            grey = function(even, np.random.default_rng(seed))[..., 1].astype(int)
            clipped = grey == extreme
            found += clipped.sum()
            beside = np.zeros_like(clipped)
            beside[:, 1:] |= clipped[:, :-1]
            beside &= ~clipped
            assert not beside.any() or np.abs(grey[beside] - extreme).mean() < 70
        assert found > 100
