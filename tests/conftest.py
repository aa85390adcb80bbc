"""Small rasters that several groups of tests share."""

import pytest

try:
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin
except ImportError:  # QGIS's Python runs only tests/qgis and tests/ui, which bring their own
    rasterio = None


@pytest.fixture
def write_raster(tmp_path):
    """Return a function that writes uint8 RGB [H, W, 3] as a GeoTIFF in CGCS2000 and gives its path."""

    def write(rgb, name="scene.tif", valid=None, placed=True):
        path = tmp_path / name
        place = {"crs": "EPSG:4545", "transform": from_origin(500_000, 2_900_000, 0.5, 0.5)} if placed else {}
        with rasterio.open(
            path, "w", driver="GTiff", width=rgb.shape[1], height=rgb.shape[0], count=3, dtype="uint8", **place
        ) as target:
            target.write(np.moveaxis(rgb, -1, 0))
            if valid is not None:
                target.write_mask(valid)
        return path

    return write
