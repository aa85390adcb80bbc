"""The split: balanced, seeded, without common pixels."""

from collections import Counter

import numpy as np

from rsqi_core.dataset.samples import Sample
from rsqi_core.dataset.split import split
from rsqi_core.describe import TypeSummary
from rsqi_core.taxonomy import by_id

COMBINATIONS = [(), (1,), (2,), (1, 2), (3,), (4, 7), (9,), (10, 9, 1)]
CHANCES = [0.26, 0.3, 0.1, 0.1, 0.1, 0.06, 0.05, 0.03]


def block(raster, x, y, size, labels):
    return Sample("name.png", raster, x, y, size, tuple(TypeSummary(by_id(n), 1, 0.5, 0, 0) for n in labels), raster)


def many(count=2000, overlapping=False):
    """Blocks of forty rasters; overlapping: in pairs that share pixels."""
    rng = np.random.default_rng(3)
    drawn = rng.choice(len(COMBINATIONS), count, p=CHANCES)
    step = 400 if overlapping else 512
    return [
        block(f"{n % 40}.tif", (n // 40) * 512 - (n // 40 % 2) * (512 - step), 0, 512, COMBINATIONS[c])
        for n, c in enumerate(drawn)
    ]


def shares(items, test):
    whole, part = Counter(item.labels for item in items), Counter(item.labels for item, t in zip(items, test) if t)
    return {labels: part[labels] / count for labels, count in whole.items()}


def test_every_combination_is_split_nine_to_one():
    items = many()
    test = split(items, 0.1, np.random.default_rng(0))
    assert abs(test.sum() - 200) <= 2
    assert all(abs(share - 0.1) < 0.02 for share in shares(items, test).values())


def test_blocks_with_common_pixels_stay_together():
    items = many(overlapping=True)
    test = split(items, 0.1, np.random.default_rng(0))
    assert abs(test.sum() - 200) <= 4
    assert all(abs(share - 0.1) < 0.04 for share in shares(items, test).values())
    by_raster = {}
    for item, t in zip(items, test):
        by_raster.setdefault(item.raster, []).append((item.x, t))
    common = 0
    for blocks in by_raster.values():
        for x, t in blocks:
            for other_x, other in blocks:
                if x != other_x and abs(x - other_x) < 512:
                    common += 1
                    assert t == other
    assert common


def test_a_large_block_goes_with_the_small_ones_in_it_but_not_with_its_neighbours():
    items = [block("a", x, 0, 1024, (1,)) for x in range(0, 20480, 1024)]
    items += [block("a", x, y, 512, (1,)) for x in range(0, 20480, 512) for y in (0, 512)]
    test = split(items, 0.1, np.random.default_rng(0))
    assert test.sum() == 10
    side = {item.x // 1024: t for item, t in zip(items[:20], test[:20])}
    assert all(side[item.x // 1024] == t for item, t in zip(items, test))


def test_the_seed_decides():
    items = many()
    first, again, other = (split(items, 0.1, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()


def test_nothing_to_split():
    assert split([], 0.1, np.random.default_rng(0)).tolist() == []
    assert not split(many(100), 0.0, np.random.default_rng(0)).any()
    assert not split([block("a", 0, 0, 512, (1,))], 0.1, np.random.default_rng(0)).any()
