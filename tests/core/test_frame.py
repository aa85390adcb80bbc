"""The part of a raster that is inspected."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsqi_core.errors import ParameterError
from rsqi_core.frame import frame_of
from rsqi_core.parameters import Parameters
from rsqi_core.raster import open_raster

PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 2_950_000)
LEFT_HALF = "POLYGON ((500000 2950000, 500020 2950000, 500020 2949970, 500000 2949970, 500000 2950000))"


@pytest.fixture
def raster(tmp_path):
    """80 x 60 px of half a metre on the central meridian of its zone."""
    path = tmp_path / "image.tif"
    with rasterio.open(path, "w", driver="GTiff", width=80, height=60, count=3, dtype="uint8", crs="EPSG:4545",
                       transform=PLACE) as file:  # fmt: skip
        file.write(np.full((3, 60, 80), 90, np.uint8))
    with open_raster(path) as opened:
        yield opened


def test_without_limits_it_is_the_whole_raster(raster):
    frame = frame_of(raster, Parameters())
    assert frame.window == (0, 0, 80, 60) and (frame.width, frame.height, frame.pixels) == (80, 60, 4800)
    assert frame.diagonal == 100 and frame.transform == PLACE and frame.crs_of_areas == raster.crs


def test_an_extent_takes_every_pixel_that_it_touches(raster):
    frame = frame_of(raster, Parameters(extent=(500_005.1, 2_949_980.0, 500_009.9, 2_949_994.6)))
    assert frame.window == (10, 10, 10, 30)
    assert frame.transform * (0, 0) == (500_005, 2_949_995)


def test_polygons_and_extent_limit_it_together(raster):
    assert frame_of(raster, Parameters(area=LEFT_HALF)).window == (0, 0, 40, 60)
    both = frame_of(raster, Parameters(area=LEFT_HALF, extent=(500_015, 2_949_980, 500_030, 2_950_000)))
    assert both.window == (30, 0, 10, 40) and both.raster.area is not None


def test_what_has_no_pixel_is_refused(raster):
    with pytest.raises(ParameterError, match="lies outside"):
        frame_of(raster, Parameters(extent=(0, 0, 10, 10)))
    with pytest.raises(ParameterError, match="no pixel in common"):
        frame_of(raster, Parameters(area=LEFT_HALF, extent=(500_025, 2_949_980, 500_030, 2_950_000)))


def test_its_valid_area_is_the_share_of_its_pixels(raster):
    frame = frame_of(raster, Parameters())
    assert frame.valid_area(4800) == pytest.approx(4800 * 0.25, rel=1e-3)
    assert frame.valid_area(1200) == pytest.approx(frame.valid_area(4800) / 4, rel=1e-9)
