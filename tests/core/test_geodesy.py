"""Areas on the ellipsoid."""

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from rsqi_core.geodesy import crs_of_areas, ellipsoidal_area, share_within

CGCS2000 = "EPSG:4545"  # 3-degree zone, central meridian 108 E


def test_ellipsoidal_area_is_near_the_planar_one_on_the_central_meridian():
    square = shapely.box(500_000, 2_950_000, 501_000, 2_951_000).difference(
        shapely.box(500_200, 2_950_200, 500_500, 2_950_500)
    )
    assert ellipsoidal_area(square, CGCS2000) == pytest.approx(square.area, rel=1e-4)
    assert ellipsoidal_area(square, CGCS2000) != square.area
    # 150 km off the meridian the projection is larger by its areal scale
    off = shapely.box(650_000, 2_950_000, 651_000, 2_951_000)
    projection = pyproj.Proj(CGCS2000)
    factor = projection.get_factors(*projection(650_500, 2_950_500, inverse=True)).areal_scale
    assert ellipsoidal_area(off, CGCS2000) == pytest.approx(off.area / factor, rel=1e-6)


def test_ellipsoidal_area_in_degrees_and_feet():
    cell = shapely.box(106, 26, 107, 27)
    # Closed form for a cell between two parallels on GRS80 (Snyder 1987, eq. 3-12)
    a, e2 = 6378137.0, 0.00669438002290
    e = e2**0.5

    def q(latitude):
        s = np.sin(np.radians(latitude))
        return (1 - e2) * (s / (1 - e2 * s * s) - np.log((1 - e * s) / (1 + e * s)) / (2 * e))

    exact = a * a * np.radians(1) * (q(27) - q(26)) / 2
    assert ellipsoidal_area(cell, "EPSG:4490") == pytest.approx(exact, rel=1e-4)
    foot = 0.3048006096012192
    square = shapely.box(2_000_000, 500_000, 2_003_000, 503_000)  # New York Long Island, US survey feet
    assert ellipsoidal_area(square, "EPSG:2263") == pytest.approx(square.area * foot**2, rel=1e-3)


def test_an_engineering_system_uses_its_unit():
    local = 'LOCAL_CS["plant grid",UNIT["kilometre",1000],AXIS["x",EAST],AXIS["y",NORTH]]'
    assert ellipsoidal_area(shapely.box(0, 0, 2, 3), local) == pytest.approx(6e6)


def test_area_beside_the_earth_is_planar():
    disc = "+proj=geos +lon_0=-75 +h=35786023 +ellps=GRS80 +units=m +sweep=x"
    assert ellipsoidal_area(shapely.box(-5.4e6, -5.4e6, 5.4e6, 5.4e6), disc) == pytest.approx(10.8e6**2)


def test_area_of_the_whole_earth_and_of_a_field_in_degrees():
    assert ellipsoidal_area(shapely.box(-180, -90, 180, 90), "EPSG:4326") == pytest.approx(5.1007e14, rel=1e-4)
    field = shapely.box(106.70, 26.50, 106.71, 26.51)
    expected = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(field, 0.0005))[0])
    assert ellipsoidal_area(field, "EPSG:4326") == pytest.approx(expected, rel=1e-6)


# One place in each, on its central meridian or standard parallel, with the factor of its areas there.
SYSTEMS = {
    "EPSG:27572": (600_000, 2_200_000, 0.99987742**2),  # grads, from Paris
    "EPSG:2227": (6_561_666, 1_640_416, None),  # US survey feet
    "EPSG:2136": (900_000, 600_000, 0.99975**2),  # Gold Coast feet
    "EPSG:4513": (25_500_000, 4_000_000, 1.0),  # the zone stands before the easting
    "EPSG:4527": (39_500_000, 3_500_000, 1.0),
    "EPSG:4533": (45_500_000, 4_000_000, 1.0),
    "EPSG:2053": (0, 3_000_000, 1.0),  # axes to the west and south
    "EPSG:32661": (2_000_000, 2_000_000, 0.994**2),  # a pole in the middle
    "EPSG:32601": (166_000, 7_000_000, None),  # beyond the antimeridian
}


@pytest.mark.parametrize("code", SYSTEMS)
def test_areas_in_any_unit_and_place(code):
    x, y, factor = SYSTEMS[code]
    unit = pyproj.CRS(code).axis_info[0].unit_conversion_factor
    square = shapely.box(x - 500, y - 500, x + 500, y + 500)
    if factor is None:
        projection = pyproj.Proj(code)
        factor = projection.get_factors(*projection(x, y, inverse=True)).areal_scale
    assert ellipsoidal_area(square, code) == pytest.approx(1e6 * unit**2 / factor, rel=3e-5)


@pytest.mark.parametrize(
    ("code", "turn"), [("EPSG:4807", 400), ("EPSG:4490", 360), ("OGC:CRS84", 360)], ids=["grads", "degrees", "lon-lat"]
)
def test_longitudes_and_latitudes_in_any_unit_and_range(code, turn):
    quarter = turn / 4
    earth = ellipsoidal_area(shapely.box(-turn / 2, -quarter, turn / 2, quarter), code)
    assert earth == pytest.approx(5.1e14, rel=1e-3)
    field = ellipsoidal_area(shapely.box(2, 40, 3, 41), code)
    for shift in (-turn, turn / 2 - 2.5, turn / 2, turn):
        assert ellipsoidal_area(shapely.box(2 + shift, 40, 3 + shift, 41), code) == pytest.approx(field, rel=1e-9)
    cap = shapely.box(-turn / 2, 0.95 * quarter, turn / 2, quarter)
    assert ellipsoidal_area(cap, code) == pytest.approx(earth / 2 * (1 - np.sin(0.95 * np.pi / 2)), rel=0.02)


def test_area_outside_the_projection_is_planar_in_square_metres():
    feet = "+proj=tmerc +lon_0=117 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=us-ft"
    assert ellipsoidal_area(shapely.box(3e8, 0, 3e8 + 100, 100), feet) == pytest.approx(1e4 * 0.3048006096**2)


@pytest.mark.parametrize(("crs", "x", "y", "size", "share"), [
    ("EPSG:4326", 500_000, 4_000_000, 1, 0),  # metres under degrees
    ("EPSG:4326", 0, 4_000, 1, 0),
    ("EPSG:4807", 2, 55, 0.001, 1),  # grads
    ("EPSG:4807", -200, 100, 2, 1),
    ("EPSG:4326", -180, 90.125, 0.25, 1),  # the cells of a grid of the globe are centred on the pole
    ("EPSG:4326", 340, 10, 0.25, 1),
    ("EPSG:4545", 500_000, 2_900_000, 0.5, 1),
    ("EPSG:4545", 36_500_000, 2_900_000, 0.5, 0),  # the zone stands before the easting, but not in the CRS
    ("EPSG:4524", 500_000, 2_900_000, 0.5, 0),  # the other way round
    ("EPSG:3857", 20_030_000, 0, 200, 1),  # across the antimeridian
    ("EPSG:3031", -5e6, 5e6, 1e5, 1),
    ('LOCAL_CS["plant grid",UNIT["metre",1]]', 1e9, 1e9, 1, 1),
    (None, 1e9, 1e9, 1, 1),
])  # fmt: skip
def test_how_much_of_an_image_has_a_place_in_its_system(crs, x, y, size, share):
    transform = Affine(size, 0, x, 0, -size, y)
    assert share_within(crs, transform, 100, 100) == share
    assert crs_of_areas(crs, transform, 100, 100) == (crs if share else None)


def test_a_disc_has_corners_beside_the_earth():
    disc = "+proj=geos +lon_0=-75 +h=35786023 +ellps=GRS80 +units=m +sweep=x"
    transform = Affine(108_000, 0, -5.4e6, 0, -108_000, 5.4e6)
    assert 0.5 < share_within(disc, transform, 100, 100) < 0.9
    assert crs_of_areas(disc, transform, 100, 100) == disc
