"""What a folder of training data holds."""

import json


def test_a_dataset_with_too_little_to_compare_on_is_not_trained_on(application, tmp_path):
    from rsqi.ui.learn.datasets import read_dataset

    assert read_dataset(str(tmp_path)) is None and read_dataset("") is None
    for part, rows in (("train", [[1]] * 9), ("test", [[1], [2], [], [3]])):
        (tmp_path / part).mkdir()
        lines = (json.dumps({"labels": labels}) for labels in rows)
        (tmp_path / part / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = read_dataset(str(tmp_path))
    assert (found.train, found.test, found.test_errors, found.comparable) == (9, 4, 3, False)
