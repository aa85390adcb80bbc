"""The training part of a dataset is divided into blocks to train on and blocks that are held out."""

import json

import pytest
from noise_dataset import write_dataset

from rsqi_core.errors import RsqiError
from rsqi_core.learning.holdout import hold_out


def test_the_parts_share_no_block_and_no_image(tmp_path):
    dataset = write_dataset(tmp_path / "data", (("train", 40), ("test", 10)))
    held_out, test = hold_out(dataset, tmp_path / "view")
    learned = [json.loads(line) for line in (tmp_path / "view" / "train" / "metadata.jsonl").read_text().splitlines()]
    names = {row["file_name"] for row in learned}
    assert len(names) + len(held_out) == 40 and names.isdisjoint(str(block.image) for block in held_out)
    rasters = {json.loads(line)["raster"] for line in (dataset / "train" / "metadata.jsonl").read_text().splitlines()}
    assert len(rasters) == 10
    both = {int(block.image.stem) // 4 for block in held_out} & {int(name.split("/")[-1][:-4]) // 4 for name in names}
    assert not both and len(test) == 10 and all(block.image.is_file() for block in held_out)


def test_too_small_a_training_part_is_not_divided(tmp_path):
    held_out, _ = hold_out(write_dataset(tmp_path / "data", (("train", 6), ("test", 10))), tmp_path / "view")
    assert held_out == []


def test_without_a_test_part_nothing_can_be_compared(tmp_path):
    with pytest.raises(RsqiError, match="could not be compared; review more images"):
        hold_out(write_dataset(tmp_path / "data", (("train", 20),)), tmp_path / "view")
