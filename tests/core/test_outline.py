"""The outline of an error around a click: where it is, what the clicks add and take away, and what is refused."""

import cv2
import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.features import rasterize

from rsqi_core.errors import ParameterError, RasterError
from rsqi_core.outline import outline_at, run_request
from rsqi_core.raster import open_raster
from rsqi_core.synthesis import cloud
from rsqi_core.synthesis.defect import DEFECT
from rsqi_core.synthesis.landscape import landscape

PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)
SMALL, LARGE = 1, 5  # seeds of planted clouds
CLOUDS = ((200, 180, 60, 40), (420, 420, 35, 50))  # column, row and half axes


@pytest.fixture(scope="module")
def rgb():
    """A landscape with two clouds that have nothing of a cloud's relief: soft, bright and round."""
    picture = landscape(700, seed=6).astype(np.float32)
    for x, y, a, b in CLOUDS:
        veil = np.zeros(picture.shape[:2], np.float32)
        cv2.ellipse(veil, (x, y), (a, b), 0, 0, 360, 1, -1)
        veil = cv2.GaussianBlur(veil, (0, 0), 1.5)[..., None]
        picture = picture * (1 - veil) + 238 * veil
    return picture.round().astype(np.uint8)


@pytest.fixture
def scene(rgb, write_raster):
    return write_raster(rgb)


def on_map(x, y):
    return PLACE * (x + 0.5, y + 0.5)


def ellipse(x, y, a, b):
    circle = shapely.Point(0, 0).buffer(1, quad_segs=32)
    pixels = shapely.affinity.translate(shapely.affinity.scale(circle, a, b), x + 0.5, y + 0.5)
    return shapely.affinity.affine_transform(pixels, PLACE.to_shapely())


def likeness(one, other):
    return one.intersection(other).area / one.union(other).area


def test_a_click_outlines_the_cloud_below_it_and_names_its_type(write_raster):
    image, mask, place = planted(700, SMALL)
    with open_raster(write_raster(image)) as raster:
        found = outline_at(raster, [on_map(*place)])
        again = outline_at(raster, [on_map(*place)])
    outline = drawn(found.geometry, mask.shape)
    assert found.geometry.is_valid and (outline & mask).sum() / (outline | mask).sum() > 0.8
    assert found.category_id == 1 and 0.5 < found.probability <= 1
    assert found.geometry.wkb == again.geometry.wkb


def test_an_outline_is_no_staircase(scene):
    with open_raster(scene) as raster:
        found = outline_at(raster, [on_map(*CLOUDS[0][:2])], code="cloud")
    assert likeness(found.geometry, ellipse(*CLOUDS[0])) > 0.85
    assert shapely.get_num_coordinates(found.geometry) < 120


def planted(side, seed):
    """A landscape with a cloud as clouds are, and the mask of the part that is largest across."""
    defect = cloud.apply(landscape(side, seed=6), np.random.default_rng(seed), "local")
    _, parts = cv2.connectedComponents((defect.mask == DEFECT).astype(np.uint8))
    depth = cv2.distanceTransform((parts > 0).astype(np.uint8), cv2.DIST_L2, 5)
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return defect.image, parts == parts[y, x], (int(x), int(y))


def drawn(geometry, shape):
    return rasterize([geometry], shape, transform=PLACE).astype(bool)


def test_another_click_adds_and_one_with_ctrl_takes_away(scene):
    first, second = (on_map(x, y) for x, y, _, _ in CLOUDS)
    with open_raster(scene) as raster:
        both = outline_at(raster, [first, second], code="cloud")
        cut = outline_at(raster, [first], [on_map(240, 180)], code="cloud")
        alone = outline_at(raster, [first], code="cloud")
    assert likeness(both.geometry, ellipse(*CLOUDS[0]).union(ellipse(*CLOUDS[1]))) > 0.8
    place = shapely.Point(on_map(240, 180))
    assert alone.geometry.contains(place) and not cut.geometry.contains(place)


def test_every_region_type_has_an_outline_around_the_place(scene):
    with open_raster(scene) as raster:
        for code in ("shadow", "stretching_blur", "blur", "spectral_overflow", "distortion"):
            found = outline_at(raster, [on_map(300, 300)], code=code)
            assert found.geometry.is_valid and found.geometry.contains(shapely.Point(on_map(300, 300))), code


def test_a_raster_smaller_than_the_network_and_a_place_at_its_edge(rgb, write_raster):
    path = write_raster(rgb[120:240, 120:300])
    with open_raster(path) as raster:
        found = outline_at(raster, [on_map(80, 60)], code="cloud")
        edge = outline_at(raster, [on_map(0, 0)], code="blur")
    assert likeness(found.geometry, ellipse(80, 60, 60, 40)) > 0.8
    assert edge.geometry.area > 0


def test_a_large_error_gets_a_larger_window(write_raster):
    image, mask, place = planted(1500, LARGE)
    assert max(cv2.boundingRect(mask.astype(np.uint8))[2:]) > 512
    with open_raster(write_raster(image)) as raster:
        outline = drawn(outline_at(raster, [on_map(*place)], code="cloud").geometry, mask.shape)
    assert (outline & mask).sum() / (outline | mask).sum() > 0.9


@pytest.mark.parametrize(
    "at, code, says",
    [
        ([], None, "a place inside"),
        ([(0, 0)], None, "lies outside"),
        ([on_map(9, 9)], "stripe_noise", "no outline around a place"),
        ([on_map(9, 9)], "snow", "unknown error type"),
    ],
)
def test_what_cannot_be_outlined_is_refused(scene, at, code, says):
    with open_raster(scene) as raster, pytest.raises(ParameterError, match=says):
        outline_at(raster, at, code=code)


def test_nodata_has_no_outline(rgb, write_raster):
    holed = rgb.copy()
    holed[:100, :100] = 0
    path = write_raster(holed, valid=(holed.any(2) * np.uint8(255)))
    with open_raster(path) as raster, pytest.raises(RasterError, match="no data"):
        outline_at(raster, [on_map(50, 50)])


def test_a_request_of_the_worker(scene):
    asked = {"raster": str(scene), "at": [on_map(*CLOUDS[0][:2])], "type": "cloud"}
    answer = run_request(asked)
    assert answer["category_id"] == 1
    assert likeness(shapely.from_wkb(answer["wkb"]), ellipse(*CLOUDS[0])) > 0.85
    with pytest.raises(ParameterError, match="'raster'"):
        run_request({"at": [[1, 2]]})
    with pytest.raises(ParameterError, match="pairs"):
        run_request({**asked, "at": [1, 2]})
