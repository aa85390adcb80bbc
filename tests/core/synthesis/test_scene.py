"""The demo scene: georeferenced, masked, with all ten types planted where the truth says so."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import rasterio

from rsqi_core.errors import OutputError, ParameterError
from rsqi_core.synthesis.scene import Scene, make_scene
from rsqi_core.taxonomy import CODES, IGNORED, by_code

SIZE = 1024


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("scene"), size=SIZE, seed=0)


def read(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with rasterio.open(scene.raster) as raster, rasterio.open(scene.truth) as truth:
        return raster.read().transpose(1, 2, 0), raster.dataset_mask() > 0, truth.read(1)


def test_raster_lies_in_a_three_degree_zone_at_half_a_metre(scene):
    with rasterio.open(scene.raster) as raster:
        assert raster.crs.to_epsg() == 4545
        assert raster.res == (0.5, 0.5)
        assert raster.count == 3
        assert raster.dtypes == ("uint8",) * 3
        assert raster.profile["tiled"]
        assert raster.compression.name == "deflate"
        assert raster.nodata is None
        assert 490_000 < raster.bounds.left < 510_000


def test_mask_is_inside_the_file_and_the_collar_is_black(scene):
    image, valid, _ = read(scene)
    assert not scene.raster.with_name("scene.tif.msk").exists()
    assert 0.7 < valid.mean() < 0.98
    assert image[~valid].max() == 0
    assert not valid[[0, 0, -1, -1], [0, -1, 0, -1]].any()


def test_truth_has_all_ten_types_on_the_same_grid(scene):
    _, valid, truth = read(scene)
    with rasterio.open(scene.raster) as raster, rasterio.open(scene.truth) as labels:
        assert labels.transform == raster.transform
        assert labels.crs == raster.crs
        assert labels.shape == raster.shape
    assert set(np.unique(truth)) == {*range(11), IGNORED}
    assert (truth[~valid] == IGNORED).all()
    assert (truth[valid] == 0).mean() > 0.5, "most of the scene stays clean"


def test_lost_pixels_are_valid_black_or_white(scene):
    image, valid, truth = read(scene)
    lost = truth == by_code("pixel_missing").id
    assert valid[lost].all()
    assert np.isin(image[lost].min(1), (0, 255)).mean() > 0.9


def test_list_tells_what_was_planted(scene):
    _, _, truth = read(scene)
    planted = json.loads(scene.planted.read_text(encoding="utf-8"))
    assert {entry["code"] for entry in planted} == set(CODES)
    for entry in planted:
        assert set(entry) == {"code", "severity", "bbox", "pixels", "parameters"}
        assert entry["severity"] in ("subtle", "medium", "strong")
        x, y, width, height = entry["bbox"]
        inside = truth[y : y + height, x : x + width] == by_code(entry["code"]).id
        assert inside.any()
    for code in CODES:  # nothing is counted under the collar, and nothing planted is overwritten
        listed = sum(entry["pixels"] for entry in planted if entry["code"] == code)
        assert listed == (truth == by_code(code).id).sum()


def test_the_same_seed_gives_the_same_scene(scene, tmp_path):
    again = make_scene(tmp_path, size=SIZE, seed=0)
    for before, after in zip(read(scene), read(again)):
        assert np.array_equal(before, after)
    assert scene.planted.read_text(encoding="utf-8") == again.planted.read_text(encoding="utf-8")


def test_nothing_but_the_three_files_is_left(scene):
    assert sorted(path.name for path in scene.raster.parent.iterdir()) == ["planted.json", "scene.tif", "truth.tif"]


def test_too_small_a_scene_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="1024"):
        make_scene(tmp_path, size=300)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="file"):
        make_scene(tmp_path / "file", size=SIZE)


def test_a_scene_replaces_scenes_only(scene, tmp_path):
    assert scene.is_own()
    for path in (scene.raster, scene.truth, scene.planted):
        shutil.copy(path, tmp_path)
    (tmp_path / "planted.json").write_text('[{"what": "trees"}]', encoding="utf-8")
    with pytest.raises(OutputError, match="no result of RSQI"):
        make_scene(tmp_path, size=SIZE)
    assert (tmp_path / "planted.json").read_text(encoding="utf-8") == '[{"what": "trees"}]'
