import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from training_runs import tiny_settings, write_dataset

from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.imagery.cut import middle
from rsqi_core.taxonomy import CODES
from rsqi_core.training import stream as stream_module
from rsqi_core.training.stream import Drawing, Material, SampleStream, batches, draw_sample, pixel_target


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sample_depends_on_the_seed_and_its_number_alone(pool_file, workers):
    stream = SampleStream(Material(pool_file), tiny_settings(large=0.0))
    found = list(batches(stream, start=2, workers=workers))
    assert len(found) == 4
    for k, image in enumerate(found[1]["image"]):
        assert np.array_equal(image.numpy(), stream[12 + k]["image"])
    other = SampleStream(Material(pool_file), tiny_settings(large=0.0, seed=1))
    assert not np.array_equal(other[12]["image"], stream[12]["image"])
    assert found[0]["image"].dtype == torch.uint8 and found[0]["image"].shape == (4, 64, 64, 3)


def test_validation_sees_what_no_training_run_draws_and_always_the_same(pool_file):
    material = Material(pool_file)
    fixed = [SampleStream(material, tiny_settings(seed=seed), "test") for seed in (0, 1)]
    assert np.array_equal(fixed[0][1]["image"], fixed[1][1]["image"])
    assert not np.array_equal(fixed[0][1]["image"], SampleStream(material, tiny_settings())[1]["image"])
    assert len(fixed[0]) == 4


def test_without_negatives_more_crops_have_an_error(pool_file):
    def share(**values):
        stream = SampleStream(Material(pool_file), tiny_settings(samples=60, **values))
        return np.mean([bool(stream.sample(k).defects) for k in range(40)])

    assert share(negatives=False) > share() + 0.2


def test_the_pixel_task_plants_its_own_types_more_often(pool_file):
    def targets(**values):
        stream = SampleStream(Material(pool_file), tiny_settings(samples=80, **values))
        return np.stack([pixel_target(stream.sample(k)) for k in range(50)]) == 1

    found, usual = targets(task="pixel", size="s"), targets()
    assert found.shape == (50, 2, 64, 64)
    assert found.any((1, 2, 3)).mean() > usual.any((1, 2, 3)).mean() + 0.15
    assert found.any((0, 2, 3)).all()


def test_the_task_of_seams_shows_one_in_half_of_its_crops_and_asks_for_boundary_types_alone(pool_file):
    stream = SampleStream(Material(pool_file), tiny_settings(samples=80, task="seams", arch="lite0", size="m"))
    samples = [stream[k] for k in range(60)]
    assert {s["labels"].shape for s in samples} == {(2,)} and samples[0]["evidence"].shape == (2, 8, 8)
    labels = np.stack([s["labels"] for s in samples])
    assert 0.2 < (labels == 1).any(1).mean() < 0.7
    evidence = np.stack([s["evidence"] for s in samples])
    assert not (evidence[(labels == 0).all(1)] == 1).any()
    whole = [stream.sample(k) for k in range(60)]
    assert {s.image.shape for s in whole} == {(64, 64, 3)}
    others = {defect.code for s in whole for defect in s.defects} - {"stitching_trace", "stitching_misalignment"}
    assert len(others) > 3  # whose edges are none


def test_without_augmentation_the_middle_of_a_picture_is_taken(pool_file, monkeypatch):
    taken, compose = [], stream_module.compose
    monkeypatch.setattr(
        stream_module, "compose", lambda picture, *a, **b: taken.append(picture.image) or compose(picture, *a, **b)
    )
    pictures = [picture.image for picture in stream_module._pool(pool_file).pictures]
    middles = {image[m : m + 64, m : m + 64].tobytes() for image in pictures for m in [image.shape[0] // 2 - 32]}
    for augment in (False, True):
        stream = SampleStream(Material(pool_file), tiny_settings(augment=augment))
        for k in range(6):
            stream.sample(k)
    assert {image.tobytes() for image in taken[:6]} <= middles
    assert not {image.tobytes() for image in taken[6:]} & middles
    taken.clear()
    for augment in (False, True):  # both are validated on the same crops
        SampleStream(Material(pool_file), tiny_settings(augment=augment), "test").sample(0)
    assert np.array_equal(*taken)
    zeros = np.zeros((40, 50, 3), np.uint8)
    assert middle(zeros.shape, 64).image(zeros).shape == (64, 64, 3)


def test_some_batches_hold_fewer_and_larger_crops(pool_file):
    settings = tiny_settings(samples=400, batch=8, large=0.5)
    stream = SampleStream(Material(pool_file), settings)
    drawn = [stream.batch(number) for number in range(settings.steps)]
    sizes = {(len(keys), side) for keys in drawn for _, side in keys}
    assert sizes == {(8, 64), (4, 96), (2, 128)}  # 4/3 of 64 is rounded to a multiple of 32
    assert 0.3 < np.mean([len(keys) < 8 for keys in drawn]) < 0.7
    numbers = [k for keys in drawn for k, _ in keys]
    assert len(set(numbers)) == len(numbers)
    without = SampleStream(Material(pool_file), replace(settings, large=0.0))
    assert {len(without.batch(number)) for number in range(settings.steps)} == {8}


def test_large_batches_are_the_same_in_another_process_and_validation_has_none(pool_file):
    settings = tiny_settings(samples=40, batch=4, large=0.5)
    stream = SampleStream(Material(pool_file), settings)
    here, there = (list(batches(stream, 3, workers=workers)) for workers in (0, 2))
    assert len(here) == len(there) == 7
    assert {batch["image"].shape[1] for batch in here} > {64}
    for a, b in zip(here, there):
        assert all(torch.equal(a[name], b[name]) for name in a)
        assert a["segmentation"].shape == a["image"].shape[:3] and a["evidence"].shape[2] == a["image"].shape[1] // 8
    fixed = list(batches(SampleStream(Material(pool_file), settings, "test")))
    assert {tuple(batch["image"].shape) for batch in fixed} == {(4, 64, 64, 3)}


def test_real_errors_come_in_their_share_and_only_with_what_moves_no_pixel(pool_file):
    def held(share):
        stream = SampleStream(Material(pool_file), tiny_settings(samples=400, side=128, real=share))
        return [stream.sample(k) for k in range(60)]

    shares = [np.mean(["spectral_overflow" in s.unknown for s in held(share)]) for share in (0, 0.5)]
    assert shares[0] == 0 and 0.25 < shares[1] < 0.75
    whole = held(1.0)
    found = {defect.code for sample in whole for defect in sample.defects}
    assert "cloud" in found and not found & {"stretching_blur", "distortion", "stitching_misalignment"}
    assert all(sample.labels[CODES.index("spectral_overflow")] in (1, 255) for sample in whole)


def test_plain_errors_come_first_and_subtle_ones_later(pool_file, monkeypatch):
    asked = []
    monkeypatch.setattr(stream_module, "draw_sample", lambda pool, rng, drawing: asked.append(drawing.plain))
    stream = SampleStream(Material(pool_file), tiny_settings(samples=1000))
    for k in (*range(100), *range(300, 500)):
        stream.sample(k)
    assert np.mean(asked[:100]) > 0.75 > 0.4 > np.mean(asked[100:200]) and not any(asked[200:])
    asked.clear()
    for k in range(4):
        SampleStream(Material(pool_file), tiny_settings(), "test").sample(k)
    assert not any(asked)


def test_a_crop_that_is_a_part_of_a_larger_one_or_seen_from_afar_has_its_own_size(pool_file):
    drawn = stream_module._pool(pool_file)
    for seed in range(12):
        sample = draw_sample(drawn, np.random.default_rng(seed), Drawing(side=96, real=0.5))
        assert sample.image.shape == (96, 96, 3) and sample.evidence.shape == (10, 12, 12)


def test_an_epoch_shows_every_block_once_and_a_share_can_be_synthesised(tmp_path, pool_file):
    folder = write_dataset(tmp_path)
    material = Material(dataset=folder)
    settings = tiny_settings(samples=8, batch=2)
    assert material.samples(settings, epochs=3) == 12
    assert material.samples(replace(settings, negatives=False), epochs=3) == 9
    assert Material(pool_file, folder).samples(replace(settings, share=0.25), epochs=1) == 16
    drawn = []
    stream = SampleStream(material, settings)
    for k in range(8):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(
                stream_module, "draw_crop", lambda block, rng, side, augment: drawn.append(block.image.stem)
            )
            stream.sample(k)
    assert sorted(drawn[:4]) == sorted(drawn[4:]) == list("abcd")
    both = SampleStream(Material(pool_file, folder), tiny_settings(samples=60, share=0.3))
    cut = [set(np.unique(both.sample(k).image)) <= set(range(40, 120)) | {0, 250} for k in range(60)]
    assert 0.1 < np.mean(cut) < 0.5
    with pytest.raises(ParameterError, match="epochs"):
        Material(pool_file).samples(settings, 3)


def test_material_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(RsqiError, match=r"gone\.npz: cannot be read"):
        Material(tmp_path / "gone.npz").fingerprint()


def labels_alone(folder):
    """Two pictures with a class each, as a person types such a table."""
    (folder / "train" / "image").mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = []
    for n, labels in enumerate((["云"], [], ["stripe_noise"])):
        image = rng.integers(40, 120, (100, 160, 3), dtype=np.uint8)
        cv2.imencode(".png", image)[1].tofile(folder / "train" / "image" / f"{n}.png")
        rows.append({"file_name": f"image/{n}.png", "labels": labels})
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "train" / "metadata.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_rows_without_masks_teach_what_is_there_and_not_where(tmp_path):
    material = Material(dataset=labels_alone(tmp_path))
    stream = SampleStream(material, tiny_settings())
    found = [stream.sample(k) for k in range(3)]
    assert sorted(sample.labels.tolist().index(1) for sample in found if sample.labels.any()) == [0, 8]
    for sample in found:
        assert sample.image.shape == (64, 64, 3) and (sample.evidence == 255).all()
        outlined = (sample.segmentation != 255).any()
        assert outlined == (not sample.labels.any())
        assert (pixel_target(sample)[0] == 255).all() == bool(sample.labels[8])
    with pytest.raises(ParameterError, match="rows have no masks, which the task segmenter needs"):
        SampleStream(material, tiny_settings(task="segmenter"))
