import cv2
import numpy as np
import pytest
from training_runs import tiny_settings, write_dataset

from rsqi_core.dataset.labelled_blocks import draw_crop, read_part
from rsqi_core.errors import ParameterError, RsqiError
from rsqi_core.training.stream import Material, SampleStream, pixel_target


def test_crops_of_a_dataset_have_the_targets_of_its_masks(tmp_path):
    blocks = read_part(write_dataset(tmp_path), "train")
    for k in range(6):
        sample = draw_crop(blocks[0], np.random.default_rng(k), 64)
        bright = (sample.image == 250).all(-1) & sample.valid
        assert np.array_equal(sample.segmentation == 1, bright)
        assert ((sample.segmentation == 255) == ~sample.valid).all()
        assert sample.labels[0] == (bright.sum() > 0.003 * 64**2)
    small = draw_crop(blocks[2], np.random.default_rng(0), 64)
    assert small.image.shape == (64, 64, 3) and small.valid.sum() == 40 * 40
    assert pixel_target(small)[0].tolist().count([0] * 64) == 0
    assert (pixel_target(small)[0] == 1).sum() == 80


def test_without_augmentation_a_block_is_shown_as_it_is(tmp_path):
    block = read_part(write_dataset(tmp_path), "train")[0]
    whole = cv2.imread(str(block.image))[..., ::-1]
    shown = [draw_crop(block, np.random.default_rng(k), 64, augment=False) for k in range(4)]
    assert all(np.array_equal(sample.image[sample.valid], whole[32:96, 32:96][sample.valid]) for sample in shown)
    moved = [draw_crop(block, np.random.default_rng(k), 64) for k in range(4)]
    assert len({sample.image.tobytes() for sample in moved}) == 4


def test_a_folder_that_is_no_dataset_is_refused(tmp_path):
    with pytest.raises(RsqiError, match="no dataset here"):
        SampleStream(Material(dataset=tmp_path), tiny_settings())
    folder = write_dataset(tmp_path)
    (folder / "train" / "mask" / "a.png").write_bytes(b"")
    with pytest.raises(RsqiError, match=r"a\.png"):
        draw_crop(read_part(folder, "train")[0], np.random.default_rng(0), 64)
    (folder / "train" / "metadata.jsonl").write_text('{"file_name": 1}')
    with pytest.raises(RsqiError, match="not the table"):
        read_part(folder, "train")
    with pytest.raises(ParameterError, match="nothing to train on"):
        Material()
