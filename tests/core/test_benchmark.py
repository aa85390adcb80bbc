"""The benchmark on procedural pictures alone, so that it needs no imagery."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import blocks, frozen, scenes
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.evaluation.benchmark.marks import count_marks
from rsqi_core.evaluation.benchmark.measure import measure
from rsqi_core.evaluation.benchmark.rule_results import run_rules
from rsqi_core.evaluation.benchmark.scenes import PlantedObject, false_objects, overlap
from rsqi_core.evaluation.pages import tables
from rsqi_core.evaluation.pages.page import write_page
from rsqi_core.resources import path
from rsqi_core.synthesis.compose import medium_and_strong
from rsqi_core.taxonomy import CODES

DEFECT = Entry("d", "defect", "landscape/50101", "", ("cloud",), "strong", 256, 3)
STRIPES = Entry("s", "defect", "landscape/50102", "", ("stripe_noise",), "strong", 256, 5)
CLEAN = Entry("c", "clean", "landscape/50103", "", (), "", 256, 4)
DECOY = Entry("h", "decoy", "landscape/50104", "", ("shadow",), "", 256, 4)
SCENE = Entry("planted", "planted", "landscape/50105x640", "", (), "", 0, 1)


def composed(entry, data):
    """The first seed from the entry's on at which its error can be seen."""
    for seed in range(entry.seed, entry.seed + 40):
        if sample := blocks.compose(replace(entry, seed=seed), data):
            return replace(entry, seed=seed, digest=blocks.digest_of(sample)), sample
    raise AssertionError(f"{entry.name} cannot be seen")


def test_a_list_is_read_as_it_was_written(tmp_path, monkeypatch):
    entries = [DEFECT, replace(CLEAN, digest="0a1b"), replace(DEFECT, codes=("cloud", "blur"), second="sen12_pairs/x")]
    frozen.write(tmp_path / "list.csv", entries, "made for a test")
    monkeypatch.setattr(frozen, "resource", lambda *parts: tmp_path / parts[-1])
    assert frozen.read("list.csv") == entries
    (tmp_path / "list.csv").write_text("name,part\nx,clean\n")
    with pytest.raises(RsqiError, match="not a list of the benchmark"):
        frozen.read("list.csv")


def test_the_committed_lists_hold_every_type_and_severity():
    entries = frozen.read(frozen.BLOCKS)
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names) and all(entry.digest for entry in entries)
    planted = {(e.codes[0], e.severity) for e in entries if e.part == "defect"}
    assert planted == {(code, severity) for code in CODES for severity in tables.SEVERITIES}
    assert {e.part for e in entries} == {"defect", "clean", "decoy", "dates", "cloud", "veil"}
    assert {e.part for e in frozen.read(frozen.SCENES)} == set(scenes.PARTS)


def test_training_never_sees_a_picture_of_the_benchmark():
    from rsqi_core.imagery import validation_names

    held_out, never_trained_on = (
        validation_names(),
        ("landscape/", "naip/", "haze1k/", "landsat8_bqa/", "rsicb_cloudy/"),
    )
    for entry in frozen.read(frozen.BLOCKS) + frozen.read(frozen.SCENES):
        for name in filter(None, (entry.source, entry.second)):
            assert name.startswith(never_trained_on) or name.partition("@")[0] in held_out


@pytest.mark.parametrize("entry", [DEFECT, STRIPES])
def test_an_entry_gives_the_same_block_every_time(entry, tmp_path):
    found, sample = composed(entry, tmp_path)
    again = blocks.compose(found, tmp_path)
    assert blocks.digest_of(again) == found.digest
    assert sample.labels[CODES.index(entry.codes[0])] == 1
    assert sample.image.shape == (256, 256, 3)
    other = blocks.compose(replace(found, source="landscape/50109"), tmp_path)
    assert other is None or blocks.digest_of(other) != found.digest


@pytest.mark.parametrize("entry", [CLEAN, DECOY])
def test_clean_blocks_and_hard_negatives_hold_no_error(entry, tmp_path):
    sample = blocks.compose(entry, tmp_path)
    assert not (sample.labels == 1).any() and not np.isin(sample.segmentation, range(1, 7)).any()


def test_subtle_errors_count_neither_way(tmp_path):
    _, sample = composed(replace(DEFECT, severity="subtle"), tmp_path)
    assert sample.labels[0] == 1
    assert medium_and_strong(sample)[0] == 255


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(RsqiError, match=r"rsscn7.field_a000"):
        blocks.compose(replace(CLEAN, source="rsscn7/field_a000"), tmp_path)


def test_a_scene_notes_what_was_planted(tmp_path):
    scene = scenes.compose(SCENE, tmp_path)
    assert len(scene.objects) >= 3
    for planted in scene.objects:
        x, y, w, h = planted.box
        assert (scene.truth[y : y + h, x : x + w][planted.mask] > 0).all()
    spotless = scenes.compose(replace(SCENE, part="spotless"), tmp_path)
    assert not spotless.truth.any() and not spotless.objects


def test_overlap_of_objects_by_hand():
    found = np.zeros((100, 100), np.uint8)
    planted = PlantedObject("cloud", "strong", (10, 10, 20, 20), np.ones((20, 20), bool))
    assert overlap(planted, found) == 0
    found[10:30, 10:20] = 1  # half of it, and as much again outside
    found[10:30, 5:10] = 1
    assert overlap(planted, found) == pytest.approx(200 / 500)
    found[80:90, 80:90] = 1  # elsewhere: no part of this object
    assert overlap(planted, found) == pytest.approx(200 / 500)
    seam = PlantedObject("stitching_trace", "strong", (0, 50, 100, 4), np.ones((4, 100), bool))
    found[40:60, :50] = 7
    assert overlap(seam, found) == pytest.approx(0.5)  # of the seam; a marked block is wider than it by nature
    truth = np.zeros((100, 100), np.uint8)
    truth[10:30, 10:30] = 1
    assert false_objects(found, truth, "cloud") == (1, 2)


def test_a_perfect_and_a_blind_rule_are_told_apart(tmp_path, monkeypatch):
    stripes, clean = composed(STRIPES, tmp_path), (CLEAN, blocks.compose(CLEAN, tmp_path))
    truth = next(d.mask for d in stripes[1].defects if d.code == "stripe_noise") == 1
    perfect = lambda rgb, valid: truth if np.array_equal(rgb, stripes[1].image) else np.zeros_like(valid)  # noqa: E731
    blind = lambda rgb, valid: np.zeros_like(valid)  # noqa: E731
    monkeypatch.setattr(
        "rsqi_core.evaluation.benchmark.rule_results.STRIPE_NOISE", {"perfect": perfect, "blind": blind}
    )
    rule_results = {result.rule: result for result in run_rules([stripes, clean])}
    assert rule_results["perfect"].iou() == 1 and rule_results["perfect"].clean_blocks == 0
    assert rule_results["blind"].iou() == 0
    assert rule_results["perfect"].found.tolist() == [True, False]


def test_counts_leave_out_what_nobody_knows():
    found, truth = np.array([[True, True, False]]), np.array([[1, 255, 1]])
    assert count_marks(found, truth)[0].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]


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
