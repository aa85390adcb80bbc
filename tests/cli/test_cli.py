import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from shared_imagery import NAIP

from rsqi_core.cli import main
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.training.settings import settings_for


@pytest.fixture(scope="module")
def holed():
    rgb = landscape(640, seed=5)
    rgb[100:120, 100:130] = 0
    rgb[400:401, 50:300] = 255
    return rgb


def rows(gpkg, sql):
    with sqlite3.connect(gpkg) as database:
        return database.execute(sql).fetchall()


def test_inspect_writes_everything_the_contract_names(write_raster, holed, tmp_path, capsys):
    raster, out = write_raster(holed), tmp_path / "out.gpkg"
    words = ["inspect", str(raster), "--output", str(out), "--mask", "--report", "--shapefile", "--progress", "json"]
    assert main(words) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [e["event"] for e in events][-1] == "result"
    names = {f.name for f in tmp_path.iterdir()} - {raster.name}
    assert names == {"out.gpkg", "out_mask.tif", "out.html", "out.shp", "out.shx", "out.dbf", "out.prj", "out.cpg"}
    with rasterio.open(tmp_path / "out_mask.tif") as mask, rasterio.open(raster) as scene:
        assert mask.transform == scene.transform and mask.crs == scene.crs and mask.shape == scene.shape
        label = mask.read(1)
    assert (label[101:119, 101:129] == 10).all()
    fields = {row[1] for row in rows(out, "PRAGMA table_info(errors)")}
    assert {"category_id", "label", "label_en", "confidence", "area_m2", "severity", "penalty", "status", "source",
            "block_size", "comment", "edited_at", "edited_by"} <= fields  # fmt: skip
    assert rows(out, "SELECT count(*) FROM errors WHERE category_id = 10")[0][0] >= 2
    assert rows(out, "SELECT count(*) FROM blocks")[0][0] == len(rows(out, "SELECT * FROM blocks WHERE p_cloud <= 1"))
    score, grade, model = rows(out, "SELECT score, grade, model_hash FROM summary")[0]
    assert score == events[-1]["summary"]["score"] < 100 and grade and model


@pytest.mark.parametrize("containers", [
    [("uint8", 1, {}), ("uint16", 1, {}), ("int16", 1, {}), ("float32", 1, {})],
    [("uint16", 4, {}), ("uint16", 4, {"nbits": 10}), ("int16", 4, {}), ("float32", 4, {})],
    [("uint16", 8, {}), ("uint16", 8, {"nbits": 11}), ("float32", 8, {})],
    [("uint16", 16, {}), ("uint16", 16, {"nbits": 12}), ("uint32", 16, {})],
], ids=["8 bits", "10 bits", "11 bits", "12 bits"])  # fmt: skip
def test_the_same_pixels_in_any_container_give_the_same_errors(holed, tmp_path, containers):
    place = {"crs": "EPSG:4545", "transform": rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)}
    size = {"width": 640, "height": 640, "count": 3, "driver": "GTiff", "photometric": "RGB"}
    found = []
    for n, (dtype, factor, options) in enumerate(containers):
        path, out = tmp_path / f"{n}.tif", tmp_path / f"{n}.gpkg"
        with rasterio.open(path, "w", dtype=dtype, **size, **place, **options) as file:
            file.write((np.moveaxis(holed, -1, 0).astype(float) * factor).astype(dtype))
        assert main(["inspect", str(path), "--output", str(out), "--progress", "none"]) == 0
        errors = rows(out, "SELECT category_id, area_m2, confidence, severity, penalty FROM errors ORDER BY fid")
        found.append((errors, rows(out, "SELECT score, grade, valid_area_m2 FROM summary")))
    assert len(found[0][0]) >= 2 and all(each == found[0] for each in found)
    missing = [error for error in found[0][0] if error[0] == 10]
    assert len(missing) == 2  # the black hole and the white line, beside shadows of trees that a stretch brings out


def test_an_image_outside_its_crs_is_told_and_the_next_one_inspected(holed, tmp_path, capsys):
    """Metres under EPSG:4326, an easting that begins with its zone in a CRS without it, and a right one."""
    places = {"metres": ("EPSG:4326", 500_000), "zone": ("EPSG:4545", 36_500_000), "right": ("EPSG:4545", 500_000)}
    for name, (crs, left) in places.items():
        place = {"crs": crs, "transform": rasterio.Affine(0.5, 0, left, 0, -0.5, 2_900_000)}
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", width=640, height=640, count=3, dtype="uint8", **place
        ) as file:
            file.write(np.moveaxis(holed, -1, 0))
    rasters = [str(tmp_path / f"{name}.tif") for name in places]
    options = ["--types", "pixel_missing", "--stages", "rules", "--progress", "none"]
    assert main(["inspect", *rasters, "--output", str(tmp_path / "out"), *options]) == 0
    said = capsys.readouterr().err
    assert f"{rasters[0]}: its coordinates, such as 500160, 2899840, lie outside EPSG:4326" in said
    assert f"{rasters[1]}: its coordinates, such as 36500160, 2899840, lie outside EPSG:4545" in said
    assert rasters[2] not in said
    for name in places:
        out = tmp_path / "out" / f"{name}.gpkg"
        ((area,),) = rows(out, "SELECT valid_area_m2 FROM summary")
        assert area == pytest.approx(320 * 320, rel=1e-4)
        errors = "SELECT severity, penalty FROM errors ORDER BY fid"
        before = rows(out, errors)
        assert main(["score", str(out)]) == 0
        assert rows(out, errors) == before == rows(tmp_path / "out" / "right.gpkg", errors)


def test_what_other_software_tells_its_gdal_and_proj_changes_nothing(write_raster, holed, tmp_path):
    """An empty folder stands for the proj.db of another version, and a driver that is skipped for any option."""
    (tmp_path / "proj").mkdir()
    others = {
        "PROJ_LIB": str(tmp_path / "proj"),
        "PROJ_DATA": str(tmp_path / "proj"),
        "GDAL_DATA": str(tmp_path / "proj"),
        "GDAL_SKIP": "GTiff",
    }
    found, raster = {}, write_raster(holed)
    for name, more in (("alone", {}), ("beside", others)):
        out = tmp_path / f"{name}.gpkg"
        words = ["inspect", raster, "--output", out, "--mask", "--shapefile", "--stages", "rules", "--progress", "none"]
        command = [sys.executable, "-m", "rsqi_core.cli", *map(str, words)]
        done = subprocess.run(command, env={**os.environ, **more}, capture_output=True, text=True, check=True)
        with rasterio.open(tmp_path / f"{name}_mask.tif") as mask:
            place = mask.crs.to_epsg(), mask.transform
        areas = rows(out, "SELECT area_m2 FROM errors ORDER BY fid")
        systems = rows(out, "SELECT srs_id FROM gpkg_geometry_columns")
        found[name] = done.stderr, place, areas, systems, (tmp_path / f"{name}.prj").read_text()
    assert found["beside"] == found["alone"] and found["alone"][1][0] == 4545


def test_undeclared_nodata_is_left_out_and_named(holed, tmp_path, capsys):
    place = {"crs": "EPSG:4545", "transform": rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)}
    deep = np.full((3, 900, 900), -9999, "int16")
    deep[:, 130:770, 130:770] = np.moveaxis(holed, -1, 0).astype("int16") * 10
    path, out, told = tmp_path / "a.tif", tmp_path / "a.gpkg", tmp_path / "told.gpkg"
    with rasterio.open(path, "w", driver="GTiff", width=900, height=900, count=3, dtype="int16", **place) as file:
        file.write(deep)
    words = ["inspect", str(path), "--report", "--language", "en", "--progress", "none", "--output"]
    assert main([*words, str(out)]) == 0
    assert "the undeclared value -9999 fills 49.4% of the image" in capsys.readouterr().err
    assert rows(out, "SELECT valid_pixels, diagonal_px FROM summary") == [(640 * 640, pytest.approx(640 * 2**0.5))]
    assert "Value left out as nodata" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert main([*words, str(told), "--nodata", "-9999"]) == 0
    assert "the undeclared value" not in capsys.readouterr().err
    errors = "SELECT category_id, area_m2, severity FROM errors ORDER BY fid"
    assert rows(told, errors) == rows(out, errors)


def test_an_image_of_one_colour_has_no_score_in_any_output(write_raster, tmp_path, capsys):
    raster, out = write_raster(np.full((640, 640, 3), 90, np.uint8)), tmp_path / "out.gpkg"
    assert main(["inspect", str(raster), "--output", str(out), "--report", "--progress", "none"]) == 0
    said = capsys.readouterr()
    assert "0 errors, score – (unscored)" in said.out and said.err.count("one colour") == said.err.count("warning") == 1
    assert rows(out, "SELECT score, grade, inspected FROM summary") == [(None, "unscored", "")]
    assert main(["score", str(out)]) == 0
    assert "score – (unscored)" in capsys.readouterr().out
    assert main(["describe", str(out), "--language", "en"]) == 0
    assert capsys.readouterr().out.startswith("Not inspected: cloud, shadow")
    table, again = tmp_path / "out.csv", tmp_path / "again.html"
    assert main(["report", str(out), "--output", str(table), "--output", str(again), "--language", "en"]) == 0
    assert "score – (unscored)" in capsys.readouterr().out
    for report in (tmp_path / "out.html", again):
        page = report.read_text(encoding="utf-8")
        assert "Not scored" in page and "Excellent" not in page and 'class="verdict excellent' not in page


def test_score_follows_a_reviewer_who_rejects(write_raster, holed, tmp_path, capsys):
    out = tmp_path / "out.gpkg"
    assert main(["inspect", str(write_raster(holed)), "--output", str(out), "--types", "pixel_missing"]) == 0
    before = rows(out, "SELECT score FROM summary")[0][0]
    with sqlite3.connect(out) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE errors SET status = 'rejected'")
    capsys.readouterr()
    assert main(["score", str(out), "--dry-run"]) == 0
    assert "score 100.0 (excellent)" in capsys.readouterr().out
    assert rows(out, "SELECT score FROM summary")[0][0] == before < 100
    assert main(["score", str(out)]) == 0
    assert rows(out, "SELECT score, grade FROM summary") == [(100, "excellent")]


def test_several_rasters_go_into_a_folder_and_one_bad_one_does_not_stop_the_rest(write_raster, holed, tmp_path, capsys):
    good = write_raster(holed[:300, :300], "一幅 影像.tif")
    bad = tmp_path / "bad.tif"
    bad.write_text("no raster")
    assert main(["inspect", str(bad), str(good), "--output", str(tmp_path / "out"), "--types", "pixel_missing"]) == 1
    assert sorted(f.name for f in (tmp_path / "out").iterdir()) == ["一幅 影像.gpkg"]
    error = capsys.readouterr().err
    assert "bad.tif" in error and "Traceback" not in error


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["inspect", "none.tif", "--output", "x.gpkg"], 1, "none.tif"),
        (["inspect", "a.tif", "b.tif", "--output", "x.gpkg"], 2, "folder"),
        (["inspect", "a.tif", "--output", "x.gpkg", "--types", "fog"], 2, "fog"),
        (["inspect", "a.tif", "--output", "x.gpkg", "--model", "nowhere"], 1, "no model here"),
        (["inspect", "a.tif", "--output", "missing/x.gpkg"], 1, "missing"),
        (["score", "none.gpkg"], 1, "none.gpkg"),
        (["train", "--pool", "none.npz", "--output", "run"], 2, "--data"),
    ],
)
def test_mistakes_end_in_one_line_and_the_right_code(words, code, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_exits_with_two():
    with pytest.raises(SystemExit) as caught:
        main(["inspect"])
    assert caught.value.code == 2


def test_the_raster_itself_is_never_overwritten(write_raster, holed, tmp_path, capsys):
    raster = write_raster(holed[:64, :64], "scene.gpkg.tif")
    alias = tmp_path / "alias.gpkg"
    alias.symlink_to(raster)
    before = raster.read_bytes()
    assert main(["inspect", str(raster), "--output", str(alias)]) == 1
    error = capsys.readouterr().err
    assert raster.read_bytes() == before and str(alias) in error and str(raster) in error


def test_inspect_replaces_an_older_result_whole(write_raster, holed, tmp_path):
    out = tmp_path / "out.gpkg"
    words = ["inspect", str(write_raster(holed[:200, :200])), "--output", str(out), "--types", "pixel_missing"]
    assert main(words) == 0
    first = rows(out, "SELECT count(*) FROM errors")
    assert main(words) == 0
    assert rows(out, "SELECT count(*) FROM errors") == first
    assert not list(tmp_path.glob(".rsqi-*"))


def test_synthesize_makes_a_scene_that_can_be_inspected(tmp_path, capsys):
    assert main(["synthesize", "--output", str(tmp_path / "demo"), "--size", "1024"]) == 0
    scene, truth, planted = (Path(line) for line in capsys.readouterr().out.splitlines())
    assert scene.exists() and truth.exists() and json.loads(planted.read_text())
    extent = "499000,2943100,499100,2943200"
    words = ["inspect", str(scene), "--output", str(tmp_path / "e.gpkg"), "--extent", extent, "--blocks", "512"]
    assert main(words) == 0


def test_doctor_names_versions_model_and_provider(capsys):
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "onnxruntime" in text and "rsqi-default" in text and "ExecutionProvider" in text


def test_the_command_line_starts_without_heavy_libraries():
    code = (
        "import sys; from rsqi_core.cli import main\n"
        "try: main(['train', '--help'])\n"
        "finally: print([m for m in ('torch', 'cv2', 'rasterio', 'onnxruntime') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert told.splitlines()[-1] == "[]" and "--batch N" in told


@pytest.mark.parametrize("module", ["rsqi_core", "rsqi_core.cli"])
def test_the_package_runs_as_a_module(module):
    ran = subprocess.run([sys.executable, "-m", module, "score", "none.gpkg"], capture_output=True, text=True)
    assert ran.returncode == 1 and ran.stderr.startswith("rsqi: none.gpkg") and ran.stderr.count("\n") == 1


def test_help_names_the_defaults_of_the_settings(capsys):
    ours, others = settings_for("joint"), settings_for("classifier", "resnet")
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert f"crops a step (ours {ours.batch}, others {others.batch})" in told
    assert f"peak learning rate (ours {ours.rate}, others {others.rate})" in told
    assert f"({ours.samples // 1000} 000)" in told and f"with a validation ({ours.checkpoint_every})" in told


@pytest.mark.skipif(not NAIP[0].is_file(), reason="needs the shared imagery")
def test_real_scenes(tmp_path, capsys):
    scenes = [str(file) for file in NAIP[:2]]
    assert main(["inspect", *scenes, "--output", str(tmp_path), "--mask"]) == 0
    for scene in scenes:
        with rasterio.open(scene) as a, rasterio.open(tmp_path / f"{Path(scene).stem}_mask.tif") as b:
            assert a.shape == b.shape and a.transform == b.transform
            assert set(np.unique(b.read(1))) <= {*range(11), 255}


def test_an_extent_beside_one_raster_does_not_stop_the_others(write_raster, holed, tmp_path, capsys):
    good, other = write_raster(holed[:100, :100], "good.tif"), tmp_path / "other.tif"
    with rasterio.open(good) as source:
        profile = source.profile | {"transform": source.transform * source.transform.translation(10_000, 0)}
        with rasterio.open(other, "w", **profile) as target:
            target.write(source.read())
        extent = ",".join(map(str, source.bounds))
    words = ["inspect", str(other), str(good), "--output", str(tmp_path / "out"), "--stages", "rules"]
    assert main([*words, "--extent", extent]) == 1
    error = capsys.readouterr().err
    assert "other.tif" in error and sorted(f.name for f in (tmp_path / "out").iterdir()) == ["good.gpkg"]
