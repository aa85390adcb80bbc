"""A line follows a seam from click to click."""

import cv2
import numpy as np
import pytest
import shapely

from rsqi_core.seams.follow import Follower
from rsqi_core.synthesis.landscape import landscape

WIDTH, HEIGHT = 1000, 700
COLUMNS = np.arange(WIDTH)
ROWS = 350 + 30 * np.sin(COLUMNS / 110)
SEAM = shapely.LineString(np.c_[COLUMNS, ROWS])


def mosaic(step):
    image = landscape(1024, 6)[:HEIGHT, :WIDTH].astype(int)
    image[np.arange(HEIGHT)[:, None] > ROWS] += step
    return np.clip(image, 0, 255).astype(np.uint8)


class Reading:
    """Reads as `Raster.read` does, and counts."""

    def __init__(self, image, valid=None):
        self.image, self.valid, self.pixels = image, np.ones(image.shape[:2], bool) if valid is None else valid, 0

    def __call__(self, x, y, width, height, shape=None):
        assert x >= 0 and y >= 0 and x + width <= self.image.shape[1] and y + height <= self.image.shape[0]
        self.pixels += width * height
        rows, columns = shape or (height, width)
        box = slice(y, y + height), slice(x, x + width)
        rgb = cv2.resize(self.image[box], (columns, rows), interpolation=cv2.INTER_AREA)
        valid = cv2.resize(self.valid[box].astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST) > 0
        return rgb, valid


def follower(image, valid=None):
    return Follower(Reading(image, valid), image.shape[1::-1])


def off_seam(line):
    course = shapely.LineString(line)
    return np.array([shapely.distance(SEAM, course.interpolate(at)) for at in np.arange(0, course.length, 4)])


def near(*columns):
    return [(x, float(ROWS[x]) + (5 if k % 2 else -5)) for k, x in enumerate(columns)]


@pytest.mark.parametrize(("step", "columns", "share"), [
    ((50, 50, 50), (60, 420, 900), 0.97),
    ((30, 20, 10), (60, 200, 340, 480, 620, 760, 900), 0.7),
])  # fmt: skip
def test_the_line_keeps_to_the_seam_between_the_clicks(step, columns, share):
    line = follower(mosaic(step)).follow(near(*columns))
    away = off_seam(line)
    straight = off_seam(np.array(near(*columns)))
    assert (away < 4).mean() >= share > (straight < 4).mean()
    assert abs(line[0, 0] - 60) < 16 and abs(line[-1, 0] - 900) < 16


def test_the_ends_move_onto_the_seam():
    line = follower(mosaic(50)).follow(near(200, 500))
    assert max(shapely.distance(SEAM, shapely.points(line[[0, -1]]))) < 3


def test_a_longer_line_begins_as_the_shorter_one():
    lines = follower(mosaic(50))
    short, reads = lines.follow(near(60, 400)), lines.read.pixels
    longer = lines.follow(near(60, 400, 800))
    assert np.array_equal(longer[: len(short) - 1], short[:-1])
    before = lines.read.pixels
    assert before < 3 * reads and np.array_equal(lines.follow(near(60, 400, 800)), longer)
    assert lines.read.pixels == before, "what is known is not looked for again"


def test_a_long_leg_is_followed_in_a_reduced_image():
    wide = cv2.resize(mosaic(50), None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR)
    line = follower(wide).follow([(3 * x, 3 * y) for x, y in near(60, 940)], 30)
    assert (off_seam((line + 0.5) / 3 - 0.5) < 4).mean() > 0.9


@pytest.mark.parametrize("clicks", [[(400, 300)], [(400, 300), (400, 300)]])
def test_one_place_is_no_line(clicks):
    assert follower(mosaic(50)).follow(clicks).tolist() == [[400, 300]]


def test_clicks_beside_the_image_go_to_its_rim():
    line = follower(mosaic(50)).follow([(-30, float(ROWS[0])), (1200, float(ROWS[-1]))])
    assert (line >= -6).all() and (line <= np.array([WIDTH + 6, HEIGHT + 6])).all()
    assert line[0, 0] < 6 and line[-1, 0] > WIDTH - 6


def test_where_nothing_is_valid_the_line_is_straight():
    line = follower(mosaic(50), np.zeros((HEIGHT, WIDTH), bool)).follow([(100, 100), (300, 200)])
    assert shapely.hausdorff_distance(shapely.LineString(line), shapely.LineString([(100, 100), (300, 200)])) < 8


def upright(at=300, edge=None):
    """A seam of 24 grey levels at a column; beside its upper end a stronger edge, as of relief."""
    image = landscape(1024, 6)[:HEIGHT, :600].astype(int)
    image[:, at:] += 24
    if edge is not None:
        image[20:110, edge : edge + 40] += 70
    return np.clip(image, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("edge", [309, 291 - 40])
def test_a_stronger_edge_beside_a_click_does_not_take_the_line(edge):
    line = follower(upright(edge=edge)).follow([(301, 40), (298, 400)], 20)
    away = np.abs(line[:, 0] - 300)
    assert away.max() < 5


def test_a_line_ends_near_its_clicks():
    clicks = np.array([(302.0, 40.0), (298.0, 400.0)])
    line = follower(upright(edge=309)).follow(clicks.tolist(), 12)
    assert np.hypot(*(line[[0, -1]] - clicks).T).max() < 5
