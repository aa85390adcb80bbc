"""Temperatures, thresholds and the constraint that a model's card gets."""

import json
from pathlib import Path

import numpy as np
import pytest
from test_huggingface import write_classifier, write_segmenter

from rsqi_core.cli import main
from rsqi_core.errors import OutputError
from rsqi_core.evaluation.calibration import calibrate, seam_limits
from rsqi_core.evaluation.calibration.calibrate import best_constraint
from rsqi_core.evaluation.calibration.calibration_blocks import CalibrationBlocks
from rsqi_core.imagery import Picture
from rsqi_core.learning import calibrated_export
from rsqi_core.learning.calibrated_export import training_of
from rsqi_core.limits import CONSTRAINTS
from rsqi_core.models import load
from rsqi_core.models.card import CLASSIFIER, HASHES, read_card
from rsqi_core.resources import path
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES

ROOT = Path(__file__).parents[4]


def test_a_constraint_that_marks_clean_blocks_is_not_taken():
    good = np.diag([80, 20, 0, 0, 0, 0, 0])
    fair = good.copy()
    fair[1, :2] = 10
    quiet, loud = np.zeros_like(good), np.zeros_like(good)
    quiet[0, 0], loud[0, :2] = 100, (99, 1)
    others = dict.fromkeys(CONSTRAINTS[2:], fair)
    seen = [(False, {"absolute": fair, "relative": good, **others})]
    clean = [(True, dict.fromkeys(CONSTRAINTS, quiet))] * 9
    unknown = [(False, {})]
    assert best_constraint([*seen, *clean, *unknown], quiet=0.05) == "relative"
    alarm = [(True, dict.fromkeys(CONSTRAINTS, quiet) | {"relative": loud})]
    assert best_constraint([*seen, *clean, *alarm], quiet=0.05) != "relative"
    assert best_constraint(seen, quiet=0.05) == "absolute"  # nothing known of clean blocks


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(
        calibrate, "read_calibration_blocks", lambda data: CalibrationBlocks([Picture(landscape(384, seed=1))], [])
    )
    for name, count in (("DEFECTIVE", 12), ("CLEAN", 3), ("DECOYS", 3)):
        monkeypatch.setattr(calibrate, name, count)


def test_a_model_folder_is_calibrated_anew_beside_itself(few, tmp_path, capsys):
    source, copy = path("models", "default"), tmp_path / "copy"
    words = ["export", str(source), "--data", str(tmp_path), "--false-alarms", "0.05", "--without", "blur"]
    words += ["--sparing", "shadow", "--output"]
    assert main([*words, str(copy)]) == 0
    assert "calibrated anew" in capsys.readouterr().out
    assert (copy / HASHES).read_text() == (source / HASHES).read_text()  # the same weights
    assert load(str(copy), "cpu").hash != load("default", "cpu").hash  # with other thresholds
    card = read_card(copy)
    assert set(card.thresholds) == set(CODES) and card.false_alarms == 0.05 and card.constraint in CONSTRAINTS
    assert card.thresholds["blur"] is None and card.withheld == ("blur",) and card.sparing == ("shadow",)
    assert card.quality["blur"]["clean_marked"] == 0
    assert set(card.quality) == {*CODES, calibrate.ANY}
    assert card.quality[calibrate.ANY]["clean_marked"] <= 0.1 and card.quality["cloud"]["auroc"] > 0.5
    before = (copy / "card.json").read_bytes()
    again = tmp_path / "again"
    assert main([*words, str(again)]) == 0
    assert (again / "card.json").read_bytes() == before  # whichever core composed what
    assert json.loads(before)["false_alarms"] == 0.05
    with pytest.raises(OutputError, match="is the model itself"):
        calibrate.recalibrate(source, tmp_path, source)


def test_a_model_keeps_its_thresholds_when_it_gets_another_network_of_seams(monkeypatch, tmp_path, capsys):
    blocks = CalibrationBlocks([Picture(landscape(384, seed=1))], [])
    monkeypatch.setattr(calibrated_export, "read_calibration_blocks", lambda data: blocks)
    for name, count in (("DEFECTIVE", 12), ("CLEAN", 3), ("DECOYS", 3)):
        monkeypatch.setattr(seam_limits, name, count)
    source, copy = path("models", "default"), tmp_path / "copy"
    words = ["export", str(source), "--seams", str(ROOT / "training" / "seams.safetensors"), "--data", str(tmp_path)]
    assert main([*words, "--output", str(copy)]) == 0
    assert "anew" not in capsys.readouterr().out
    old, new = read_card(source), read_card(copy)
    assert new.thresholds == old.thresholds and new.quality == old.quality
    assert new.seams != old.seams and new.version == calibrate.VERSION
    assert (copy / CLASSIFIER).read_bytes() == (source / CLASSIFIER).read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", ".", "--false-alarms", "1"], "between 0 and 1"),
        (["--false-alarms", "0.1"], "needs --data"),
        (["--data", ".", "--without", "fog"], "unknown error type 'fog'"),
        (["--without", "blur"], "needs --data"),
        (["--data", ".", "--sparing", "fog"], "unknown error type 'fog'"),
        (["--sparing", "blur"], "needs --data"),
    ],
)
def test_wrong_wishes_for_the_thresholds_are_refused(words, message, tmp_path, capsys):
    source = str(path("models", "default"))
    assert main(["export", source, *words, "--output", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_checkpoints_of_others_are_calibrated_without_claims_about_their_training(few, tmp_path):
    write_classifier(tmp_path / "swin")  # takes images of one size only; the held-out ones are smaller than a block
    write_segmenter(tmp_path / "seg")
    assert main(["export", str(tmp_path), "--data", str(tmp_path), "--output", str(tmp_path / "own")]) == 0
    card = read_card(tmp_path / "own")
    assert card.thresholds["pixel_missing"] is None and card.id == "own"
    assert card.training == {"settings": {"classifier": {"init": tmp_path.name}, "segmenter": {"init": tmp_path.name}}}


def test_what_a_network_learnt_from_is_stated(tmp_path):
    for name in ("clean/rsscn7/field.webp", "clean/epfl_road/held.webp", "cloud/sen12_pairs/p1_cloudy.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    pooled = ["epfl_road", "rsscn7", "sen12_pairs", "procedural landscape"]
    ours, others = {"task": "classifier", "pool": "1f"}, {"init": "swin"}
    assert training_of(ours, tmp_path)["data"] == pooled
    assert training_of({"classifier": others, "segmenter": ours}, tmp_path)["data"] == pooled
    assert training_of({"task": "classifier", "dataset": "2e"}, tmp_path)["data"] == ["a dataset of records"]
    assert "data" not in training_of({"classifier": others, "segmenter": others}, tmp_path)


def test_a_set_whose_pictures_are_all_held_out_is_no_training_data(tmp_path, monkeypatch):
    monkeypatch.setattr("rsqi_core.imagery.sets.validation_names", lambda: frozenset({"rsscn7/field"}))
    (tmp_path / "clean" / "rsscn7").mkdir(parents=True)
    (tmp_path / "clean" / "rsscn7" / "field.webp").touch()
    assert training_of({}, tmp_path)["data"] == ["procedural landscape"]
