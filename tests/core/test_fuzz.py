"""A small fuzz run; ``python tools/fuzz.py`` is the large one."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

TOOL = Path(__file__).parents[2] / "tools" / "fuzz.py"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and processor time")


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["fuzz"]


@pytest.fixture(scope="module")
def sources(fuzz, tmp_path_factory):
    return {source.name: source for source in fuzz.originals(tmp_path_factory.mktemp("originals"))}


def test_damage_is_done_and_can_be_repeated(fuzz):
    data = bytes(range(256)) * 20
    for seed in range(60):
        spoiled, what = fuzz.damage(data, np.random.default_rng(seed))
        assert (spoiled, what) == fuzz.damage(data, np.random.default_rng(seed))
    kinds = {fuzz.damage(data, np.random.default_rng(seed))[1].split()[0] for seed in range(60)}
    changed = sum(fuzz.damage(data, np.random.default_rng(seed))[0] != data for seed in range(60))
    assert "cut" in kinds and changed > 55


@pytest.mark.parametrize("name", ["plain.tif", "mosaic.vrt", "archive.zip"])
def test_what_is_undamaged_gives_a_result(fuzz, sources, name, monkeypatch):
    monkeypatch.setattr(fuzz, "damage", lambda data, rng: (data, "nothing"))
    outcome, _ = fuzz.run(sources[name], np.random.default_rng(0), 60)
    assert outcome.kind == "result", outcome.text


@pytest.mark.parametrize(
    ("name", "seed"), [("mosaic.vrt", 0), ("cog.tif", 1), ("photo.jpg", 2), ("zstd.tif", 3), ("wave.jp2", 4)]
)
def test_damage_ends_in_a_result_or_in_one_line(fuzz, sources, name, seed):
    outcome, what = fuzz.run(sources[name], np.random.default_rng(seed), 60)
    assert outcome.kind in fuzz.GOOD, f"{what}: {outcome.text}"


def test_what_hangs_is_told_from_what_works(fuzz, tmp_path, monkeypatch):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(fuzz, "COMMAND", (sys.executable, str(endless)))
    assert fuzz.inspect("a.tif", tmp_path / "out.gpkg", 1).kind == "hang"
    endless.write_text("import os; os.abort()")
    assert fuzz.inspect("a.tif", tmp_path / "out.gpkg", 5).kind == "crash"
    endless.write_text("raise ValueError")
    assert fuzz.inspect("a.tif", tmp_path / "out.gpkg", 5).kind == "traceback"
    endless.write_text("")
    assert fuzz.inspect("a.tif", tmp_path / "out.gpkg", 5).kind == "untidy"  # neither result nor refusal
