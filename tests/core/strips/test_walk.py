"""The walk down a raster: every tile right, every pixel decoded once."""

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from rsqi_core.blocks import grid, walk_order
from rsqi_core.raster import Raster, open_raster
from rsqi_core.raster.gdal import OPTIONS
from rsqi_core.strips import walk as walking
from rsqi_core.strips.decimate import shrink, tile_shape
from rsqi_core.strips.walk import walk

SIDE = 32


@pytest.fixture(scope="module")
def image():
    rgb = np.random.default_rng(2).integers(1, 256, (333, 290, 3), np.uint8)
    valid = np.ones(rgb.shape[:2], bool)
    valid[:100, :120] = False
    valid[200:, 250:] = False
    return rgb, valid


@pytest.fixture
def raster(image, write_raster):
    rgb, valid = image
    with open_raster(str(write_raster(rgb, valid=valid))) as raster:
        yield raster


def steps_of(width, height, sizes):
    return walk_order([grid(width, height, size, 0.2) for size in sizes])


def same(first, second):
    return (first is None) == (second is None) and (first is None or np.array_equal(first, second))


@pytest.mark.parametrize("rows", [1, 17, 512, None])
@pytest.mark.parametrize("window", [(0, 0, 290, 333), (33, 50, 200, 260)])
@pytest.mark.parametrize("columns", [70, 4096])
def test_tiles_are_those_of_the_whole_image_whatever_the_strips(raster, image, window, rows, columns, monkeypatch):
    monkeypatch.setattr(walking, "_COLUMNS", columns)
    x, y, width, height = window
    rgb, valid = (array[y : y + height, x : x + width] for array in image)
    rgb = np.where(valid[..., None], rgb, 0)
    steps = steps_of(width, height, (32, 128))
    tiles = list(walk(raster, window, steps, SIDE, rows=rows))
    assert [tile.step for tile in tiles] == list(steps)
    for tile in tiles:
        b = tile.block
        box = slice(b.y, b.bottom), slice(b.x, b.x + b.width)
        if not valid[box].any():
            assert tile.rgb is None and tile.valid is None
        elif b.size == 32:
            assert np.array_equal(tile.rgb, rgb[box])
            assert same(tile.valid, None if valid[box].all() else valid[box])
        else:
            assert np.array_equal(tile.rgb, shrink(rgb[box], tile_shape(b, SIDE)))


@pytest.mark.parametrize("rows", [50, None])
@pytest.mark.parametrize("first", [1, 40, 119])
def test_a_walk_may_begin_anywhere(raster, image, first, rows):
    window = (0, 0, 290, 333)
    steps = steps_of(290, 333, (32, 128))
    whole = list(walk(raster, window, steps, SIDE, rows=rows))[first:]
    rest = list(walk(raster, window, steps, SIDE, first, rows=rows))
    assert len(rest) == len(whole)
    assert all(a.step == b.step and same(a.rgb, b.rgb) and same(a.valid, b.valid) for a, b in zip(rest, whole))
    assert list(walk(raster, window, steps, SIDE, len(steps))) == []


def test_each_pixel_is_read_once_for_all_sizes(raster, monkeypatch):
    seen = np.zeros((333, 290), int)
    read = Raster.read

    def counting(self, x, y, width, height, shape=None):
        seen[y : y + height, x : x + width] += 1
        return read(self, x, y, width, height, shape)

    monkeypatch.setattr(Raster, "read", counting)
    for rows in (40, None):
        seen[:] = 0
        for _ in walk(raster, (0, 0, 290, 333), steps_of(290, 333, (32, 64, 128)), SIDE, rows=rows):
            pass
        assert seen.min() == seen.max() == 1


@pytest.mark.parametrize(
    "profile",
    [
        {"count": 3, "nodata": 0},
        {"count": 3, "nodata": 0, "interleave": "band"},
        {"count": 4, "photometric": "rgb", "alpha": "yes"},
    ],
    ids=["nodata", "bands", "alpha"],
)
def test_what_a_sparse_file_lacks_is_not_read(tmp_path, monkeypatch, profile):
    monkeypatch.setattr(walking, "_COLUMNS", 128)
    data = np.random.default_rng(1).integers(1, 256, (profile["count"], 64, 192), np.uint8)
    path = tmp_path / "sparse.tif"
    profile |= {"width": 1000, "height": 700, "dtype": "uint8", "sparse_ok": True, "driver": "GTiff"}
    with rasterio.open(path, "w", tiled=True, blockxsize=64, blockysize=64, **profile) as file:
        file.write(data, window=Window(320, 256, 192, 64))
    boxes, read = [], Raster.read
    monkeypatch.setattr(Raster, "read", lambda self, *box: boxes.append(box) or read(self, *box))
    with open_raster(str(path)) as raster:
        steps = steps_of(1000, 700, (64, 256))
        tiles = [tile for tile in walk(raster, (0, 0, 1000, 700), steps, SIDE) if tile.rgb is not None]
        whole, _ = read(raster, 0, 0, 1000, 700)
    assert {(x, width) for x, _, width, _ in boxes} == {(256, 128), (384, 128)}
    assert 256 * 64 <= sum(width * height for _, _, width, height in boxes) <= 256 * 128
    for tile in tiles:
        b = tile.block
        expected = whole[b.y : b.bottom, b.x : b.x + b.width]
        assert np.array_equal(tile.rgb, expected if b.size == 64 else shrink(expected, tile_shape(b, SIDE)))
    assert sum(tile.block.size == 64 for tile in tiles) >= 6


def test_black_that_a_sparse_file_lacks_is_black_ground_where_nothing_says_nodata(tmp_path):
    path = tmp_path / "sparse.tif"
    profile = {"width": 200, "height": 200, "count": 3, "dtype": "uint8", "driver": "GTiff", "sparse_ok": True}
    with rasterio.open(path, "w", tiled=True, blockxsize=64, blockysize=64, **profile) as file:
        file.write(np.full((3, 64, 64), 9, np.uint8), window=Window(0, 0, 64, 64))
    with open_raster(str(path)) as raster:
        assert not raster.is_blank(64, 64, 64, 64)
        assert all(tile.rgb is not None for tile in walk(raster, (0, 0, 200, 200), steps_of(200, 200, (64,)), SIDE))


@pytest.mark.parametrize(
    ("tile", "cache", "rows"), [(512, 1 << 20, 512), (512, 1 << 24, 128), (256, 1 << 20, 256), (1024, 1 << 20, 512)]
)
def test_strips_are_low_where_the_cache_keeps_the_tiles(tmp_path, monkeypatch, tile, cache, rows):
    path = tmp_path / "tiled.tif"
    profile = {"width": 2000, "height": 2000, "count": 3, "dtype": "uint8", "driver": "GTiff", "sparse_ok": True}
    with rasterio.open(path, "w", tiled=True, blockxsize=tile, blockysize=tile, **profile):
        pass
    monkeypatch.setattr(walking, "CACHE", cache)
    with open_raster(str(path)) as raster:
        assert walking._rows(raster) == rows


def test_what_strips_take_the_cache_gives_up_and_gets_back(raster, monkeypatch):
    monkeypatch.setattr(walking, "CACHE", 10_000_000)
    tiles = walk(raster, (0, 0, 290, 333), steps_of(290, 333, (32, 128)), SIDE)
    before = OPTIONS["GDAL_CACHEMAX"]
    next(tiles)
    assert OPTIONS["GDAL_CACHEMAX"] == 10_000_000 - 128 * 290 * 4
    tiles.close()
    assert OPTIONS["GDAL_CACHEMAX"] == before
