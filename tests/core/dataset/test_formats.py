"""Data sets as other tools keep them become datasets."""

import csv
import json

import cv2
import numpy as np
import pytest
from data_sets import (
    SIDE,
    SQUARE,
    mask,
    picture,
    write,
    write_coco,
    write_folders,
    write_labelme,
    write_pairs,
)

from rsqi_core.dataset.build import Settings, build
from rsqi_core.dataset.class_names import UnknownClass
from rsqi_core.dataset.duplicates import DuplicateError
from rsqi_core.dataset.labelled_blocks import draw_crop, draw_tile, read_part
from rsqi_core.dataset.palette import load_palette
from rsqi_core.errors import ParameterError, RsqiError

SETTINGS = {"sizes": (SIDE,), "test": 0.3, "negatives": 0.5}


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    return folder


def rows(folder, part):
    table = folder / part / "metadata.jsonl"
    return [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()] if table.exists() else []


def built(root, tmp_path, warnings=None, **given):
    def emit(event, **values):
        if event == "warning" and warnings is not None:
            warnings.append(values["message"])

    return build([root], tmp_path / "out", Settings(**SETTINGS | given), emit=emit)


@pytest.mark.parametrize("names", [("cloud", "clean"), ("云", "无错误")])
def test_folders_by_class_become_labels_without_masks(root, tmp_path, names):
    result = built(write_folders(root, names=names), tmp_path)
    everything = rows(tmp_path / "out", "train") + rows(tmp_path / "out", "test")
    assert len(everything) == 24 and sum(row["labels"] == [1] for row in everything) == 12
    assert not any("mask_file_name" in row for row in everything) and not (tmp_path / "out" / "train" / "mask").exists()
    assert set(everything[0]["description"]) and result.questions["train"] == 0
    read = cv2.imread(str(tmp_path / "out" / "train" / rows(tmp_path / "out", "train")[0]["file_name"]))
    assert read.shape == (SIDE, SIDE, 3)


def test_hugging_face_opens_labels_without_masks(root, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    built(write_folders(root), tmp_path)
    opened = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert "mask" not in opened["train"].features and opened["train"][0]["labels"] == [1]


def test_no_scene_is_divided_and_the_list_says_where_each_went(root, tmp_path):
    built(write_folders(root), tmp_path)
    scenes = [{row["scene"] for row in rows(tmp_path / "out", part)} for part in ("train", "test")]
    assert scenes[0] | scenes[1] == {f"scene{n}" for n in range(6)} and not scenes[0] & scenes[1] and scenes[1]
    with (tmp_path / "out" / "parts.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == 24 and {row["scene"] for row in listed if row["part"] == "test"} == scenes[1]
    assert sum(int(row["cloud"]) for row in listed) == 12 == sum(int(row["without error"]) for row in listed)


def test_even_two_scenes_are_a_part_each(root, tmp_path):
    built(write_folders(root, scenes=2), tmp_path, test=0.1)
    assert [len({row["scene"] for row in rows(tmp_path / "out", part)}) for part in ("train", "test")] == [1, 1]


def test_a_pattern_says_what_a_scene_is(root, tmp_path):
    warnings = []
    built(write_folders(root), tmp_path, warnings, scene="scene")
    assert {row["scene"] for row in rows(tmp_path / "out", "train")} == {"scene"}
    assert any("no test part" in line for line in warnings)
    with pytest.raises(ParameterError, match="not a regular expression"):
        Settings(scene="(")


@pytest.mark.parametrize("write_set", [write_coco, write_labelme, write_pairs])
def test_outlines_become_masks(root, tmp_path, write_set):
    built(write_set(root), tmp_path)
    everything = [(part, row) for part in ("train", "test") for row in rows(tmp_path / "out", part)]
    assert len(everything) == 6 and sum(row["labels"] == [1] for _, row in everything) == 4
    for part, row in everything:
        found = cv2.imread(str(tmp_path / "out" / part / row["mask_file_name"]), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(found, mask(bool(row["labels"])))


def test_a_picture_larger_than_a_block_is_cut(root, tmp_path):
    for n in range(2):
        write(root / f"scene{n}.png", picture(n, True, 256))
        write(root / f"scene{n}_mask.png", mask(True, side=256))
    built(root, tmp_path, negatives=0.9)
    everything = [row for part in ("train", "test") for row in rows(tmp_path / "out", part)]
    assert sorted({(row["x"], row["y"]) for row in everything}) == [(0, 0), (0, 128), (128, 0), (128, 128)]


def test_masks_of_any_values_and_colours(root, tmp_path):
    palette = tmp_path / "palette.json"
    palette.write_text('{"0": null, "7": "shadow", "9": "ignored"}')
    for n in range(4):
        drawn = mask(True, 7)
        drawn[100:] = 9
        write(root / f"s{n}.png", picture(n, True))
        write(root / f"s{n}_mask.png", drawn)
    built(root, tmp_path, palette=load_palette(palette))
    (row, *_) = rows(tmp_path / "out", "train")
    found = cv2.imread(str(tmp_path / "out" / "train" / row["mask_file_name"]), cv2.IMREAD_UNCHANGED)
    assert row["labels"] == [2] and (found[SQUARE] == 2).all() and (found[100:] == 255).all() and found[0, 0] == 0


def test_coloured_masks(root, tmp_path):
    palette = tmp_path / "palette.json"
    palette.write_text('{"#000000": null, "#ff8000": "cloud"}')
    for n in range(4):
        drawn = np.zeros((SIDE, SIDE, 3), np.uint8)
        drawn[SQUARE] = (255, 128, 0)
        write(root / f"s{n}.png", picture(n, True))
        write(root / f"s{n}-mask.png", drawn)
    built(root, tmp_path, palette=load_palette(palette))
    assert {tuple(row["labels"]) for row in rows(tmp_path / "out", "train")} == {(1,)}


def test_strange_values_and_masks_of_another_size_are_told_by_file(root, tmp_path):
    write_pairs(root)
    write(root / "masks" / "2020" / "scene0.png", mask(True, 77))
    write(root / "masks" / "2020" / "scene1.png", mask(True)[:100])
    (root / "masks" / "2020" / "scene2.png").unlink()
    warnings = []
    result = built(root, tmp_path, warnings)
    assert result.failed == 3 and sum(result.totals.values()) == 3 and not any("\n" in line for line in warnings)
    assert any("scene0.png: values without a meaning: 77; name them in --mapping" in line for line in warnings)
    assert any("scene1.png: 128 x 100 px, but scene1.jpg has 128 x 128" in line for line in warnings)
    assert any("scene2" in line and "mask" in line for line in warnings)


def test_unknown_classes_are_listed_with_the_nearest_and_nothing_is_written(root, tmp_path):
    write_folders(root, names=("clowd", "clean"))
    write(root / "zebra" / "a.png", picture(99, False))
    with pytest.raises(UnknownClass, match=r"'clowd' \(nearest: cloud\), 'zebra'"):
        built(root, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given"]
    write_coco(tmp_path / "coco", name="strip")
    with pytest.raises(UnknownClass, match=r"annotations\.json: unknown class 'strip' \(nearest: stripe_noise\)"):
        built(tmp_path / "coco", tmp_path)


def test_a_copy_in_both_parts_is_refused_by_both_names(root, tmp_path):
    write_folders(root)
    parts = built(root, tmp_path)
    assert parts.scenes["test"]
    test = next(row for row in rows(tmp_path / "out", "test") if row["labels"])
    train = next(row for row in rows(tmp_path / "out", "train") if row["labels"])
    copied = cv2.imread(str(root / "cloud" / test["raster"]))[..., ::-1]
    write(root / "cloud" / train["raster"], cv2.resize(copied, (96, 96)))
    with pytest.raises(DuplicateError) as refused:
        build([root], tmp_path / "again", Settings(**SETTINGS))
    assert train["raster"] in str(refused.value) and test["raster"] in str(refused.value)
    assert not (tmp_path / "again").exists()


def test_a_contact_sheet_is_there_to_be_looked_at(root, tmp_path):
    built(write_coco(root), tmp_path)
    sheet = cv2.imread(str(tmp_path / "out" / "contact-sheet.png"))[..., ::-1]
    assert sheet.shape[0] > SIDE and (sheet == (0x00, 0xC8, 0xFF)).all(-1).any()  # clouds outlined in their colour


def test_a_type_that_the_test_part_lacks_is_told(root, tmp_path):
    write_folders(root)
    write(root / "shadow" / "alone.png", picture(500, False))
    warnings = []
    built(root, tmp_path, warnings)
    labels = {part: {n for row in rows(tmp_path / "out", part) for n in row["labels"]} for part in ("train", "test")}
    lacking = 2 in labels["train"] and 2 not in labels["test"]
    assert lacking and any("the test part holds no shadow" in line for line in warnings)


def test_what_is_no_data_set_is_refused(root, tmp_path):
    write(root / "a.png", picture(0, False))
    with pytest.raises(RsqiError, match="nothing was written"):
        built(root, tmp_path)
    with pytest.raises(ParameterError, match="unknown format 'voc'"):
        Settings(form="voc")
    (root / "bad.json").write_text("{")
    warnings = []
    with pytest.raises(RsqiError):
        built(root, tmp_path, warnings)
    assert "bad.json: cannot be read" in warnings[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [("[]", "give an object"), ("{", "cannot read"), ('{"1": "clowd"}', "unknown error type 'clowd'"),
     ('{"red": "cloud"}', "neither a value nor a colour"), ('{"1": 3}', "no type code")],
)  # fmt: skip
def test_a_mapping_that_makes_no_sense(tmp_path, text, told):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(RsqiError, match=told):
        load_palette(tmp_path / "m.json")


def test_a_block_without_mask_is_seen_whole(root, tmp_path):
    built(write_folders(root), tmp_path)
    block = next(block for block in read_part(tmp_path / "out", "train") if block.labels)
    for sample in (draw_crop(block, np.random.default_rng(0), 64), draw_tile(block, 64)):
        assert sample.image.shape == (64, 64, 3) and (sample.image > 235).all(-1).sum() > 0.5 * 24 * 24
        assert sample.labels.tolist() == [1] + [0] * 9
        assert (sample.segmentation == 255).all() and (sample.evidence == 255).all()
    clean = next(block for block in read_part(tmp_path / "out", "train") if not block.labels)
    assert not draw_tile(clean, 64).labels.any() and not draw_tile(clean, 64).segmentation.any()
