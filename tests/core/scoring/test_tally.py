"""The score that follows edits is the score of what the edits have led to, to the last bit."""

import random
from dataclasses import replace

import pytest

from rsqi_core.scoring import STATUSES, ErrorRecord, Tally, load_scheme, score
from rsqi_core.scoring.groups import Groups
from rsqi_core.scoring.scheme import exceeds

DEFAULT = load_scheme()
SIDE = 3000.0  # pixels of 1 m
IMAGE = SIDE * SIDE, int(SIDE * SIDE), SIDE * 2**0.5


def a_box(rng):
    """Mostly small ones, some crowded, some across the image, some of no width."""
    x, y = rng.uniform(0, SIDE), rng.uniform(0, SIDE)
    if rng.random() < 0.3:
        x, y = rng.gauss(500, 60), rng.gauss(500, 60)
    width, height = rng.choice([(0, 0), (5, 5), (40, 3), (200, 150), (SIDE, 2), (3, SIDE)]) if rng.random() < 0.5 else (
        rng.uniform(0, 60),
        rng.uniform(0, 60),
    )  # fmt: skip
    return x, y, x + width, y + height


def a_record(rng, kinds):
    box = a_box(rng)
    area = rng.choice([4.0, 100.0, 100.0, rng.uniform(1, 20_000), rng.uniform(1, 400_000)])
    return ErrorRecord(
        rng.choice(kinds),
        area,
        round(area),
        max(box[2] - box[0], box[3] - box[1]),
        rng.choice([None, 0.5, 3.0, 7.0]),
        rng.choice(STATUSES),
        None if rng.random() < 0.05 else box,
    )


def an_edit(rng, record, kinds):
    """What a technician does to an error: judges it, gives it another type, moves or reshapes it."""
    new = a_record(rng, kinds)
    return rng.choice(
        [
            replace(record, status=rng.choice(STATUSES)),
            replace(record, category_id=new.category_id, status="corrected"),
            replace(record, bounds=new.bounds),
            replace(record, area_m2=new.area_m2, pixels=new.pixels),
            new,
        ]
    )


@pytest.mark.parametrize("mode", ["count", "area"])
@pytest.mark.parametrize("kinds", [range(1, 11), (1,), (8, 9), (5, 10)], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_the_score_is_that_of_all_errors(mode, kinds, seed):
    rng = random.Random(seed)
    tally = Tally(DEFAULT, *IMAGE, mode)
    records = {key: a_record(rng, kinds) for key in rng.sample(range(1, 1000), rng.choice([5, 60, 150]))}
    for key in rng.sample(sorted(records), len(records)):
        tally.put(key, records[key])
    items = {}
    for _ in range(60):
        for _ in range(rng.choice([1, 1, 3])):
            key = rng.choice(sorted(records)) if records and rng.random() < 0.8 else rng.randint(1, 1000)
            if key in records and rng.random() < 0.15:
                del records[key]
                tally.remove(key)
            else:
                records[key] = an_edit(rng, records[key], kinds) if key in records else a_record(rng, kinds)
                tally.put(key, records[key])
            if rng.random() < 0.3:
                tally.settle(rng.randint(0, 4))
        expected = score([records[key] for key in sorted(records)], DEFAULT, *IMAGE, mode)
        assert tally.score() == expected
        now = dict(zip(sorted(records), expected.items))
        assert tally.items == now
        assert {key for key in {*items, *now} if items.get(key) != now.get(key)} <= tally.changed
        items = now
        tally.changed.clear()


def test_a_verdict_touches_the_items_that_it_changes_only():
    tally = Tally(DEFAULT, *IMAGE)
    for key in range(1, 301):
        x = 100.0 * (key % 20), 100.0 * (key // 20)
        tally.put(key, ErrorRecord(6, 400.0, 400, 20.0, None, "unreviewed", (*x, x[0] + 20, x[1] + 20)))
    tally.score()
    tally.changed.clear()
    tally.put(7, replace(tally.records[7], status="accepted"))
    tally.score()
    assert tally.changed == set()
    tally.put(7, replace(tally.records[7], status="rejected"))
    tally.score()
    assert tally.changed == {7}


def test_settling_in_portions_ends_and_does_not_judge_more_than_asked():
    rng = random.Random(1)
    tally = Tally(DEFAULT, *IMAGE)
    for key in range(400):
        tally.put(key, a_record(rng, range(1, 11)))
    portions = 1
    while not tally.settle(10):
        portions += 1
    assert portions > 20
    assert tally.score() == score(list(tally.records.values()), DEFAULT, *IMAGE)


def groups_by_pairs(boxes, distance):
    """Join every box with every other one: slow, and beyond doubt."""
    found = []
    for key, box in boxes.items():
        joined = {key}
        for group in list(found):
            if any(near(box, boxes[other], distance) for other in group):
                found.remove(group)
                joined |= group
        found.append(joined)
    return {frozenset(group) for group in found}


def near(one, other, distance):
    if one is None or other is None or distance == 0:
        return False
    gap = [max(other[i] - one[i + 2], one[i] - other[i + 2], 0.0) for i in (0, 1)]
    return not exceeds((gap[0] ** 2 + gap[1] ** 2) ** 0.5, distance)


@pytest.mark.parametrize("distance", [0, 0.25, 20, 90, 10_000])
@pytest.mark.parametrize("seed", range(3))
def test_groups_are_those_that_all_pairs_give(distance, seed):
    rng = random.Random(seed)
    groups, boxes = Groups(distance), {}
    for step in range(250):
        key = rng.randint(0, 120)
        if key in boxes and rng.random() < 0.4:
            del boxes[key]
            groups.remove(key)
        else:
            boxes[key] = None if rng.random() < 0.05 else a_box(rng)
            groups.put(key, boxes[key])
        if step % 5 == 0 or step > 200:
            assert {frozenset(group.keys) for group in groups.every} == groups_by_pairs(boxes, distance)


def test_a_chain_that_loses_a_link_falls_apart():
    groups = Groups(10)
    for key in range(9):
        groups.put(key, (15.0 * key, 0.0, 15.0 * key + 8, 5.0))
    assert [sorted(group.keys) for group in groups.every] == [list(range(9))]
    groups.remove(3)
    assert sorted(sorted(group.keys) for group in groups.every) == [[0, 1, 2], [4, 5, 6, 7, 8]]


def test_dense_errors_are_joined_without_looking_at_all_pairs(monkeypatch):
    """Lines across the image, and specks: their boxes overlap in one direction nearly all."""
    looked = 0

    def counted(*arguments):
        nonlocal looked
        looked += 1
        return near_before(*arguments)

    near_before = Groups._near
    monkeypatch.setattr(Groups, "_near", counted)
    tally = Tally(DEFAULT, *IMAGE)
    for key in range(2000):
        y = key * 1.5
        box = (0.0, y, SIDE, y + 1) if key % 2 else (key % 50 * 60.0, y, key % 50 * 60.0 + 1, y + 1)
        tally.put(key, ErrorRecord(9, 10.0, 10, 10.0, None, "unreviewed", box))
    assert looked < 20 * 2000
