"""What an algorithm of QGIS would replace is a parameter error, before anything is read."""

import json
import shutil
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingContext
from results import write_result
from runner import algorithm, run


@pytest.fixture
def scene(raster, tmp_path):
    return Path(shutil.copy(raster, tmp_path / "scene.tif"))


def problem(application, name, parameters):
    possible, reason = algorithm(application, name).checkParameterValues(parameters, QgsProcessingContext())
    assert possible is not (reason != "")
    return reason


@pytest.mark.parametrize("name", ["inspect", "pixelmissing", "stripenoise"])
def test_the_mask_is_not_the_image(application, fake, scene, name, monkeypatch):
    parameters = {"INPUT": str(scene), "OUTPUT": "memory:", "MASK": str(scene)}
    assert problem(application, name, parameters) == (
        f"{scene}: would overwrite {scene}, which is read; choose another output"
    )
    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: "zh_CN"))
    assert problem(application, name, parameters) == f"{scene}：会覆盖要读取的 {scene}；请另选输出"
    assert not problem(application, name, {**parameters, "MASK": str(scene.with_name("m.tif"))})


def test_the_parts_of_a_shapefile_are_outputs(application, fake, scene):
    scene.with_suffix(".prj").touch()
    for output in ({"OUTPUT": "memory:", "SHAPEFILE": str(scene.with_suffix(".shp"))},
                   {"OUTPUT": str(scene.with_suffix(".shp"))}):  # fmt: skip
        assert "scene.prj" in problem(application, "inspect", {"INPUT": str(scene), **output})


def test_two_outputs_do_not_share_a_file(application, fake, scene, tmp_path):
    path = str(tmp_path / "o.gpkg")
    assert "same place" in problem(application, "inspect", {"INPUT": str(scene), "OUTPUT": path, "BLOCKS": path})


def test_a_scored_layer_does_not_replace_the_layer_it_comes_from(application, tmp_path):
    path = write_result(tmp_path / "e.gpkg", (1, 10, 10))
    assert "would overwrite" in problem(application, "score", {"INPUT": path, "OUTPUT": path})
    table = f"ogr:dbname='{path}' table=\"scored\" (geom)"
    assert not problem(application, "score", {"INPUT": path, "OUTPUT": table})  # beside it is well


def test_a_reviewed_layer_is_not_replaced_by_another_algorithm(application, fake, scene, tmp_path):
    path = write_result(tmp_path / "e.gpkg", (1, 10, 10), status="accepted")
    for form in ("{}", "ogr:dbname='{}' table=\"errors\" (geom)"):
        parameters = {"INPUT": str(scene), "OUTPUT": form.format(path)}
        assert "verdicts: 1" in problem(application, "pixelmissing", parameters)
    fresh = write_result(tmp_path / "f.gpkg", (1, 10, 10))
    assert not problem(application, "pixelmissing", {"INPUT": str(scene), "OUTPUT": fresh})
    (tmp_path / "g.gpkg").write_bytes(b"of somebody else")
    assert "no result" in problem(
        application, "pixelmissing", {"INPUT": str(scene), "OUTPUT": str(tmp_path / "g.gpkg")}
    )


def test_an_inspection_replaces_a_reviewed_result_only_if_allowed(application, fake, scene, tmp_path, monkeypatch):
    from osgeo import ogr

    path = tmp_path / "o.gpkg"
    parameters = {"INPUT": str(scene), "OUTPUT": str(path)}
    run(application, "inspect", parameters)
    assert not problem(application, "inspect", parameters)
    data = ogr.Open(str(path), update=1)
    data.ExecuteSQL("UPDATE errors SET status = 'rejected' WHERE fid < 3")
    del data
    assert "verdicts: 2" in problem(application, "inspect", parameters)
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    assert not problem(application, "inspect", {**parameters, "OVERWRITE": True})
    run(application, "inspect", {"INPUT": str(scene), "OUTPUT": "memory:", "OVERWRITE": True,
                                 "MASK": str(tmp_path / "m.tif")})  # fmt: skip
    request = json.loads((tmp_path / "seen.json").read_text())["request"]
    assert request["overwrite"] is True and request["targets"] == {"mask": str(tmp_path / "m.tif")}


def test_a_report_does_not_replace_the_image(application, fake, scene, tmp_path):
    path = write_result(tmp_path / "e.gpkg", (1, 10, 10))
    (tmp_path / "r.pdf").symlink_to(scene)
    parameters = {"INPUT": path, "RASTER": str(scene), "PDF": str(tmp_path / "r.pdf")}
    assert "scene.tif" in problem(application, "report", parameters)
