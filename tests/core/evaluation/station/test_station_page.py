"""Models on one's own dataset: the page, its pictures, and what is refused."""

import json
import re

import cv2
import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.dataset.layout import TABLE
from rsqi_core.errors import Cancelled
from rsqi_core.evaluation.station.measure import measure_dataset
from rsqi_core.evaluation.station.page import is_own_page, write_page
from rsqi_core.evaluation.station.scores import grade_of, records_of, score_of
from rsqi_core.evaluation.station.worst import worst_labels
from rsqi_core.metrics import calibration_error, reliability
from rsqi_core.scoring import load_scheme
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.tasks import evaluate

SIDE = 256


def write_dataset(folder, masks=True):
    """Landscapes with white squares called clouds, stripes of lost pixels, and clean ones."""
    for part, first, count in (("train", 0, 3), ("test", 10, 6)):
        rows = []
        for kind in ("image", "mask") if masks else ("image",):
            (folder / part / kind).mkdir(parents=True)
        for n in range(count):
            image, mask = landscape(SIDE, seed=first + n), np.zeros((SIDE, SIDE), np.uint8)
            if n % 3 == 0:
                image[40:140, 60:180], mask[40:140, 60:180] = 250, 1
            if n % 3 == 1:
                image[100:104, :], mask[100:104, :] = 0, 10
            write(folder / part / "image" / f"{n}.png", image[..., ::-1])
            row = {"file_name": f"image/{n}.png", "labels": sorted({1, 10} & set(np.unique(mask).tolist()))}
            if masks:
                write(folder / part / "mask" / f"{n}.png", mask)
                row |= {"mask_file_name": f"mask/{n}.png", "size": SIDE}
            rows.append(row)
        (folder / part / TABLE).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def write(path, pixels):
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("own") / "data")


@pytest.fixture(scope="module")
def measured(dataset):
    return measure_dataset(dataset, ("default",), log=lambda line: None)


def test_every_table_is_there(measured, tmp_path):
    text = write_page(measured, tmp_path / "own page.md")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [h.split(":")[0] for h in headings] == [
        "Table 3", "Table 5", "Table 6", "Table 7", "Objects, as an inspection outlines them", "Score error",
        "Detection by type",
        "Confusion", "Calibration", "The worst blocks",
    ]  # fmt: skip
    for mode in ("one step", "absolute", "relative", "intermediate", "lowering", "0.3, 0.01"):
        assert f"| {mode} |" in text
    pictures = re.findall(r"!\[.*\]\((.*?)\)", text)
    assert pictures and all((tmp_path / name.replace("%20", " ")).is_file() for name in pictures)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["own page.md", "own page_pictures"]
    assert "6 blocks of 6 scenes, 6 of them with a mask" in text and "nan" not in text.lower().replace("nansum", "")
    assert write_page(measured, None).startswith("# data")


def test_the_page_is_written_in_chinese_too(measured, tmp_path):
    page = tmp_path / "page.md"
    both = write_page(measured, page, "both")
    english, chinese = page.read_text(encoding="utf-8"), (tmp_path / "page.zh.md").read_text(encoding="utf-8")
    assert both == f"{english}\n{chinese}" and english.startswith("# data: its test part")
    assert is_own_page(page) and is_own_page(tmp_path / "page.zh.md")
    assert english.count("\n") == chinese.count("\n") and "| 云 | 2 |" in chinese
    known = "mIoU|IoU|F1|AUROC|AP|FPR|FNR|PRO|SwinV2|SegFormer|otsu|data|default|rsqi|CPUExecutionProvider|RSQI"
    known += "|evaluate|absolute|relative|intermediate|lowering|oriented|isolated|threshold"
    text = re.sub(r"`.*?`|\(page_pictures.*?\)|<!--.*-->", "", chinese)
    left = {word for word in re.findall(r"[A-Za-z]{2,}[A-Za-z0-9]*", text) if not re.fullmatch(known, word)}
    assert left == set(), "what is left of the English"
    alone = write_page(measured, tmp_path / "alone.md", "zh")
    assert alone.startswith("# data：测试部分") and not (tmp_path / "alone.zh.md").exists()
    assert "所报概率" in (tmp_path / "alone_pictures" / "calibration.svg").read_text(encoding="utf-8")


def test_the_figures_are_right(measured):
    (found,) = measured.models
    cloud, missing = found.objects[:, 0].sum(0), found.objects[:, 9].sum(0)
    assert cloud[0] == 2 and missing[0] == 2
    assert missing.tolist() == [2, 2, 2, 2]  # the rule finds the lost lines, and takes flat squares for lost as well
    assert (measured.truth[:, 0] == [1, 0, 0, 1, 0, 0]).all() and (measured.truth[:, 9] == [0, 1, 0, 0, 1, 0]).all()
    assert found.marked[:, 9].tolist() == [True, True, False, True, True, False]
    assert measured.megapixels.sum() == pytest.approx(6 * SIDE**2 / 1e6)
    assert measured.counts["test"] == {1: 2, 10: 2, 0: 2} and measured.lacking == []
    worst = worst_labels(found, measured.truth)
    right = ((found.marked == (measured.truth == 1)) | (measured.truth == 255)).all(1)
    assert not right[worst].any()


def test_scores_differ_by_what_is_missed_and_what_is_not_there(measured):
    (found,) = measured.models
    assert measured.scores[[2, 5]].tolist() == [100, 100]  # of clean blocks
    assert (measured.scores[[0, 1, 3, 4]] < 90).all()
    hit = found.marked[:, 9] & (measured.truth[:, 9] == 1)
    assert (found.scores[hit] < 100).all()


def test_a_score_is_that_of_the_errors():
    drawn = np.zeros((200, 200), bool)
    drawn[10:30, 20:120] = drawn[100:102, 100:102] = True
    (large,) = records_of(drawn, 1, least=5)
    assert (large.pixels, large.area_m2, large.bounds) == (2000, 2000.0, (20, 10, 120, 30))
    assert large.length_px == pytest.approx(100, abs=1)
    scheme, known = load_scheme(), np.ones(drawn.shape, bool)
    assert score_of([], known, scheme) == 100 and np.isnan(score_of([large], ~known, scheme))
    assert score_of([large], known, scheme) == 96  # 5 % of cloud: C
    assert [grade_of(value, scheme) for value in (96, 75, 60, 59)] == ["excellent", "good", "qualified", "rejected"]


def test_a_page_is_replaced_only_if_nobody_changed_it(measured, tmp_path, dataset):
    page = tmp_path / "page.md"
    write_page(measured, page)
    assert is_own_page(page)
    assert write_page(measured, page) and is_own_page(page)
    page.write_text(page.read_text() + "my notes\n")
    assert not is_own_page(page)


def test_the_worker_measures_models_and_tells_how_far_it_is(dataset, tmp_path):
    told, page = [], tmp_path / "page.md"
    request = {"dataset": str(dataset), "models": ["default"], "output": str(page)}
    answer = evaluate(request, lambda event, **values: told.append(values), lambda: False, lambda folder: None)
    assert answer["output"] == str(page) and is_own_page(page) and answer["lacking"] == []
    (row,) = answer["figures"]
    assert 0 <= row["f1"] <= 1 and 0 <= row["clean_marked"] <= 1 and row["seconds"] > 0
    assert {values["stage"] for values in told} == {"evaluate"}
    assert [values["done"] for values in told] == list(range(1, told[-1]["total"] + 1))
    with pytest.raises(Cancelled):
        evaluate(request | {"output": str(tmp_path / "b.md")}, lambda event, **values: None, lambda: True, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.md", "page_pictures"]


def refused(words, capsys):
    code = main(["evaluate", *map(str, words)])
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    return code, error


def test_what_would_be_lost_is_refused_before_any_work(dataset, tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("mine\n")
    code, error = refused(["--dataset", dataset, "--output", page], capsys)
    assert code == 1 and "not as RSQI wrote it" in error and page.read_text() == "mine\n"
    code, error = refused(["--dataset", dataset, "--output", dataset / "train" / TABLE], capsys)
    assert code == 1 and "which is read" in error
    page.unlink()
    (tmp_path / "page_pictures").mkdir()
    code, error = refused(["--dataset", dataset, "--output", page], capsys)
    assert code == 1 and "exists without its page" in error


def test_what_cannot_be_measured_is_refused_in_one_line(dataset, tmp_path, capsys):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.json").write_text('{"architectures": ["Swinv2ForImageClassification"]}')
    code, error = refused(["--dataset", dataset, "--model", tmp_path / "half", "--output", tmp_path / "p.md"], capsys)
    assert code == 1 and "half" in error
    code, error = refused(["--dataset", tmp_path], capsys)
    assert code == 1 and "no dataset here" in error
    code, error = refused(["--dataset", dataset, "--data", tmp_path], capsys)
    assert code == 2 and "--dataset does not go with" in error
    code, error = refused(["--data", tmp_path, "--model", "default", "rules"], capsys)
    assert code == 2 and "--against" in error
    assert sorted(p.name for p in tmp_path.iterdir()) == ["half"]


def test_a_test_part_without_errors_or_types(dataset, tmp_path, capsys):
    folder = write_dataset(tmp_path / "data")
    table = folder / "test" / TABLE
    rows = [json.loads(line) for line in table.read_text().splitlines()]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows if not row["labels"]))
    code, error = refused(["--dataset", folder], capsys)
    assert code == 1 and "no block of its test part shows an error" in error
    table.write_text("".join(json.dumps(row) + "\n" for row in rows if row["labels"] == [1]))
    assert main(["evaluate", "--dataset", str(folder)]) == 0
    told = capsys.readouterr()
    assert "its test part shows no pixel_missing" in told.err
    assert "No block of the test part shows pixel_missing" in told.out


def test_labels_alone_give_what_labels_can(tmp_path):
    text = write_page(measure_dataset(write_dataset(tmp_path / "data", masks=False), log=lambda line: None), None)
    assert "## Table 3" in text and "## Table 5" not in text and "No block has a mask" in text


def test_calibration():
    p = np.array([0.05, 0.05, 0.95, 0.95, 1.0])
    table = reliability(p, np.array([False, True, True, True, True]))
    assert table[0].tolist() == [0.05, 0.5, 2] and table[9, 1:].tolist() == [1, 3] and np.isnan(table[5, 0])
    assert calibration_error(table) == pytest.approx((2 * 0.45 + 3 * (1 - 2.9 / 3)) / 5)
    assert np.isnan(calibration_error(reliability(np.array([]), np.array([], bool))))
