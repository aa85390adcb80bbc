"""Guesses: what is learnt of images that nobody has labelled, and how it comes in."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from noise_dataset import write_dataset
from test_finetune import job, model  # noqa: F401  # a fixture
from training_runs import tiny_settings

from rsqi_core.cli import main
from rsqi_core.dataset.labelled_blocks import draw_tile, read_part
from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.learning import finetune
from rsqi_core.learning.finetune import fine_tune
from rsqi_core.learning.guesses import guess
from rsqi_core.models import Description
from rsqi_core.models.card import read_card
from rsqi_core.training.stream import Material, SampleStream

torch.set_num_threads(1)
SIDE = 64


def seeing():
    """A model that takes white for a cloud, doubts what is grey, and is sure of the rest."""

    def describe(images):
        white, grey = ((images[0] == level).all(-1).any() for level in (230, 150))
        logits = np.full((1, 10), -5.0, np.float32)
        logits[0, 0] = 5.0 if white else 0.0 if grey else -5.0
        return Description(logits)

    def segment(images, described):
        white = (images[0] == 230).all(-1)
        pixels = np.zeros((1, 7, SIDE, SIDE), np.float32)
        pixels[0, 0], pixels[0, 1] = np.where(white, -5, 5), np.where(white, 5, -5)
        pixels[0, :2, :, :8] = 0  # at the left side it cannot say
        return pixels

    card = SimpleNamespace(tile_size=SIDE)
    return SimpleNamespace(card=card, describe=describe, segment=segment, thresholds=np.full(10, 0.9, np.float32))


def unlabelled(write_raster, tmp_path):
    """A raster of four blocks: a cloud, doubtful, clean, and clean with pixels that are not valid."""
    rgb = np.random.default_rng(0).integers(40, 120, (2 * SIDE, 2 * SIDE, 3), np.uint8)
    rgb[16:40, 16:40], rgb[:, SIDE:][20:30, 20:30] = 230, 150
    valid = np.full(rgb.shape[:2], 255, np.uint8)
    valid[-4:, -4:] = 0
    folder = tmp_path / "images"
    folder.mkdir()
    write_raster(rgb, "images/scene.tif", valid)
    return folder


def test_blocks_of_which_the_model_is_sure_join_with_what_it_is_sure_of(write_raster, tmp_path):
    data = write_dataset(tmp_path / "data")
    assert guess(seeing(), unlabelled(write_raster, tmp_path), data) == 2
    *labelled, cloud, clean = read_part(data, "train")
    assert len(labelled) == 24 and not any(block.guessed for block in labelled)
    assert cloud.guessed and cloud.labels == (1,) and clean.guessed and clean.labels == ()
    sample = draw_tile(cloud, SIDE)
    assert (sample.image[16:40, 16:40] == 230).all() and (sample.segmentation[16:40, 16:40] == 1).all()
    assert (sample.segmentation[:, :8] == 255).all() and (sample.segmentation[50:, 8:] == 0).all()
    assert sample.labels.tolist() == [1] + 9 * [0] and sample.valid.all()
    sample = draw_tile(clean, SIDE)
    assert not sample.labels.any() and (sample.segmentation[:, 8:] == 0).all()


def test_guessed_blocks_come_in_bit_by_bit(write_raster, tmp_path):
    data = write_dataset(tmp_path / "data", (("train", 4), ("test", 4)))
    guess(seeing(), unlabelled(write_raster, tmp_path), data)
    stream = SampleStream(Material(dataset=data), tiny_settings(samples=1200))
    shown = [(stream.sample(k).image == 230).all(-1).sum() == 24 * 24 for k in range(1200)]  # the guessed cloud
    first, middle, last = (np.mean(shown[begin : begin + 200]) for begin in (0, 400, 1000))
    assert first < 0.6 * middle and middle < 1.2 * last and last == pytest.approx(1 / 6, abs=0.08)


def test_what_nobody_can_guess_is_refused_in_one_line(write_raster, tmp_path, model, capsys):  # noqa: F811
    data = write_dataset(tmp_path / "data")
    grey = tmp_path / "grey"
    grey.mkdir()
    write_raster(np.full((SIDE, SIDE, 3), 150, np.uint8), "grey/scene.tif")
    with pytest.raises(RsqiError, match="sure of no block of 64 px"):
        guess(seeing(), grey, data)
    words = ["finetune", str(data), "--output", str(tmp_path / "new"), "--model", str(model), "--no-rehearsal"]
    assert main([*words, "--unlabelled", str(tmp_path / "gone"), "--device", "cpu"]) in (1, 2)
    error = capsys.readouterr().err
    assert "gone" in error and error.count("\n") == 1
    (tmp_path / "pair").mkdir()
    (tmp_path / "pair" / "config.json").write_text("{}")
    with pytest.raises(ParameterError, match="not for Hugging Face"):
        job(tmp_path, tmp_path / "pair", side=None, unlabelled=grey)


def test_a_model_learns_from_unlabelled_images(write_raster, tmp_path, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr(finetune, "BATCH", 4)
    monkeypatch.setattr(finetune, "_VALIDATION", 4)
    write_dataset(tmp_path / "data")
    seen = []
    monkeypatch.setattr(finetune, "guess", lambda old, images, data: seen.append(guess(seeing(), images, data)))
    fine_tune(job(tmp_path, model, keep=True, unlabelled=unlabelled(write_raster, tmp_path)))
    assert seen == [2]
    assert "guesses in unlabelled images" in read_card(tmp_path / "new").training["data"]
    assert json.loads((tmp_path / "new" / "verdict.json").read_text())["blocks"] == 10
