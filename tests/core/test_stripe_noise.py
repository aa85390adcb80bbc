import cv2
import numpy as np
import pytest

from rsqi_core.rules import STRIPE_NOISE
from rsqi_core.rules.stripe_noise import oriented, otsu

ALL = np.ones((200, 240), bool)


@pytest.fixture
def scene():
    """A textured image, blurred as optics do."""
    noise = np.random.default_rng(3).normal(0, 1, (200, 240)).astype(np.float32)
    smooth = 8 * cv2.GaussianBlur(noise, (0, 0), 4.0) + cv2.GaussianBlur(noise, (0, 0), 1.2)
    return np.clip(np.array([120, 115, 100]) + 15 * smooth[..., None], 0, 255).astype(np.uint8)


def draw(image, start, end, color, width=1):
    """Add `color` along a line; return the image and the truth."""
    change = np.zeros(image.shape, np.int16)
    cv2.line(change, start, end, color, width)
    return np.clip(image + change, 0, 255).astype(np.uint8), change.any(-1)


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


def test_clean_is_quiet(scene):
    assert not oriented(scene, ALL).any()


@pytest.mark.parametrize("color", [(90, 0, 0), (0, -70, 0), (0, 60, 60), (-80, 0, -80), (80, 80, 80), (-70, -70, -70)])
@pytest.mark.parametrize("width", [1, 2])  # OpenCV draws 1 and 3 px
@pytest.mark.parametrize("ends", [((40, 90), (110, 90)), ((130, 40), (130, 120)), ((0, 100), (239, 100))])
def test_lines_of_both_polarities(scene, color, width, ends):
    image, truth = draw(scene, *ends, color, width)
    assert iou(oriented(image, ALL), truth) > 0.7


@pytest.mark.parametrize("end", [(120, 130), (120, 75), (75, 150)])
def test_coloured_diagonals(scene, end):
    image, truth = draw(scene, (50, 50), end, (100, 0, 0), 1)
    assert iou(oriented(image, ALL), truth) > 0.7


def test_dashes_are_one_line(scene):
    truth = np.zeros(ALL.shape, bool)
    for x in range(40, 160, 10):
        scene, dash = draw(scene, (x, 60), (x + 6, 60), (0, 90, 0))
        truth |= dash
    assert iou(oriented(scene, ALL), truth) > 0.8


def test_natural_lines_are_left_alone(scene):
    """A painted road mark is blurred across, an edge differs from one side only, a road is wide."""
    marks = np.zeros(ALL.shape, np.float32)
    marks[60:62, 30:150] = 300
    marks = cv2.GaussianBlur(marks, (0, 0), 1.3)
    edge = np.zeros(ALL.shape, np.float32)
    edge[120:, 40:200] = 60
    edge[20:30, :] = 50
    image = np.clip(scene + (marks + edge)[..., None], 0, 255).astype(np.uint8)
    assert not oriented(image, ALL).any()


def test_collar_edge_is_no_stripe(scene):
    valid = ALL.copy()
    valid[:, :50] = valid[90:, 200:] = False
    valid[:, 52:60] = False  # leaves a sliver of two columns
    scene[~valid] = 0
    assert not oriented(scene, valid).any()
    image, truth = draw(scene, (80, 30), (180, 30), (0, 0, 90))
    assert iou(oriented(image, valid), truth) > 0.8


def test_otsu_finds_a_bright_box_and_no_diagonal():
    """The paper's aspect is that of the axis-aligned box, and only Otsu's bright side counts."""
    grey = np.full((100, 100, 3), 60, np.uint8)
    image, truth = draw(grey, (10, 50), (70, 50), (150, 150, 150), 1)
    np.testing.assert_array_equal(otsu(image), truth)
    image, _ = draw(grey, (10, 10), (70, 70), (150, 150, 150), 1)
    assert not otsu(image).any()
    image, _ = draw(np.full((100, 100, 3), 60, np.uint8), (10, 50), (13, 50), (150, 150, 150), 1)
    assert not otsu(image).any()  # aspect 4


def test_otsu_raises_saturation_by_100():
    """A faint tint between a dark and a bright ground separates only once saturation is raised."""
    image = np.full((100, 100, 3), (100, 110, 100), np.uint8)
    image[60:] += 30
    image[30, 20:80] = 110, 100, 100
    assert otsu(image)[30, 20:80].all()
    assert not otsu(image, 0)[30, 20:80].any()


def test_named_rules_share_one_signature(scene):
    image, truth = draw(scene, (40, 90), (110, 90), (100, 0, 0))
    valid = ALL & ~truth
    for rule in STRIPE_NOISE.values():
        found = rule(image, valid)
        assert found.dtype == bool and found.shape == ALL.shape and not found[truth].any()


def test_tiny_images():
    for shape in ((1, 1), (3, 40), (40, 2)):
        image = np.zeros((*shape, 3), np.uint8)
        for rule in STRIPE_NOISE.values():
            assert not rule(image, np.ones(shape, bool)).any()
