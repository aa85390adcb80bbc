"""Seamlines of vector files, good and bad ones."""

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from affine import Affine
from shapely.affinity import affine_transform

from rsqi_core.errors import RsqiError
from rsqi_core.seams.seamlines import read_seamlines

PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 3_500_000)
CRS = pyproj.CRS("EPSG:4547")
SIZE = 1000, 800


def line(*points):
    return affine_transform(shapely.LineString(points), PLACE.to_shapely())


def write(path, shapes, crs="EPSG:4547", kind="Unknown", **values):
    wkb = shapely.to_wkb(np.array(shapes, object))
    pyogrio.raw.write(path, wkb, [np.arange(len(shapes))], ["n"], geometry_type=kind, crs=crs, **values)
    return path


def read(path):
    return read_seamlines(path, PLACE, CRS, SIZE)


def codes(found):
    return [note.code for note in found.notes]


def test_lines_and_multilines_come_in_pixels(tmp_path):
    two = shapely.MultiLineString([line((10, 20), (500, 20)), line((10, 40), (500, 40))])
    found = read(write(tmp_path / "a.gpkg", [line((100, 0), (100, 800)), two]))
    assert len(found.lines) == 3 and not found.notes
    assert found.lines[0] == pytest.approx(np.array([[100, 0], [100, 800]]))


def test_another_coordinate_system_is_reprojected_and_told(tmp_path):
    there = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    geographic = shapely.transform(line((100, 0), (100, 800)), lambda xy: np.stack(there.transform(*xy.T), -1))
    found = read(write(tmp_path / "a.geojson", [geographic], crs="EPSG:4326"))
    assert codes(found) == ["seamlines_reprojected"]
    assert found.lines[0][:, 0] == pytest.approx(100, abs=0.05)


def test_without_a_coordinate_system_it_is_the_rasters_and_told(tmp_path):
    with pytest.warns(UserWarning):
        path = write(tmp_path / "a.shp", [line((100, 0), (100, 800))], crs=None, kind="LineString")
    assert codes(read(path)) == ["seamlines_no_crs"]


def test_what_cannot_be_measured_is_told_by_number(tmp_path):
    shapes = [line((100, 0), (100, 800)), None, line((5000, 0), (5000, 9)), shapely.LineString(), line((7, 7), (8, 8))]
    found = read(write(tmp_path / "a.gpkg", shapes))
    assert len(found.lines) == 1
    assert codes(found) == ["seamlines_empty", "seamlines_outside", "seamlines_short"]
    assert "2, 4" in found.notes[0]


def test_lines_are_cut_at_the_edge_of_the_raster(tmp_path):
    found = read(write(tmp_path / "a.gpkg", [line((-300, 400), (300, 400))]))
    assert found.lines[0] == pytest.approx(np.array([[0, 400], [300, 400]]))


def test_footprints_give_each_common_boundary_once_and_keep_junctions(tmp_path):
    squares = [(0, 0, 400, 400), (400, 0, 1000, 400), (0, 400, 1000, 800)]
    shapes = [affine_transform(shapely.box(*square), PLACE.to_shapely()) for square in squares]
    found = read(write(tmp_path / "a.gpkg", shapes))
    ends = {tuple(np.round(each[0])) for each in found.lines} | {tuple(np.round(each[-1])) for each in found.lines}
    assert len(found.lines) == 3
    assert ends == {(400, 0), (400, 400), (0, 400), (1000, 400)}
    assert sum(shapely.LineString(each).length for each in found.lines) == pytest.approx(1400, abs=1)


def test_ten_thousand_lines_are_told_in_one_line(tmp_path):
    rng = np.random.default_rng(1)
    starts = rng.uniform(50, 700, (10_000, 2))
    found = read(write(tmp_path / "a.gpkg", [line(tuple(s), (s[0] + 40, s[1])) for s in starts]))
    assert len(found.lines) == 10_000
    assert codes(found) == ["seamlines_many"]


def beside(folder):
    return write(folder / "a.gpkg", [line((5000, 0), (5000, 90))])


def no_file(folder):
    return folder / "none.shp"


def no_vector(folder):
    (folder / "a.shp").write_text("no shapes")
    return folder / "a.shp"


def points(folder):
    return write(folder / "a.gpkg", [shapely.Point(500_010, 3_499_990)], kind="Point")


def apart(folder):
    boxes = [shapely.box(500_010, 3_499_900, 500_020, 3_499_910), shapely.box(500_030, 3_499_900, 500_040, 3_499_910)]
    return write(folder / "a.gpkg", boxes)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (beside, "seamlines_beside"),
        (no_file, "seamlines_unreadable"),
        (no_vector, "seamlines_unreadable"),
        (points, "seamlines_none"),
        (apart, "seamlines_apart"),
    ],
)
def test_bad_input_is_one_clear_line(make, code, tmp_path):
    path = make(tmp_path)
    with pytest.raises(RsqiError) as refused:
        read(path)
    assert refused.value.args[0].code == code
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)


def test_a_geopackage_that_calls_its_system_undefined_has_none(tmp_path):
    path = write(tmp_path / "a.gpkg", [line((100, 0), (100, 800))], None, layer_options={"SRID": "-1"})
    assert codes(read(path)) == ["seamlines_no_crs"]


def test_lines_without_a_place_on_the_ground_are_left_out_and_told(tmp_path):
    lost = shapely.LineString([(500_000, 3_500_000), (np.inf, 3_500_000)])
    found = read(write(tmp_path / "a.gpkg", [line((100, 0), (100, 800)), lost]))
    assert codes(found) == ["seamlines_nowhere"] and len(found.lines) == 1
