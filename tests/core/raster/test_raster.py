import json
import os
import sys

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from shared_imagery import odd_rasters

from rsqi_core.errors import ParameterError, RasterError
from rsqi_core.raster import UNPLACED, open_raster
from rsqi_core.raster.gdal import hushed

PLACE = Affine(0.5, 0, 500000, 0, -0.5, 3000000)
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def picture(bands=3, height=40, width=60, dtype="uint8", low=10, high=240):
    return np.random.default_rng(1).integers(low, high, (bands, height, width)).astype(dtype)


def write(path, data, placed=True, mask=None, interp=None, palette=None, gcps=None, **options):
    profile = {"driver": "GTiff", "count": len(data), "height": data.shape[1], "width": data.shape[2]} | options
    if profile["driver"] == "GTiff" and len(data) == 3:
        profile = {"photometric": "RGB"} | profile
    place = {"transform": PLACE, "crs": "EPSG:32648"} if placed else {}
    with rasterio.open(path, "w", dtype=data.dtype.name, **profile, **place) as out:
        if interp:
            out.colorinterp = interp
        if palette:
            out.write_colormap(1, palette)
        if gcps:
            out.gcps = gcps, rasterio.crs.CRS.from_epsg(32648)
        out.write(data)
        if mask is not None:
            out.write_mask(mask)
    return path


def whole(path, **options):
    with open_raster(path, **options) as raster:
        return raster.read(0, 0, raster.width, raster.height)


def codes(raster):
    return [code for code, _ in raster.warnings]


def test_rgb_is_read_as_it_is(tmp_path):
    data = picture()
    with open_raster(write(tmp_path / "a.tif", data)) as raster:
        assert (raster.width, raster.height, raster.transform) == (60, 40, PLACE)
        assert raster.crs.to_epsg() == 32648 and raster.warnings == () and raster.stretch is None
        rgb, valid = raster.read(50, 30, 10, 10)
        json.dumps(raster.describe())
    assert rgb.dtype == np.uint8 and valid.dtype == bool and valid.all()
    np.testing.assert_array_equal(rgb, data[:, 30:, 50:].transpose(1, 2, 0))


def test_windows_agree_with_the_whole(tmp_path):
    path = write(tmp_path / "a.tif", picture(dtype="uint16", high=4000))
    rgb, _ = whole(path)
    with open_raster(path) as raster:
        part, _ = raster.read(7, 5, 11, 13)
    np.testing.assert_array_equal(part, rgb[5:18, 7:18])


def test_decimated_read_is_the_average(tmp_path):
    data = picture()
    with open_raster(write(tmp_path / "a.tif", data)) as raster:
        rgb, valid = raster.read(0, 0, 60, 40, (20, 30))
    expected = data.reshape(3, 20, 2, 30, 2).mean((2, 4)).transpose(1, 2, 0)
    assert rgb.shape == (20, 30, 3) and valid.shape == (20, 30)
    assert np.abs(rgb - expected).max() <= 1


@pytest.mark.parametrize("box", [(-1, 0, 5, 5), (0, 0, 61, 5), (0, 36, 5, 5), (0, 0, 0, 5)])
def test_box_outside_is_refused(tmp_path, box):
    with open_raster(write(tmp_path / "a.tif", picture())) as raster, pytest.raises(ParameterError):
        raster.read(*box)


@pytest.mark.parametrize("bands", [1, 2])
def test_one_or_two_bands_are_grey(tmp_path, bands):
    data = picture(bands)
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    np.testing.assert_array_equal(rgb, np.repeat(data[0][..., None], 3, -1))


def test_color_interpretation_decides_the_order(tmp_path):
    interp = [ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined]
    data = picture(4)
    path = write(tmp_path / "a.tif", data, interp=interp, photometric="MINISBLACK")
    np.testing.assert_array_equal(whole(path)[0], data[[2, 1, 0]].transpose(1, 2, 0))
    np.testing.assert_array_equal(whole(path, bands=(4, 3, 1))[0], data[[3, 2, 0]].transpose(1, 2, 0))
    for wrong in ((5,), (0, 1, 2)):
        with pytest.raises(RasterError, match="has no band"):
            open_raster(path, bands=wrong)
    with pytest.raises(ParameterError, match="one or three"):
        open_raster(path, bands=(1, 2))


def test_nodata_needs_every_band(tmp_path):
    data = picture()
    data[:, :5] = 0
    data[0, 10, 10] = 0
    rgb, valid = whole(write(tmp_path / "a.tif", data, nodata=0))
    assert not valid[:5].any() and valid[5:].all() and not rgb[:5].any()


def test_alpha_band(tmp_path):
    data = picture(4)
    data[3] = 255
    data[3, :, :7] = 0
    interp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    rgb, valid = whole(write(tmp_path / "a.tif", data, interp=interp))
    assert not valid[:, :7].any() and valid[:, 7:].all() and not rgb[:, :7].any()


def test_dataset_mask_also_when_decimated(tmp_path):
    mask = np.full((40, 60), 255, np.uint8)
    mask[:, 30:] = 0
    with open_raster(write(tmp_path / "a.tif", picture(), mask=mask)) as raster:
        rgb, valid = raster.read(0, 0, 60, 40, (20, 30))
    assert valid[:, :15].all() and not valid[:, 15:].any() and not rgb[:, 15:].any()


def test_palette_is_expanded(tmp_path):
    data = np.zeros((1, 4, 4), np.uint8)
    data[0, :2] = 1
    rgb, _ = whole(write(tmp_path / "a.tif", data, palette={0: (10, 20, 30, 255), 1: (200, 100, 50, 255)}))
    assert rgb[0, 0].tolist() == [200, 100, 50] and rgb[3, 3].tolist() == [10, 20, 30]


def test_two_valued_bytes_stay_unscaled(tmp_path):
    data = picture(1, low=0, high=2)
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    np.testing.assert_array_equal(rgb[..., 0], data[0])


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_other_types_are_scaled_by_percentiles(tmp_path, dtype):
    data = picture(3, dtype=dtype, low=200, high=3000)
    with open_raster(write(tmp_path / "a.tif", data)) as raster:
        rgb, valid = raster.read(0, 0, 60, 40)
        assert codes(raster) == ["scaled"]
        low, high = raster.stretch.low, raster.stretch.high
    assert (low, high) == pytest.approx(np.percentile(data, (2, 98)))
    expected = 20 + 215 * (data.transpose(1, 2, 0).astype(float) - low) / (high - low)
    assert valid.all()
    np.testing.assert_allclose(rgb, np.clip(expected, 1, 254), atol=0.51)


def test_what_lies_far_beyond_the_percentiles_is_clipped_short_of_the_extremes(tmp_path):
    data = picture(3, dtype="uint16", low=200, high=3000)
    data[:, 0, :5], data[:, 1, :5] = 1, 40000
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    assert (rgb[0, :5] <= 20).all() and (rgb[1, :5] == 254).all() and rgb.min() >= 1


def test_stretch_is_common_to_the_bands(tmp_path):
    data = picture(3, dtype="uint16", high=1000)
    data[2] *= 2
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    assert rgb[..., 2].mean() > 1.5 * rgb[..., 0].mean()


def test_stretch_ignores_nodata(tmp_path):
    data = picture(1, dtype="int16", low=100, high=900)
    data[0, :20] = -32768
    with open_raster(write(tmp_path / "a.tif", data, nodata=-32768)) as raster:
        assert raster.stretch.low >= 100
        assert not raster.read(0, 0, 60, 20)[1].any()


def test_extremes_of_the_type_stay_extreme(tmp_path):
    data = picture(3, dtype="uint16", low=200, high=3000)
    data[:, 3, 4], data[:, 5, 6] = 0, 65535
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    assert rgb[3, 4].tolist() == [0, 0, 0] and rgb[5, 6].tolist() == [255, 255, 255]
    assert ((rgb == 0) | (rgb == 255)).sum() == 6


def test_names_and_wavelengths_tell_the_bands_and_a_guess_is_told(tmp_path):
    data = picture(4, dtype="uint16")
    path = write(tmp_path / "plain.tif", data)
    with open_raster(path) as raster:
        assert raster.bands == (1, 2, 3) and codes(raster) == ["bands_guessed"]
        assert "does not say which bands are red, green and blue: 1, 2, 3 are taken" in raster.warnings[0][1]
    with rasterio.open(path, "r+") as file:
        file.descriptions = "Blue", "Green", "Red", "NIR"
    with open_raster(path) as raster:
        assert raster.bands == (3, 2, 1) and codes(raster) == []
    for wanted in (("nir", "red", "Green"), (4, "3", "2")):
        with open_raster(path, bands=wanted) as raster:
            assert raster.bands == (4, 3, 2)
    with pytest.raises(RasterError, match=r"no band swir; choose of 1 \(Blue\), 2 \(Green\), 3 \(Red\), 4 \(NIR\)"):
        open_raster(path, bands=("swir",))
    tagged = write(tmp_path / "tagged.tif", data)
    with rasterio.open(tagged, "r+") as file:
        for number, wave in enumerate((0.83, 0.66, 0.56, 0.48), 1):
            file.update_tags(number, wavelength=wave, wavelength_units="Micrometers")
    with open_raster(tagged) as raster:
        assert raster.bands == (2, 3, 4) and codes(raster) == []
    two = write(tmp_path / "two.tif", data[:2])
    with open_raster(two) as raster:
        assert raster.bands == (1,) and codes(raster) == ["bands_guessed"]


def test_wavelengths_of_an_envi_header_tell_the_bands(tmp_path):
    data = picture(4, dtype="uint16")
    path = write(tmp_path / "a.img", data, driver="ENVI")
    header = tmp_path / "a.hdr"
    text = header.read_text().split("band names")[0]
    header.write_text(
        text + "wavelength units = Nanometers\nwavelength = {450, 550, 660, 830}\ndefault bands = {4,3,2}\n"
    )
    with open_raster(path) as raster:
        assert raster.bands == (3, 2, 1) and codes(raster) == []


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_white_that_is_stored_as_0_is_shown_white(tmp_path, dtype):
    top = np.iinfo(dtype).max
    grey = (np.random.default_rng(2).normal(0.6, 0.1, (1, 64, 64)).clip(0.05, 0.95) * top).astype(dtype)
    grey[0, 10:20, 10:20] = top
    grey[0, :8] = nodata = top // 100
    with open_raster(write(tmp_path / "black.tif", grey, nodata=nodata)) as raster:
        expected, known = raster.read(0, 0, 64, 64)
        values, _ = raster.values(0, 0, 64, 64)
    with open_raster(
        write(tmp_path / "white.tif", top - grey, nodata=top - nodata, photometric="MINISWHITE")
    ) as raster:
        assert codes(raster)[0] == "inverted" and raster.describe()["inverted"]
        rgb, valid = raster.read(0, 0, 64, 64)
        assert np.array_equal(valid, known) and not valid[:8].any()
        assert np.array_equal(rgb, expected)
        assert np.array_equal(raster.values(0, 0, 64, 64)[0][:, valid], values[:, valid])


def in_container(grey, dtype, factor=1):
    """Values uint8 as a wider type stores them."""
    return (grey.astype("float64") * factor).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint16", "int16", "uint32", "float32"])
def test_grey_levels_are_the_same_in_every_container(tmp_path, dtype):
    data = picture(3, 200, 300)
    data[:, 20:60, 30:80], data[:, 100:120, 40:50] = 255, 0
    data[0, 150:160, 100:140] = 255
    expected, _ = whole(write(tmp_path / "bytes.tif", data))
    with open_raster(write(tmp_path / "a.tif", in_container(data, dtype))) as raster:
        rgb, valid = raster.read(0, 0, 300, 200)
        assert raster.warnings == () and raster.describe()["stretch"] is None
    assert valid.all() and np.array_equal(rgb, expected)


@pytest.mark.parametrize(("dtype", "top", "options"), [
    ("uint16", 1023, {}),
    ("uint16", 2047, {}),
    ("uint16", 4095, {}),
    ("uint16", 4095, {"nbits": 12}),
    ("uint16", 1020, {"nbits": 10}),  # 8 bits shifted into 10
    ("uint16", 10000, {"nbits": 14}),
    ("uint16", 10000, {}),  # of no number of bits, but the values pile up there
    ("float32", 1.0, {}),
    ("float32", 137.5, {}),
])  # fmt: skip
def test_saturation_is_where_the_data_saturate(tmp_path, dtype, top, options):
    ground = np.random.default_rng(3).normal(0.5, 0.15, (3, 200, 300)).clip(0.05, 0.99)
    ground[1, 50:90, 60:120] = 1
    data = np.rint(ground * top) if dtype == "uint16" else ground * top
    rgb, _ = whole(write(tmp_path / "a.tif", data.astype(dtype), **options))
    assert (rgb[50:90, 60:120, 1] == 255).all() and (rgb == 255).sum() == 40 * 60


@pytest.mark.parametrize(("values", "dtype"), [([1], "uint16"), ([0, 1], "uint16"), ([200, 300, 390], "float32")])
def test_few_values_do_not_saturate(tmp_path, values, dtype):
    data = np.random.default_rng(3).choice(values, (1, 200, 300)).astype(dtype)
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    assert rgb.max() < 255


def test_values_that_fade_out_do_not_saturate(tmp_path):
    data = np.random.default_rng(3).normal(3000, 900, (3, 200, 300)).clip(100, 6000).astype("uint16")
    rgb, _ = whole(write(tmp_path / "a.tif", data))
    assert rgb.max() < 255


def collared(dtype, value, width=12):
    data = picture(3, 200, 300, "float64", 300, 3000).astype(dtype)
    data[:, :width] = data[:, :, -width:] = value
    return data


@pytest.mark.parametrize(("dtype", "value"), [
    ("int16", -9999), ("int16", -32768), ("uint16", 65535), ("float32", -9999), ("float32", -99999), ("float32", 1e6),
])  # fmt: skip
def test_nodata_that_nobody_declared_is_found_and_named(tmp_path, dtype, value):
    data = collared(dtype, value)
    with open_raster(write(tmp_path / "told.tif", data, nodata=value)) as raster:
        expected, mask = raster.read(0, 0, 300, 200)
        assert raster.nodata is None and codes(raster) == ["scaled"]
    with open_raster(write(tmp_path / "a.tif", data)) as raster:
        rgb, valid = raster.read(0, 0, 300, 200)
        assert codes(raster) == ["nodata_found", "scaled"] and f"value {value:.9g} fills" in raster.warnings[0][1]
        assert raster.nodata == raster.describe()["nodata"] == value
        assert np.array_equal(raster.values(0, 0, 300, 200)[1], mask)
    assert np.array_equal(valid, mask) and np.array_equal(rgb, expected) and not mask[0, 0] and mask[100, 100]


def test_nodata_that_programs_write_is_found_within_an_image_as_well(tmp_path):
    data = picture(1, 200, 300, "int16", 300, 3000)
    data[0, 50:90, 60:120] = -9999
    _, valid = whole(write(tmp_path / "a.tif", data))
    assert not valid[50:90, 60:120].any() and (~valid).sum() == 40 * 60


@pytest.mark.parametrize("spoil", [
    lambda data: data[:, 80:100, 100:160].fill(65535),  # a lost block
    lambda data: data[0, :40].fill(65535),  # in one band only
    lambda data: data[:, :40].fill(4095),  # the most that 12 bits hold
    lambda data: data[:, :40].fill(0),
    lambda data: data[:, :40].fill(3100),  # near all others
    lambda data: data[:, 5:200:9, 5].fill(65535),  # single pixels
])  # fmt: skip
def test_what_may_be_ground_or_an_error_is_not_taken_for_nodata(tmp_path, spoil):
    data = picture(3, 200, 300, "uint16", 300, 3000)
    spoil(data)
    with open_raster(write(tmp_path / "a.tif", data)) as raster:
        assert raster.nodata is None and raster.read(0, 0, 300, 200)[1].all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_nodata_that_is_asked_for_is_left_out(tmp_path, dtype):
    data = picture(3, 200, 300, dtype)
    data[:, 10:20, 30:50] = 7
    data[0, 100, 100] = 7  # in one band only
    with open_raster(write(tmp_path / "a.tif", data), nodata=7) as raster:
        rgb, valid = raster.read(0, 0, 300, 200)
    assert not valid[10:20, 30:50].any() and (~valid).sum() == 200 and not rgb[10:20, 30:50].any()


def test_nodata_that_is_asked_for_in_a_palette_is_its_index(tmp_path):
    data = np.zeros((1, 4, 4), np.uint8)
    data[0, :2] = 1
    path = write(tmp_path / "a.tif", data, palette={0: (10, 20, 30, 255), 1: (200, 100, 50, 255)})
    with open_raster(path, nodata=1) as raster:
        assert raster.read(0, 0, 4, 4)[1].tolist() == [[False] * 4] * 2 + [[True] * 4] * 2


def test_numbers_that_are_none_are_invalid(tmp_path):
    data = picture(1, dtype="float32")
    data[0, 0, :3] = np.nan, np.inf, -3.4e38
    _, valid = whole(write(tmp_path / "a.tif", data))
    assert not valid[0, :3].any() and valid.sum() == valid.size - 3


def test_nothing_valid(tmp_path):
    rgb, valid = whole(write(tmp_path / "a.tif", np.zeros((3, 8, 8), "uint16"), nodata=0))
    assert not valid.any() and not rgb.any()


def test_large_scene_is_sampled_by_windows(tmp_path, monkeypatch):
    monkeypatch.setattr("rsqi_core.raster.stretch.SAMPLE_WHOLE", 10_000)
    data = picture(1, 300, 500, "uint16", 100, 1100)
    with open_raster(write(tmp_path / "a.tif", data)) as raster:
        assert (raster.stretch.low, raster.stretch.high) == pytest.approx((120, 1080), abs=10)


def test_no_georeference(tmp_path):
    with open_raster(write(tmp_path / "a.tif", picture(), placed=False)) as raster:
        assert raster.transform == UNPLACED and raster.crs is None and codes(raster) == ["no_georeference"]


def test_no_crs_and_rotation(tmp_path):
    turned = PLACE * Affine.rotation(30)
    path = write(tmp_path / "a.tif", picture(), placed=False, transform=turned)
    with open_raster(path) as raster:
        assert codes(raster) == ["no_crs"] and raster.transform.almost_equals(turned, 1e-6)


def gcps(bend):
    corners = [(0, 0), (0, 60), (40, 0), (40, 60), (20, 30)]
    return [GroundControlPoint(r, c, *(PLACE * (c + (bend if (r, c) == (20, 30) else 0), r))) for r, c in corners]


def test_ground_control_points(tmp_path):
    with open_raster(write(tmp_path / "a.tif", picture(), placed=False, gcps=gcps(0))) as raster:
        assert raster.transform.almost_equals(PLACE, 1e-5) and raster.crs.to_epsg() == 32648
        assert codes(raster) == ["gcp"]
    with open_raster(write(tmp_path / "b.tif", picture(), placed=False, gcps=gcps(30))) as raster:
        assert raster.transform == UNPLACED and raster.crs is None and codes(raster) == ["no_georeference"]


@pytest.mark.parametrize("name", ["with space.tif", "影像 第一幅.tif", 'it\'s "quoted".tif', "a#b?c!d.tif"])
def test_awkward_names(tmp_path, name):
    path = write(tmp_path / "a.tif", picture()).rename(tmp_path / name)
    assert whole(str(path))[0].shape == (40, 60, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_names_the_remedy(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path / "a") + b"\xff.tif")
    write(tmp_path / "a.tif", picture()).rename(path)
    with pytest.raises(RasterError, match="rename it"):
        open_raster(path)


def one_line(error, path):
    text = str(error.value)
    return "\n" not in text and str(path) in text


def test_what_is_no_raster(tmp_path):
    (tmp_path / "note.tif").write_text("not a raster")
    (tmp_path / "empty.tif").touch()
    for path in (tmp_path, tmp_path / "missing.tif", tmp_path / "note.tif", tmp_path / "empty.tif"):
        with pytest.raises(RasterError) as error:
            open_raster(path)
        assert one_line(error, path)


def test_complex_is_refused(tmp_path):
    path = write(tmp_path / "a.tif", picture(1).astype("complex64"))
    with pytest.raises(RasterError, match="complex"):
        open_raster(path)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.tif", {}),
        ("b.tif", {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}),
        ("c.tif", {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "jpeg"}),
        ("d.jpg", {"driver": "JPEG"}),
        ("e.png", {"driver": "PNG"}),
    ],
)
def test_truncation_is_noticed(tmp_path, name, options, capfd):
    path = write(tmp_path / name, picture(3, 300, 300), placed=False, **options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    with pytest.raises(RasterError) as error:
        whole(path)
    assert one_line(error, path)
    assert capfd.readouterr().err == ""


def test_closed_raster(tmp_path):
    path = write(tmp_path / "a.tif", picture())
    with open_raster(path) as raster:
        pass
    with pytest.raises(RasterError):
        raster.read(0, 0, 1, 1)


@pytest.mark.skipif(not odd_rasters(), reason="the collection of odd rasters is not here")
def test_collection_of_odd_rasters(capfd):
    failed = set()
    for path in odd_rasters():
        try:
            with open_raster(path) as raster:
                rgb, valid = raster.read(0, 0, raster.width, raster.height)
                corner, _ = raster.read(raster.width - 1, raster.height - 1, 1, 1)
                small, _ = raster.read(0, 0, raster.width, raster.height, (1, 1))
                json.dumps(raster.describe())
        except RasterError as error:
            assert str(path) in str(error) and "\n" not in str(error)
            failed.add(path.name)
            continue
        assert rgb.shape == (*valid.shape, 3) == (raster.height, raster.width, 3) and not rgb[~valid].any()
        np.testing.assert_array_equal(corner[0, 0], rgb[-1, -1])
        assert small.shape == (1, 1, 3)
    assert failed == {"corrupt.tif"}
    assert capfd.readouterr().err == ""


def test_bytes_that_are_no_text_end_in_one_line(tmp_path, capfd):
    mosaic = tmp_path / "a.vrt"
    mosaic.write_bytes(b'<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand\xf4\xbe="1"/></VRTDataset>')
    with pytest.raises(RasterError, match=r"bytes that are no text") as error:
        open_raster(mosaic)
    assert one_line(error, mosaic)
    assert capfd.readouterr().err == ""


def test_what_libraries_print_by_themselves_goes_to_the_log(capfd, caplog):
    with caplog.at_level("INFO", "rasterio"), hushed():
        os.write(2, b"_tiffSeekProc: Invalid argument.\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    assert caplog.messages == ["_tiffSeekProc: Invalid argument."]


def test_values_are_those_of_the_file_whatever_is_shown(tmp_path):
    data = picture(3, dtype="uint16", high=3000)
    data[:, 3, 4] = 0
    with open_raster(write(tmp_path / "deep.tif", data, nodata=0)) as raster:
        planes, valid = raster.values(2, 1, 30, 20)
        np.testing.assert_array_equal(planes, data[:, 1:21, 2:32])
        assert np.argwhere(~valid).tolist() == [[2, 2]]
    with open_raster(write(tmp_path / "grey.tif", data[:1].astype("uint8"))) as raster:
        assert raster.values(0, 0, 60, 40)[0].shape == (1, 40, 60)
