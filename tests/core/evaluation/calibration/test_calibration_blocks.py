"""Which blocks thresholds are set on, and that the benchmark has none of their pictures."""

import cv2
import numpy as np
import pytest

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import frozen
from rsqi_core.evaluation.calibration import calibration_blocks
from rsqi_core.evaluation.calibration.calibration_blocks import CalibrationBlocks, pictures, read_calibration_blocks
from rsqi_core.imagery import CLEAN, MATTES, Picture, validation_names
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES


def of_benchmark():
    """What the frozen benchmark is made from, without the windows."""
    entries = [entry for file in (frozen.BLOCKS, frozen.SCENES, frozen.REAL) for entry in frozen.read(file)]
    return {name.partition("@")[0] for entry in entries for name in (entry.source, entry.second) if name}


@pytest.fixture
def data(tmp_path):
    """The held-out pictures' names without their pixels."""
    clean = {kind.name for kind in CLEAN if kind.folder.startswith("clean/")}
    for name in validation_names():
        folder, stem = name.split("/")
        if folder in clean:
            (tmp_path / "clean" / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / "clean" / folder / f"{stem}.webp").touch()
    return tmp_path


def test_no_picture_of_the_benchmark_sets_a_threshold(data):
    taken = {f"{file.parent.name}/{file.stem}" for file in pictures(data)}
    assert len(taken) > 50 and taken <= validation_names()
    assert not taken & of_benchmark()


def test_no_landscape_of_the_benchmark_or_of_training_sets_a_threshold():
    seeds = {int(name.split("/")[1].split("x")[0]) for name in of_benchmark() if name.startswith("landscape/")}
    assert seeds and not seeds & set(calibration_blocks.LANDSCAPES)
    assert min(calibration_blocks.LANDSCAPES) > 11_000  # training packs those from 10 000 on


def test_only_clouds_that_training_lifted_are_laid_on(data, monkeypatch):
    monkeypatch.setattr(calibration_blocks, "LANDSCAPES", {0: 512})
    monkeypatch.setattr(
        calibration_blocks, "pictures", lambda data: [data / "heziro_overlapping_photos" / "picture.png"]
    )
    (data / "heziro_overlapping_photos").mkdir()
    cv2.imwrite(str(data / "heziro_overlapping_photos" / "picture.png"), landscape(400, seed=3))
    clouds = data / MATTES[0].folder
    clouds.mkdir(parents=True)
    held = next(name for name in sorted(of_benchmark() & validation_names()) if name.startswith(MATTES[0].name))
    for stem in (held.split("/")[1], "seen"):
        ground = landscape(64, seed=4)
        sky = ground.copy()
        sky[:32] = 250
        for kind, image in (("clear", ground), ("cloudy", sky)):
            cv2.imwrite(str(clouds / f"{stem}_{kind}.png"), image)
    source = read_calibration_blocks(data)
    assert len(source.mattes) == 1 and [b.image.shape[0] for b in source.backgrounds] == [400, 512]


def test_without_the_pictures_it_says_so(tmp_path):
    with pytest.raises(RsqiError, match="none of the held-out pictures"):
        read_calibration_blocks(tmp_path)


@pytest.fixture(scope="module")
def source():
    return CalibrationBlocks([Picture(landscape(400, seed=1)), Picture(landscape(1024, seed=2))], [])


def test_a_block_is_a_function_of_its_number(source):
    for kind in (source.defective, source.clean, source.decoy):
        first, again, other = kind(3), kind(3), kind(5)
        assert np.array_equal(first.image, again.image) and np.array_equal(first.labels, again.labels)
        assert first.image.shape != other.image.shape or not np.array_equal(first.image, other.image)


def test_blocks_are_as_large_as_their_background_allows(source):
    assert [source.clean(k).image.shape[0] for k in range(4)] == [384, 512, 384, 512]


def test_errors_take_turns_and_the_others_have_none(source):
    planted = [{defect.code for defect in source.defective(k).defects} for k in range(len(CODES))]
    assert sum(code in found for code, found in zip(CODES, planted)) >= 8  # some cannot be seen on some ground
    for k in range(4):
        assert not source.clean(k).labels.any() and not source.decoy(k).labels.any()


def test_half_of_the_blocks_show_more_ground_as_far_as_there_is_some():
    """The ground is a ramp, whose slope tells the scale."""
    ramp = np.linspace(0, 255, 1024)[None, :, None] * np.ones((1024, 1, 3))
    small = np.ascontiguousarray(ramp[:400, :400])
    for background, side, most in ((ramp.astype(np.uint8), 512, 2), (small.astype(np.uint8), 384, 1.05)):
        source, rng = CalibrationBlocks([Picture(background)], []), np.random.default_rng(0)
        scales = []
        for _ in range(40):
            window = source._window(rng).image[..., 0].astype(float)
            assert window.shape == (side, side)
            scales.append(max(np.ptp(window[0]), np.ptp(window[:, 0])) * 1024 / 255 / side)
        assert 8 < sum(scale < 1.02 for scale in scales) <= 40
        assert max(scales) == pytest.approx(most, abs=0.15)


def test_large_pictures_come_several_times():
    sizes = {(300, 900): 0, (400, 400): 1, (1350, 1800): 4, (2048, 2048): 4}
    assert {size: calibration_blocks._times(np.zeros((*size, 3), np.uint8)) for size in sizes} == sizes
