"""Every kind of raster that may come in: one planted hole has to be found in each, where it is and nowhere else."""

import sqlite3
import zipfile

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.rpc import RPC
from shared_imagery import odd_rasters

from rsqi_core.cli import main
from rsqi_core.errors import RasterError
from rsqi_core.raster import open_raster

PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 3_000_000)
UTM = "EPSG:32648"
HEIGHT, WIDTH = 150, 170
HOLE = slice(40, 60), slice(50, 90)
RGBA = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
TILED = {"tiled": True, "blockxsize": 64, "blockysize": 64}

pytestmark = [
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
    pytest.mark.filterwarnings("ignore:.*:rasterio.errors.RasterioDeprecationWarning"),
]


def scene(bands=3, dtype="uint8", hole=0):
    """Smooth noisy ground, 30..210 in 8 bits, with one rectangle that holds nothing but `hole`."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    noise = np.random.default_rng(3).normal(0, 6, (bands, HEIGHT, WIDTH))
    ground = (120 + 60 * np.sin(rows / 17) * np.cos(columns / 13) + noise).clip(30, 210)
    data = (ground * (1 if np.dtype(dtype).itemsize == 1 else 15)).astype(dtype)
    data[:, HOLE[0], HOLE[1]] = hole
    return data


def write(path, data, mask=None, interp=None, palette=None, gcps=None, rpcs=None, **options):
    profile = {"driver": "GTiff", "transform": PLACE, "crs": UTM} | options
    shape = {"count": len(data), "height": data.shape[1], "width": data.shape[2], "dtype": data.dtype.name}
    with rasterio.open(path, "w", **shape, **profile) as out:
        if interp:
            out.colorinterp = interp
        if palette:
            out.write_colormap(1, palette)
        if gcps:
            out.gcps = gcps, CRS.from_user_input(UTM)
        if rpcs:
            out.rpcs = rpcs
        out.write(data)
        if mask is not None:
            out.write_mask(mask)
    return path


def inspect(path, tmp_path, *words):
    """Run the command line on `path`; return the holes found, in the raster's coordinates, and the mask."""
    out = tmp_path / "out" / "found.gpkg"
    out.parent.mkdir(exist_ok=True)
    call = ["inspect", str(path), "--output", str(out), "--mask", "--types", "pixel_missing", "--blocks", "128"]
    assert main([*call, "--stages", "rules", "--progress", "none", *words]) == 0
    with sqlite3.connect(out) as database:
        found = [_geometry(blob) for (blob,) in database.execute("SELECT geom FROM errors WHERE category_id = 10")]
    with rasterio.open(out.with_name("found_mask.tif")) as mask:
        return found, mask.read(1)


def _geometry(blob):
    envelope = (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
    return shapely.from_wkb(blob[8 + envelope :])


def assert_finds_the_hole(path, tmp_path, *words, place=PLACE, height=HEIGHT):
    found, mask = inspect(path, tmp_path, *words)
    assert len(found) == 1
    rows, columns = HOLE
    corners = [(columns.start, rows.start), (columns.stop, rows.start), (columns.stop, rows.stop)]
    expected = shapely.Polygon([place * c for c in (*corners, (columns.start, rows.stop))])
    assert found[0].symmetric_difference(expected).area < 1e-6 * expected.area
    assert (mask[HOLE] == 10).all() and (mask == 10).sum() == mask[HOLE].size and mask.shape == (height, WIDTH)
    return mask


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 7])
def test_number_of_bands(tmp_path, bands):
    assert_finds_the_hole(write(tmp_path / "a.tif", scene(bands), photometric="MINISBLACK"), tmp_path)


def test_chosen_bands_show_what_the_first_three_hide(tmp_path):
    data = scene(5)
    data[:3] = 100
    path = write(tmp_path / "a.tif", data, photometric="MINISBLACK")
    for bands in ((5,), (5, 4, 5)):
        with open_raster(path, bands) as raster:
            rgb, _ = raster.read(0, 0, WIDTH, HEIGHT)
            assert raster.describe()["bands"] == list(bands)
        np.testing.assert_array_equal(rgb[..., 0], data[4])
    assert inspect(path, tmp_path)[0] == []
    assert_finds_the_hole(path, tmp_path, "--bands", "5,4,5")
    assert_finds_the_hole(path, tmp_path, "--bands", "4")
    assert main(["inspect", str(path), "--output", str(tmp_path / "b.gpkg"), "--bands", "6"]) == 1
    assert main(["inspect", str(path), "--output", str(tmp_path / "b.gpkg"), "--bands", "1,2"]) == 2


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
)
def test_data_type(tmp_path, dtype):
    data = scene(1, dtype) if dtype != "int8" else (scene(1) // 2).astype("int8")
    assert_finds_the_hole(write(tmp_path / "a.tif", data), tmp_path)


@pytest.mark.parametrize(("bits", "dtype"), [(4, "uint8"), (11, "uint16"), (12, "uint16"), (20, "uint32")])
def test_saturation_of_odd_depths(tmp_path, bits, dtype):
    top = 2**bits - 1
    ground = scene().astype(float) / 211 * 0.6 * top
    data = np.maximum(ground, 1).astype(dtype)
    data[:, HOLE[0], HOLE[1]] = top
    path = write(tmp_path / "a.tif", data, nbits=bits)
    with open_raster(path) as raster:
        rgb, _ = raster.read(0, 0, WIDTH, HEIGHT)
        assert raster.stretch.ceiling == top
    ground = np.delete(rgb, range(40, 60), 0)
    assert (rgb[HOLE] == 255).all() and ground.min() >= 1 and ground.max() < 255 and ground.std() > 40


def test_sixteen_bit_sides_of_a_strip_do_not_darken_the_ground(tmp_path):
    data = scene(3, "uint16", hole=500)
    with open_raster(write(tmp_path / "full.tif", data)) as raster:
        expected = raster.stretch
    fill = data.copy()
    fill[:, :, :60], fill[:, :, 150:] = 0, 65535
    with open_raster(write(tmp_path / "strip.tif", fill)) as raster:
        assert raster.stretch.low == pytest.approx(expected.low, rel=0.1)
        assert raster.stretch.high == pytest.approx(expected.high, rel=0.1)


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf, -3.4028234663852886e38])
@pytest.mark.parametrize("declared", [True, False])
def test_floats_that_are_no_numbers_are_nodata(tmp_path, nothing, declared):
    data = scene(3, "float32", hole=nothing)
    found, mask = inspect(write(tmp_path / "a.tif", data, nodata=nothing if declared else None), tmp_path)
    assert not found and (mask[HOLE] == 255).all() and (mask == 255).sum() == mask[HOLE].size


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("uint8", 0),
        ("uint8", 255),
        ("uint16", 0),
        ("int16", -32768),
        ("int32", -9999),
        ("float32", -9999),
        ("int8", -1),
    ],
)
def test_nodata_value_is_no_error(tmp_path, dtype, nodata):
    data = scene(3, dtype, hole=nodata) if dtype != "int8" else (scene() // 2).astype("int8")
    data[:, HOLE[0], HOLE[1]] = nodata
    found, mask = inspect(write(tmp_path / "a.tif", data, nodata=nodata), tmp_path)
    assert not found and (mask[HOLE] == 255).all() and (mask == 255).sum() == mask[HOLE].size


def test_nodata_beyond_the_type_masks_nothing(tmp_path):
    path = write(tmp_path / "a.tif", scene())
    rasterio.shutil.copy(path, tmp_path / "a.vrt", driver="VRT")
    text = (tmp_path / "a.vrt").read_text().replace("<ColorInterp>", "<NoDataValue>-9999</NoDataValue><ColorInterp>")
    (tmp_path / "a.vrt").write_text(text)
    assert_finds_the_hole(tmp_path / "a.vrt", tmp_path)


def half():
    return np.tile(np.where(np.arange(WIDTH) < 120, 255, 0).astype("uint8"), (HEIGHT, 1))


@pytest.mark.parametrize("kind", ["alpha", "grey and alpha", "alpha of 16 bits", "mask inside", "mask beside"])
def test_what_is_masked_is_left_out(tmp_path, kind):
    options, data = {}, scene()
    if kind.startswith("mask"):
        options = {"mask": half()}
    elif kind == "alpha of 16 bits":
        data = np.concatenate([scene(3, "uint16"), half()[None].astype("uint16") * 257])
        options = {"interp": RGBA}
    else:
        data = np.concatenate([scene(3 if kind == "alpha" else 1), half()[None]])
        options = {"interp": RGBA if kind == "alpha" else [ColorInterp.gray, ColorInterp.alpha]}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=kind == "mask inside"):
        path = write(tmp_path / "a.tif", data, **options)
    assert (tmp_path / "a.tif.msk").exists() == (kind == "mask beside")
    mask = assert_finds_the_hole(path, tmp_path)
    assert (mask[:, 120:] == 255).all() and not (mask[:, :120] == 255).any()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_palette(tmp_path, dtype):
    grey = scene(1)
    step = 1 if dtype == "uint8" else 200
    palette = {i * step: (i, i, i, 255) for i in range(256)} | {250 * step: (9, 9, 9, 0)}
    index = grey.astype(dtype) * step
    index[0, 100:110, 100:110] = 250 * step
    path = with_palette(write(tmp_path / "a.tif", index), palette)  # GeoTIFF itself keeps no alpha
    mask = assert_finds_the_hole(path, tmp_path)
    assert (mask[100:110, 100:110] == 255).all() and (mask == 255).sum() == 100
    with open_raster(path) as raster:
        rgb, _ = raster.read(0, 0, WIDTH, HEIGHT)
        assert raster.stretch is None and raster.describe()["palette"]
    expected = np.where(index[0] == 250 * step, 0, grey[0])
    np.testing.assert_array_equal(rgb, np.repeat(expected[..., None], 3, -1))


def with_palette(path, palette):
    entries = "".join(
        '<Entry c1="{}" c2="{}" c3="{}" c4="{}"/>'.format(*palette.get(i, (0, 0, 0, 0)))
        for i in range(max(palette) + 1)
    )
    mosaic = path.with_suffix(".vrt")
    rasterio.shutil.copy(path, mosaic, driver="VRT")
    text = mosaic.read_text()
    colours = f"<ColorInterp>Palette</ColorInterp><ColorTable>{entries}</ColorTable>"
    mosaic.write_text(text.replace("<ColorInterp>Gray</ColorInterp>", colours))
    return mosaic


LOSSLESS = {
    "strips": ("a.tif", {}),
    "tiles": ("a.tif", TILED),
    "planes": ("a.tif", {"interleave": "band"}),
    "lzw": ("a.tif", {"compress": "lzw", "predictor": 2}),
    "deflate": ("a.tif", {"compress": "deflate", **TILED}),
    "zstd": ("a.tif", {"compress": "zstd", **TILED}),
    "packbits": ("a.tif", {"compress": "packbits"}),
    "bigtiff": ("a.tif", {"bigtiff": "yes"}),
    "big-endian": ("a.tif", {"endianness": "big"}),
    "cog": ("a.tif", {"driver": "COG", "compress": "deflate", "blocksize": 128}),
    "png": ("a.png", {"driver": "PNG"}),
    "erdas": ("a.img", {"driver": "HFA"}),
    "erdas compressed": ("a.img", {"driver": "HFA", "compressed": "yes"}),
    "pcidsk": ("a.pix", {"driver": "PCIDSK"}),
    "envi": ("a.dat", {"driver": "ENVI"}),
    "lossless jp2": ("a.jp2", {"driver": "JP2OpenJPEG", "quality": 100, "reversible": "yes"}),
}


@pytest.mark.parametrize("form", LOSSLESS)
def test_file_format(tmp_path, form):
    name, options = LOSSLESS[form]
    assert_finds_the_hole(write(tmp_path / name, scene(), **options), tmp_path)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.tif", {"compress": "jpeg", "photometric": "ycbcr", "jpeg_quality": 90, **TILED}),
        ("a.tif", {"compress": "jpeg", "jpeg_quality": 90, "interleave": "band"}),
        ("a.tif", {"compress": "webp", "webp_level": 90, **TILED}),
        ("a.tif", {"driver": "COG", "compress": "jpeg"}),
        ("a.jpg", {"driver": "JPEG", "quality": 90}),
        ("a.jp2", {"driver": "JP2OpenJPEG", "quality": 30}),
    ],
)
def test_lossy_compression_keeps_the_colours(tmp_path, name, options):
    data = scene()
    with open_raster(write(tmp_path / name, data, **options)) as raster:
        rgb, valid = raster.read(0, 0, WIDTH, HEIGHT)
    assert valid.all() and np.abs(rgb.astype(float) - data.transpose(1, 2, 0)).mean() < 8
    found, mask = inspect(tmp_path / name, tmp_path)
    assert found and (mask[44:56, 54:86] == 10).mean() > 0.5


@pytest.mark.parametrize(
    ("name", "driver", "world"), [("a.png", "PNG", ".pgw"), ("a.jpg", "JPEG", ".jgw"), ("a.tif", "GTiff", ".tfw")]
)
def test_world_file(tmp_path, name, driver, world, capsys):
    options = {"quality": 100} if driver == "JPEG" else {}
    path = write(tmp_path / name, scene(), driver=driver, transform=None, crs=None, **options)
    (tmp_path / f"{name}.aux.xml").unlink(missing_ok=True)
    # A world file names the centre of the first pixel.
    (tmp_path / "a").with_suffix(world).write_text("0.5\n0\n0\n-0.5\n500000.25\n2999999.75\n")
    with open_raster(path) as raster:
        assert raster.transform.almost_equals(PLACE) and [code for code, _ in raster.warnings] == ["no_crs"]
    if driver != "JPEG":
        assert_finds_the_hole(path, tmp_path)
        assert "no coordinate reference system" in capsys.readouterr().err


def test_virtual_mosaic_of_two_files_with_a_gap(tmp_path):
    data = scene()
    write(tmp_path / "左 a.tif", data[..., :100])
    write(tmp_path / "b.tif", data[..., 120:])
    parts = (("左 a.tif", 100, 0), ("b.tif", 50, 120))
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{b}"><NoDataValue>0</NoDataValue>'
        + "".join(
            f'<ComplexSource><SourceFilename relativeToVRT="1">{name}</SourceFilename><SourceBand>{b}</SourceBand>'
            f'<SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{HEIGHT}"/>'
            f'<DstRect xOff="{x}" yOff="0" xSize="{width}" ySize="{HEIGHT}"/></ComplexSource>'
            for name, width, x in parts
        )
        + "</VRTRasterBand>"
        for b in (1, 2, 3)
    )
    place = "<SRS>EPSG:32648</SRS><GeoTransform>500000, 0.5, 0, 3000000, 0, -0.5</GeoTransform>"
    mosaic = tmp_path / "m.vrt"
    mosaic.write_text(f'<VRTDataset rasterXSize="{WIDTH}" rasterYSize="{HEIGHT}">{place}{bands}</VRTDataset>', "utf-8")
    with open_raster(mosaic) as raster:
        rgb, valid = raster.read(0, 0, WIDTH, HEIGHT)
    expected = np.ones((HEIGHT, WIDTH), bool)
    expected[:, 100:120] = expected[HOLE] = False  # zero is the mosaic's nodata
    np.testing.assert_array_equal(valid, expected)
    np.testing.assert_array_equal(rgb[:, 120:], data[:, :, 120:].transpose(1, 2, 0))
    (tmp_path / "b.tif").unlink()
    with pytest.raises(RasterError, match=r"b\.tif"):
        open_raster(mosaic)


@pytest.mark.parametrize("folder", ["", "内 部/"])
def test_archive(tmp_path, folder):
    write(tmp_path / "a.tif", scene())
    archive = tmp_path / "压 缩.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(tmp_path / "a.tif", f"{folder}图 a.tif")
    assert_finds_the_hole(f"/vsizip/{archive}/{folder}图 a.tif", tmp_path)
    with pytest.raises(RasterError, match="give the raster inside it, as /vsizip/"):
        open_raster(archive)
    with pytest.raises(RasterError, match="cannot open /vsizip/"):
        open_raster(f"/vsizip/{archive}/none.tif")


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:4490", Affine(1e-5, 0, 112, 0, -1e-5, 23)),
        ("EPSG:4545", Affine(0.5, 0, 36_500_000, 0, -0.5, 2_900_000)),
        ("EPSG:3857", Affine(3, 0, -13_000_000, 0, -3, 5_000_000)),
        (UTM, PLACE * Affine.rotation(30)),
        (UTM, Affine(0.5, 0, 500_000, 0, 0.5, 3_000_000)),  # south up
        (UTM, Affine(-0.5, 0.1, 500_000, 0.2, 0.7, 3_000_000)),  # mirrored and sheared
    ],
    ids=["geographic", "zone", "web", "rotated", "south-up", "sheared"],
)
def test_place(tmp_path, crs, place):
    assert_finds_the_hole(write(tmp_path / "a.tif", scene(), crs=crs, transform=place), tmp_path, place=place)


@pytest.mark.parametrize("crs", [None, 'LOCAL_CS["site",UNIT["metre",1]]'])
def test_place_without_a_known_system(tmp_path, crs):
    assert_finds_the_hole(write(tmp_path / "a.tif", scene(), crs=crs), tmp_path)


def test_extent_of_a_rotated_raster(tmp_path):
    place = PLACE * Affine.rotation(30)
    path = write(tmp_path / "a.tif", scene(), transform=place)
    x, y = place * (70, 50)
    found, mask = inspect(path, tmp_path, "--extent", f"{x - 4},{y - 4},{x + 4},{y + 4}")
    assert len(found) == 1 and (mask == 255).any() and (mask[50, 70]) == 10


def gcps(spread):
    """Five control points: on one affine if `spread` is 1, on a line if it is 0, bent otherwise."""
    points = [(0, 0), (0, WIDTH), (HEIGHT, 0), (HEIGHT, WIDTH), (75, 85)]
    bend = {(75, 85): 30 if spread == 2 else 0}
    return [GroundControlPoint(r, c, *(PLACE * (c + bend.get((r, c), 0), r if spread else 3 * c))) for r, c in points]


def test_ground_control_points(tmp_path, capsys):
    path = write(tmp_path / "a.tif", scene(), gcps=gcps(1), transform=None, crs=None)
    found, _ = inspect(path, tmp_path)
    assert found[0].bounds == pytest.approx((500_025, 2_999_970, 500_045, 2_999_980), abs=0.01)
    assert "placed by 5 ground control points (RMS 0.00 px)" in capsys.readouterr().err


@pytest.mark.parametrize("spread", [0, 2])
def test_control_points_that_fit_no_affine(tmp_path, spread, capsys):
    path = write(tmp_path / "a.tif", scene(), gcps=gcps(spread), transform=None, crs=None)
    assert_finds_the_hole(path, tmp_path, place=Affine.scale(1, -1))
    assert "rectify it first; working in pixels" in capsys.readouterr().err


def test_sensor_model_alone(tmp_path, capsys):
    coefficients = [1.0] + [0.0] * 19
    rpcs = RPC(
        height_off=0, height_scale=1, lat_off=30, lat_scale=1, line_den_coeff=coefficients, line_num_coeff=coefficients,
        line_off=75, line_scale=75, long_off=110, long_scale=1, samp_den_coeff=coefficients,
        samp_num_coeff=coefficients, samp_off=85, samp_scale=85, err_bias=None, err_rand=None,
    )  # fmt: skip
    path = write(tmp_path / "a.tif", scene(), rpcs=rpcs, transform=None, crs=None)
    assert_finds_the_hole(path, tmp_path, place=Affine.scale(1, -1))
    assert "orthorectify it first" in capsys.readouterr().err


@pytest.mark.parametrize("term", [0, 2, 5])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_place_that_is_no_number_is_none(tmp_path, term, value):
    place = list(PLACE)[:6]
    place[term] = value
    with open_raster(write(tmp_path / "a.tif", scene(), transform=Affine(*place))) as raster:
        assert [code for code, _ in raster.warnings] == ["no_georeference"] and raster.crs is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (129, 127)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_small_and_thin(tmp_path, shape, dtype):
    data = np.full((3, *shape), 100, dtype)
    data[:, 0, 0] = 90
    _, mask = inspect(write(tmp_path / "a.tif", data), tmp_path)
    assert mask.shape == shape and not (mask == 255).any()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_vast_sparse_scene_is_opened_and_read_at_its_far_corner(tmp_path, dtype):
    side, corner = 200_000, 197_000
    profile = {"count": 3, "height": side, "width": side, "dtype": dtype, "transform": PLACE, "crs": UTM}
    path = tmp_path / "vast.tif"
    options = {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True, "bigtiff": "yes", "nodata": 0}
    content = scene(3, dtype, hole=1)
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", **profile, **options) as out:
        for x in (corner, corner + 300):
            out.write(content, window=rasterio.windows.Window(x, corner, WIDTH, HEIGHT))
    with open_raster(path) as raster:
        assert (raster.width, raster.height) == (side, side)
        rgb, valid = raster.read(corner, corner, WIDTH, HEIGHT)
        assert valid.all() and 60 < rgb.mean() < 160 and rgb.std() > 30  # stretched by what little there is
        assert not raster.read(0, 0, 512, 512)[1].any()


@pytest.mark.parametrize(
    "name", ["with space.tif", "影像 第一幅.tif", 'it\'s "quoted".tif', "a#b?c!d&e;f.tif", "-x.tif"]
)
def test_names(tmp_path, name):
    folder = tmp_path / "成果 'one' \"two\""
    folder.mkdir()
    assert_finds_the_hole(write(tmp_path / "a.tif", scene()).rename(folder / name), tmp_path)


def test_nothing_is_written_beside_the_raster(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    path = write(folder / "a.img", scene(3, "uint16"), driver="HFA")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    folder.chmod(0o555)
    path.chmod(0o444)
    try:
        assert_finds_the_hole(path, tmp_path, "--report")
    finally:
        folder.chmod(0o755)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["a.ecw", "a.sid"])
def test_formats_without_a_driver_name_the_remedy(tmp_path, name):
    (tmp_path / name).write_bytes(bytes(range(256)) * 8)
    with pytest.raises(RasterError, match=r"no driver for .* files is installed; save it as GeoTIFF"):
        open_raster(tmp_path / name)


def test_raw_file_that_ends_early(tmp_path):
    path = write(tmp_path / "a.dat", scene(3, "uint16"), driver="ENVI")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(RasterError, match=r"a\.dat"), open_raster(path) as raster:
        raster.read(0, 0, WIDTH, HEIGHT)


def test_stretch_is_recorded_and_the_same_in_every_block(tmp_path):
    data = scene(3, "uint16")
    data[:, :, 100:] //= 4  # the right is darker: blocks with a stretch of their own would hide it
    path = write(tmp_path / "a.tif", data)
    inspect(path, tmp_path)
    with sqlite3.connect(tmp_path / "out" / "found.gpkg") as database:
        (source,) = database.execute("SELECT source FROM summary").fetchone()
    with open_raster(path) as raster:
        whole, _ = raster.read(0, 0, WIDTH, HEIGHT)
        assert f'"stretch": [{raster.stretch.low}, {raster.stretch.high}]' in source
        for x in (0, 60, 110):
            np.testing.assert_array_equal(raster.read(x, 30, 50, 50)[0], whole[30:80, x : x + 50])
    assert '"stretch_percentiles": [2.0, 98.0]' in source


@pytest.mark.skipif(not odd_rasters(), reason="the collection of odd rasters is not here")
def test_collection_of_odd_rasters_through_the_command_line(tmp_path, capsys):
    files = [file for file in odd_rasters() if file.stat().st_size < 300_000]
    refused = set()
    for n, file in enumerate(files):
        call = [
            "inspect",
            str(file),
            "--output",
            str(tmp_path / f"{n}.gpkg"),
            "--stages",
            "rules",
            "--progress",
            "none",
        ]
        code = main([*call, "--types", "pixel_missing", "--blocks", "512"])
        said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("rsqi: warning: ")]
        assert (code, len(said)) in ((0, 0), (1, 1))
        if code:
            assert str(file) in said[0]
            refused.add(file.name)
    assert refused == {"corrupt.tif", "all-nodata.tif", "inverted_lat.tif"}  # the last two hold nothing but nodata
