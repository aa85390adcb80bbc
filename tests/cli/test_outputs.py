"""What the command line writes never replaces what it reads, nor what somebody has worked on."""

import os
import shutil
import sqlite3

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from shared_imagery import DATA, NAIP, odd_rasters

from rsqi_core.cli import main


@pytest.fixture
def scene(write_raster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rgb = np.random.default_rng(5).integers(80, 160, (200, 200, 3), np.uint8)
    rgb[100:120, 100:130] = 0
    return write_raster(rgb)


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def inspect(*words):
    return main(["inspect", *map(str, words), "--types", "pixel_missing", "--stages", "rules"])


def refused(folder, capsys, words, *names):
    before = content(folder)
    assert inspect(*words) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and all(name in error for name in names)
    assert content(folder) == before


def test_the_mask_does_not_replace_the_image(scene, tmp_path, capsys):
    scene.rename("scene_mask.tif")
    refused(
        tmp_path, capsys, ["scene_mask.tif", "--output", "scene.gpkg", "--mask"], "scene_mask.tif", "choose another"
    )


def test_the_mask_does_not_replace_the_source_of_a_mosaic(scene, tmp_path, capsys):
    scene.rename("tile_mask.tif")
    rasterio.shutil.copy("tile_mask.tif", "tile.vrt", driver="VRT")
    refused(tmp_path, capsys, ["tile.vrt", "--output", "tile.gpkg", "--mask"], "tile_mask.tif")


def test_the_result_does_not_replace_the_container_of_the_image(scene, tmp_path, capsys):
    rasterio.shutil.copy(scene, "ras.gpkg", driver="GPKG", raster_table="img")
    refused(tmp_path, capsys, ["GPKG:ras.gpkg:img", "--output", "ras.gpkg"], "ras.gpkg")
    refused(tmp_path, capsys, ["ras.gpkg", "--output", "ras.gpkg"], "ras.gpkg")


def test_the_shapefile_does_not_replace_the_reference_of_the_image(scene, tmp_path, capsys):
    rasterio.shutil.copy(scene, "ortho.bil", driver="EHdr")
    refused(tmp_path, capsys, ["ortho.bil", "--output", "ortho.gpkg", "--shapefile"], "ortho.prj")


def test_the_shapefile_does_not_remove_a_reference_that_nobody_reads(write_raster, tmp_path, capsys):
    raster = write_raster(np.full((64, 64, 3), 90, np.uint8), "air.tif", placed=False)
    (tmp_path / "air.prj").write_text("LOCAL_CS[]")
    words = [raster, "--output", tmp_path / "air.gpkg", "--shapefile"]
    refused(tmp_path, capsys, words, "air.prj")
    (tmp_path / "air.shp").write_bytes(b"drawn by hand")  # whose .prj it is
    refused(tmp_path, capsys, words, "air.shp", "--overwrite")


def test_the_outputs_of_one_image_do_not_replace_another_one(scene, tmp_path, capsys):
    shutil.copy(scene, "scene_mask.tif")
    words = [scene, "scene_mask.tif", "--output", tmp_path, "--mask"]
    refused(tmp_path, capsys, words, "scene_mask.tif")


def test_a_reviewed_result_needs_the_word(scene, tmp_path, capsys):
    assert inspect(scene, "--output", "o.gpkg") == 0
    with sqlite3.connect("o.gpkg") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE errors SET status = 'rejected'")
    database.close()
    capsys.readouterr()
    refused(tmp_path, capsys, [scene, "--output", "o.gpkg"], "verdicts: 1", "--overwrite")
    before = content(tmp_path)["o.gpkg"]
    assert inspect(scene, "--output", "o.gpkg", "--overwrite") == 0
    assert "kept as o.bak.gpkg" in capsys.readouterr().err and content(tmp_path)["o.bak.gpkg"] == before


def test_one_result_in_the_way_does_not_stop_the_others(scene, tmp_path, capsys):
    shutil.copy(scene, "b.tif")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.gpkg").write_bytes(b"of somebody else")
    assert inspect("b.tif", scene, "--output", "out") == 1
    assert "b.gpkg" in capsys.readouterr().err and (tmp_path / "out" / "scene.gpkg").exists()
    assert (tmp_path / "out" / "b.gpkg").read_bytes() == b"of somebody else"


def test_a_pipe_is_refused_at_once(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.tif")
    os.mkfifo("pipe.gpkg")
    refused(tmp_path, capsys, ["pipe.tif", "--output", "o.gpkg"], "pipe.tif")
    for words in (["score"], ["describe"], ["report", "--output", "r.html"]):
        assert main([words[0], "pipe.gpkg", *words[1:]]) == 1
        assert "pipe.gpkg: this is a pipe" in capsys.readouterr().err


def test_a_folder_in_the_place_of_the_mask_leaves_nothing(scene, tmp_path, capsys):
    (tmp_path / "o_mask.tif").mkdir()
    refused(tmp_path, capsys, [scene, "--output", "o.gpkg", "--mask"], "o_mask.tif", "folder")
    assert {path.name for path in tmp_path.iterdir()} == {"scene.tif", "o_mask.tif"}


def report(*outputs, words=()):
    return main(["report", "o.gpkg", *(word for path in outputs for word in ("--output", str(path))), *words])


def test_a_report_replaces_nothing_that_is_read(scene, tmp_path, capsys):
    assert inspect(scene, "--output", "o.gpkg") == 0
    os.link(scene, "image.html")
    (tmp_path / "gpkg.csv").symlink_to("o.gpkg")
    before = content(tmp_path)
    capsys.readouterr()
    for path, read in (("image.html", "scene.tif"), ("gpkg.csv", "o.gpkg")):
        assert report(path) == 1
        error = capsys.readouterr().err
        assert path in error and read in error and content(tmp_path) == before


@pytest.mark.parametrize("name", ["r.html", "r.csv", "r.xlsx", "r.shp"])
def test_a_report_replaces_its_own_and_nothing_else(scene, tmp_path, capsys, name):
    assert inspect(scene, "--output", "o.gpkg") == 0
    assert report(name) == report(name) == 0
    (tmp_path / name).write_bytes(b"of somebody else")
    assert report(name) == 1 and name in capsys.readouterr().err
    assert (tmp_path / name).read_bytes() == b"of somebody else"
    assert report(name, words=["--overwrite"]) == 0
    assert (tmp_path / name).read_bytes() != b"of somebody else"


def test_a_record_that_was_filled_in_by_hand_stays(scene, tmp_path, capsys):
    assert inspect(scene, "--output", "o.gpkg") == 0
    assert report("r.csv") == 0
    head, row = (tmp_path / "r.csv").read_text("utf-8-sig").splitlines()
    cells = row.split(",")
    cells[6] = "mended"
    (tmp_path / "r.csv").write_text(f"{head}\n{','.join(cells)}\n", "utf-8-sig")
    assert report("r.csv") == 1 and "r.csv" in capsys.readouterr().err
    assert "mended" in (tmp_path / "r.csv").read_text("utf-8-sig")


def one_of_each_kind(files):
    """Of rasters that are stored alike, the first one."""
    kinds = {}
    for file in files:
        with rasterio.open(file) as raster:
            place = raster.crs is None, raster.transform.is_rectilinear, raster.transform.e < 0, bool(raster.gcps[0])
            stored = (
                raster.driver,
                raster.compression,
                raster.interleaving,
                raster.photometric,
                raster.block_shapes[0][1] < raster.width,
            )
            bands = raster.dtypes, raster.colorinterp, raster.mask_flag_enums, raster.nodata is None
        kinds.setdefault(str((place, stored, bands)), file)
    return list(kinds.values())


@pytest.mark.filterwarnings("error::RuntimeWarning")  # which a shell would show
@pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared imagery")
def test_all_outputs_of_every_kind_of_raster_appear_together(tmp_path, capsys):
    kinds = one_of_each_kind(file for file in odd_rasters() if file.stat().st_size < 60_000)
    assert len(kinds) > 20
    rasters = {}
    for n, file in enumerate([*kinds, *NAIP]):
        rasters[shutil.copy(file, tmp_path / f"{n}{file.suffix}")] = file.name
    words = [*rasters, "--output", tmp_path / "o", "--mask", "--report", "--shapefile"]
    assert inspect(*words, "--blocks", "512", "--progress", "none") == 1
    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("rsqi: warning: ")]
    made = {path.name for path in (tmp_path / "o").iterdir()}
    refused = set()
    for raster, name in rasters.items():
        wanted = {f"{raster.stem}{ending}" for ending in (".gpkg", "_mask.tif", ".html", ".shp")}
        if wanted & made:
            assert wanted <= made, name
        else:
            refused.add(name)
    assert refused == {"all-nodata.tif", "inverted_lat.tif"}  # which hold nothing but nodata
    assert len(said) == len(refused)
