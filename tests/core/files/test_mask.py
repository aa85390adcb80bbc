"""The mask: the labels on the raster's grid, and nothing where there are none."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

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


@pytest.mark.parametrize(
    "stored",
    [
        {"count": 3, "photometric": "ycbcr", "compress": "jpeg", "tiled": True},
        {"count": 3, "photometric": "rgb", "interleave": "band"},
        {"count": 4, "photometric": "rgb", "alpha": "premultiplied", "interleave": "pixel"},
        {"count": 4, "photometric": "cmyk", "compress": "jpeg", "interleave": "pixel"},
        {"count": 1, "photometric": "miniswhite", "compress": "ccittfax4", "nbits": 1},
        {"count": 1, "photometric": "palette"},
        {"count": 4, "dtype": "uint16", "photometric": "minisblack", "nodata": 0, "compress": "lzw", "predictor": 2},
    ],
    ids=lambda stored: f"{stored['photometric']}-{stored['count']}",
)
def test_a_mask_is_stored_alike_whatever_the_image_is_stored_like(tmp_path, stored):
    profile = {"driver": "GTiff", "width": 64, "height": 32, "dtype": "uint8", "crs": "EPSG:32648",
               "transform": from_origin(500_000, 3_000_000, 0.5, 0.5), "blockxsize": 16, "blockysize": 16}  # fmt: skip
    if not stored.get("tiled"):
        del profile["blockxsize"], profile["blockysize"]
    with rasterio.open(tmp_path / "a.tif", "w", **profile | stored) as target:
        target.write(np.full((stored["count"], 32, 64), 1, target.dtypes[0]))
    labels = np.zeros((32, 64), np.uint8)
    labels[4:8, 4:8] = 3
    with open_raster(tmp_path / "a.tif") as raster:
        write_mask(tmp_path / "a_mask.tif", raster, [labels], (0, 0, 64, 32))
    with rasterio.open(tmp_path / "a_mask.tif") as mask:
        assert (mask.dtypes, mask.nodata, mask.photometric, mask.colorinterp) == (
            ("uint8",), 255, None, (ColorInterp.palette,))  # fmt: skip
        assert mask.compression.name == "deflate" and mask.block_shapes == [(512, 512)]
        assert "NBITS" not in mask.tags(1, ns="IMAGE_STRUCTURE") and np.array_equal(mask.read(1), labels)
