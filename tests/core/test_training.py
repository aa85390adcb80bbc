import json
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from test_architectures import TINY

from rsqi_core.cli import main
from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.models import architectures
from rsqi_core.models.architectures import architecture
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.network import Network
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.synthesis.nuisance import middle
from rsqi_core.training import labelled, loop, pool
from rsqi_core.training import stream as stream_module
from rsqi_core.training.checkpoint import initialise, load_network
from rsqi_core.training.loop import train
from rsqi_core.training.loss import evidence_loss, label_loss, pixel_loss, segmentation_loss
from rsqi_core.training.settings import Settings, settings_for
from rsqi_core.training.stream import Material, SampleStream, batches, pixel_target
from rsqi_core.training.validation import Validation, macro_f1

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def pool_file(tmp_path_factory):
    """A pool packed from a few procedural pictures in the layout of the imagery folder."""
    data = tmp_path_factory.mktemp("data")
    folder = data / "clean" / pool.CLEAN_SETS[0]
    folder.mkdir(parents=True)
    for k in range(3):
        picture = cv2.imencode(".webp", landscape(256, seed=k)[..., ::-1])[1]
        picture.tofile(folder / f"ground_{k}.webp")
    patched = pytest.MonkeyPatch()
    patched.setattr(pool, "_LANDSCAPES", 0)
    count = pool.pack(data, data / "pool.npz")
    patched.undo()
    assert count == 3
    return data / "pool.npz"


def test_the_split_keeps_held_out_names_from_training(tmp_path):
    held_out = sorted(pool.validation_names())
    name = next(n for n in held_out if n.startswith("rsscn7/")).split("/")[1]
    folder = tmp_path / "clean" / "rsscn7"
    folder.mkdir(parents=True)
    for stem in (name, "not_held_out"):
        (folder / f"{stem}.webp").touch()
    assert [f.stem for f in pool.clean_files(tmp_path, validation=True)] == [name]
    assert [f.stem for f in pool.clean_files(tmp_path, validation=False)] == ["not_held_out"]


def test_packing_without_imagery_says_what_is_expected(tmp_path):
    with pytest.raises(RsqiError, match="no training imagery"):
        pool.pack(tmp_path, tmp_path / "pool.npz")


def write(folder, name, image):
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imencode(name[name.index(".") :], image[..., ::-1])[1].tofile(folder / name)


def test_the_pool_holds_pairs_of_overlapping_photos_and_of_two_dates(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "_LANDSCAPES", 0)
    ground = landscape(1600, seed=21)
    photos, dates = tmp_path / "clean" / "odm_toledo", tmp_path / "cloud" / pool.MATTE_SET
    write(photos, "a.webp", ground[:1200])
    write(photos, "b.webp", ground[300:1500])
    small = landscape(256, seed=22)
    cloudy = small.copy()
    cloudy[:160, :200] = 250
    for name, image in (("x_clear", small), ("x_cloudy", (small * 0.8).astype(np.uint8)), ("y_clear", small),
                        ("y_cloudy", cloudy), ("z_clear", np.full_like(small, 255)), ("z_cloudy", cloudy)):  # fmt: skip
        write(dates, f"{name}.png", image)
    pool.pack(tmp_path, tmp_path / "pool.npz")
    loaded = pool.load(tmp_path / "pool.npz")
    dates = [b for b in loaded.backgrounds if b.shape[0] == 256]
    assert len(dates) == 2 * pool._SATELLITE + 1  # both clear dates and, once, the second one of x; no snow
    assert all(max(b.shape[:2]) <= pool.TILE for b in loaded.backgrounds)
    assert len(loaded.mattes) == 1
    assert sorted({pair.shape[0] for pair in loaded.pairs}) == [256, pool.PAIR]
    halved = [pair for pair in loaded.pairs if pair.shape[0] == pool.PAIR]
    assert all(np.abs(pair[..., :3].astype(int) - pair[..., 3:]).mean() < 8 for pair in halved)


def test_a_broken_pool_and_a_broken_picture_are_refused_in_one_line(tmp_path):
    (tmp_path / "pool.npz").write_bytes(b"nothing")
    with pytest.raises(RsqiError, match="not a training pool"):
        pool.load(tmp_path / "pool.npz")
    (tmp_path / "broken.webp").write_bytes(b"RIFF")
    with pytest.raises(RsqiError, match=r"broken\.webp"):
        pool.read_rgb(tmp_path / "broken.webp")


def test_unknown_labels_do_not_count():
    logits = torch.tensor([[3.0, -2.0]])
    known = label_loss(logits, torch.tensor([[1, 255]], dtype=torch.uint8))
    assert known == pytest.approx(float(torch.log1p(torch.exp(torch.tensor(-3.0)))))
    assert label_loss(logits, torch.tensor([[255, 255]], dtype=torch.uint8)) == 0


def test_evidence_loss_falls_with_better_evidence():
    target = torch.zeros(1, 10, 4, 4, dtype=torch.uint8)
    target[0, 2, 1, 1] = 1
    truth = torch.where(target == 1, 4.0, -4.0)
    assert evidence_loss(truth, target) < 0.01 * evidence_loss(-truth, target)


def test_segmentation_loss_ignores_255_and_rewards_the_truth():
    target = torch.randint(0, 7, (1, 16, 16))
    logits = torch.nn.functional.one_hot(target, 7).permute(0, 3, 1, 2) * 10.0
    assert segmentation_loss(logits, target) < 0.01
    spoiled = logits.clone()
    spoiled[..., :4] = 0
    masked = target.clone()
    masked[..., :4] = 255
    assert segmentation_loss(spoiled, masked) < 0.01


def test_dice_counts_a_small_type_like_a_large_one_and_can_be_left_out():
    target = torch.zeros(1, 16, 16, dtype=torch.long)
    target[0, :2, :2] = 3
    logits = torch.nn.functional.one_hot(torch.zeros_like(target), 7).permute(0, 3, 1, 2) * 4.0
    plain, both = segmentation_loss(logits, target, dice=0), segmentation_loss(logits, target)
    assert plain == pytest.approx(float(torch.nn.functional.cross_entropy(logits, target)))
    assert both - plain > 0.2
    assert segmentation_loss(logits, torch.full_like(target, 255)) == 0


def test_pixel_loss_rewards_the_truth_and_ignores_255():
    target = torch.zeros(2, 2, 8, 8, dtype=torch.uint8)
    target[:, 0, 3] = 1
    target[:, 1, 5] = 255
    truth = torch.where(target == 1, 8.0, -8.0)
    assert pixel_loss(truth, target) < 0.1 < pixel_loss(-truth, target)
    spoiled = torch.where(target == 255, 8.0, truth)
    assert pixel_loss(spoiled, target) == pixel_loss(truth, target)


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_the_rate_warms_up_and_ends_at_nought(schedule):
    settings = Settings(samples=200, batch=2, rate=1.0, schedule=schedule)
    rates = [settings.rate_at(step) for step in range(100)]
    assert rates[0] < rates[3] == max(rates) == 1 and rates[-1] < 0.02
    assert all(a >= b for a, b in zip(rates[4:], rates[5:]))


def test_other_architectures_are_trained_as_the_paper_did():
    paper, ours = settings_for("classifier", "swinv2"), settings_for("joint")
    assert (paper.rate, paper.schedule, paper.average, paper.dice) == (1e-4, "cosine", 0, 0)
    assert (ours.rate, ours.arch, ours.size) == (2e-3, "rsqi", "m")
    assert settings_for("segmenter", rate=1e-3, samples=None).rate == 1e-3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"side": 100}, "multiple of 32"),
        ({"rate": 0}, "above 0"),
        ({"schedule": "step"}, "cosine, linear"),
        ({"precision": "int8"}, "fp32"),
        ({"batch": 1}, "at least 2"),
        ({"samples": 3, "batch": 4}, "one batch"),
        ({"arch": "vgg"}, "rsqi"),
    ],
)
def test_impossible_settings_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        settings_for(**{"task": "joint", **values})


def test_network_shapes_and_the_two_tasks_agree():
    network = Network().eval()
    images = torch.randn(2, 3, 64, 96)
    with torch.no_grad():
        found = network(images)
        assert torch.equal(found["labels"], network.classify(images))
        assert network.segmentation(images).shape == (2, 7, 64, 96)
    shapes = {"labels": (2, 10), "evidence": (2, 10, 8, 12), "segmentation": (2, 7, 32, 48)}
    assert {name: tuple(value.shape) for name, value in found.items()} == shapes


def tiny_settings(**values):
    usual = {"size": "s", "samples": 24, "batch": 4, "side": 64, "rate": 1e-3, "workers": 0, "validation": 4,
             "checkpoint_every": 3, "precision": "fp32"}  # fmt: skip
    return settings_for(**{"task": "joint", **usual, **values})


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sample_depends_on_the_seed_and_its_number_alone(pool_file, workers):
    stream = SampleStream(Material(pool_file), tiny_settings())
    found = list(batches(stream, 4, start=8, workers=workers))
    assert len(found) == 4
    for k, image in enumerate(found[1]["image"]):
        assert np.array_equal(image.numpy(), stream[12 + k]["image"])
    other = SampleStream(Material(pool_file), tiny_settings(seed=1))
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


class Stopped(Exception):
    pass


def stop_after(step):
    def stop(row):
        if row["step"] > step:  # beyond the checkpoint, so that steps are done again
            raise Stopped

    return stop


def run_in_pieces(material, folder, settings, after, workers):
    """Train, stop after the row of step `after` and go on with other workers."""
    with pytest.raises(Stopped):
        train(material, folder, settings, "cpu", stop_after(after))
    train(material, folder, replace(settings, workers=workers), "cpu")
    return torch.load(folder / "checkpoint.pt", weights_only=True)


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"precision": "bf16", "seed": 3},
        # Drops out parts by chance, so that the random numbers have to go on where they stopped.
        {"task": "segmenter", "arch": "segformer", "size": "b0"},
    ],
    ids=["joint", "bf16", "dropout"],
)
def test_a_run_that_is_stopped_ends_in_the_same_weights_to_the_bit(pool_file, tmp_path, values, monkeypatch):
    monkeypatch.setitem(architectures._SEGFORMER, "b0", TINY["segformer"])
    material, settings = Material(pool_file), tiny_settings(**values)
    train(material, tmp_path / "whole", settings, "cpu")
    whole = torch.load(tmp_path / "whole" / "checkpoint.pt", weights_only=True)
    pieces = run_in_pieces(material, tmp_path / "pieces", settings, after=3, workers=1)
    assert whole["step"] == pieces["step"] == 6
    assert same(whole["network"], pieces["network"]) and same(whole["average"], pieces["average"])
    assert torch.equal(whole["random"], pieces["random"])
    curves = [(tmp_path / name / "curve.jsonl").read_text().splitlines() for name in ("whole", "pieces")]
    assert [json.loads(line)["labels" if not values.get("task") else "segmentation"] for line in curves[0]] == [
        json.loads(line)["labels" if not values.get("task") else "segmentation"] for line in curves[1]
    ]
    start = architectures.architecture(settings.task, settings.arch).build(settings.size).state_dict()
    assert not same(start, whole["network"])


def test_a_finished_run_is_left_alone_and_another_course_refused(pool_file, tmp_path):
    settings, rows = tiny_settings(), []
    best = train(Material(pool_file), tmp_path, settings, "cpu", rows.append)
    assert [row["step"] for row in rows] == [3, 6]
    assert {"labels", "segmentation", "samples_per_second", "wait", "eta_s", "f1", "miou", "score"} <= rows[-1].keys()
    assert 0 <= rows[-1]["wait"] <= 1
    assert "<svg" in (tmp_path / "curve.svg").read_text()
    assert train(Material(pool_file), tmp_path, settings, "cpu", rows.append) == best  # nothing left to do
    assert len(rows) == 2
    assert not load_network(best).training
    with pytest.raises(ParameterError, match="other settings"):
        train(Material(pool_file), tmp_path, replace(settings, samples=48), "cpu")
    with pytest.raises(ParameterError, match="finds no GPU") if not torch.cuda.is_available() else nullcontext():
        train(Material(pool_file), tmp_path, settings, "cuda")


def test_a_run_from_before_a_setting_goes_on_with_its_default(pool_file, tmp_path):
    settings = tiny_settings()
    train(Material(pool_file), tmp_path / "whole", settings, "cpu")
    with pytest.raises(Stopped):
        train(Material(pool_file), tmp_path / "run", settings, "cpu", stop_after(3))
    file = tmp_path / "run" / "checkpoint.pt"
    older = torch.load(file, weights_only=True)
    assert older["settings"].pop("augment") is True
    torch.save(older, file)
    with pytest.raises(ParameterError, match=r"augment True instead of False"):
        train(Material(pool_file), tmp_path / "run", replace(settings, augment=False), "cpu")
    train(Material(pool_file), tmp_path / "run", settings, "cpu")
    ends = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "run")]
    assert same(ends[0]["network"], ends[1]["network"]) and ends[1]["settings"]["augment"] is True


def test_half_precision_scales_its_gradients_and_resumes(pool_file, tmp_path):
    settings = tiny_settings(precision="fp16", samples=16)
    train(Material(pool_file), tmp_path, settings, "cpu")
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["scaler"]["scale"] > 1
    assert all(torch.isfinite(value).all() for value in state["average"].values() if value.is_floating_point())


def test_a_compiled_network_trains_and_the_plain_one_is_validated_and_kept(pool_file, tmp_path, monkeypatch):
    trained_in = []

    def compiled(network):
        return lambda images: (trained_in.append(network.training), network(images))[1]

    monkeypatch.setattr(torch, "compile", compiled)
    monkeypatch.setattr(loop.shutil, "which", lambda name: name == "g++" or None)
    train(Material(pool_file), tmp_path / "fused", tiny_settings(compile=True), "cpu")
    train(Material(pool_file), tmp_path / "plain", tiny_settings(), "cpu")
    assert trained_in == [True] * tiny_settings().steps
    ends = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("fused", "plain")]
    assert same(ends[0]["network"], ends[1]["network"])
    monkeypatch.setattr(loop.shutil, "which", lambda name: None)
    with pytest.raises(ParameterError, match="no C\\+\\+ compiler"):
        train(Material(pool_file), tmp_path / "lacking", tiny_settings(compile=True), "cpu")


def test_a_run_ends_when_validation_makes_no_progress(pool_file, tmp_path, monkeypatch):
    scores = iter([0.2, 0.5, 0.4, 0.3, 0.9])
    monkeypatch.setattr(loop.Validation, "result", lambda self: {"score": next(scores)})
    settings = tiny_settings(samples=400, batch=2, checkpoint_every=1, patience=2, task="pixel", size="s")
    best, rows = train(Material(pool_file), tmp_path, settings, "cpu", (rows := []).append), rows
    assert [row["score"] for row in rows] == [0.2, 0.5, 0.4, 0.3]
    assert torch.load(best, weights_only=True)["step"] == 2


def test_another_run_gives_its_weights_where_they_fit(pool_file, tmp_path):
    rows = []
    train(Material(pool_file), tmp_path / "joint", tiny_settings(samples=8), "cpu")
    classifier = tiny_settings(task="classifier", arch="rsqi", samples=8, rate=1e-9)
    train(Material(pool_file), tmp_path / "next", classifier, "cpu", rows.append, init=tmp_path / "joint")
    assert "tensors taken over" in rows[0]["init"]
    first, second = (load_network(tmp_path / name).state_dict()["stage8.0.0.weight"] for name in ("joint", "next"))
    assert torch.allclose(first, second, atol=1e-6)
    first, second = (load_network(tmp_path / name).course for name in ("joint", "next"))
    assert second["init"] == first and first["init"] == ""  # without a word of where it lay
    train(Material(pool_file), tmp_path / "next", classifier, "cpu", rows.append, init=tmp_path / "joint")  # resumed
    steps = [json.loads(line)["step"] for line in (tmp_path / "next" / "curve.jsonl").read_text().splitlines()]
    assert steps[0] == 0 and steps[-1] == classifier.steps  # the curve goes on from that of the run before


def test_a_model_folder_is_trained_further_from_where_it_stands(pool_file, tmp_path):
    train(Material(pool_file), tmp_path / "run", tiny_settings(), "cpu")
    network = load_network(tmp_path / "run")
    write_uncalibrated(network, tmp_path / "model")
    rows, settings = [], tiny_settings(rate=1e-12, samples=4)
    train(Material(pool_file), tmp_path / "next", settings, "cpu", rows.append, init=tmp_path / "model")
    assert "random" not in rows[0]["init"]
    image = torch.randn(2, 3, 64, 64)
    again = load_network(tmp_path / "next")
    assert again.course["init"] == "model uncalibrated"
    with torch.no_grad():
        assert torch.allclose(again.classify(image), network.classify(image), atol=0.02)  # stored in half precision
        assert torch.allclose(again.segmentation(image), network.segmentation(image), atol=0.02)
    train(Material(pool_file), tmp_path / "larger", tiny_settings(size="m"), "cpu", rows.append, tmp_path / "model")
    assert any("random: " in row.get("init", "") for row in rows)
    with pytest.raises(RsqiError, match="none of its weights fits"):
        train(Material(pool_file), tmp_path / "other", tiny_settings(task="pixel"), "cpu", init=tmp_path / "model")


def test_a_normalisation_that_export_has_folded_measures_again(tmp_path):
    network = architecture("joint", "rsqi").build("s")
    images = torch.randn(16, 3, 64, 64) * 2 + 1
    network.train()(images)
    write_uncalibrated(network, tmp_path)
    again = architecture("joint", "rsqi").build("s").eval()
    initialise(again, tmp_path, lambda: images)
    with torch.no_grad():
        told, measured = again(images), again.train()(images)
    for name, values in told.items():
        assert torch.allclose(values, measured[name], atol=0.02)  # a batch is measured as it was when all was set


def test_a_loss_that_is_no_number_ends_the_run_in_one_line(pool_file, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "losses", lambda outputs, targets, dice: {"pixels": outputs["pixels"].sum() * np.nan})
    with pytest.raises(RsqiError, match="no longer a number"):
        train(Material(pool_file), tmp_path, tiny_settings(task="pixel"), "cpu")
    assert not (tmp_path / "checkpoint.pt").exists()


def write_dataset(folder):
    """What `rsqi dataset` writes: two blocks with a cloud, a small one with stripes, one without error, one to test."""
    rng = np.random.default_rng(0)
    for part, names in (("train", "abcd"), ("test", "e")):
        rows = []
        for name in names:
            side = 40 if name == "c" else 128
            image = rng.integers(40, 120, (side, side, 3), np.uint8)
            mask = np.zeros((side, side), np.uint8)
            if name in "abe":
                image[:96, :96], mask[:96, :96] = 250, 1
                mask[100:, :] = 255
            if name == "c":
                image[10:12], mask[10:12] = 0, 9
            for kind, pixels in (("image", image), ("mask", mask)):
                (folder / part / kind).mkdir(parents=True, exist_ok=True)
                cv2.imencode(".png", pixels)[1].tofile(folder / part / kind / f"{name}.png")
            labels = sorted({1, 9} & set(mask.ravel().tolist()))
            rows.append({"file_name": f"image/{name}.png", "mask_file_name": f"mask/{name}.png", "labels": labels})
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / part / "metadata.jsonl").write_text(text)
    return folder


def test_crops_of_a_dataset_have_the_targets_of_its_masks(tmp_path):
    blocks = labelled.read_part(write_dataset(tmp_path), "train")
    for k in range(6):
        sample = labelled.draw_crop(blocks[0], np.random.default_rng(k), 64)
        bright = (sample.image == 250).all(-1) & sample.valid
        assert np.array_equal(sample.segmentation == 1, bright)
        assert ((sample.segmentation == 255) == ~sample.valid).all()
        assert sample.labels[0] == (bright.sum() > 0.003 * 64**2)
    small = labelled.draw_crop(blocks[2], np.random.default_rng(0), 64)
    assert small.image.shape == (64, 64, 3) and small.valid.sum() == 40 * 40
    assert pixel_target(small)[0].tolist().count([0] * 64) == 0
    assert (pixel_target(small)[0] == 1).sum() == 80


def test_without_augmentation_a_block_is_shown_as_it_is(tmp_path):
    block = labelled.read_part(write_dataset(tmp_path), "train")[0]
    whole = cv2.imread(str(block.image))[..., ::-1]
    shown = [labelled.draw_crop(block, np.random.default_rng(k), 64, augment=False) for k in range(4)]
    assert all(np.array_equal(sample.image[sample.valid], whole[32:96, 32:96][sample.valid]) for sample in shown)
    moved = [labelled.draw_crop(block, np.random.default_rng(k), 64) for k in range(4)]
    assert len({sample.image.tobytes() for sample in moved}) == 4


def test_without_augmentation_the_middle_of_a_background_is_taken(pool_file, monkeypatch):
    taken, compose = [], stream_module.compose
    monkeypatch.setattr(stream_module, "compose", lambda image, *a, **b: taken.append(image) or compose(image, *a, **b))
    pool = stream_module._pool(pool_file)
    middles = {background[96:160, 96:160].tobytes() for background in pool.backgrounds}
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
    assert middle(np.zeros((40, 50, 3), np.uint8), 64).shape == (64, 64, 3)


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
            patched.setattr(labelled, "draw_crop", lambda block, rng, side, augment: drawn.append(block.image.stem))
            stream.sample(k)
    assert sorted(drawn[:4]) == sorted(drawn[4:]) == list("abcd")
    both = SampleStream(Material(pool_file, folder), tiny_settings(samples=60, share=0.3))
    cut = [set(np.unique(both.sample(k).image)) <= set(range(40, 120)) | {0, 250} for k in range(60)]
    assert 0.1 < np.mean(cut) < 0.5
    with pytest.raises(ParameterError, match="epochs"):
        Material(pool_file).samples(settings, 3)


def test_training_on_a_dataset_validates_on_its_test_part(tmp_path):
    folder, rows = write_dataset(tmp_path / "data"), []
    train(Material(dataset=folder), tmp_path / "run", tiny_settings(samples=12), "cpu", rows.append)
    assert rows[-1]["miou"] > 0
    fixed = SampleStream(Material(dataset=folder), tiny_settings(), "test")
    assert [block.image.stem for block in fixed.blocks] == ["e"]


def test_a_folder_that_is_no_dataset_is_refused(tmp_path):
    with pytest.raises(RsqiError, match="no dataset here"):
        SampleStream(Material(dataset=tmp_path), tiny_settings())
    folder = write_dataset(tmp_path)
    (folder / "train" / "mask" / "a.png").write_bytes(b"")
    with pytest.raises(RsqiError, match=r"a\.png"):
        labelled.draw_crop(labelled.read_part(folder, "train")[0], np.random.default_rng(0), 64)
    (folder / "train" / "metadata.jsonl").write_text('{"file_name": 1}')
    with pytest.raises(RsqiError, match="not the table"):
        labelled.read_part(folder, "train")
    with pytest.raises(ParameterError, match="nothing to train on"):
        Material()


def test_macro_f1_takes_the_best_threshold_of_each_type():
    logits = np.array([[3.0, 0.1], [2.0, 0.2], [1.0, 0.3], [0.0, 0.4]])
    labels = np.array([[1, 1], [1, 0], [0, 1], [255, 0]], np.uint8)
    assert macro_f1(logits, labels) == pytest.approx((1 + 2 * 2 / (4 + 2)) / 2)
    assert macro_f1(logits[:, :1], np.zeros((4, 1), np.uint8)) == 0


def test_validation_scores_the_truth_with_one():
    target = {
        "segmentation": torch.randint(0, 7, (2, 16, 16), dtype=torch.uint8),
        "pixels": torch.randint(0, 2, (2, 2, 16, 16), dtype=torch.uint8),
    }
    target["segmentation"][0, :4] = 255
    known = target["segmentation"].clamp(max=6).long()
    truth = {
        "segmentation": torch.nn.functional.one_hot(known, 7).permute(0, 3, 1, 2).float(),
        "pixels": torch.where(target["pixels"] == 1, 3.0, -3.0),
    }
    perfect, useless = Validation(), Validation()
    perfect.add(truth, target)
    useless.add({name: -value for name, value in truth.items()}, target)
    assert perfect.result() == {"miou": 1, "iou": 1, "score": 1}
    assert useless.result()["score"] < 0.3


def test_checkpoints_of_the_first_runs_are_still_read(tmp_path):
    old = {"average": Network().state_dict(), "settings": {"samples": 240, "batch": 32, "seed": 0}, "step": 3}
    torch.save(old, tmp_path / "checkpoint.pt")
    network = load_network(tmp_path)
    assert network.heads == ("classify", "segmentation")


def test_the_loop_needs_torch_opencv_and_numpy_only(pool_file, tmp_path):
    code = f"""
import sys
for name in ("rasterio", "shapely", "pyogrio", "pyproj", "onnx", "onnxruntime", "transformers", "matplotlib", "scipy"):
    sys.modules[name] = None
from pathlib import Path
from rsqi_core.training.loop import train
from rsqi_core.training.settings import settings_for
from rsqi_core.training.stream import Material
for task in ("joint", "pixel"):
    settings = settings_for(task, size="s", samples=4, batch=2, side=64, workers=0, validation=2)
    print(train(Material(Path({str(pool_file)!r})), Path({str(tmp_path)!r}) / task, settings, "cpu"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pixel" / "best.pt").exists()


def test_the_command_line_trains_by_task_and_lists_what_there_is(pool_file, tmp_path, capsys):
    assert main(["train", "--list"]) == 0
    assert "swinv2" in capsys.readouterr().out
    small = ["--samples", "4", "--batch", "2", "--side", "64", "--workers", "0", "--device", "cpu"]
    run = ["train", "pixel", "--pool", str(pool_file), "--output", str(tmp_path / "run"), *small]
    assert main(run) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert json.loads(rows[-1])["step"] == 2 and last == str(tmp_path / "run" / "best.pt")
    assert main([*run, "--rate", "1"]) == 2
    assert "other settings" in capsys.readouterr().err
    assert main(["train", "joint", "--pool", str(pool_file)]) == 2
    assert main(["train", "boxes", "--pool", str(pool_file), "--output", str(tmp_path / "run")]) == 2
    assert main(["train", "--output", str(tmp_path / "run")]) == 2
    assert main(["train", "--pack", "--pool", str(pool_file)]) == 0


def test_the_command_line_counts_epochs_of_a_dataset(tmp_path, capsys):
    folder = write_dataset(tmp_path / "data")
    run = ["train", "segmenter", "--arch", "rsqi", "--size", "s", "--dataset", str(folder), "--batch", "2"]
    more = ["--side", "64", "--workers", "0", "--device", "cpu", "--output", str(tmp_path / "run"), "--no-negatives"]
    assert main([*run, *more, "--no-augmentation"]) == 0
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert (
        settings["samples"] == 15 and not settings["negatives"] and not settings["augment"]
    )  # five times three blocks with errors


def test_material_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(RsqiError, match=r"gone\.npz: cannot be read"):
        Material(tmp_path / "gone.npz").fingerprint()
