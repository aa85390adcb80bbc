"""Stages in threads: order, bounds, failures, and an end for every thread."""

import threading
import time
from contextlib import closing

import pytest

from rsqi_core.strips.prefetch import prefetch


def running():
    return [t for t in threading.enumerate() if t.name.startswith("prefetch-")]


def test_items_come_in_order_and_the_thread_ends():
    assert list(prefetch(prefetch(iter(range(100)), 3), 2)) == list(range(100))
    assert not running()


def test_no_more_than_the_depth_is_made_prefetch():
    made = []

    def items():
        for n in range(50):
            made.append(n)
            yield n

    with closing(prefetch(items(), 4)) as stage:
        assert next(stage) == 0
        time.sleep(0.2)
        assert len(made) <= 1 + 4 + 1  # taken, waiting, and the one that finds no room


def test_what_fails_in_a_stage_is_raised_at_the_end_of_the_chain():
    def items():
        yield 1
        raise ValueError("broken")

    stage = prefetch(prefetch(items(), 1), 1)
    assert next(stage) == 1
    with pytest.raises(ValueError, match="broken"):
        next(stage)
    assert not running()


def test_closing_ends_all_stages_and_tidies_up_their_sources():
    closed = []

    def items():
        try:
            yield from range(10**9)
        finally:
            closed.append(threading.current_thread().name)

    first = prefetch(items(), 2)
    second = prefetch((n * 2 for n in first), 2)
    assert [next(second), next(second)] == [0, 2]
    second.close()
    first.close()
    assert not running() and len(closed) == 1 and closed[0].startswith("prefetch-")
