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


@pytest.fixture(scope="session")
def imagery(tmp_path_factory):
    """A folder of imagery of procedural pictures: three without errors, and two with clouds that have outlines."""
    import cv2

    from rsqi_core.synthesis.landscape import landscape

    data = tmp_path_factory.mktemp("data")
    clean, real = data / "clean" / "rsscn7", data / "shadow" / "sparcs"
    for folder in (clean, real):
        folder.mkdir(parents=True)
    for k in range(3):
        cv2.imencode(".webp", landscape(256, seed=k)[..., ::-1])[1].tofile(clean / f"ground_{k}.webp")
    for k in range(2):
        image, mask = landscape(320, seed=5 + k), np.zeros((320, 320), np.uint8)
        mask[100:200, 60:220] = 255
        image[mask > 0] = 240
        cv2.imencode(".webp", image[..., ::-1])[1].tofile(real / f"scene_{k}.webp")
        cv2.imencode(".png", mask)[1].tofile(real / f"scene_{k}_cloud.png")
        cv2.imencode(".png", np.zeros_like(mask))[1].tofile(real / f"scene_{k}_shadow.png")
    return data


@pytest.fixture(scope="session")
def pool_file(imagery):
    """The training pool of this imagery, without procedural landscapes."""
    from rsqi_core.training import pool

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pool, "_LANDSCAPES", 0)
        assert pool.pack(imagery, imagery / "pool.npz") == 5
    return imagery / "pool.npz"
