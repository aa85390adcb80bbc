"""Temperatures, thresholds and the constraint that a model's card gets."""

import json

import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.constrain import MODES
from rsqi_core.errors import ParameterError
from rsqi_core.evaluation import calibrate
from rsqi_core.evaluation.calibrate import best_constraint, temperature, threshold, thresholds
from rsqi_core.evaluation.heldout import HeldOut
from rsqi_core.models import load
from rsqi_core.models.card import read_card
from rsqi_core.resources import path
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES


def test_a_threshold_keeps_clean_blocks_quiet():
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 100
    p = np.clip(np.where(truth, 0.7, 0.3) + rng.normal(0, 0.1, 400), 0, 1)
    assert (p[~truth] >= threshold(p, truth, ~truth)).mean() <= 0.01
    assert threshold(p, truth, ~truth, 0.2) <= threshold(p, truth, ~truth, 0.001)
    assert threshold(np.ones(400), truth, ~truth) == np.inf  # whatever marks everything is of no use
    assert threshold(rng.random(400), truth, ~truth) == np.inf


def test_the_temperature_undoes_a_scale():
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 100
    calm = np.where(truth, 2.0, -2.0) * np.where(rng.random(400) < 0.1, -1, 1)
    assert temperature(2 * calm, truth) == pytest.approx(2 * temperature(calm, truth), rel=0.1)


@pytest.fixture
def noisy():
    """100 blocks of each type, which is seen at .5 to 1; 500 clean ones, four of them mistaken for it; 100 decoys."""
    n = len(CODES)
    truth = np.zeros((100 * n + 600, n), np.uint8)
    p = np.full(truth.shape, 0.05)
    for i in range(n):
        truth[100 * i : 100 * (i + 1), i] = 1
        p[100 * i : 100 * (i + 1), i] = np.linspace(0.5, 1, 100)
        p[100 * n + 4 * i : 100 * n + 4 * (i + 1), i] = (0.6, 0.7, 0.8, 0.9)
    clean = np.arange(len(p)) // 500 == 2
    decoy = np.arange(len(p)) >= 100 * n + 500
    return p, truth, clean, decoy


def test_all_types_together_mark_twice_as_many_clean_blocks_as_one_may(noisy):
    p, truth, clean, decoy = noisy
    alone = np.array([threshold(p[:, i], truth[:, i] == 1, clean | decoy) for i in range(len(CODES))])
    by_network = slice(0, 8)
    assert (p[clean][:, by_network] >= alone[by_network]).any(1).mean() == pytest.approx(8 * 4 / 500)
    found = thresholds(p, truth, clean, decoy)
    assert 0 < (p[clean][:, by_network] >= found[by_network]).any(1).mean() <= 0.02
    assert (found[by_network] > alone[by_network]).all()
    assert np.array_equal(found[8:], alone[8:])  # a rule decides there


def test_a_type_that_marks_nothing_by_mistake_is_not_raised_with_the_others(noisy):
    p, truth, clean, decoy = noisy
    p[clean, 2] = 0.05
    before = threshold(p[:, 2], truth[:, 2] == 1, clean | decoy)
    assert thresholds(p, truth, clean, decoy)[2] == before


def test_hard_negatives_do_not_count_together(noisy):
    p, truth, clean, decoy = noisy
    p[decoy] = p[clean][:100]
    p[clean] = 0.05
    alone = [threshold(p[:, i], truth[:, i] == 1, clean | decoy) for i in range(len(CODES))]
    assert thresholds(p, truth, clean, decoy).tolist() == alone


def test_unknown_truth_counts_neither_for_nor_against(noisy):
    p, truth, clean, decoy = noisy
    expected = thresholds(p, truth, clean, decoy)
    more = np.vstack([p, np.full((300, len(CODES)), 0.99)])
    unknown = np.vstack([truth, np.full((300, len(CODES)), 255, np.uint8)])
    longer = [np.append(kind, np.zeros(300, bool)) for kind in (clean, decoy)]
    assert np.array_equal(thresholds(more, unknown, *longer), expected)


def test_a_constraint_that_marks_clean_blocks_is_not_taken():
    good = np.diag([80, 20, 0, 0, 0, 0, 0])
    fair = good.copy()
    fair[1, :2] = 10
    quiet, loud = np.zeros_like(good), np.zeros_like(good)
    quiet[0, 0], loud[0, :2] = 100, (99, 1)
    others = dict.fromkeys(MODES[2:], fair)
    seen = [(False, {"absolute": fair, "relative": good, **others})]
    clean = [(True, dict.fromkeys(MODES, quiet))] * 9
    unknown = [(False, {})]
    assert best_constraint([*seen, *clean, *unknown], quiet=0.05) == "relative"
    alarm = [(True, dict.fromkeys(MODES, quiet) | {"relative": loud})]
    assert best_constraint([*seen, *clean, *alarm], quiet=0.05) != "relative"
    assert best_constraint(seen, quiet=0.05) == "absolute"  # nothing known of clean blocks


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(calibrate, "held_out", lambda data: HeldOut([landscape(384, seed=1)], []))
    for name, count in (("DEFECTIVE", 12), ("CLEAN", 3), ("DECOYS", 3)):
        monkeypatch.setattr(calibrate, name, count)


def test_a_model_folder_is_calibrated_anew_beside_itself(few, tmp_path, capsys):
    source, copy = path("models", "default"), tmp_path / "copy"
    words = ["export", str(source), "--data", str(tmp_path), "--false-alarms", "0.05", "--output"]
    assert main([*words, str(copy)]) == 0
    assert "calibrated anew" in capsys.readouterr().out
    assert load(str(copy), "cpu").hash == load("default", "cpu").hash  # the same weights
    card = read_card(copy)
    assert set(card.thresholds) == set(CODES) and card.false_alarms == 0.05 and card.constraint in MODES
    assert set(card.quality) == {*CODES, calibrate.ANY}
    assert card.quality[calibrate.ANY]["clean_marked"] <= 0.1 and card.quality["cloud"]["auroc"] > 0.5
    before = (copy / "card.json").read_bytes()
    again = tmp_path / "again"
    assert main([*words, str(again)]) == 0
    assert (again / "card.json").read_bytes() == before  # whichever core composed what
    assert json.loads(before)["false_alarms"] == 0.05
    with pytest.raises(ParameterError, match="is the model itself"):
        calibrate.recalibrate(source, tmp_path, source)


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--data", ".", "--false-alarms", "1"], "between 0 and 1"), (["--false-alarms", "0.1"], "needs --data")],
)
def test_a_wrong_share_of_false_alarms_is_refused(words, message, tmp_path, capsys):
    source = str(path("models", "default"))
    assert main(["export", source, *words, "--output", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "out").exists()
