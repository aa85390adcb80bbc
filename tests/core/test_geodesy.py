"""Areas on the ellipsoid."""

import numpy as np
import pyproj
import pytest
import shapely

from rsqi_core.geodesy import ellipsoidal_area

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
