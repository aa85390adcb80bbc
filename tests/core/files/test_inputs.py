"""The files that a raster consists of, however it is named."""

import os
import shutil
import zipfile

import numpy as np
import pytest
import rasterio

from rsqi_core.files.inputs import files_of

BAND = (
    '<VRTRasterBand dataType="Byte" band="1"><SimpleSource>{}<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>'
)


@pytest.fixture
def scene(write_raster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_raster(np.full((64, 64, 3), 90, np.uint8))


def vrt(path, source, relative=1):
    named = f'<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename>'
    text = f'<VRTDataset rasterXSize="64" rasterYSize="64">{BAND.format(named)}</VRTDataset>'
    if path is None:
        return text
    path.write_text(text)
    return path


def names(raster):
    return sorted(os.path.relpath(path) for path in files_of(raster))


def test_sidecars_and_overviews(scene):
    with rasterio.open(scene) as source:
        profile = source.profile
    with rasterio.open("a.bil", "w", **{**profile, "driver": "EHdr", "count": 1}) as target:
        target.write(np.zeros((1, 64, 64), np.uint8))
    assert names("a.bil") == ["a.bil", "a.hdr", "a.prj"]
    with rasterio.Env(TIFF_USE_OVR=True), rasterio.open(scene, "r+") as target:
        target.build_overviews([2])
    assert names(scene) == ["scene.tif", "scene.tif.ovr"]


def test_the_sources_of_a_mosaic_at_any_depth(scene, tmp_path):
    (tmp_path / "tiles").mkdir()
    shutil.move(scene, tmp_path / "tiles" / "a.tif")
    (tmp_path / "tiles" / "a.tfw").touch()
    vrt(tmp_path / "tiles" / "inner.vrt", "a.tif")
    outer = vrt(tmp_path / "outer.vrt", "tiles/inner.vrt")
    tiles = ["tiles/a.tfw", "tiles/a.tif", "tiles/inner.vrt"]
    assert names(outer) == ["outer.vrt", *tiles]
    assert names(vrt(None, tmp_path / "outer.vrt", relative=0)) == ["outer.vrt", *tiles]  # given as text
    assert names(f"vrt://{outer}?bands=1") == ["outer.vrt", *tiles]
    (tmp_path / "tiles" / "a.tif").unlink()  # a mosaic that cannot be opened still tells
    assert names(outer) == ["outer.vrt", "tiles/inner.vrt"]


def test_the_container_of_a_subdataset(scene, tmp_path):
    with rasterio.open(scene) as source:
        profile = {**source.profile, "driver": "GPKG", "raster_table": "img"}
        with rasterio.open("c.gpkg", "w", **profile) as target:
            target.write(source.read())
    assert names("GPKG:c.gpkg:img") == names(f"GPKG:{tmp_path}/c.gpkg:img") == ["c.gpkg"]
    assert names(vrt(tmp_path / "m.vrt", "GPKG:c.gpkg:img")) == ["c.gpkg", "m.vrt"]
    assert names('NETCDF:"c.gpkg":var') == ["c.gpkg"]  # cannot be opened


def test_the_archive_that_a_raster_lies_in(scene, tmp_path):
    with zipfile.ZipFile("z.zip", "w") as archive:
        archive.write(scene, "in/scene.tif")
    for name in (
        "/vsizip/z.zip/in/scene.tif",
        f"/vsizip/{tmp_path}/z.zip/in/scene.tif",
        "/vsizip/{z.zip}/in/scene.tif",
    ):
        assert names(name) == ["z.zip"]


def test_an_address_and_what_is_gone_have_no_files(scene):
    assert files_of("http://localhost:1/scene.tif") == files_of("none.tif") == []


def test_a_pipe_is_named_and_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.tif")
    mosaic = vrt(tmp_path / "m.vrt", "pipe.tif")
    assert files_of(mosaic) == [mosaic, tmp_path / "pipe.tif"]
