"""Rows that contradict their files are told before anything trains."""

import json

import cv2
import numpy as np
import pytest
from data_sets import mask, picture, write

from rsqi_core.dataset.check import DatasetError, check_dataset
from rsqi_core.dataset.duplicates import DuplicateError
from rsqi_core.errors import RsqiError


@pytest.fixture
def dataset(tmp_path):
    for part, seeds in (("train", (1, 2)), ("test", (3,))):
        rows = []
        for n in seeds:
            write(tmp_path / part / "image" / f"{n}.png", picture(n, True))
            write(tmp_path / part / "mask" / f"{n}.png", mask(True))
            rows.append({"file_name": f"image/{n}.png", "mask_file_name": f"mask/{n}.png", "labels": [1]})
        write_rows(tmp_path, part, rows)
    return tmp_path


def write_rows(folder, part, rows):
    (folder / part / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def row(n, **given):
    return {"file_name": f"image/{n}.png", "mask_file_name": f"mask/{n}.png", "labels": [1]} | given


def test_what_fits_passes(dataset):
    check_dataset(dataset)
    write_rows(dataset, "train", [row(1), {"file_name": "image/2.png", "labels": ["云"]}])
    check_dataset(dataset)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"labels": [1, 2]}, r"row 2: its labels say shadow, but 2\.png has no pixel of it"),
        ({"labels": []}, r"row 2: 2\.png shows cloud, which its labels do not say"),
        ({"labels": ["clowd"]}, r"row 2: unknown class 'clowd' \(nearest: cloud\)"),
        ({"labels": [11]}, r"row 2: category_id 11"),
        ({"labels": "cloud"}, r"row 2"),
        ({"file_name": "image/9.png"}, r"row 2: .*9\.png: cannot be read"),
        ({"file_name": 5}, r"row 2: not the table of a dataset"),
    ],
)
def test_a_row_that_is_wrong_is_told(dataset, given, told):
    write_rows(dataset, "train", [row(1), row(2, **given)])
    with pytest.raises(RsqiError, match=told):
        check_dataset(dataset)


def test_masks_that_do_not_fit_are_counted(dataset):
    write(dataset / "train" / "mask" / "1.png", mask(True)[:100])
    write(dataset / "train" / "mask" / "2.png", mask(True, 77))
    with pytest.raises(DatasetError, match=r"row 1: 1\.png has 128 x 100 px, its image 128 x 128 \(and 1 rows more\)"):
        check_dataset(dataset)
    write(dataset / "train" / "mask" / "1.png", mask(True))
    with pytest.raises(DatasetError, match=r"2\.png holds 77"):
        check_dataset(dataset)


def test_a_copy_in_the_test_part_is_refused(dataset):
    softer = cv2.GaussianBlur(picture(1, True), (3, 3), 0).astype(np.uint8)
    write(dataset / "test" / "image" / "3.png", softer)
    with pytest.raises(DuplicateError, match=r"1\.png .*3\.png .*show the same"):
        check_dataset(dataset)
