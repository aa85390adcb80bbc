"""The recipes of the benchmark: every type, every severity, and the ground that only looks like an error."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.evaluation.recipes import DECOYS, LATE, SEVERITIES, decoy, disturb, plant
from rsqi_core.synthesis.defect import AMBIGUOUS, CLEAN, DEFECT
from rsqi_core.taxonomy import BOUNDARY_TYPES, CODES, PIXEL_TYPES

SEAMS = tuple(t.code for t in BOUNDARY_TYPES)
PIXELS = tuple(t.code for t in PIXEL_TYPES)


@pytest.fixture(scope="module")
def ground():
    """A town of bright and dark blocks on rough ground: something to see for every type. uint8 [320, 384, 3]."""
    rng = np.random.default_rng(11)
    image = cv2.resize(rng.uniform(70, 150, (40, 48, 3)), (384, 320), interpolation=cv2.INTER_CUBIC)
    for _ in range(150):
        x, y = rng.integers(0, 384), rng.integers(0, 320)
        color = rng.uniform(40, 230) + rng.uniform(-20, 20, 3)
        cv2.rectangle(image, (int(x), int(y)), (int(x + rng.integers(6, 30)), int(y + rng.integers(6, 30))), color, -1)
    return np.clip(image + rng.normal(0, 6, image.shape), 4, 250).astype(np.uint8)


def planted(code, image, severity, seed=0, inside=False, tries=60):
    rng = np.random.default_rng([seed, CODES.index(code)])
    draws = (plant(code, image, rng, severity, inside) for _ in range(tries))
    return next(defect for defect in draws if defect is not None)


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("code", CODES)
def test_a_planted_error_keeps_the_contract(code, severity, ground):
    before = ground.copy()
    defect = planted(code, ground, severity)
    assert np.array_equal(ground, before)
    assert (defect.code, defect.severity) == (code, severity)
    assert defect.image.shape == ground.shape and defect.image.dtype == np.uint8
    assert defect.mask.shape == ground.shape[:2] and defect.mask.dtype == np.uint8
    assert set(np.unique(defect.mask)) <= {CLEAN, DEFECT, AMBIGUOUS}
    assert json.loads(json.dumps(defect.parameters))["kind"]
    change = np.abs(defect.image.astype(int) - ground).max(-1)
    assert change[defect.mask == DEFECT].mean() >= (2 if code in SEAMS else 5)  # one half of a seam's band stays
    if code not in SEAMS:  # a seam changes one side of it, its mask is the line
        assert change[defect.mask == CLEAN].mean() < 0.15 * change[defect.mask == DEFECT].mean()


@pytest.mark.parametrize("code", CODES)
def test_a_seed_gives_the_same_error(code, ground):
    first, second = (planted(code, ground, None, seed=4) for _ in range(2))
    assert np.array_equal(first.image, second.image) and np.array_equal(first.mask, second.mask)
    assert (first.severity, first.parameters) == (second.severity, second.parameters)
    others = [planted(code, ground, None, seed=seed) for seed in (5, 6)]
    assert any(not np.array_equal(first.image, other.image) for other in others)


@pytest.mark.parametrize("code", [code for code in CODES if code not in SEAMS])
def test_inside_the_border_stays_as_it_was(code, ground):
    for seed in range(6):
        defect = planted(code, ground, None, seed=seed, inside=True)
        border = np.ones(ground.shape[:2], bool)
        border[2:-2, 2:-2] = False
        assert not defect.mask[border].any()
        assert np.array_equal(defect.image[border], ground[border])


@pytest.mark.parametrize("code", SEAMS)
def test_a_seam_cuts_through_the_image(code, ground):
    defect = planted(code, ground, "strong", inside=True)
    marked = defect.mask > 0
    sides = [marked[0].any(), marked[-1].any(), marked[:, 0].any(), marked[:, -1].any()]
    assert sum(sides) >= 2


@pytest.mark.parametrize("code", [code for code in CODES if code not in (*PIXELS, "cloud", "stitching_trace")])
def test_what_cannot_be_seen_is_refused(code):
    even = np.full((256, 256, 3), 9, np.uint8)
    rng = np.random.default_rng(1)
    assert all(plant(code, even, rng) is None for _ in range(12))


def test_a_cloud_over_snow_is_refused():
    rng = np.random.default_rng(1)
    assert all(plant("cloud", np.full((256, 256, 3), 246, np.uint8), rng) is None for _ in range(12))


def test_stronger_errors_change_more(ground):
    for code in ("cloud", "shadow", "stitching_trace", "stripe_noise"):
        change = [
            np.mean([np.abs(d.image.astype(int) - ground)[d.mask == DEFECT].mean() for d in several])
            for several in ([planted(code, ground, s, seed) for seed in range(6)] for s in ("subtle", "strong"))
        ]
        assert change[1] > 1.5 * change[0], code


def test_lost_pixels_are_exact(ground):
    kinds = set()
    for seed in range(25):
        defect = planted("pixel_missing", ground, None, seed)
        kinds.add(defect.parameters["kind"])
        lost = defect.image[defect.mask == DEFECT][:, defect.parameters["bands"]]
        assert (lost == defect.parameters["value"]).all()
        assert np.array_equal(defect.image[defect.mask == CLEAN], ground[defect.mask == CLEAN])
        assert len(defect.parameters["bands"]) == (1 if defect.parameters["kind"] == "band" else 3)
    assert kinds == {"pixels", "packets", "tiles", "wedge", "band"}


def test_stripes_are_one_to_three_pixels_wide():
    even = np.full((300, 300, 3), 120, np.uint8)
    widths = set()
    for seed in range(40):
        mask = planted("stripe_noise", even, "medium", seed).mask
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        for k in range(1, count):
            if stats[k, 2] > 12 * stats[k, 3] or stats[k, 3] > 12 * stats[k, 2]:  # upright, alone
                widths.add(int(min(stats[k, 2], stats[k, 3])))
    assert {1, 2, 3} <= widths


def test_a_slope_may_go_on_beyond_the_border(ground):
    small = np.ascontiguousarray(ground[:256, :256])
    draws = [plant("stretching_blur", small, np.random.default_rng(seed), "strong") for seed in range(120)]
    several = [d for d in draws if d is not None and d.parameters["facets"] == 4]
    assert any((d.mask[[0, -1]] == DEFECT).any() for d in several)


def test_a_second_date_makes_the_seam(ground):
    other = np.clip(ground * [1.2, 1.1, 0.9] + 12, 0, 255).astype(np.uint8)
    defect = plant("stitching_trace", ground, np.random.default_rng(2), second=other)
    assert defect.parameters["kind"] == "second"
    far = defect.mask == CLEAN
    either = np.minimum(np.abs(defect.image - ground.astype(int)), np.abs(defect.image - other.astype(int))).max(-1)
    assert either[far].max() <= 1


def test_a_real_matte_gives_the_cloud_its_shape(ground):
    matte = np.zeros((128, 128), np.float32)
    matte[40:90, 40:90] = 1
    defect = plant("cloud", ground, np.random.default_rng(3), "strong", matte=matte)
    assert defect.parameters["kind"] == "matte"
    assert 0.1 < (defect.mask == DEFECT).mean() < 0.22


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"code": "fog"}, "fog"),
        ({"severity": "huge"}, "huge"),
        ({"image": np.zeros((100, 300, 3), np.uint8)}, "300 x 100"),
        ({"image": np.zeros((300, 300, 3), np.float32)}, "float32"),
        ({"code": "stitching_trace", "second": np.zeros((9, 9, 3), np.uint8)}, "second"),
    ],
)
def test_bad_input_is_named(change, word):
    options = {"code": "blur", "image": np.zeros((300, 300, 3), np.uint8), **change}
    with pytest.raises(ParameterError, match=word):
        plant(rng=np.random.default_rng(0), **options)


def test_disturbing_keeps_shape_and_content(ground):
    for seed in range(30):
        disturbed = disturb(ground, np.random.default_rng(seed))
        assert disturbed.shape == ground.shape and disturbed.dtype == np.uint8
        assert np.corrcoef(disturbed.ravel(), ground.ravel())[0, 1] > 0.9
        assert np.array_equal(disturbed, disturb(ground, np.random.default_rng(seed)))
    assert LATE == ("stripe_noise", "pixel_missing")


@pytest.mark.parametrize("code", CODES)
def test_a_decoy_changes_the_ground_and_loses_no_pixel(code, ground):
    for seed in range(8):
        picture = decoy(ground, np.random.default_rng(seed), code)
        assert picture.shape == ground.shape and picture.dtype == np.uint8
        changed = (picture != ground).any(-1)
        assert 0.002 < changed.mean() < 0.95
        assert np.array_equal(picture, decoy(ground, np.random.default_rng(seed), code))
        grey = picture.astype(int).mean(-1)
        for level, nearest in ((0, grey.max()), (255, grey.min())):
            clipped = changed & (picture == level).all(-1)
            assert code == "pixel_missing" or not clipped.any()
            # clipped tones roll off: no pixel beside one is far from it
            rim = (cv2.dilate(clipped.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~clipped
            assert np.abs(grey[rim] - level).max(initial=0) < 45, nearest


def test_a_decoy_is_drawn_when_none_is_named(ground):
    assert sorted(DECOYS) == sorted(CODES)
    assert (decoy(ground, np.random.default_rng(0)) != ground).any()
    with pytest.raises(ParameterError, match="fog"):
        decoy(ground, np.random.default_rng(0), "fog")


def test_only_numpy_opencv_and_scikit_image_are_needed():
    code = (
        "import sys, rsqi_core.evaluation.recipes;"
        "print([m for m in ('rasterio', 'shapely', 'torch', 'onnxruntime') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ), check=True)
    assert run.stdout.strip() == "[]"
