"""Records as stations keep them: encodings, field names, places, and what is wrong with them."""

import warnings

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from rsqi_core.dataset.place import PlaceError, to_pixels
from rsqi_core.dataset.records import FIELDS, UNKNOWN, RecordError, Station, find_records, read_record
from rsqi_core.dataset.vocabulary import Vocabulary
from rsqi_core.errors import RsqiError
from rsqi_core.raster import open_raster

ZONED = "EPSG:4524"  # CGCS2000, zone 36: eastings of 36 500 000
PLAIN = "EPSG:4545"  # the same meridian, eastings of 500 000
SIDE = 200
SQUARE = (20, 40, 60, 90)  # left, top, right, bottom in pixels
WORDS = Vocabulary()


def write_raster(path, crs=PLAIN, x=500_000, y=2_900_000, pixel=0.5, driver=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(0).integers(1, 255, (3, SIDE, SIDE), dtype=np.uint8)
    driver = driver or {".img": "HFA"}.get(path.suffix, "GTiff")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", driver=driver, width=SIDE, height=SIDE, count=3, dtype="uint8", crs=crs,
            transform=from_origin(x, y, pixel, pixel),
        ) as target:  # fmt: skip
            target.write(pixels)
    return path


def square(dx=0.0, crs=None, corners=SQUARE):
    """A square of pixels of the raster, in its map units; moved by dx, or in another CRS."""
    left, top, right, bottom = corners
    shape = shapely.box(500_000 + left / 2 + dx, 2_900_000 - bottom / 2, 500_000 + right / 2 + dx, 2_900_000 - top / 2)
    if crs is None:
        return shape
    transformer = pyproj.Transformer.from_crs(PLAIN, crs, always_xy=True)
    return shapely.transform(shape, lambda c: np.stack(transformer.transform(*c.T), -1))


def write_shapefile(
    path, texts, shapes=None, crs=PLAIN, encoding="GBK", field="错误描述", cpg=True, more=None, kind="Polygon"
):
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes = [square()] * len(texts) if shapes is None else shapes
    fields = {"序号": np.arange(len(texts)), **(more or {}), **({field: np.array(texts, object)} if field else {})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path, shapely.to_wkb(np.array(shapes, object)), list(fields.values()), list(fields), crs=crs,
            driver="ESRI Shapefile", geometry_type=kind, encoding=encoding,
        )  # fmt: skip
    if not cpg:
        path.with_suffix(".cpg").unlink()
    elif cpg is not True:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def read(tmp_path, *args, raster="a.tif", vocabulary=WORDS, raster_options=None, **options):
    folder = tmp_path / "第 1 幅"
    write_raster(folder / raster, **(raster_options or {}))
    write_shapefile(folder / "质检 记录.shp", *args, **options)
    (record,) = find_records(tmp_path)
    return read_record(record, vocabulary)


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [True, False, "UTF-8", "GBK", "ISO-8859-1"])
def test_the_words_tell_the_encoding_whatever_the_cpg_says(tmp_path, encoding, cpg):
    record = read(tmp_path, ["影像有拉花", "阴影过大"], encoding=encoding, cpg=cpg)
    assert record.category_ids.tolist() == [3, 2] and record.notes == ()
    assert record.geometries[0].bounds == SQUARE and record.window == (0, 0, SIDE, SIDE)


def test_a_text_cut_in_the_middle_of_a_character(tmp_path):
    long = "影像有拉花" + "，位于房屋附近" * 20
    for encoding in ("GBK", "UTF-8"):
        assert read(tmp_path / encoding, [long], encoding=encoding).category_ids.tolist() == [3]


@pytest.mark.parametrize("field", [*FIELDS[:-1], "说明文字", "remark"])
def test_the_field_is_found_by_name_or_by_what_it_says(tmp_path, field):
    more = {"检查者": np.array(["张三", "李四"], object), "部门": np.array(["一", "二"], object)}
    for encoding in ("GBK", "UTF-8"):
        record = read(tmp_path / encoding, ["地物变形", "有云"], field=field, more=more, encoding=encoding)
        assert record.category_ids.tolist() == [6, 1]


def test_a_usual_field_goes_before_one_that_says_more(tmp_path):
    more = {"旧记录": np.array(["有云", "阴影"], object)}
    assert read(tmp_path, ["拉花", "不明"], more=more).category_ids.tolist() == [3, UNKNOWN]


def test_numbers_of_types_as_rsqi_writes_them(tmp_path):
    record = read(tmp_path, [None] * 3, field=None, more={"category_i": np.array([10, 1, 12])})
    assert record.category_ids.tolist() == [10, 1, UNKNOWN]


def test_no_field_that_says_anything(tmp_path):
    with pytest.raises(RecordError, match=r"质检 记录\.shp: no field says"):
        read(tmp_path, ["张三"], field="检查者")


def test_unknown_words_are_counted_and_not_guessed(tmp_path):
    record = read(tmp_path, ["偏色", "偏色", "云和阴影", "有云"])
    assert record.category_ids.tolist() == [UNKNOWN, UNKNOWN, UNKNOWN, 1]
    assert record.unknown == {"偏色": 2, "云和阴影": 1}
    own = Vocabulary({"偏色": 0, "云和阴影": 1})
    assert read(tmp_path / "b", ["偏色", "偏色", "云和阴影", "有云"], vocabulary=own).category_ids.tolist() == [1, 1]


@pytest.mark.parametrize("name", ["a.tif", "影像.TIFF", "b.img"])
def test_rasters_of_stations(tmp_path, name):
    assert read(tmp_path, ["有云"], raster=name).raster.endswith(name)


def test_a_zone_before_the_easting_of_the_polygons(tmp_path):
    for crs in (None, PLAIN):
        record = read(tmp_path / str(crs), ["有云"], [square(36e6)], crs=crs)
        assert shapely.bounds(record.geometries[0]) == pytest.approx(SQUARE)
        assert "only the polygons carry zone 36" in record.notes[0]


def test_a_zone_before_the_easting_of_the_raster(tmp_path):
    for crs in (None, PLAIN):
        options = {"crs": ZONED, "x": 36_500_000}
        record = read(tmp_path / str(crs), ["有云"], crs=crs, raster_options=options)
        assert shapely.bounds(record.geometries[0]) == pytest.approx(SQUARE, abs=1e-6)
    assert (
        read(tmp_path / "b", ["有云"], crs=None, raster_options=options)
        .notes[0]
        .count("only the raster carries zone 36")
    )


def test_a_zone_that_contradicts_the_coordinate_system(tmp_path):
    with pytest.raises(RecordError, match=r"zone 35 \(central meridian 105°\), but the coordinate system has 108°"):
        read(tmp_path, ["有云"], [square(35e6)], crs=None)


def test_two_different_zones_are_not_reconciled(tmp_path):
    with pytest.raises(RecordError, match="lie beside"):
        read(tmp_path, ["有云"], [square(35e6)], crs=None, raster_options={"crs": ZONED, "x": 36_500_000})


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:3857", ZONED])
def test_other_coordinate_systems_are_transformed(tmp_path, crs):
    record = read(tmp_path, ["有云"], [square(crs=crs)], crs=crs)
    assert shapely.bounds(record.geometries[0]) == pytest.approx(SQUARE, abs=0.01) and record.notes == ()


def test_a_wrong_coordinate_system_is_seen_through(tmp_path):
    record = read(tmp_path, ["有云"], crs="EPSG:4326")
    assert record.geometries[0].bounds == SQUARE and "coordinate system is wrong" in record.notes[0]


def test_polygons_beside_the_image(tmp_path):
    far = square(corners=(1000, 0, 1100, 100))
    record = read(tmp_path, ["有云", "拉花"], [far, square()])
    assert record.category_ids.tolist() == [3] and "1 of 2 polygons lie beside the image" in record.notes[0]
    with pytest.raises(RecordError, match="lie beside"):
        read(tmp_path / "b", ["有云"], [far])


def test_an_empty_shapefile_is_a_qualified_image(tmp_path):
    record = read(tmp_path, [])
    assert len(record.geometries) == len(record.category_ids) == 0 and record.notes == ()


def test_missing_and_crossed_shapes(tmp_path):
    bow = shapely.Polygon([square().exterior.coords[n] for n in (0, 2, 1, 3)])
    record = read(tmp_path, ["有云", "拉花", "扭曲"], [None, bow, square()])
    assert record.category_ids.tolist() == [3, 6] and all(g.is_valid for g in record.geometries)


def test_points_are_no_errors(tmp_path):
    with pytest.raises(RecordError, match="errors are polygons"):
        read(tmp_path, ["有云"], [shapely.Point(500_010, 2_899_990)], kind="Point")


def test_records_are_found_at_any_depth(tmp_path):
    write_raster(tmp_path / "批次" / "甲" / "image.tif")
    for name in ("云", "其他"):  # several shapefiles of the only raster
        write_shapefile(tmp_path / "批次" / "甲" / f"{name}.shp", ["有云"])
    for name in ("a", "b"):  # several rasters, each with the shapefile of its name
        write_raster(tmp_path / "乙" / f"{name}.tif")
        write_shapefile(tmp_path / "乙" / f"{name.upper()}.shp", ["阴影"])
    write_shapefile(tmp_path / "乙" / "c.shp", ["阴影"])
    write_raster(tmp_path / "丙" / "scene.tif")  # as inspect --mask --shapefile leaves it
    write_raster(tmp_path / "丙" / "scene_mask.tif")
    write_shapefile(tmp_path / "丙" / "scene.shp", ["阴影"])
    found = list(find_records(tmp_path))
    assert {(r.raster and r.raster.name, len(r.shapefiles)) for r in found} == {
        ("image.tif", 2), ("a.tif", 1), ("b.tif", 1), ("scene.tif", 1), (None, 1)
    }  # fmt: skip
    assert (
        len(read_record(found[[r.raster and r.raster.name for r in found].index("image.tif")], WORDS).geometries) == 2
    )
    lonely = next(r for r in found if r.raster is None)
    with pytest.raises(RecordError, match=r"c\.shp: no raster"):
        read_record(lonely, WORDS)


def test_what_is_no_record(tmp_path):
    for source in (tmp_path, tmp_path / "none", write_raster(tmp_path / "x" / "a.tif")):
        with pytest.raises(RecordError, match=str(source)):
            list(find_records(source))


def test_damaged_files_give_one_line(tmp_path):
    write_raster(tmp_path / "a.tif")
    (tmp_path / "a.shp").write_bytes(b"nothing")
    with pytest.raises(RecordError, match=r"a\.shp: cannot read") as caught:
        read_record(next(find_records(tmp_path)), WORDS)
    assert "\n" not in str(caught.value)
    (tmp_path / "a.tif").write_bytes(b"nothing")
    with pytest.raises(RsqiError, match=r"a\.tif"):
        read_record(Station(tmp_path / "a.tif", (tmp_path / "a.shp",)), WORDS)


def test_place_of_an_image_without_georeference(tmp_path):
    path = write_raster(tmp_path / "a.tif", crs=None, x=0, y=0, pixel=1)
    with open_raster(path) as raster:
        placed, index, notes = to_pixels(np.array([shapely.box(10, -30, 20, -5)], object), None, raster)
        assert placed[0].bounds == (10, 5, 20, 30) and index.tolist() == [0] and notes == ()
        with pytest.raises(PlaceError):
            to_pixels(np.array([shapely.box(10, 5, 20, 30)], object), None, raster)
