import cv2
import numpy as np
import pytest

from rsqi_core.rules import STRIPE_NOISE, lines
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


def jpeg(image, quality):
    return cv2.imdecode(cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)[
        ..., ::-1
    ].copy()


def band(image, rows, columns, color):
    """Add `color` to a rectangle; return the image and the truth."""
    change = np.zeros(image.shape, np.int16)
    change[rows, columns] = color
    return np.clip(image + change, 0, 255).astype(np.uint8), change.any(-1)


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


def test_clean_is_quiet(scene):
    assert not oriented(scene, ALL).any()


@pytest.mark.parametrize("color", [(90, 0, 0), (0, -70, 0), (0, 60, 60), (-80, 0, -80), (80, 80, 80), (-70, -70, -70)])
@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("upright", [False, True])
def test_lines_of_both_polarities(scene, color, width, upright):
    image, truth = band(scene, slice(90, 90 + width), slice(40, 120), color)
    if upright:
        image, truth = np.ascontiguousarray(image.transpose(1, 0, 2)), truth.T
    assert iou(oriented(image, np.ones(truth.shape, bool)), truth) > 0.85


@pytest.mark.parametrize("color", [(90, 0, 0), (0, -90, 0), (90, 90, 90)])
def test_full_rows_and_columns(scene, color):
    image, row = band(scene, slice(100, 101), slice(None), color)
    image, column = band(image, slice(None), slice(30, 32), color)
    assert iou(oriented(image, ALL), row | column) > 0.9


def test_short_lines_of_a_foreign_colour(scene):
    image, truth = band(scene, slice(50, 52), slice(100, 115), (0, 0, 100))
    assert iou(oriented(image, ALL), truth) > 0.85


def test_dropped_row_of_one_value(scene):
    image = scene.copy()
    image[77] = (40, 40, 40)
    assert iou(oriented(image, ALL), (np.arange(200) == 77)[:, None] & ALL) > 0.9


def test_periodic_rows(scene):
    truth = np.zeros(ALL.shape, bool)
    truth[5::16] = True
    image = np.clip(scene + truth[..., None] * np.array([30, 0, 0]), 0, 255).astype(np.uint8)
    assert iou(oriented(image, ALL), truth) > 0.85


@pytest.mark.parametrize(("quality", "least"), [(95, 0.8), (85, 0.75), (75, 0.7)])
@pytest.mark.parametrize("color", [(110, 0, 0), (0, 110, 0), (80, 80, 80)])
def test_stripes_survive_jpeg(scene, color, quality, least):
    image, truth = band(scene, slice(90, 92), slice(20, 150), color)
    assert iou(oriented(jpeg(image, quality), ALL), truth) > least


def test_rows_that_compression_only_tints_stay_out(scene):
    image, truth = band(scene, slice(90, 91), slice(20, 200), (0, 120, 0))
    found = oriented(jpeg(image, 90), ALL)
    assert (found & truth).sum() > 0.9 * truth.sum() and (found & ~truth).sum() < 0.1 * truth.sum()


def test_a_fault_repeats_itself(scene):
    """A line too short to be believed by itself is believed beside a long one of its colour, not of another."""
    short, truth = band(scene, slice(60, 61), slice(100, 124), (70, 70, 70))
    assert not oriented(short, ALL).any()
    both, long = band(short, slice(140, 141), slice(20, 200), (80, 80, 80))
    assert iou(oriented(both, ALL), truth | long) > 0.9
    other, long = band(short, slice(140, 141), slice(20, 200), (-80, -80, -80))
    assert iou(oriented(other, ALL), long) > 0.9


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


def test_short_white_mark_is_paint(scene):
    image, _ = band(scene, slice(60, 62), slice(100, 130), (90, 90, 90))
    assert not oriented(image, ALL).any()


@pytest.mark.parametrize("width", [5, 8])
def test_wide_bands_are_no_stripes(scene, width):
    image, _ = band(scene, slice(60, 60 + width), slice(20, 200), (0, 90, 0))
    assert not oriented(image, ALL).any()


def test_track_in_the_colours_of_the_fields_is_natural(scene):
    """A soft line of bare soil through green is as red as the fields beside; the same line is foreign without them."""
    line = np.zeros(ALL.shape, np.float32)
    line[100:102, 100:136] = 1
    line = cv2.GaussianBlur(line, (0, 0), 0.6)[..., None] * np.array([60, -10, 0])
    y, x = np.mgrid[:200, :240]
    fields = ((y // 12 + x // 12) % 2)[..., None] * np.array([60, -10, 0]) * (np.abs(y - 100) > 20)[..., None]
    alone = np.clip(scene + line, 0, 255).astype(np.uint8)
    among = np.clip(scene + line + fields, 0, 255).astype(np.uint8)
    assert oriented(alone, ALL)[100:102, 100:136].mean() > 0.9
    assert not oriented(among, ALL).any()


def test_slanting_road_mark_is_natural(scene):
    """White paint on a bluish road among red fields: where red against blue is common, it is no foreign colour."""
    y, x = np.mgrid[:200, :240]
    road = np.abs(y - 0.6 * x - 20) < 25
    patches = ((y // 11 + x // 13) % 2).astype(bool) & ~road
    image = (
        scene.astype(np.int16) + road[..., None] * np.array([-40, 0, 40]) + patches[..., None] * np.array([20, 0, -50])
    )
    image[np.abs(y - 0.6 * x - 20) < 1.2] += np.array([70, 40, 0])
    assert not oriented(np.clip(image, 0, 255).astype(np.uint8), ALL).any()


def test_furrows_are_natural(scene):
    y = np.arange(200)[:, None, None]
    image = np.clip(scene + 25 * np.sin(y * 2 * np.pi / 7) * np.array([1.0, 0.9, 0.7]), 0, 255).astype(np.uint8)
    assert not oriented(image, ALL).any()


def test_roof_ridge_is_natural(scene):
    """Two planes of different light that meet in a bright, softened line."""
    roof = np.zeros(ALL.shape, np.float32)
    roof[60:80, 40:160], roof[80:82, 40:160], roof[82:100, 40:160] = 20, 90, -30
    image = np.clip(scene + cv2.GaussianBlur(roof, (0, 0), 0.9)[..., None], 0, 255).astype(np.uint8)
    assert not oriented(image, ALL).any()


def test_runs_measure_a_line(scene):
    image, _ = band(scene, slice(90, 92), slice(40, 120), (60, 0, 0))
    runs = lines.find(image, ALL, lines.color_rarity(image, ALL))
    mine = runs.measure(np.isin(runs.row, (90, 91)) & (runs.length > 60))
    assert mine.row.tolist() == [90, 91] and (mine.width == 2).all()
    assert (np.abs(mine.start - 40) <= 5).all() and (np.abs(mine.end - 120) <= 5).all()
    assert (np.abs(mine.strength - 60) < 8).all()
    assert (mine.direction[:, 0] > 0.95).all() and (mine.foreign > 3).all()
    assert (mine.shoulder < 0.1).all() and (mine.one_sided > 0.8).all()


def test_rarity_of_colours(scene):
    """Grey is the commonest direction of natural contrasts; a few strong red rows do not make red common."""
    image, _ = band(scene, slice(50, 51), slice(None), (120, 0, 0))
    rarity = lines.color_rarity(image, ALL)
    grey, red = np.full(3, 3**-0.5), np.array([1.0, 0, 0])
    assert grey @ rarity @ grey < 1.2**2 and red @ rarity @ red > 2.5**2


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
