"""Running models, rules and inspections over real pictures, on stand-ins of them."""

import re

import cv2
import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.evaluation.benchmark import frozen, real
from rsqi_core.evaluation.benchmark.measure import measure_real_part
from rsqi_core.evaluation.benchmark.real_figures import real_figures
from rsqi_core.evaluation.benchmark.real_results import false_marks, measure_real
from rsqi_core.evaluation.benchmark.run_model import ONE_STEP
from rsqi_core.evaluation.pages.real_tables import real_section
from rsqi_core.imagery import Picture
from rsqi_core.parameters import Parameters
from rsqi_core.taxonomy import CODES, IGNORED, by_code


def marks_on(image, truth=None, suspected=()):
    found = false_marks(Picture(image, truth, suspected=suspected), Parameters(stages=("rules",)), None)
    return {code for code, marked in zip(CODES, found) if marked}


def test_a_dark_place_excuses_a_shadow_and_no_missing_pixel(monkeypatch):
    image = np.full((64, 64, 3), 120, np.uint8)
    truth = np.zeros((64, 64), np.uint8)
    truth[10:20, 10:20] = IGNORED

    class Inspected:
        """Shadows and missing pixels everywhere in the dark place."""

        def __init__(self, path):
            self.path = path

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def read(self, band):
            found = np.zeros((64, 64), np.uint8)
            found[12:18, 12:15], found[12:18, 15:18] = by_code("shadow").id, by_code("pixel_missing").id
            return found

    module = "rsqi_core.evaluation.benchmark.real_results"
    monkeypatch.setattr(f"{module}.run", lambda job, model: {"outputs": {"mask": "mask.tif"}})
    monkeypatch.setattr(f"{module}.rasterio.open", Inspected)
    monkeypatch.setattr(f"{module}.write_raster", lambda path, image: path)
    assert marks_on(image, truth, ("shadow",)) == {"pixel_missing"}
    assert marks_on(image) == {"shadow", "pixel_missing"}


def test_the_whole_inspection_marks_what_is_there():
    rng = np.random.default_rng(0)
    image = rng.integers(90, 160, (128, 128, 3), dtype=np.uint8)
    image = cv2.GaussianBlur(image, (0, 0), 1.5)
    assert marks_on(image) == set()
    image[40:60, 40:60] = 0
    assert marks_on(image) == {"pixel_missing"}


@pytest.fixture
def listed(real_pictures, monkeypatch):
    data, entries = real_pictures
    monkeypatch.setattr(frozen, "read", lambda file: entries)
    return data


def test_the_rules_alone_mark_clean_pictures_only(listed):
    found = measure_real(listed, None)
    assert found.model_result is None and found.differing == 0
    assert found.absent.any(1).tolist() == found.where(real.UNSPOILT).tolist()
    assert found.labels.shape == found.outlined.shape == found.false.shape == (7, 10)
    assert "with anything" in real_section(found) and "real clouds" not in real_section(found)


def test_the_default_model_runs_through_every_picture(listed):
    found = measure_real_part(listed, "default")
    assert found.model_result.logits.shape == (7, 10)
    assert found.model_result.confusions[ONE_STEP][~found.outlined.any(1)].sum() == 0
    assert not found.false[~found.where(real.UNSPOILT)].any()
    assert np.isfinite(real_figures(found).cloud)


def test_the_command_prints_the_real_part_alone(listed, tmp_path, capsys):
    page = tmp_path / "real.md"
    command = ["evaluate", "--parts", "real", "--model", "rules", "--data", str(listed), "--output", str(page)]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert page.read_text(encoding="utf-8").strip() == printed.strip()
    assert re.search(r"^\| all \| 3 \|", printed, re.MULTILINE)


def test_a_card_needs_the_whole_benchmark(listed, tmp_path, capsys):
    command = ["evaluate", "--parts", "real", "--data", str(listed), "--card", str(tmp_path / "card.md")]
    assert main(command) == 2 and "whole benchmark" in capsys.readouterr().err
