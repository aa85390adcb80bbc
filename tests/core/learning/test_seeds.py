"""Seeds: outlines for images of which the types alone are known."""

import json
import shutil
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from noise_dataset import write_dataset
from test_finetune import job, model  # noqa: F401  # a fixture

from rsqi_core.cli import main
from rsqi_core.dataset.labelled_blocks import UNSURE, draw_crop, draw_tile, read_part
from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.learning import finetune
from rsqi_core.learning.finetune import fine_tune
from rsqi_core.learning.seeds import seeds, sow
from rsqi_core.models import Description
from rsqi_core.models.card import read_card

torch.set_num_threads(1)


def bare(folder, part="train"):
    """Take the masks away that a dataset has."""
    table = folder / part / "metadata.jsonl"
    rows = [json.loads(line) for line in table.read_text().splitlines()]
    for row in rows:
        row.pop("mask_file_name", None)
        row.pop("seeded", None)
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def seeing():
    """A model that is sure of what is white, and not of what is beside it."""

    def describe(images):
        bright = images[0].min(-1) > 200
        near = cv2.dilate(bright.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0
        level = np.where(bright, 4.0, np.where(near, 0.0, -6.0)).astype(np.float32)[::8, ::8]
        return Description(np.zeros((1, 10), np.float32), np.stack([level] * 10)[None])

    thresholds = np.full(10, 0.9, np.float32)
    return SimpleNamespace(
        card=SimpleNamespace(tile_size=64), describe=describe, thresholds=thresholds, folder="seeing"
    )


def test_a_type_is_where_the_model_is_sure_and_unknown_where_it_doubts():
    p = {1: np.array([[0.95, 0.5, 0.05, 0.97]]), 2: np.array([[0.2, 0.05, 0.02, 0.99]])}
    assert seeds(p, {1: 0.9, 2: 0.9}).tolist() == [[1, UNSURE, 0, 2]]
    weak = {3: np.array([[0.3, 0.2, 0.05, 0.01]])}
    assert seeds(weak, {3: 0.9}).tolist() == [[3, UNSURE, 0, 0]]  # it is somewhere, as a person has said so
    assert seeds(weak, {3: np.inf}).tolist() == [[3, UNSURE, 0, 0]]  # a type that the model does not mark


def test_blocks_with_labels_alone_get_masks_and_the_others_keep_theirs(tmp_path):
    data = write_dataset(tmp_path / "data")
    drawn = read_part(data, "train")
    test = read_part(data, "test")
    assert sow(seeing(), bare(data), test) == 12
    blocks = read_part(data, "train")
    assert [block.seeded for block in blocks] == [bool(block.labels) for block in drawn]
    for block, before in zip(blocks, drawn):
        if not block.seeded:
            assert block.mask is None
            continue
        sample, truth = draw_tile(block, 64), draw_tile(before, 64)
        known = sample.segmentation != 255
        assert 0.5 < known.mean() < 1 and (sample.segmentation == truth.segmentation)[known].mean() > 0.97
        assert sample.labels[0] == 1 and not sample.labels[1:].any()
        assert {0, 1, 255} == set(sample.evidence[0].ravel().tolist()) and not sample.evidence[1:].any()
    masks = [block.mask.read_bytes() for block in blocks if block.seeded]
    again = tmp_path / "again"
    shutil.copytree(data, again)
    assert sow(seeing(), bare(again), test) == 12
    assert [block.mask.read_bytes() for block in read_part(again, "train") if block.seeded] == masks


def test_a_crop_beside_the_seeds_leaves_the_label_open(tmp_path):
    data = write_dataset(tmp_path / "data")
    sow(seeing(), bare(data), read_part(data, "test"))
    block = next(block for block in read_part(data, "train") if block.seeded)
    labels = {int(draw_crop(block, np.random.default_rng(k), 32).labels[0]) for k in range(30)}
    assert labels <= {1, 255, 0} and 1 in labels
    whole = draw_tile(block, 64)
    assert (whole.image == draw_tile(block, 64).image).all() and whole.valid.all()  # what is unsure is not blackened


def test_what_cannot_be_sown_is_refused_in_one_line(tmp_path, model, capsys):  # noqa: F811
    data = write_dataset(tmp_path / "data")
    with pytest.raises(RsqiError, match="nothing to do"):
        sow(seeing(), data, read_part(data, "test"))
    with pytest.raises(RsqiError, match="outlines in the test part"):
        sow(seeing(), bare(data), read_part(bare(data, "test"), "test"))
    words = ["finetune", str(data), "--output", str(tmp_path / "new"), "--model", str(model), "--seeds", "--device"]
    assert main([*words, "cpu", "--no-rehearsal"]) == 1
    error = capsys.readouterr().err
    assert "outlines in the test part" in error and error.count("\n") == 1
    (tmp_path / "pair").mkdir()
    (tmp_path / "pair" / "config.json").write_text("{}")
    with pytest.raises(ParameterError, match="not for Hugging Face"):
        job(tmp_path, tmp_path / "pair", side=None, seeds=True)


def test_a_model_learns_from_labels_alone(tmp_path, model, monkeypatch):  # noqa: F811
    monkeypatch.setattr(finetune, "BATCH", 4)
    monkeypatch.setattr(finetune, "_VALIDATION", 4)
    bare(write_dataset(tmp_path / "data"))
    comparison = fine_tune(job(tmp_path, model, keep=True, seeds=True))
    assert comparison.blocks == 10
    assert read_card(tmp_path / "new").training["outlines"] == "seeds"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "new"]
