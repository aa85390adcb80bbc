import cv2
import numpy as np
import pytest

from rsqi_core.imagery import Picture
from rsqi_core.synthesis import compose as compose_module
from rsqi_core.synthesis import nuisance
from rsqi_core.synthesis.compose import CELL, compose, draw_codes, sample_of
from rsqi_core.synthesis.defect import AMBIGUOUS, DEFECT, Defect
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, by_code

CLOUD, SHADOW = (by_code(code).id for code in ("cloud", "shadow"))
SIDE = 64
EVERYWHERE = np.ones((SIDE, SIDE), bool)
GREY = np.full((SIDE, SIDE, 3), 120, np.uint8)


@pytest.fixture(scope="module")
def ground():
    return landscape(192, seed=6)


def planted(code, *boxes, value=DEFECT):
    """A defect of which only the mask matters: boxes (row, column, height, width)."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for y, x, h, w in boxes:
        mask[y : y + h, x : x + w] = value
    return Defect(code, GREY, mask, "strong")


def test_targets_of_one_error_agree():
    sample = sample_of(GREY, [planted("blur", (8, 16, 16, 24))], EVERYWHERE)
    blur = by_code("blur").id
    assert (sample.segmentation == blur).sum() == 16 * 24
    assert sample.evidence[blur - 1].sum() == 16 * 24 / CELL**2 and sample.evidence.sum() == 6
    assert sample.labels[blur - 1] == 1 and sample.labels.sum() == 1
    assert sample.valid.all() and sample.image.shape == (SIDE, SIDE, 3)


def test_two_errors_of_one_type_are_both_in_the_targets():
    sample = sample_of(GREY, [planted("shadow", (0, 0, 16, 16)), planted("shadow", (40, 40, 16, 16))], EVERYWHERE)
    assert (sample.segmentation == by_code("shadow").id).sum() == 2 * 16 * 16


def test_opaque_cloud_hides_what_is_under_it():
    sample = sample_of(GREY, [planted("blur", (0, 0, 32, 32)), planted("cloud", (0, 0, 32, 32))], EVERYWHERE)
    assert set(np.unique(sample.segmentation)) == {0, by_code("cloud").id}
    assert sample.labels[CODES.index("blur")] == 255


def test_outside_the_footprint_nothing_is_asked():
    valid = EVERYWHERE.copy()
    valid[:, 32:] = False
    sample = sample_of(GREY, [planted("cloud", (0, 16, 64, 32))], valid)
    assert (sample.segmentation[:, 32:] == 255).all() and not sample.image[:, 32:].any()
    assert (sample.evidence[:, :, 4:] == 255).all()
    assert np.array_equal(sample.valid, valid)


@pytest.mark.parametrize("code", ["stitching_trace", "stripe_noise"])
def test_boundary_and_pixel_types_are_not_segmented(code):
    sample = sample_of(GREY, [planted(code, (0, 30, 64, 4))], EVERYWHERE)
    assert not sample.segmentation.any()
    assert (sample.evidence[CODES.index(code), :, 3:5] == 1).all()


def test_what_nobody_could_say_is_unknown():
    sample = sample_of(GREY, [planted("distortion", (0, 0, 32, 32), value=AMBIGUOUS)], EVERYWHERE)
    assert sample.labels[CODES.index("distortion")] == 255
    assert (sample.segmentation[:32, :32] == 255).all()


def test_a_part_of_the_collars_is_white(ground):
    rng = np.random.default_rng(5)
    levels = []
    for _ in range(60):
        sample = compose(Picture(ground), rng, (), collar=1.0)
        outside = sample.image[~sample.valid]
        if outside.size:  # the edge may just miss the crop
            assert len(np.unique(outside)) == 1 and (sample.segmentation[~sample.valid] == 255).all()
            levels.append(int(outside[0, 0]))
    assert len(levels) > 50
    assert set(levels) == {0, 255} and 0.1 < np.mean(np.array(levels) == 255) < 0.5


def test_a_sample_of_a_sample_keeps_its_collar():
    valid = EVERYWHERE.copy()
    valid[:, 32:] = False
    white = sample_of(GREY, (), valid, fill=255)
    assert (white.image[:, 32:] == 255).all() and (white.image[:, :32] == 120).all()
    again = sample_of(white.image, (), valid, fill=None)
    assert np.array_equal(again.image, white.image) and (again.segmentation[:, 32:] == 255).all()


def test_plain_draws_are_hardly_ever_subtle(ground):
    def subtle(plain):
        rng = np.random.default_rng(4)
        made = [compose(Picture(ground), rng, ("shadow", "stitching_trace"), plain=plain) for _ in range(100)]
        return np.mean([defect.severity == "subtle" for sample in made for defect in sample.defects])

    assert subtle(False) > 0.12 > 0.08 > subtle(True)


def pictured(ground, **known):
    """A picture with a cloud, a shadow and a part of which nobody could say."""
    truth = np.zeros(ground.shape[:2], np.uint8)
    truth[16:80, 16:80], truth[100:150, 100:150], truth[100:150, 20:60] = CLOUD, SHADOW, 255
    return Picture(ground, truth, ("cloud", "shadow"), **known)


def test_what_a_picture_holds_is_in_the_targets(ground):
    sample = compose(pictured(ground, unknown=("blur",)), np.random.default_rng(1), (), collar=0.0)
    known = sample.segmentation != 255
    assert np.array_equal(sample.segmentation[known], pictured(ground).truth[known])
    assert np.array_equal(~known, pictured(ground).truth == 255)
    assert {defect.code for defect in sample.defects} == {"cloud", "shadow"}
    labels = dict(zip(CODES, sample.labels))
    assert labels["cloud"] == labels["shadow"] == 1 and labels["blur"] == 255 and labels["distortion"] == 0
    evidence = dict(zip(CODES, sample.evidence))
    assert (evidence["cloud"][2:10, 2:10] == 1).all() and (evidence["cloud"][13:18, 3:7] == 255).all()
    assert (evidence["blur"] == 255).all() and not evidence["distortion"].any()


def test_an_unknown_type_that_is_planted_is_known_where_it_is(ground):
    rng = np.random.default_rng(3)
    sample = compose(Picture(ground, unknown=("spectral_overflow",)), rng, ("spectral_overflow",), collar=0.0)
    evidence = sample.evidence[CODES.index("spectral_overflow")]
    assert sample.labels[CODES.index("spectral_overflow")] == 1 and set(np.unique(evidence)) == {1, 255}


def test_a_type_without_an_outline_is_in_the_label_alone(ground):
    sample = compose(Picture(ground, whole="cloud"), np.random.default_rng(1), ("stripe_noise",), collar=0.0)
    cloud = CODES.index("cloud")
    assert sample.labels[cloud] == 1 and (sample.evidence[cloud] == 255).all() and (sample.segmentation == 255).all()
    assert sample.labels[CODES.index("blur")] == 0 and not sample.evidence[CODES.index("blur")].any()


def test_nothing_that_moves_pixels_is_planted_on_real_errors(ground):
    moving = ("stretching_blur", "distortion", "stitching_misalignment")
    rng = np.random.default_rng(6)
    for picture in (pictured(ground), Picture(ground, whole="cloud")):
        samples = [compose(picture, rng, (*moving, "blur")) for _ in range(6)]
        found = {defect.code for sample in samples for defect in sample.defects}
        assert "blur" in found and not found & set(moving)
    assert any(d.code in moving for _ in range(6) for d in compose(Picture(ground), rng, moving).defects)


def test_real_errors_get_no_look_alike_and_no_true_seam(ground, monkeypatch):
    monkeypatch.setattr(compose_module.negatives, "decoy", lambda *_: pytest.fail("a look-alike"))
    twin, rng = np.concatenate([ground, ground], 2), np.random.default_rng(7)
    for _ in range(20):
        sample = compose(pictured(ground), rng, ("stitching_trace",), pairs=[twin])
        assert "cloud" in {defect.code for defect in sample.defects}


def test_dark_places_of_clean_ground_are_unknown_for_shadow_alone(ground):
    truth = np.zeros(ground.shape[:2], np.uint8)
    truth[40:72, 40:72] = 255
    for seed in range(8):
        sample = compose(Picture(ground, truth, suspected=("shadow",)), np.random.default_rng(seed), (), collar=0.0)
        asked = sample.labels[CODES.index("shadow")]
        assert asked == 255 or not (sample.segmentation == 255).any()  # open water has taken the ground's place
        assert not np.delete(sample.labels, CODES.index("shadow")).any()


def test_false_colours_are_put_in_any_order(ground):
    red = ground * np.uint8([1, 0, 0])
    strongest = {
        int(
            compose(Picture(red, false_colour=True), np.random.default_rng(k), (), collar=0).image.mean((0, 1)).argmax()
        )
        for k in range(20)
    }
    assert strongest == {0, 1, 2}


def test_crops_have_one_size_and_do_not_magnify_much():
    rng = np.random.default_rng(0)
    ramp = np.tile(np.arange(400, dtype=np.uint8)[:, None, None] // 2, (1, 400, 6))
    for _ in range(30):
        cut = nuisance.crop(ramp, rng, 192)
        assert cut.shape == (192, 192, 6)
        assert np.array_equal(cut[..., :3], cut[..., 3:])
        assert np.ptp(cut) >= (192 / 1.25 - 2) / 2


def test_a_seed_gives_the_same_sample(ground):
    twin = np.concatenate([ground, cv2.add(ground, (12, 12, 12, 0))], 2)
    for codes in ((), ("cloud", "stripe_noise"), ("stitching_trace",)):
        first, second = (compose(Picture(ground), np.random.default_rng(8), codes, pairs=[twin]) for _ in range(2))
        assert np.array_equal(first.image, second.image)
        assert np.array_equal(first.segmentation, second.segmentation)


def test_the_mix_is_clean_in_a_third_and_manifold_in_one_of_seven():
    rng = np.random.default_rng(1)
    counts = np.array([len(draw_codes(rng)) for _ in range(4000)])
    assert (counts == 0).mean() == pytest.approx(0.36, abs=0.03)
    assert (counts > 1).mean() == pytest.approx(0.15, abs=0.03)


def test_seams_are_made_of_real_pairs_and_only_those(ground):
    """Where the pair differs in tone, the seam shows: some samples must carry the label that was measured."""
    twin = np.concatenate([ground, cv2.add(ground, (40, 40, 40, 0))], 2)
    rng = np.random.default_rng(2)
    samples = [compose(Picture(ground), rng, ("stitching_trace",), collar=0, pairs=[twin]) for _ in range(100)]
    made = [d for s in samples for d in s.defects if d.parameters.get("kind") == "overlap"]
    assert len(made) > 8 and {d.code for d in made} <= {"stitching_trace", "stitching_misalignment"}
    assert any(d.parameters["kind"] == "dates" for s in samples for d in s.defects)
    assert max(d.parameters["step"] for d in made) > 15
    clean = [compose(Picture(ground), rng, (), pairs=[twin]) for _ in range(10)]
    assert not any(s.defects for s in clean)


def test_half_of_the_tones_clip_and_the_others_roll_off():
    """Real images hold natural 0 and 255; the other half stays off the ends, so that no value alone tells an error."""
    ramp = np.tile(np.arange(256, dtype=np.uint8)[:, None, None], (1, 8, 3))
    toned = [nuisance.tone(ramp, np.random.default_rng(k)) for k in range(200)]
    ends = np.array([(t.min() == 0) or (t.max() == 255) for t in toned])
    assert 0.3 < ends.mean() < 0.6
    for t in toned:  # never a jump at the ends: values next to the extreme are near it
        steps = np.abs(np.diff(t[:, 0].astype(int), axis=0))
        assert steps.max() < 12


def test_some_scenes_are_dark_whatever_they_were(ground):
    means = np.array([nuisance.tone(ground, np.random.default_rng(k)).mean() for k in range(200)])
    assert 0.05 < (means < 65).mean() < 0.25
    assert means.min() > 4  # darker than open sea would show nothing


def test_a_stretch_leaves_lost_pixels_lost(ground):
    image = ground.copy()
    image[20:24, 20:60], image[60:64, 20:60] = 0, 255
    for seed in range(20):
        out = nuisance.stretch(image, np.random.default_rng(seed))
        assert not out[20:24, 20:60].any() and (out[60:64, 20:60] == 255).all()


def test_haze_is_thinner_than_cloud(ground):
    black = np.zeros_like(ground)
    assert max(nuisance.haze(black, np.random.default_rng(k)).max() for k in range(40)) < 0.16 * 255


@pytest.mark.parametrize("step", [nuisance.resample, nuisance.grain, nuisance.compress, nuisance.delivery])
def test_delivery_keeps_shape_and_place(step, ground):
    for seed in range(12):
        out = step(ground, np.random.default_rng(seed))
        assert out.shape == ground.shape and out.dtype == np.uint8
        a, b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[16:-16, 16:-16].astype(np.float32) for p in (ground, out))
        shift, _ = cv2.phaseCorrelate(a, b, cv2.createHanningWindow(a.shape[::-1], cv2.CV_32F))
        assert np.abs(shift).max() < 0.6
