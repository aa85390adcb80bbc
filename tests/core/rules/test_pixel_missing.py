import cv2
import numpy as np
import pytest

from rsqi_core.rules import PIXEL_MISSING
from rsqi_core.rules.pixel_missing import isolated, threshold


@pytest.fixture
def scene():
    """A textured image without black or white."""
    noise = np.random.default_rng(2).normal(0, 1, (200, 240, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.0)
    return np.clip(120 + 60 * smooth, 40, 215).astype(np.uint8)


ALL = np.ones((200, 240), bool)


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


def test_threshold_is_the_papers(scene):
    scene[3, 4], scene[5, 6], scene[7, 8] = 0, 255, (0, 0, 1)
    found = threshold(scene)
    assert found.dtype == bool and found[3, 4] and found[5, 6] and found.sum() == 2


def test_named_rules_keep_to_the_valid_pixels(scene):
    valid = ALL.copy()
    valid[:, :50] = False
    scene[~valid] = 0
    scene[100, 100] = 0
    for rule in PIXEL_MISSING.values():
        found = rule(scene, valid)
        assert found[100, 100] and found.sum() == 1


def test_clean_is_quiet(scene):
    assert not isolated(scene, ALL).any()


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize(
    "boxes",
    [
        [(20, 30, 1, 1), (90, 33, 1, 1), (0, 0, 1, 1)],
        [(50, 60, 3, 2)],
        [(100, 0, 1, 240)],
        [(0, 77, 200, 2)],
        [(30, 40, 64, 90)],
        [(150, 200, 50, 40)],
    ],
    ids=["pixels", "cluster", "row", "columns", "block", "corner block"],
)
def test_losses_are_found(scene, value, boxes):
    truth = np.zeros(ALL.shape, bool)
    for y, x, h, w in boxes:
        truth[y : y + h, x : x + w] = True
    scene[truth] = value
    np.testing.assert_array_equal(isolated(scene, ALL), truth)


def test_clipped_highlight_and_black_water_are_natural(scene):
    """They fade over some pixels, a loss does not."""
    y, x = np.mgrid[:200, :240]
    bright = 400 * np.exp(-((y - 60) ** 2 + (x - 70) ** 2) / 300)
    dark = 400 * np.exp(-((y - 140) ** 2 + (x - 160) ** 2) / 300)
    calm = 120 + 0.3 * (scene.astype(float) - 120)
    scene = np.clip(calm + (bright - dark)[..., None], 0, 255).astype(np.uint8)
    assert threshold(scene).sum() > 300
    assert not isolated(scene, ALL).any()


def test_glint_is_natural(scene):
    scene[50, 50] = 255
    scene[50, 51] = scene[51, 50] = 240
    assert not isolated(scene, ALL).any()


def test_leftovers_of_the_collar_belong_to_it(scene):
    valid = ALL.copy()
    valid[:, :50] = False
    scene[:, :51] = 0  # one column more than the mask says
    assert not isolated(scene, valid).any()


@pytest.mark.parametrize("value", [0, 255])
def test_one_lost_channel_counts_in_rectangles(scene, value):
    scene[40:80, 60:150, 1] = value
    truth = np.zeros(ALL.shape, bool)
    truth[40:80, 60:150] = True
    assert iou(isolated(scene, ALL), truth) > 0.99


def test_one_channel_at_zero_in_natural_shapes_is_no_loss(scene):
    y, x = np.mgrid[:200, :240]
    scene[..., 2] = np.clip((np.hypot(y - 100, x - 120) - 40) * 8, 0, 200)
    assert not isolated(scene, ALL).any()


@pytest.mark.parametrize("value", [0, 255])
def test_one_clipped_channel_in_a_ragged_patch_is_overflow(scene, value):
    y, x = np.mgrid[:200, :240]
    ragged = np.hypot(y - 100, x - 120) < 40 + 9 * np.sin(7 * np.arctan2(y - 100, x - 120))
    scene[ragged, 2] = value
    assert not isolated(scene, ALL).any()


def jpeg(image, quality):
    _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(code, cv2.IMREAD_COLOR)


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("quality", [95, 85, 75])
def test_blocks_survive_jpeg(scene, value, quality):
    truth = np.zeros(ALL.shape, bool)
    truth[43:101, 51:131] = truth[150:166, 40:56] = True
    scene[truth] = value
    assert iou(isolated(jpeg(scene, quality), ALL), truth) > 0.97


def test_sector_survives_jpeg(scene):
    truth = cv2.ellipse(np.zeros(ALL.shape, np.uint8), (100, 90), (60, 60), 0, 20, 80, 1, -1).astype(bool)
    scene[truth] = 0
    assert iou(isolated(scene, ALL), truth) > 0.99
    assert iou(isolated(jpeg(scene, 85), ALL), truth) > 0.9


def test_single_pixels_do_not_survive_jpeg(scene):
    """Nothing tells them from texture any more, and nothing is made up."""
    scene[50, 60] = scene[90, 100] = 0
    assert not isolated(jpeg(scene, 85), ALL).any()


def test_touching_losses_are_found(scene):
    truth = np.zeros(ALL.shape, bool)
    truth[60:62] = truth[:, 100:101] = truth[58:80, 150:190] = True
    scene[truth] = 0
    np.testing.assert_array_equal(isolated(scene, ALL), truth)


def test_in_a_clipped_block_single_pixels_need_more(scene):
    """Where many pixels are nearly black, a black one with half a dark rim is one of them."""
    scene[50, 60] = 0
    scene[49:52, 59] = 60  # the rim on one side is half way
    assert isolated(scene, ALL)[50, 60]
    rng = np.random.default_rng(4)
    for y, x in rng.integers(100, 190, (200, 2)):
        scene[y, x] = 6
    assert not isolated(scene, ALL).any()
    scene[20, 30] = 0  # but a sharp one still counts
    assert isolated(scene, ALL)[20, 30] and isolated(scene, ALL).sum() == 1


def test_thin_slanting_shadow_is_natural(scene):
    """An alley between roofs may be black, in a scene with more of its kind."""
    for y, x in np.random.default_rng(4).integers(120, 190, (200, 2)):
        scene[y, x] = 6
    strip = np.zeros(ALL.shape, np.float32)
    cv2.line(strip, (60, 60), (84, 80), 1, 1)
    depth = np.clip(2 * cv2.GaussianBlur(strip, (0, 0), 0.8), 0, 1)
    scene = (scene * (1 - depth[..., None])).astype(np.uint8)
    scene[strip > 0] = 0
    assert (scene == 0).all(-1).sum() > 15
    assert not isolated(scene, ALL).any()


@pytest.mark.parametrize("quality", [None, 85])
def test_white_car_is_natural(scene, quality):
    """Rounded, turned and soft at its sides, though flat white within."""
    body = cv2.boxPoints(((120, 100), (40, 22), 25)).astype(np.int32)
    roof = cv2.GaussianBlur(cv2.fillPoly(np.zeros(ALL.shape, np.float32), [body], 1), (0, 0), 1.2)[..., None]
    image = np.clip(scene * (1 - roof) + 290 * roof, 0, 255).astype(np.uint8)
    image = image if quality is None else jpeg(image, quality)
    assert threshold(image).sum() > 100
    assert not isolated(image, ALL).any()


def test_tiny_and_wholly_extreme_images():
    for value in (0, 255):
        image = np.full((5, 3, 3), value, np.uint8)
        assert not isolated(image, np.ones((5, 3), bool)).any()
    assert not isolated(np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), bool)).any()


def test_white_that_carries_on_a_black_gap_is_lost_too(scene):
    scene[80:88, :120], scene[80:88, 120:] = 0, 255
    scene[140:148], scene[170:178] = 0, 255
    truth = np.zeros(ALL.shape, bool)
    truth[80:88] = truth[140:148] = truth[170:178] = True
    np.testing.assert_array_equal(isolated(scene, ALL), truth)


@pytest.mark.parametrize("columns", [slice(60, 160), slice(None)], ids=["roof", "snow"])
def test_white_ground_between_black_gaps_is_natural(scene, columns):
    scene[60:70] = scene[90:100] = 0
    scene[70:90, columns] = 255
    np.testing.assert_array_equal(isolated(scene, ALL), (scene == 0).all(-1))


def test_dark_water_beside_a_gap_is_natural(scene):
    """Two gaps cut a pond that is darker than half of the ground around."""
    scene[60:110, 90:150] = 30
    gap = np.zeros(ALL.shape, bool)
    gap[70:82] = gap[92:104] = True
    scene[gap] = 0
    np.testing.assert_array_equal(isolated(scene, ALL), gap)


def test_white_roof_that_ends_at_once_is_natural(scene):
    """Turned, and not quite white within; what a decoder loses is flat."""
    roof = cv2.boxPoints(((120, 100), (56, 40), 35)).astype(np.int32)
    inside = cv2.fillPoly(np.zeros(ALL.shape, np.uint8), [roof], 1).astype(bool)
    shades = np.random.default_rng(6).integers(248, 256, ALL.shape)
    scene[inside] = shades[inside][:, None]
    assert not isolated(scene, ALL).any()
    scene[inside] = 255
    np.testing.assert_array_equal(isolated(scene, ALL), inside)
