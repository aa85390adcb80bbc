"""The result file: fields, registration, styles, atomic writing, scoring it again."""

import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine

from rsqi_core import resources
from rsqi_core.blocks import grid
from rsqi_core.errors import OutputError
from rsqi_core.files import geopackage as module
from rsqi_core.files.geopackage import read_errors, update_scores, write_geopackage
from rsqi_core.merge import LabelMap
from rsqi_core.polygons import polygonize, records
from rsqi_core.scoring import load_scheme, score
from rsqi_core.taxonomy import CODES

CRS = rasterio.crs.CRS.from_epsg(4545)
ROTATED = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 2_950_000)
WIDTH, HEIGHT = 120, 100
FIELDS = [
    "category_id", "label", "label_en", "confidence", "area_m2", "severity", "penalty", "status", "source",
    "block_size", "comment", "edited_at", "edited_by",
]  # fmt: skip


def found(transform=ROTATED, crs=CRS, empty=False):
    """Return the arguments of write_geopackage after the path."""
    label_map = LabelMap(HEIGHT, WIDTH)
    if not empty:
        label_map.label[10:30, 10:40] = 1
        label_map.label[15:20, 15:20] = 0
        label_map.label[np.arange(50, 80), np.arange(50, 80)] = 9
    label_map.confidence[label_map.label > 0] = 204
    label_map.block_size[label_map.label > 0] = 512
    polygons = polygonize(label_map, transform, crs)
    judged = score(records(polygons, transform), load_scheme(), WIDTH * HEIGHT * 0.25, WIDTH * HEIGHT, 156.2)
    blocks = [SimpleNamespace(block=b, probabilities=np.arange(1, 11) / 10) for b in grid(WIDTH, HEIGHT, 64)]
    summary = {
        "raster": "影像.tif", "width": WIDTH, "height": HEIGHT, "valid_area_m2": WIDTH * HEIGHT * 0.25,
        "valid_pixels": WIDTH * HEIGHT, "score": judged.value, "grade": judged.grade, "model_hash": None,
        "parameters": {"types": ["cloud"], "note": "云"}, "inspected": "cloud,stripe_noise",
        **{f"count_{code}": 0 for code in CODES}, **{f"area_{code}": 0.0 for code in CODES},
    }  # fmt: skip
    return polygons, [] if empty else blocks, summary, crs, transform, judged


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "成果 资料"
    folder.mkdir()
    return folder / "影像.gpkg"


def query(path, sql):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def test_errors_have_the_fields_and_values_of_the_contract(path):
    polygons, *rest = found()
    write_geopackage(path, polygons, *rest)
    meta, _, geometries, columns = pyogrio.raw.read(path, layer="errors")
    assert list(meta["fields"]) == FIELDS
    assert meta["geometry_type"] == "MultiPolygon" and meta["crs"] == "EPSG:4545"
    row = {name: column[0] for name, column in zip(FIELDS, columns)}
    assert (row["category_id"], row["label"], row["label_en"]) == (1, "云", "Cloud")
    assert row["confidence"] == pytest.approx(0.8) and row["area_m2"] == pytest.approx(575 * 0.25, rel=1e-4)
    assert (row["severity"], row["penalty"]) == (rest[-1].items[0].severity, rest[-1].items[0].penalty)
    assert (row["status"], row["source"], row["block_size"]) == ("unreviewed", "model", 512)
    assert row["comment"] is None and row["edited_by"] is None and np.isnat(row["edited_at"])
    stored = shapely.from_wkb(geometries)
    assert all(a.equals_exact(b.geometry, 0) for a, b in zip(stored, polygons))
    assert len(stored[0].geoms[0].interiors) == 1


def test_blocks_lie_where_the_pixels_are(path):
    _, blocks, *_ = arguments = found()
    write_geopackage(path, *arguments)
    meta, _, geometries, columns = pyogrio.raw.read(path, layer="blocks")
    assert list(meta["fields"]) == ["block_size", "row", "col", *(f"p_{code}" for code in CODES)]
    assert len(geometries) == len(blocks) > 1
    last, b = shapely.from_wkb(geometries)[-1], blocks[-1].block
    assert last.area == pytest.approx(64 * 64 * 0.25)
    x, y = b.x + 32, b.y + 32
    assert last.centroid.coords[0] == pytest.approx((500_000 + 0.4 * x + 0.3 * y, 2_950_000 + 0.3 * x - 0.4 * y))
    assert [column[-1] for column in columns[3:]] == pytest.approx(np.arange(1, 11) / 10)
    assert (columns[1][-1], columns[2][-1]) == (b.row, b.col)


def test_the_summary_is_one_registered_row(path):
    write_geopackage(path, *found())
    kinds = dict(query(path, "SELECT table_name, data_type FROM gpkg_contents"))
    assert kinds == {"errors": "features", "blocks": "features", "summary": "attributes", "layer_styles": "attributes"}
    ((raster, width, parameters, model_hash, transform),) = query(
        path, "SELECT raster, width, parameters, model_hash, transform FROM summary"
    )
    assert (raster, width, model_hash) == ("影像.tif", WIDTH, None)
    assert json.loads(parameters) == {"types": ["cloud"], "note": "云"} and "云" in parameters
    assert json.loads(transform) == list(ROTATED)[:6]


def test_styles_are_stored_as_default(path):
    write_geopackage(path, *found())
    columns = "f_table_name, f_geometry_column, useAsDefault, f_table_schema, styleQML"
    stored = query(path, f"SELECT {columns} FROM layer_styles")
    assert [row[:4] for row in stored] == [("errors", "geom", 1, ""), ("blocks", "geom", 1, "")]
    for layer, *_, qml in stored:
        assert qml == resources.path("styles", f"{layer}.qml").read_text(encoding="utf-8")


def test_without_styles_there_is_no_style_table(path, monkeypatch, tmp_path):
    arguments = found()
    monkeypatch.setattr(module.resources, "path", lambda *parts: tmp_path.joinpath(*parts))
    write_geopackage(path, *arguments)
    assert "layer_styles" not in {name for (name,) in query(path, "SELECT table_name FROM gpkg_contents")}


def test_no_errors_and_no_blocks_still_make_all_layers(path):
    write_geopackage(path, *found(empty=True))
    meta, _, geometries, _ = pyogrio.raw.read(path, layer="errors")
    assert list(meta["fields"]) == FIELDS and len(geometries) == 0
    types = dict(zip(meta["fields"], meta["dtypes"]))
    assert (types["category_id"], types["penalty"], types["status"]) == ("int32", "float64", "object")
    assert types["edited_at"].startswith("datetime64")
    assert read_errors(path).records == ()


def test_without_crs_the_layers_are_cartesian_pixels(path):
    polygons, *rest = found(Affine.identity(), None)
    write_geopackage(path, polygons, *rest)
    assert query(path, "SELECT DISTINCT srs_id FROM gpkg_geometry_columns") == [(-1,)]
    assert [r.area_m2 for r in read_errors(path).records] == [p.pixels for p in polygons] == [575, 30]


def test_nan_probability_is_null(path):
    polygons, blocks, *rest = found()
    blocks[0].probabilities[3] = np.nan
    write_geopackage(path, polygons, blocks, *rest)
    assert query(path, "SELECT p_blur, p_cloud FROM blocks")[0] == (None, 0.1)


def test_reading_back_gives_the_records_that_were_scored(path):
    polygons, *rest = found()
    write_geopackage(path, polygons, *rest)
    stored = read_errors(path)
    for ours, theirs in zip(stored.records, records(polygons, ROTATED)):
        assert (ours.category_id, ours.pixels, ours.status) == (theirs.category_id, theirs.pixels, theirs.status)
        assert ours.area_m2 == pytest.approx(theirs.area_m2)
        assert ours.length_px == pytest.approx(theirs.length_px)
        assert ours.bounds == pytest.approx(theirs.bounds)
    assert stored.inspected == ("cloud", "stripe_noise")
    assert (stored.valid_pixels, stored.diagonal_px) == (WIDTH * HEIGHT, pytest.approx(156.2, abs=0.01))


def test_a_note_of_what_was_inspected_is_empty_where_nothing_was_and_missing_in_other_files(path):
    _, blocks, summary, *rest = found()
    nothing = {**summary, "inspected": "", "score": None, "grade": "unscored"}
    write_geopackage(path, [], blocks, nothing, *rest[:-1])
    stored = read_errors(path)
    assert stored.inspected == () and query(path, "SELECT score, grade FROM summary") == [(None, "unscored")]
    assert "REAL" in dict(query(path, "SELECT name, type FROM pragma_table_info('summary')"))["score"]
    result = score(stored.records, load_scheme(), stored.valid_area_m2, 1, 1, inspected=stored.inspected)
    update_scores(path, stored, result)
    assert query(path, "SELECT score, grade FROM summary") == [(None, "unscored")]
    del nothing["inspected"]
    write_geopackage(path, [], blocks, nothing, *rest[:-1])
    assert read_errors(path).inspected == CODES


def test_scoring_again_after_a_review(path):
    write_geopackage(path, *found())
    with closing(sqlite3.connect(path)) as database, database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda blob: None)
        database.execute("UPDATE errors SET status = 'rejected' WHERE category_id = 1")
        database.execute("UPDATE errors SET category_id = 10, status = 'corrected' WHERE category_id = 9")
    stored = read_errors(path)
    assert [r.status for r in stored.records] == ["rejected", "corrected"]
    result = score(stored.records, load_scheme(), stored.valid_area_m2, stored.valid_pixels, stored.diagonal_px)
    update_scores(path, stored, result)
    rows = query(path, "SELECT label, severity, penalty, status FROM errors ORDER BY fid")
    assert rows == [("云", None, 0.0, "rejected"), ("像素缺失", "A", 42.0, "corrected")]  # 30 of 12 000 pixels
    summary = query(path, "SELECT score, grade, count_cloud, count_pixel_missing, count_stripe_noise FROM summary")
    assert summary == [(58.0, "rejected", 0, 1, 0)]


def test_updating_a_file_that_lost_errors_is_refused_and_changes_nothing(path):
    polygons, *rest = found()
    write_geopackage(path, polygons, *rest)
    stored = read_errors(path)
    write_geopackage(path, polygons[:1], *rest[:-1])
    before = path.read_bytes()
    with pytest.raises(OutputError, match="errors were removed"):
        update_scores(path, stored, rest[-1])
    assert path.read_bytes() == before


def test_a_locked_file_is_refused(path, monkeypatch):
    arguments = found()
    write_geopackage(path, *arguments)
    stored = read_errors(path)
    connect = sqlite3.connect
    monkeypatch.setattr(module.sqlite3, "connect", lambda p, timeout=0: connect(p, timeout=0.05))
    with closing(connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutputError, match="cannot store the score"):
            update_scores(path, stored, arguments[-1])


def test_an_open_journal_is_not_left_beside_a_new_file(path):
    arguments = found()
    write_geopackage(path, *arguments)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL").fetchall()
        other.execute("UPDATE summary SET raster = 'changed'")
        other.commit()
        before = path.read_bytes()
        with pytest.raises(OutputError, match="has it open"):
            write_geopackage(path, *arguments)
        assert path.read_bytes() == before
    write_geopackage(path, *arguments)  # closed: now it is fine
    assert query(path, "SELECT raster FROM summary") == [("影像.tif",)]
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


@pytest.mark.parametrize("stage", ["_blocks_table", "_add_styles", "release"])
def test_a_failure_leaves_the_old_file_and_nothing_else(path, stage, monkeypatch):
    arguments = found()
    write_geopackage(path, *arguments)
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, stage, fail)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        write_geopackage(path, *arguments)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"none.a\.gpkg"):
        write_geopackage(tmp_path / "none" / "a.gpkg", *found())


def test_other_files_are_no_results(tmp_path):
    with pytest.raises(OutputError, match="not a result of RSQI"):
        read_errors(tmp_path / "none.gpkg")
    text = tmp_path / "a.gpkg"
    text.write_text("hello")
    with pytest.raises(OutputError, match="not a result of RSQI"):
        read_errors(text)
    arguments = list(found())
    del arguments[2]["width"]
    write_geopackage(tmp_path / "b.gpkg", *arguments)
    with pytest.raises(OutputError, match="not a complete result"):
        read_errors(tmp_path / "b.gpkg")
