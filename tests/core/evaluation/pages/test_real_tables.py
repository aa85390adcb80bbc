"""Figures and tables of the real part, of made-up results."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.evaluation.benchmark import real
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.evaluation.benchmark.real_figures import real_figures
from rsqi_core.evaluation.benchmark.real_results import RealResults
from rsqi_core.evaluation.benchmark.run_model import INSPECTION, ONE_STEP, ModelResult
from rsqi_core.evaluation.pages.page import write_real_page
from rsqi_core.evaluation.pages.real_tables import real_goals, real_section
from rsqi_core.taxonomy import CODES, IGNORED, by_code

CLOUD, SHADOW, TRACE = (by_code(code).id - 1 for code in ("cloud", "shadow", "stitching_trace"))


# Part, source, types that the picture holds, logits of cloud, shadow and trace.
MADE_UP = (
    (real.OUTLINED, "airbus/a", {"cloud": 1}, (3, -3, -3)),
    (real.OUTLINED, "sparcs/b", {"cloud": 1, "shadow": 1}, (3, 3, -3)),
    (real.OUTLINED, "sparcs/c", {"cloud": 0, "shadow": 0}, (-3, 2, -3)),
    (real.WHOLE, "rice1_haze/d", {"cloud": 1}, (3, -3, -3)),
    (real.WHOLE, "rice2_veil/e", {"cloud": 1}, (-3, -3, -3)),
    (real.SEAM, "rice1_google/f", {"stitching_trace": 1}, (-3, -3, 1)),
    (real.UNSPOILT, "rsicd/g", dict.fromkeys(CODES, 0) | {"stitching_trace": IGNORED}, (-3, -3, -3)),
    (real.UNSPOILT, "dubai/h@0,0", dict.fromkeys(CODES, 0) | {"shadow": IGNORED}, (-3, -3, 2)),
)


def made_up():
    n = len(MADE_UP)
    labels, logits = np.full((n, 10), IGNORED, np.uint8), np.full((n, 10), -3.0, np.float32)
    outlined, absent, false = (np.zeros((n, 10), bool) for _ in range(3))
    for k, (part, _, held, said) in enumerate(MADE_UP):
        for code, label in held.items():
            labels[k, CODES.index(code)] = label
            outlined[k, CODES.index(code)] = part == real.OUTLINED
        logits[k, [CLOUD, SHADOW, TRACE]] = said
        absent[k] = part == real.UNSPOILT
    absent[6, TRACE] = False
    false[7, CODES.index("pixel_missing")] = True
    two = np.zeros((n, 7, 7), np.int64)
    two[0, 1, 1], two[0, 1, 0], two[0, 0, 1] = 60, 20, 20  # IoU .6 at 1.5 m
    two[1, 1, 1], two[1, 2, 2], two[1, 2, 0] = 80, 30, 10
    two[2, 0, 1] = two[2, 0, 2] = 20  # 30 m: cloud .8, shadow .5
    model_result = ModelResult(
        "made up", logits, {ONE_STEP: two * 0, INSPECTION: two}, {}, np.full(10, 0.5), (1.0, 1.0)
    )
    entries = [Entry(source, part, source, "", (), "", 0, 0) for part, source, *_ in MADE_UP]
    model = SimpleNamespace(card=SimpleNamespace(constraint="absolute"))
    return RealResults(entries, labels, outlined, absent, false, 0, model, model_result)


def rows_of(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_figures_are_means_of_the_resolutions():
    figures = real_figures(made_up())
    assert figures.cloud == pytest.approx((0.6 + 0.8) / 2) and figures.shadow == pytest.approx(0.5)
    assert figures.shadow_auroc == 1  # 3 against 2 and -3; a picture with dark places is no negative
    assert figures.seam_auroc == 0  # dubai looks more like one; rsicd may hold seams
    assert (figures.veils, figures.seams) == (0.5, 1)
    assert (figures.clean_worst, figures.clean_any) == (0.5, 0.5)


def test_figures_need_a_model():
    with pytest.raises(ParameterError, match="need a model"):
        real_figures(replace(made_up(), model=None, model_result=None))


def test_rows_of_the_tables():
    rows = {(row[0], row[1]): row[2:] for row in rows_of(real_section(made_up()))}
    assert rows["up to 4 m", "as inspected"] == ["1", "0.600", "0.750", "0.750", "1.000"]
    assert rows["mean of the resolutions", "as inspected"][1] == "0.500"  # the shadows' table comes second
    assert rows["30 m", "one step"][0] == "2" and rows["30 m", "one step"][1] == "0.000"
    assert rows["veil", "rice1_haze"] == ["1", "1.000", "1.000", "0.000"]
    assert rows["veil", "all"][::2] == ["2", "0.500"] and rows["stitching trace", "rice1_google"][0] == "1"
    assert rows["rsicd", "1"][0] == "0.000" and rows["dubai", "1"][0] == "1.000"
    assert rows["rsicd", "1"][1 + TRACE] == "–"  # not absent there
    assert ("10 m", "one step") not in rows and ("60 m", "one step") not in rows


def test_bars_of_the_real_part():
    bars = {what: (value, bar) for what, value, _, bar in real_goals(made_up())}
    assert bars["real cloud IoU"] == (pytest.approx(0.7), 0.8) and bars["real shadow IoU"][1] == 0.45
    assert [bar for _, bar in list(bars.values())[2:]] == [0.01, 0.02]


def test_the_page_says_how_many_pictures_have_changed():
    text = write_real_page(made_up(), None)
    assert "all 8 match their hash" in text and "| real cloud IoU | 0.700 | >= 0.8 | no |" in text
    assert "3 of 8 differ from their hash" in write_real_page(replace(made_up(), differing=3), None)
