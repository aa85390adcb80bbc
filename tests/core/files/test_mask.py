"""The mask: the labels on the raster's grid, and nothing where there are none."""

import numpy as np
import rasterio
from affine import Affine

from rsqi_core.files.mask import write_mask
from rsqi_core.raster import open_raster
from rsqi_core.strips.label_file import LabelFile


def test_tiles_without_a_valid_pixel_are_left_out_of_the_file(tmp_path):
    profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "width": 1100, "height": 1600, "sparse_ok": True}
    place = {"crs": "EPSG:32648", "transform": Affine(1, 0, 500_000, 0, -1, 3_000_000)}
    with rasterio.open(tmp_path / "scene.tif", "w", **profile, **place):
        pass
    rng = np.random.default_rng(0)
    label = rng.choice(np.array([0, 1, 9, 255], np.uint8), (100, 1000))
    label[:, :500] = 255
    nothing = np.broadcast_to(np.uint8(255), (600, 1000))
    labels = LabelFile(tmp_path / "labels", 1000)
    for band in (nothing, label, np.zeros_like(nothing)):
        labels.append(band)
    with open_raster(str(tmp_path / "scene.tif")) as raster:
        write_mask(tmp_path / "mask.tif", raster, labels.bands(), (60, 20, 1000, 1300))
    with rasterio.open(tmp_path / "mask.tif") as mask:
        expected = np.full((1600, 1100), 255, np.uint8)
        expected[620:720, 60:1060] = label
        expected[720:1320, 60:1060] = 0
        assert np.array_equal(mask.read(1), expected)
        stored = [
            (row, column)
            for row in range(4)
            for column in range(3)
            if mask.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1)
        ]
    assert stored == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]


def test_the_raster_can_be_read_after_its_mask_is_written(tmp_path):
    profile = {"driver": "GTiff", "count": 4, "dtype": "uint8", "width": 900, "height": 700, "nodata": 0}
    place = {"crs": "EPSG:32648", "transform": Affine(1, 0, 500_000, 0, -1, 3_000_000)}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "photometric": "MINISBLACK"}
    with rasterio.open(tmp_path / "image.tif", "w", **profile, **place, **tiles) as file:
        file.write(np.full((4, 700, 900), 90, np.uint8))
    with open_raster(tmp_path / "image.tif") as raster:
        write_mask(tmp_path / "mask.tif", raster, [np.zeros((700, 900), np.uint8)], (0, 0, 900, 700))
        assert (raster.read(0, 0, 900, 700)[0] == 90).all()
    with rasterio.open(tmp_path / "mask.tif") as mask:
        assert mask.colormap(1)[1] == (0, 200, 255, 255)
