import json

import numpy as np
import pytest
import rasterio

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark.planted import match_planted


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
    rows = {row.code: row for row in match_planted(scene / "truth.tif", scene / "planted.json", scene / "mask.tif")}
    assert (rows["cloud"].planted, rows["cloud"].recalled, rows["cloud"].false) == (1, 1, 0)
    assert rows["cloud"].iou == pytest.approx(0.5)
    assert (rows["stitching_trace"].recalled, rows["stitching_trace"].false) == (1, 0)
    assert (rows["blur"].planted, rows["blur"].found, rows["blur"].false) == (0, 1, 1)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_compare_refuses_another_grid(scene):
    with rasterio.open(scene / "mask.tif", "w", driver="GTiff", width=5, height=5, count=1, dtype="uint8"):
        pass
    with pytest.raises(RsqiError, match="5 x 5"):
        match_planted(scene / "truth.tif", scene / "planted.json", scene / "mask.tif")
