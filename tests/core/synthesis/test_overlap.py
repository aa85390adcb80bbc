import cv2
import numpy as np
import pytest

from rsqi_core.synthesis import overlap, stitching_misalignment, stitching_trace
from rsqi_core.synthesis.defect import AMBIGUOUS, CLEAN, DEFECT
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture(scope="module")
def ground():
    return landscape(768, seed=11)


def vertical(side=256):
    """Signed distance to an upright seam through the middle."""
    return np.tile(np.arange(side, dtype=np.float32) - side / 2, (side, 1))


def test_registration_finds_the_homography(ground):
    truth = np.array([[0.98, 0.05, 30.0], [-0.04, 1.01, -20.0], [2e-5, 0, 1]])
    far = cv2.warpPerspective(ground, truth, (768, 768))
    found = overlap.register(ground, far)
    corners = np.float64([[[200, 200], [500, 220], [480, 520]]])
    error = cv2.perspectiveTransform(corners, found) - cv2.perspectiveTransform(corners, truth)
    assert np.abs(error).max() < 1.5


def test_photos_of_two_places_do_not_register(ground):
    assert overlap.register(ground, landscape(768, seed=12)) is None


def test_twins_show_one_place_and_lie_inside_both_photos(ground):
    far = np.roll(ground, (-60, -90), (0, 1))
    far[-60:], far[:, -90:] = 0, 0
    far = far[:-60, :-90]
    pairs = overlap.twins(ground, far, overlap.register(ground, far), 256)
    assert len(pairs) == 4
    for pair in pairs:
        assert pair.shape == (256, 256, 6)
        apart = np.abs(pair[..., :3].astype(int) - pair[..., 3:]).mean()
        assert apart < 6


def test_displacement_is_measured_where_both_photos_agree(ground):
    near = np.ascontiguousarray(ground[100:356, 100:356])
    far = np.ascontiguousarray(ground[96:352, 106:362])  # what is at x in near is at x - 6 in far
    flow, undone, trust = overlap.displacement(near, far)
    assert trust.mean() > 0.5
    assert np.median(flow[trust], axis=0) == pytest.approx([-6, 4], abs=0.5)
    assert np.abs(undone.astype(int) - near)[trust].mean() < 5


def test_evening_out_takes_over_tone(ground):
    dim = (ground * 0.8).astype(np.uint8)
    assert np.abs(overlap.even_out(dim, ground).mean((0, 1)) - ground.mean((0, 1))).max() < 1.5


def test_two_photos_alike_give_a_seam_without_error(ground):
    """Whatever is labelled then is the shift that `mosaic` itself brought in."""
    near = np.ascontiguousarray(ground[:256, :256])
    labelled = [overlap.mosaic(near, near.copy(), np.random.default_rng(k)) for k in range(20)]
    assert sum(not defects for _, defects in labelled) > 6
    for image, defects in labelled:
        assert image.shape == (256, 256, 3)
        assert all((d.mask == DEFECT).mean() < 0.005 for d in defects if d.code == "stitching_trace")


def test_a_tone_step_is_marked_and_an_even_join_is_not(ground):
    near = np.ascontiguousarray(ground[:256, :256])
    mask, step = stitching_trace.trace_mask(near, cv2.add(near, (30, 30, 30, 0)), vertical())
    assert step == pytest.approx(30, abs=4)
    assert (mask[:, 124:133] == DEFECT).mean() > 0.95 and not mask[:, :100].any()
    assert not stitching_trace.trace_mask(near, near, vertical())[0].any()


def test_a_step_of_three_grey_levels_is_no_error():
    even = np.full((256, 256, 3), 120, np.uint8)
    mask, _ = stitching_trace.trace_mask(even, even + 3, vertical())
    assert set(np.unique(mask)) == {CLEAN, AMBIGUOUS}


def lines(direction):
    """Dark ground with bright lines: 0 upright, 1 level."""
    image = np.full((256, 256, 3), 60, np.uint8)
    for k in range(20, 256, 48):
        cv2.line(image, *(((k, 0), (k, 255)) if direction == 0 else ((0, k), (255, k))), (200, 200, 200), 4)
    return image


@pytest.mark.parametrize(
    ("direction", "shift", "expected"),
    [(1, (0, 6), True), (1, (6, 0), False), (0, (6, 0), False), (1, (0, 0.5), False)],
    ids=["across its lines", "along its lines", "no line crosses", "too small"],
)
def test_a_cut_shows_only_where_lines_cross_it_and_miss(direction, shift, expected):
    flow = [np.full((256, 256), s, np.float32) for s in shift]
    mask, offset = stitching_misalignment.cut_mask(lines(direction), vertical(), *flow)
    assert bool((mask == DEFECT).any()) == expected
    if expected:
        assert offset == pytest.approx(6, abs=0.2)


def test_where_the_displacement_is_unknown_nothing_is_claimed():
    flow = np.full((256, 256), 6, np.float32)
    nowhere = np.zeros((256, 256), bool)
    mask, _ = stitching_misalignment.cut_mask(lines(1), vertical(), flow, flow, nowhere)
    assert not (mask == DEFECT).any()
