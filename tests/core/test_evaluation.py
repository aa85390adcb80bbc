import json

import numpy as np
import pytest
import rasterio

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.metrics import Confusion, auroc, average_precision, f1
from rsqi_core.evaluation.planted import compare


def test_auroc_of_perfect_reversed_and_tied_scores():
    truth = np.array([False, False, True, True])
    assert auroc(np.array([0.1, 0.2, 0.8, 0.9]), truth) == 1
    assert auroc(np.array([0.9, 0.8, 0.2, 0.1]), truth) == 0
    assert auroc(np.full(4, 0.5), truth) == 0.5
    assert np.isnan(auroc(np.ones(2), np.array([True, True])))


def test_average_precision_by_hand():
    truth = np.array([True, False, True])
    assert average_precision(np.array([0.9, 0.8, 0.7]), truth) == pytest.approx((1 + 2 / 3) / 2)


def test_f1_by_hand():
    value, precision, recall = f1(np.array([True, True, False]), np.array([True, False, True]))
    assert (value, precision, recall) == (0.5, 0.5, 0.5)
    assert f1(np.zeros(3, bool), np.zeros(3, bool)) == (0, 0, 0)


def test_confusion_skips_ignored_pixels():
    confusion = Confusion(3)
    confusion.add(np.array([[1, 1, 0, 255]], np.uint8), np.array([[1, 2, 2, 2]], np.uint8))
    assert confusion.iou().tolist() == [0, 0.5, 0]
    assert confusion.pixel_precision() == pytest.approx(1 / 3)


@pytest.fixture
def scene(tmp_path):
    truth, found = np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8)
    truth[10:40, 10:40] = 1  # a cloud, half of it found
    found[10:40, 10:25] = 1
    truth[60:62, :] = 7  # a seam within a marked block
    found[50:75, :] = 7
    found[90:95, 90:95] = 4  # a false blur
    for name, array in (("truth", truth), ("mask", found)):
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", width=100, height=100, count=1, dtype="uint8"
        ) as target:
            target.write(array, 1)
    objects = [{"code": "cloud", "bbox": [10, 10, 30, 30]}, {"code": "stitching_trace", "bbox": [0, 60, 100, 2]}]
    (tmp_path / "planted.json").write_text(json.dumps(objects))
    return tmp_path


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_compare_counts_found_missed_and_false(scene):
    rows = {row.code: row for row in compare(scene / "truth.tif", scene / "planted.json", scene / "mask.tif")}
    assert (rows["cloud"].planted, rows["cloud"].recalled, rows["cloud"].false) == (1, 1, 0)
    assert rows["cloud"].iou == pytest.approx(0.5)
    assert (rows["stitching_trace"].recalled, rows["stitching_trace"].false) == (1, 0)
    assert (rows["blur"].planted, rows["blur"].found, rows["blur"].false) == (0, 1, 1)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_compare_refuses_another_grid(scene):
    with rasterio.open(scene / "mask.tif", "w", driver="GTiff", width=5, height=5, count=1, dtype="uint8"):
        pass
    with pytest.raises(RsqiError, match="5 x 5"):
        compare(scene / "truth.tif", scene / "planted.json", scene / "mask.tif")


def test_thresholds_keep_clean_blocks_quiet():
    from rsqi_core.evaluation.calibrate import temperature, threshold

    rng = np.random.default_rng(0)
    truth = np.arange(400) < 100
    spotless = ~truth
    p = np.clip(np.where(truth, 0.7, 0.3) + rng.normal(0, 0.1, 400), 0, 1)
    assert (p[spotless] >= threshold(p, truth, spotless)).mean() <= 0.01
    assert threshold(np.ones(400), truth, spotless) is None  # whatever marks everything is of no use
    assert threshold(rng.random(400), truth, spotless) is None
    calm = np.where(truth, 2.0, -2.0) * np.where(rng.random(400) < 0.1, -1, 1)
    assert temperature(5 * calm, truth) == pytest.approx(5 * temperature(calm, truth), rel=0.2) or temperature(
        5 * calm, truth
    ) == pytest.approx(3.0)
