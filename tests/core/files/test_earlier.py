"""What lies where a result goes: replaced, kept or refused."""

import os
import re
import shutil
import sqlite3

import pyogrio
import pytest
import rasterio
import rasterio.shutil

from rsqi_core.errors import OutputError, RasterError
from rsqi_core.files.earlier import keep_earlier, read_earlier
from rsqi_core.job import Job, run
from rsqi_core.parameters import Parameters
from rsqi_core.raster import open_raster
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture
def scene(write_raster, tmp_path):
    rgb = landscape(256, seed=3)
    rgb[100:110, 100:130] = rgb[200:220, 30:60] = 0
    return write_raster(rgb)


@pytest.fixture
def inspect(scene, tmp_path):
    """Return a function that inspects the scene into o.gpkg, and gives the warnings."""

    def inspect(raster=scene, **more):
        said = []
        settings = Parameters(blocks=(128,), stages=("rules",))
        job = Job(str(raster), tmp_path / "o.gpkg", parameters=settings, **more)
        run(job, lambda event, **values: said.append(values["code"]) if event == "warning" else None)
        return said

    return inspect


def change(path, *commands):
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')  # which need functions of another library
        for command in commands:
            database.execute(command)
    database.close()


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


REVIEWS = (
    "UPDATE errors SET status = 'accepted' WHERE fid = 1",
    "UPDATE errors SET comment = 'look at this' WHERE fid = 1",
    "UPDATE errors SET edited_by = 'Li' WHERE fid = 1",
)


def test_a_result_of_the_same_image_that_nobody_has_touched_is_replaced(inspect, tmp_path):
    inspect(mask=True, report=True, shapefile=True)
    inspect(mask=True, report=True, shapefile=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        "scene.tif", "o.gpkg", "o_mask.tif", "o.html", *(f"o.{end}" for end in ("shp", "shx", "dbf", "cpg", "prj"))
    }  # fmt: skip
    found = read_earlier(tmp_path / "o.gpkg")
    assert found.raster == str(tmp_path / "scene.tif") and found.verdicts == 0 and found.is_own


@pytest.mark.parametrize("review", REVIEWS)
def test_a_reviewed_result_needs_a_word_and_is_kept_even_then(inspect, tmp_path, review):
    inspect()
    change(tmp_path / "o.gpkg", review)
    before = content(tmp_path)
    with pytest.raises(OutputError, match=r"verdicts: 1.*--overwrite"):
        inspect()
    assert content(tmp_path) == before
    assert inspect(overwrite=True) == ["not_inspected", "kept"]
    after = content(tmp_path)
    assert after.pop("o.bak.gpkg") == before["o.gpkg"]
    assert after.keys() == before.keys() and read_earlier(tmp_path / "o.gpkg").verdicts == 0
    change(tmp_path / "o.gpkg", review)
    inspect(overwrite=True)
    assert (tmp_path / "o.bak.gpkg").read_bytes() == before["o.gpkg"] and read_earlier(
        tmp_path / "o.bak_2.gpkg"
    ).verdicts


def test_a_review_that_came_during_the_run_is_kept(inspect, tmp_path, monkeypatch):
    inspect()
    from rsqi_core import job

    stage = job._stage

    def reviewed_meanwhile(*means):
        change(tmp_path / "o.gpkg", REVIEWS[0])
        return stage(*means)

    monkeypatch.setattr(job, "_stage", reviewed_meanwhile)
    assert "kept" in inspect()
    assert read_earlier(tmp_path / "o.bak.gpkg").verdicts == 1


def test_a_verdict_in_the_journal_of_an_open_program_counts(inspect, tmp_path):
    inspect()
    path = tmp_path / "o.gpkg"
    change(path)
    with sqlite3.connect(path) as program:
        program.execute("PRAGMA journal_mode = WAL")
        program.execute(REVIEWS[0])
        program.commit()
        assert read_earlier(path).verdicts == 1
    program.close()


def test_the_result_of_another_image_needs_a_word(inspect, scene, tmp_path):
    inspect()
    other = shutil.copy(scene, tmp_path / "other.tif")
    with pytest.raises(OutputError, match="another image"):
        inspect(other)
    assert "kept" in inspect(other, overwrite=True)
    assert read_earlier(tmp_path / "o.bak.gpkg").raster == str(scene)


def test_a_project_that_was_moved_is_the_same_image(inspect, scene, tmp_path):
    inspect()
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("scene.tif", "o.gpkg"):
        shutil.move(tmp_path / name, moved / name)
    assert keep_earlier(moved / "o.gpkg", str(moved / "scene.tif")) is None


@pytest.mark.parametrize("command", ["CREATE TABLE roads (fid INTEGER)", "CREATE VIEW mine AS SELECT * FROM errors"])
def test_another_layer_is_never_lost(inspect, tmp_path, command):
    inspect()
    change(tmp_path / "o.gpkg", command)
    before = content(tmp_path)
    for overwrite in (False, True):
        with pytest.raises(OutputError, match=r"further layers \((roads|mine)\)"):
            inspect(overwrite=overwrite)
    assert content(tmp_path) == before


@pytest.mark.parametrize("foreign", [b"of somebody else", "package"])
def test_what_is_no_result_is_never_replaced(inspect, tmp_path, foreign):
    if foreign == "package":
        with sqlite3.connect(tmp_path / "o.gpkg") as database:
            database.execute("CREATE TABLE roads (fid INTEGER)")
        database.close()
    else:
        (tmp_path / "o.gpkg").write_bytes(foreign)
    before = content(tmp_path)
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="no result of RSQI"):
            inspect(overwrite=overwrite)
    assert content(tmp_path) == before


def test_an_empty_file_holds_nothing(inspect, tmp_path):
    (tmp_path / "o.gpkg").touch()
    inspect()
    assert read_earlier(tmp_path / "o.gpkg").is_own


@pytest.mark.parametrize(
    ("kind", "name"), [("mask", "o_mask.tif"), ("report", "o.html"), ("shapefile", "o.dbf"), ("shapefile", "o.prj")]
)
def test_a_file_that_is_not_ours_needs_a_word(inspect, scene, tmp_path, kind, name):
    if kind == "mask":
        shutil.copy(scene, tmp_path / name)
    else:
        (tmp_path / name).write_bytes(b"of somebody else")
    before = content(tmp_path)
    with pytest.raises(OutputError, match=f"{name}: exists and is not as RSQI wrote it"):
        inspect(**{kind: True})
    assert content(tmp_path) == before
    inspect(**{kind: True}, overwrite=True)
    assert content(tmp_path)[name] != before[name]


def test_a_shapefile_that_somebody_has_changed_is_not_as_it_was_written(inspect, tmp_path):
    inspect(shapefile=True)
    with (tmp_path / "o.dbf").open("r+b") as table:
        table.seek(-4, os.SEEK_END)
        table.write(b"9")
    with pytest.raises(OutputError, match=r"o\.shp: exists"):
        inspect(shapefile=True)


@pytest.mark.parametrize("kind", ["errors", "mask", "report", "shapefile"])
def test_a_folder_in_the_way_is_refused_before_any_work(inspect, tmp_path, kind):
    name = {"errors": "o.gpkg", "mask": "o_mask.tif", "report": "o.html", "shapefile": "o.shp"}[kind]
    (tmp_path / name).mkdir()
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="this is a folder"):
            inspect(mask=True, report=True, shapefile=True, overwrite=overwrite)
    assert {path.name for path in tmp_path.iterdir()} == {"scene.tif", name}


def test_a_pipe_is_refused_as_input_and_as_output(inspect, tmp_path):
    pipe = tmp_path / "pipe.tif"
    os.mkfifo(pipe)
    with pytest.raises(RasterError, match="pipe"):
        open_raster(pipe)
    mosaic = tmp_path / "m.vrt"
    mosaic.write_text('<VRTDataset><SourceFilename relativeToVRT="1">pipe.tif</SourceFilename></VRTDataset>')
    with pytest.raises(RasterError, match=r"pipe\.tif"):
        inspect(mosaic)
    os.mkfifo(tmp_path / "o_mask.tif")
    with pytest.raises(OutputError, match="pipe"):
        inspect(mask=True)


def test_a_disk_without_links_gets_a_copy(inspect, tmp_path, monkeypatch):
    inspect()
    change(tmp_path / "o.gpkg", REVIEWS[0])
    before = (tmp_path / "o.gpkg").read_bytes()

    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    inspect(overwrite=True)
    assert (tmp_path / "o.bak.gpkg").read_bytes() == before


def test_what_the_caller_writes_afterwards_is_compared_too(inspect, scene, tmp_path):
    with pytest.raises(OutputError, match=r"scene\.tif"):
        inspect(targets={"mask": str(scene)})
    with pytest.raises(OutputError, match="same place"):
        inspect(targets={"BLOCKS": str(tmp_path / "o.gpkg")})
    (tmp_path / "page.html").write_text("mine")
    with pytest.raises(OutputError, match=r"page\.html: exists"):
        inspect(report=True, targets={"report": str(tmp_path / "page.html")})


@pytest.mark.parametrize(
    "terms", [(0, 0, 5e5, 0, 0, 4e6), (1e-12, 0, 5e5, 0, -1e-12, 4e6), (0.5, 0.5, 5e5, 0.5, 0.5, 4e6)]
)
def test_a_pixel_size_of_nothing_is_no_georeference(inspect, scene, tmp_path, terms):
    path = tmp_path / "flat.vrt"
    rasterio.shutil.copy(scene, path, driver="VRT")
    a, b, c, d, e, f = terms
    place = f"<GeoTransform>{c}, {a}, {b}, {f}, {d}, {e}</GeoTransform>"
    path.write_text(re.sub("<GeoTransform>.*</GeoTransform>", place, path.read_text()))
    with rasterio.open(path) as flat:
        assert flat.transform[:6] == terms
    assert "no_georeference" in inspect(path, mask=True)
    with rasterio.open(tmp_path / "o_mask.tif") as mask:
        assert mask.crs is None and mask.transform.is_identity
        rows, columns = (mask.read(1) == 10).nonzero()
    bounds = pyogrio.read_info(tmp_path / "o.gpkg", layer="errors")["total_bounds"]
    assert bounds == (columns.min(), -rows.max() - 1, columns.max() + 1, -rows.min()) and bounds[1] == -220
