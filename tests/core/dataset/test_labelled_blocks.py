from dataclasses import replace

import cv2
import numpy as np
import pytest
from training_runs import tiny_settings, write_dataset

from rsqi_core.dataset.labelled_blocks import draw_crop, draw_tile, draw_view, read_part
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


def test_views_are_cut_and_flipped_with_their_masks(tmp_path):
    block = read_part(write_dataset(tmp_path), "train")[0]
    whole = draw_tile(block, 64)
    views = [draw_view(block, np.random.default_rng(k), 64) for k in range(8)]
    assert len({view.image.tobytes() for view in views}) == 8
    for view in views:
        bright = (view.image == 250).all(-1) & view.valid
        assert (bright != (view.segmentation == 1)).mean() < 0.05  # shrunk by area, its mask by the nearest pixel
        assert view.image.shape == (64, 64, 3)
    same = draw_view(block, np.random.default_rng(0), 64, augment=False)
    assert np.array_equal(same.image, whole.image) and np.array_equal(same.segmentation, whole.segmentation)


def test_a_view_of_a_block_without_mask_shows_all_of_it(tmp_path):
    block = replace(read_part(write_dataset(tmp_path), "train")[0], mask=None, labels=(1,))
    whole = draw_tile(block, 64).image
    turned = {np.flip(whole, axes).tobytes() for axes in ((), (0,), (1,), (0, 1))}
    views = [draw_view(block, np.random.default_rng(k), 64) for k in range(16)]
    assert {view.labels[0] for view in views} == {1} and {view.segmentation.min() for view in views} == {255}
    assert len({view.image.tobytes() for view in views}) == 4
    assert sum(view.image.tobytes() in turned for view in views) > 0


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
