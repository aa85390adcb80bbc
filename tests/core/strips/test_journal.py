"""Findings on disk: what is read is what was written, and a broken file ends it."""

from dataclasses import replace

import numpy as np
import pytest

from rsqi_core.blocks import grid, walk_order
from rsqi_core.errors import OutputError
from rsqi_core.findings import Finding
from rsqi_core.merge import NODATA, patch
from rsqi_core.strips.journal import Journal
from rsqi_core.uniform import is_uniform, uniform

STEPS = walk_order([grid(100, 100, size, 0.2) for size in (32, 64)])


def findings():
    """Constant, dense, empty and unclassified ones in turn."""
    rng = np.random.default_rng(0)
    for n, step in enumerate(STEPS):
        b = step.block
        dense = np.where(rng.random((b.height, b.width)) < 0.1, rng.integers(1, NODATA), 0).astype(np.uint16)
        layers = [[uniform((b.height, b.width), NODATA, np.uint16)], [dense], []][n % 3]
        p = None if n % 4 == 0 else rng.random(10).astype(np.float32)
        yield Finding(step, p, n % 9, patch(b.x, b.y, layers))


def same(first, second):
    assert (first.step, first.seam) == (second.step, second.seam)
    assert (first.probabilities is None) == (second.probabilities is None)
    assert first.probabilities is None or np.array_equal(first.probabilities, second.probabilities)
    assert (first.patch is None) == (second.patch is None)
    if first.patch is not None:
        assert (first.patch.x, first.patch.y) == (second.patch.x, second.patch.y)
        assert np.array_equal(first.patch.claims, second.patch.claims)
        assert is_uniform(first.patch.claims) == is_uniform(second.patch.claims)


def test_what_is_replayed_is_what_was_recorded(tmp_path):
    written = list(Journal(tmp_path).record(findings()))
    journal = Journal(tmp_path)
    read = list(journal.replay(STEPS))
    assert journal.known == len(read) == len(STEPS)
    for first, second in zip(read, written):
        same(first, second)


def test_what_is_unusual_comes_back_with_its_block(tmp_path):
    cells = np.arange(12, dtype=np.uint8).reshape(3, 4)
    given = [replace(f, unusual=cells + np.uint8(n)) if n % 2 else f for n, f in enumerate(findings())]
    list(Journal(tmp_path).record(iter(given)))
    found = list(Journal(tmp_path).replay([f.step for f in given]))
    assert len(found) == len(given)
    for a, b in zip(given, found):
        assert (a.unusual is None) == (b.unusual is None)
        assert a.unusual is None or np.array_equal(a.unusual, b.unusual)


def test_only_whole_rows_of_blocks_are_kept_and_recording_goes_on_behind_them(tmp_path):
    stopped = Journal(tmp_path).record(findings())
    passed = [next(stopped) for _ in range(len(STEPS) // 2)]
    stopped.close()
    journal = Journal(tmp_path)
    known = list(journal.replay(STEPS))
    assert 0 < len(known) <= len(passed) and known[-1].step.last
    list(journal.record(list(findings())[len(known) :]))
    for first, second in zip(Journal(tmp_path).replay(STEPS), findings(), strict=True):
        same(first, second)


@pytest.mark.parametrize("harm", ["cut", "empty", "noise"])
def test_a_broken_file_ends_the_replay(tmp_path, harm):
    list(Journal(tmp_path).record(findings()))
    broken = sorted(tmp_path.glob("*.npz"))[2]
    data = broken.read_bytes()
    broken.write_bytes(
        {"cut": data[: len(data) // 2], "empty": b"", "noise": data[:300] + bytes(len(data) - 300)}[harm]
    )
    journal = Journal(tmp_path)
    assert len(list(journal.replay(STEPS))) == int(broken.stem)


def test_a_full_disk_is_one_line(tmp_path):
    with pytest.raises(OutputError, match="free some disk space and resume"):
        list(Journal(tmp_path / "gone").record(findings()))
