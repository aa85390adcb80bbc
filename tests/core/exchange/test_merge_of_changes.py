"""The mean of what stations have learnt: honest ones count by their blocks, the others are told and left out."""

import re

import numpy as np
import pytest

from rsqi_core.exchange.contribution import Contribution, ExchangeError, Limit, Noise, norm, with_noise
from rsqi_core.exchange.merge import FARTHEST, merge, merge_limits

COMMON = np.random.default_rng(99).normal(size=(10, 30))


def station(name="a", scale=1.0, own=0.5, blocks=100, seed=0, **limits):
    rng = np.random.default_rng(seed)
    weight = scale * (COMMON + own * rng.normal(size=COMMON.shape))
    change = {"c/weight": weight.astype(np.float32), "c/bias": np.full(3, scale, np.float32)}
    return Contribution(name, "x", change, limits, blocks)


def honest(count=5):
    return [station(str(n), seed=n) for n in range(count)]


def cosine(change):
    return float(np.vdot(change, COMMON) / np.linalg.norm(change) / np.linalg.norm(COMMON))


def test_honest_changes_are_averaged():
    given = honest()
    merged = merge(given)
    typical = np.median([norm(each.change) for each in given])
    clipped = [each.change["c/weight"] * min(1, typical / norm(each.change)) for each in given]
    np.testing.assert_allclose(merged.change["c/weight"], np.mean(clipped, 0), rtol=1e-5)
    assert merged.change["c/bias"].shape == (3,) and merged.change["c/bias"].dtype == np.float32
    assert merged.refused == {} and merged.shares == pytest.approx(dict.fromkeys(range(5), 0.2))
    assert cosine(merged.change["c/weight"]) > max(cosine(each.change["c/weight"]) for each in given)


@pytest.mark.parametrize(
    ("poison", "why"),
    [(station(scale=20.0, seed=9), "20.* times as much"), (station(scale=-1.0, seed=9), "points away"),
     (station(scale=-30.0, seed=9), "times as much")],
)  # fmt: skip
def test_a_poisoned_change_is_left_out(poison, why):
    clean, merged = merge(honest(4)), merge([poison, *honest(4)])
    assert list(merged.refused) == [0]
    assert re.search(why, merged.refused[0])
    np.testing.assert_array_equal(merged.change["c/weight"], clean.change["c/weight"])


def test_two_poisoned_ones_of_five_are_left_out():
    merged = merge([station(scale=-1.0, seed=8), *honest(3), station(scale=50.0, seed=9)])
    assert sorted(merged.refused) == [0, 4]


def test_too_few_are_refused():
    with pytest.raises(ExchangeError, match="2 contributions are left, at least 3 are needed"):
        merge(honest(2))
    with pytest.raises(ExchangeError, match=r"2 contributions are left.*evil points away"):
        merge([*honest(2), station("evil", scale=-1.0, seed=9)])


def test_a_station_cannot_buy_weight_with_blocks():
    given = [*honest(4), station("big", blocks=10**9, seed=7)]
    assert merge(given).shares[4] == pytest.approx(2 / 6)


def test_limits_are_the_weighted_median_within_bounds():
    base = {"cloud": Limit(0.5, 1.0, 0), "blur": Limit(0.5, 1.0, 0), "shadow": None}
    told = [
        station(cloud=Limit(0.6, 1.2, 50), blur=Limit(0.999, 1.0, 50), shadow=Limit(0.5, 1.0, 50)),
        station(cloud=Limit(0.7, 1.4, 50), blur=Limit(0.999, 1.0, 50)),
        station(cloud=Limit(0.01, 1.0, 4), blur=Limit(0.999, 1.0, 50)),  # too few blocks to be heard on cloud
    ]
    found = merge_limits(base, told)
    assert found["cloud"] == (0.6, 1.2) and "shadow" not in found
    assert found["blur"][0] == pytest.approx(FARTHEST / (1 + FARTHEST), abs=1e-4)


def test_noise_clips_and_hides():
    change = {"w": np.full(10_000, 1.0, np.float32)}
    noisy = with_noise(change, Noise(clip=1.0, sigma=0.5), np.random.default_rng(0))["w"]
    assert noisy.mean() == pytest.approx(0.01, abs=0.02) and noisy.std() == pytest.approx(0.5, rel=0.05)
    assert Noise(1.0, 10.0).epsilon == pytest.approx(0.97, abs=0.01)
    with pytest.raises(ValueError, match="finite numbers above 0"):
        Noise(1.0, 0.0)
