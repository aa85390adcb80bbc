"""The ten recipes: what they plant shows where the mask says so, and what no eye could see is refused."""

import cv2
import numpy as np
import pytest

from rsqi_core.synthesis import cloud, fields, shadow, spectral_overflow, stretching_blur, stripe_noise
from rsqi_core.synthesis.compose import RECIPES
from rsqi_core.synthesis.defect import AMBIGUOUS, CLEAN, DEFECT, difference, only_visible
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, by_code

KINDS = [(code, kind) for code, recipe in RECIPES.items() for kind in getattr(recipe, "KINDS", ())]


@pytest.fixture(scope="module")
def ground():
    return landscape(256, seed=3)


@pytest.fixture(scope="module")
def town():
    """Straight bright roads and roofs on dark even ground."""
    image = np.full((256, 256, 3), (70, 90, 60), np.uint8)
    for k in range(20, 256, 48):
        cv2.line(image, (0, k), (255, k + 10), (190, 185, 180), 7)
        cv2.line(image, (k, 0), (k - 10, 255), (190, 185, 180), 7)
        cv2.rectangle(image, (k + 8, k + 14), (k + 28, k + 30), (225, 215, 205), -1)
    return cv2.add(image, np.random.default_rng(0).normal(0, 6, image.shape).astype(np.int16), dtype=cv2.CV_8U)


def plant(code, image, seed=0, **options):
    """The first of a few draws that can be seen and leaves a part of the image clean."""
    rng = np.random.default_rng(seed)
    draws = (RECIPES[code].apply(image, rng, **options) for _ in range(60))
    return next(defect for defect in draws if defect and (defect.mask == CLEAN).mean() > 0.1)


def change(defect, image):
    return np.abs(defect.image.astype(int) - image).mean(-1)


def test_every_type_has_a_recipe():
    assert sorted(RECIPES) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_defect_changes_the_image_where_its_mask_says(code, ground):
    defect = plant(code, ground)
    assert defect.code == code
    assert defect.image.shape == ground.shape and defect.image.dtype == np.uint8
    assert set(np.unique(defect.mask)) <= {CLEAN, DEFECT, AMBIGUOUS}
    assert defect.severity in ("subtle", "medium", "strong")
    changed = change(defect, ground)
    assert changed[defect.mask == DEFECT].mean() > 2
    if by_code(code).error_class.value != "boundary":  # a seam changes all of one side, its mask is the line
        assert changed[defect.mask == DEFECT].mean() > 4 * changed[defect.mask == CLEAN].mean()


@pytest.mark.parametrize("code, kind", KINDS)
def test_every_kind_shows_and_says_what_it_is(code, kind, town):
    whole = kind in ("fog", "thin", "periodic")  # may leave nothing clean
    rng = np.random.default_rng(7)
    draws = (RECIPES[code].apply(town, rng, kind=kind) for _ in range(60))
    defect = next(d for d in draws if d and (whole or (d.mask == CLEAN).mean() > 0.1))
    assert defect.parameters["kind"] == kind
    assert change(defect, town)[defect.mask == DEFECT].mean() > 4
    if not whole:
        assert change(defect, town)[defect.mask == CLEAN].mean() < 2


@pytest.mark.parametrize("code", CODES)
def test_a_seed_gives_the_same_defect(code, ground):
    first, second = plant(code, ground, 5), plant(code, ground, 5)
    assert np.array_equal(first.image, second.image) and np.array_equal(first.mask, second.mask)


@pytest.mark.parametrize("code", ["shadow", "blur", "stretching_blur", "distortion", "stitching_misalignment"])
def test_what_cannot_be_seen_on_even_dark_ground_is_refused(code):
    even = np.full((256, 256, 3), 8, np.uint8)
    rng = np.random.default_rng(1)
    assert all(RECIPES[code].apply(even, rng) is None for _ in range(10))


def test_most_thin_clouds_over_snow_are_refused_and_none_over_water():
    snow, water = np.full((256, 256, 3), 244, np.uint8), np.full((256, 256, 3), 40, np.uint8)
    refused = [
        sum(cloud.apply(i, np.random.default_rng(k), kind="thin") is None for k in range(12)) for i in (snow, water)
    ]
    assert refused[0] >= 8 and refused[1] <= 1


def test_texture_without_lines_is_not_called_distorted():
    rng = np.random.default_rng(2)
    wood = cv2.GaussianBlur(rng.integers(0, 256, (256, 256, 3), np.uint8), (0, 0), 1.0)
    assert all(RECIPES["distortion"].apply(wood, rng) is None for _ in range(15))


def test_black_pixels_on_black_ground_are_refused():
    black = np.zeros((256, 256, 3), np.uint8)
    rng = np.random.default_rng(1)
    planted = [defect for _ in range(30) if (defect := RECIPES["pixel_missing"].apply(black, rng))]
    assert planted and {defect.parameters["value"] for defect in planted} == {255}


def test_a_change_that_cannot_be_seen_is_ambiguous():
    before = np.full((60, 60, 3), 100, np.uint8)
    after = before.copy()
    after[:, :20] += 20
    mask = np.ones((60, 60), np.uint8)
    seen = only_visible(mask, before, after, 5, 9)
    assert (seen[:, :16] == DEFECT).all() and (seen[:, 26:] == AMBIGUOUS).all() and (mask == DEFECT).all()
    assert difference(before, after, seen) > difference(before, after, mask) == pytest.approx(20 / 3)


def test_missing_pixels_are_exactly_black_or_white(ground):
    for seed in range(10):
        defect = plant("pixel_missing", ground, seed, kind=("pixels", "clusters", "line", "block", "sector")[seed % 5])
        assert (defect.image[defect.mask == DEFECT] == defect.parameters["value"]).all()


def test_stripes_are_one_to_three_pixels_wide():
    even = np.full((256, 256, 3), 120, np.uint8)
    rng = np.random.default_rng(0)
    widths = []
    for _ in range(80):
        drawn = (stripe_noise.apply(even, rng, kind="lines").mask != CLEAN).astype(np.uint8)
        for _, _, w, h, area in cv2.connectedComponentsWithStats(drawn, connectivity=8)[2][1:]:
            if area == w * h and max(w, h) > 14:  # straight and crossed by no other
                widths.append(min(w, h))
    assert set(widths[: len(widths) // 2]) >= {1, 2, 3}
    assert np.mean(np.array(widths) <= 3) > 0.98  # now and then two lines lie side by side


def test_diagonal_stripes_are_as_thin():
    even = np.full((256, 256, 3), 120, np.uint8)
    rng = np.random.default_rng(0)
    masks = [stripe_noise.apply(even, rng, kind="lines").mask for _ in range(60)]
    thickest = [cv2.distanceTransform((mask != CLEAN).astype(np.uint8), cv2.DIST_L2, 5).max() for mask in masks]
    assert np.median(thickest) <= 2.0, "the middle of a line three pixels wide is two from the outside"


@pytest.mark.parametrize(("kind", "level"), [("dropped", 0), ("lines", 60), ("dashes", 60)])
def test_stripes_are_neither_pure_black_nor_pure_white(ground, kind, level):
    for seed in range(12):
        defect = plant("stripe_noise", cv2.subtract(ground, (level,) * 4), seed, kind=kind)
        lines = defect.image[defect.mask == DEFECT]
        assert not (lines == 0).all(-1).any() and not (lines == 255).all(-1).any()


def test_overflow_turns_bright_targets_colourful(town):
    for kind in ("wrap", "clip"):
        defect = plant("spectral_overflow", town, 3, kind=kind)
        inside = defect.mask == DEFECT
        before, after = (cv2.cvtColor(i, cv2.COLOR_RGB2HSV)[..., 1][inside].mean() for i in (town, defect.image))
        assert after > before + 30
    assert spectral_overflow.apply(np.full((256, 256, 3), 20, np.uint8), np.random.default_rng(0), kind="wrap") is None


def test_streaks_run_along_the_stretch(ground):
    defect = plant("stretching_blur", ground, 2, factor=12.0, kind="even")
    assert defect.parameters["factor"] == 12.0
    grey = cv2.cvtColor(defect.image, cv2.COLOR_RGB2GRAY)
    gx, gy = (cv2.Sobel(grey, cv2.CV_32F, *axis)[defect.mask == DEFECT] for axis in ((1, 0), (0, 1)))
    angle = np.radians(defect.parameters["angle"])
    along, across = gx * np.cos(angle) + gy * np.sin(angle), gy * np.cos(angle) - gx * np.sin(angle)
    assert np.abs(across).mean() > 1.5 * np.abs(along).mean()
    assert set(stretching_blur.KINDS) == {"slope", "even"}


def test_streaks_end_each_for_itself_in_half_of_the_patches(ground):
    edges = []
    for seed in range(60):
        defect = stretching_blur.apply(ground, np.random.default_rng(seed))
        if defect is not None:
            contours, _ = cv2.findContours((defect.mask == DEFECT).view(np.uint8), 0, cv2.CHAIN_APPROX_NONE)
            outline = max(contours, key=cv2.contourArea)
            edges.append(cv2.arcLength(outline, True) / cv2.arcLength(cv2.convexHull(outline), True))
    edges = np.array(edges)
    assert (edges < 1.35).mean() > 0.2 and (edges > 1.7).mean() > 0.1


def test_a_slope_has_up_to_three_facets_and_every_usual_kernel(ground):
    rng = np.random.default_rng(0)
    draws = [defect for _ in range(60) if (defect := stretching_blur.apply(ground, rng))]
    facets = [cv2.connectedComponents((defect.mask == DEFECT).view(np.uint8))[0] - 1 for defect in draws]
    assert facets.count(1) > len(draws) / 3 and max(facets) >= 2
    known = {tuple(color) for color in np.unique(ground.reshape(-1, 3), axis=0)}
    kept = [np.mean([tuple(c) in known for c in defect.image[defect.mask == DEFECT][::50]]) for defect in draws]
    assert sum(share == 1 for share in kept) > 5 and min(kept) < 0.9, "nearest neighbours bring no new colours"


def test_clouds_may_be_grey_over_dark_ground_only():
    whitest = {}
    for level in (12, 120):
        rng, even = np.random.default_rng(3), np.full((256, 256, 3), level, np.uint8)
        clouds = [defect for _ in range(40) if (defect := cloud.apply(even, rng, kind="thick"))]
        whitest[level] = [defect.parameters["white"] for defect in clouds]
    assert min(whitest[12]) < 150 and min(whitest[120]) >= 165


def test_clouds_come_small_and_large_and_with_and_without_clipped_tops(ground):
    rng = np.random.default_rng(0)
    clouds = [defect for _ in range(60) if (defect := cloud.apply(ground, rng))]
    shares = [(defect.mask == DEFECT).mean() for defect in clouds]
    assert min(shares) < 0.05 and max(shares) > 0.9
    clipped = [(defect.image.min(-1) == 255).mean() for defect in clouds]
    assert any(c > 0.05 for c in clipped) and any(c == 0 for c in clipped)


def test_clouds_are_smooth_or_have_a_relief_within(ground):
    rough = []
    for seed in range(40):
        defect = cloud.apply(ground, np.random.default_rng(seed), matte=np.ones(ground.shape[:2], np.float32))
        grey = cv2.cvtColor(defect.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        rough.append(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())
    assert sum(value < 2 for value in rough) > 4 and sum(value > 8 for value in rough) > 4


def test_a_cloud_throws_its_shadow_beside_itself(ground):
    matte = fields.blob((256, 256), np.random.default_rng(4), 40, 10)
    centers = []
    defect = next(d for seed in range(9) if (d := shadow.apply(ground, np.random.default_rng(seed), matte=matte)))
    for inside in (matte > 0.5, defect.mask == DEFECT):
        centers.append(np.argwhere(inside).mean(0))
    assert 0.4 < (defect.mask == DEFECT).sum() / (matte > 0.5).sum() < 2
    assert np.hypot(*(centers[1] - centers[0])) > 6


def test_a_real_matte_is_lifted_from_a_pair(ground):
    alpha = fields.blob((256, 256), np.random.default_rng(2), 60, 20)
    cloudy = (ground * (1 - alpha[..., None]) + 245 * alpha[..., None]).astype(np.uint8)
    matte = cloud.matte_of(cloudy, ground)
    assert np.abs(matte - alpha)[ground.max(-1) < 150].mean() < 0.08
    assert cloud.matte_of(ground, ground) is None


def test_fractal_noise_is_normalised_and_smoother_the_steeper_its_spectrum():
    rough, smooth = (fields.fractal((96, 160), np.random.default_rng(0), beta) for beta in (1.0, 3.0))
    for noise in (rough, smooth):
        assert noise.shape == (96, 160) and noise.dtype == np.float32
        assert abs(noise.mean()) < 1e-3 and noise.std() == pytest.approx(1, abs=1e-3)
    assert np.abs(np.diff(rough)).mean() > 2 * np.abs(np.diff(smooth)).mean()


@pytest.mark.parametrize("angle", [0.0, 0.6, np.pi / 2])
def test_streaks_are_drawn_out_along_their_angle(angle):
    field = fields.streaks((200, 200), np.random.default_rng(1), 2.0, 12, 8, angle)
    gy, gx = np.gradient(field)
    along, across = gx * np.cos(angle) + gy * np.sin(angle), gy * np.cos(angle) - gx * np.sin(angle)
    assert np.abs(across).mean() > 2.5 * np.abs(along).mean()


@pytest.mark.parametrize("seed", range(6))
def test_a_seam_cuts_the_image_in_two(seed, ground):
    distance = fields.seam((256, 256), np.random.default_rng(seed), ground)
    assert distance.shape == (256, 256)
    assert 0.02 < (distance > 0).mean() < 0.98
    mask = fields.seam_mask(distance)
    assert (mask == 1).any() and (mask == 0).any()


def test_a_path_through_a_wide_image_is_unbroken():
    wide = landscape(1024, seed=2)
    for seed in range(6):
        distance = fields._path_distance(wide, np.random.default_rng(seed))
        lines = (distance > 0).sum(1), (distance > 0).sum(0)  # it runs down or across
        assert min(np.abs(np.diff(line.astype(int))).max() for line in lines) <= 8
