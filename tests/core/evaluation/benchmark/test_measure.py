"""The whole benchmark, with few entries and stand-ins of the real pictures."""

import re
import shutil
from dataclasses import replace

import pytest
from benchmark_entries import CLEAN, DECOY, DEFECT, SCENE, STRIPES, composed

from rsqi_core.evaluation.benchmark import blocks, frozen, scenes
from rsqi_core.evaluation.benchmark.measure import measure
from rsqi_core.evaluation.pages.page import write_page
from rsqi_core.resources import path


@pytest.fixture(scope="module")
def small_lists(real_pictures):
    data = None
    entries = [composed(entry, data)[0] for entry in (DEFECT, STRIPES)]
    entries += [composed(replace(DEFECT, name=code, codes=(code,)), data)[0] for code in ("blur", "pixel_missing")]
    for entry in (CLEAN, DECOY):
        entries.append(replace(entry, digest=blocks.digest_of(blocks.compose(entry, data))))
    whole = [SCENE, replace(SCENE, name="spotless", part="spotless"), replace(SCENE, name="sparse", part="sparse")]
    return {
        frozen.BLOCKS: entries,
        frozen.SCENES: [replace(e, digest=scenes.digest_of(scenes.compose(e, data))) for e in whole],
        frozen.REAL: real_pictures[1],
    }


@pytest.mark.parametrize("model", ["default", "rules"])
def test_the_whole_benchmark_writes_its_page(model, small_lists, real_pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(frozen, "read", small_lists.__getitem__)
    other = shutil.copytree(path("models", "default"), tmp_path / "other") if model == "default" else None
    measured = measure(real_pictures[0], model, [str(other)] if other else [])
    page = tmp_path / "page" / "benchmark.md"
    text = write_page(measured, page)
    assert page.read_text(encoding="utf-8") == text
    assert "all 16 match their hash" in text
    assert ("## Table 3" in text) == (model == "default") and "## Table 6" in text and "## Real images" in text
    assert ("| real cloud IoU |" in text) == (model == "default")
    for name in re.findall(r"\]\((images/[^)]+)\)", text):
        assert (page.parent / name).stat().st_size > 0
    assert len(measured.scene_results) == 3
    assert model == "rules" or re.search(r"^\| other \| \d", text, re.MULTILINE)  # Table 4 has a row for each model


def test_a_changed_block_is_reported(small_lists, real_pictures, monkeypatch):
    changed = [replace(small_lists[frozen.BLOCKS][0], digest="0"), *small_lists[frozen.BLOCKS][1:]]
    monkeypatch.setattr(frozen, "read", (small_lists | {frozen.BLOCKS: changed}).__getitem__)
    assert measure(real_pictures[0], "rules").differing == 1
