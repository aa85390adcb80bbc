"""What a mosaic names, and what of it is gone."""

import numpy as np
import pytest
import rasterio.shutil
from rasterio.vrt import WarpedVRT

from rsqi_core.errors import RasterError
from rsqi_core.raster import open_raster
from rsqi_core.raster.sources import missing_source


@pytest.fixture
def scene(write_raster):
    return write_raster(np.full((40, 40, 3), 90, np.uint8))


def mosaics(scene):
    """Write a plain mosaic, one of that, and a warped one."""
    plain, outer, warped = (scene.with_name(f"{name}.vrt") for name in ("plain", "outer", "warped"))
    rasterio.shutil.copy(scene, plain, driver="VRT")
    rasterio.shutil.copy(plain, outer, driver="VRT")
    with rasterio.open(scene) as dataset, WarpedVRT(dataset, crs="EPSG:3857") as view:
        rasterio.shutil.copy(view, warped, driver="VRT")
    return plain, outer, warped


def test_a_mosaic_of_which_a_file_is_gone_is_refused_when_opened(scene):
    places = mosaics(scene)
    assert [missing_source(str(path)) for path in places] == [None] * 3
    scene.rename(scene.with_name("elsewhere.tif"))
    for path in places:
        gone = pytest.raises(RasterError, match=r"made of .*scene\.tif, which is gone; put it back")
        with gone as caught, open_raster(path):
            pass
        assert path.name in str(caught.value) and "damaged" not in str(caught.value)


def test_a_damaged_source_is_damage(scene):
    plain, *_ = mosaics(scene)
    scene.write_bytes(b"no raster")
    with open_raster(plain) as raster, pytest.raises(RasterError, match="damaged"):
        raster.read(0, 0, 10, 10)


@pytest.mark.parametrize(
    "source", ["GPKG:gone.gpkg:img", "/vsicurl/http://example.org/a.tif", "http://example.org/a.tif"]
)
def test_what_is_no_plain_file_is_not_missed(tmp_path, source):
    path = tmp_path / "a.vrt"
    path.write_text(f"<VRTDataset><SourceFilename>{source}</SourceFilename></VRTDataset>")
    assert missing_source(str(path)) is None
