"""A raw file that is shorter than its header says is refused as soon as it is opened."""

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from rsqi_core.errors import RasterError
from rsqi_core.raster import open_raster

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

FORMATS = {
    "ENVI": (".dat", "uint8", 3),
    "EHdr": (".bil", "uint8", 3),
    "PNM": (".ppm", "uint8", 3),
    "RST": (".rst", "float32", 1),
    "MFF": (".hdr", "uint8", 3),
    "ISIS2": (".cub", "uint8", 3),
    "PAux": (".raw", "uint16", 3),
    "ERS": (".ers", "uint8", 3),
    "ROI_PAC": (".dem", "int16", 1),
    "PDS4": (".xml", "uint8", 3),
    "RRASTER": (".grd", "uint8", 3),
    "SAGA": (".sdat", "float32", 1),
}


def write(path, driver, dtype="uint8", bands=3, **options):
    data = np.random.default_rng(1).integers(40, 200, (bands, 90, 96)).astype(dtype)
    shape = {"count": bands, "height": 90, "width": 96, "dtype": dtype}
    with rasterio.open(path, "w", driver=driver, **shape, **options) as out:
        out.write(data)
    return path


def pixels_of(path):
    with rasterio.open(path) as dataset:
        return Path(max(dataset.files, key=os.path.getsize))


def cut(file, share):
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])


@pytest.mark.parametrize("driver", FORMATS)
def test_a_cut_file_is_refused_and_a_whole_one_is_not(tmp_path, driver):
    ending, dtype, bands = FORMATS[driver]
    path = write(tmp_path / f"scene{ending}", driver, dtype, bands)
    with open_raster(path) as raster:
        raster.read(0, 0, 96, 90)
    for share in (0.9, 0.6):
        cut(pixels_of(path), share)
        with pytest.raises(RasterError, match=r"truncated.*copy") as caught:
            open_raster(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
def test_one_byte_is_enough_whatever_the_order_of_the_pixels(tmp_path, interleave):
    path = write(tmp_path / "scene.dat", "ENVI", interleave=interleave)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RasterError, match="25919 bytes where its header says 25920"):
        open_raster(path)


def test_bytes_that_the_header_skips_are_no_pixels(tmp_path):
    path = write(tmp_path / "scene.dat", "ENVI")
    header = path.with_suffix(".hdr")
    header.write_text(header.read_text().replace("header offset = 0", "header offset = 500"))
    with pytest.raises(RasterError, match="25920 bytes where its header says 26420"):
        open_raster(path)
    path.write_bytes(bytes(500) + path.read_bytes())
    open_raster(path).close()
    bil = write(tmp_path / "scene.bil", "EHdr")
    with bil.with_suffix(".hdr").open("a") as file:
        file.write("SKIPBYTES 7\n")
    with pytest.raises(RasterError, match="25920 bytes where its header says 25927"):
        open_raster(bil)


def test_a_mosaic_of_a_cut_file_is_refused(tmp_path):
    path = write(tmp_path / "scene.dat", "ENVI")
    rasterio.shutil.copy(path, tmp_path / "mosaic.vrt", driver="VRT")
    open_raster(tmp_path / "mosaic.vrt").close()
    cut(path, 0.9)
    with pytest.raises(RasterError, match=r"scene\.dat: it is truncated"):
        open_raster(tmp_path / "mosaic.vrt")
