"""Fine-tuning: three parts that do not mix, a verdict that is fair, and a run that goes on where it stopped."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from rsqi_core.dataset.labelled_blocks import read_part
from rsqi_core.errors import OutputError, ParameterError, RsqiError
from rsqi_core.evaluation.verdict import Seen, adjusted, compare
from rsqi_core.models.architectures import architecture
from rsqi_core.models.card import Card, read_card, write_card
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.network import MEAN, STD
from rsqi_core.taxonomy import CODES
from rsqi_core.training import finetune
from rsqi_core.training.finetune import FineTuning, fine_tune
from rsqi_core.training.parts import set_aside
from rsqi_core.training.rehearsal import pack_rehearsal
from rsqi_core.training.settings import settings_for
from rsqi_core.training.stream import Material, SampleStream

torch.set_num_threads(1)
CLOUD, BLUR = CODES.index("cloud"), CODES.index("blur")


def write_dataset(folder, parts=(("train", 24), ("test", 10)), side=64):
    """Blocks of noise, every other one with a white square that is called a cloud."""
    rng = np.random.default_rng(0)
    for part, count in parts:
        rows = []
        for kind in ("image", "mask"):
            (folder / part / kind).mkdir(parents=True)
        for n in range(count):
            image = rng.integers(40, 120, (side, side, 3), dtype=np.uint8)
            mask = np.zeros((side, side), np.uint8)
            if n % 2:
                image[8:48, 8:48], mask[8:48, 8:48] = 230, 1
            for kind, pixels in (("image", image), ("mask", mask)):
                (folder / part / kind / f"{n}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
            rows.append(
                {"file_name": f"image/{n}.png", "mask_file_name": f"mask/{n}.png", "labels": [1] * (n % 2),
                 "raster": f"{part}{n // 4}.tif", "x": 64 * (n % 4), "y": 0, "size": side}
            )  # fmt: skip
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / part / "metadata.jsonl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    torch.manual_seed(0)
    network = architecture("joint").build("s").train()
    with torch.no_grad():
        network(torch.randn(2, 3, 64, 64))
    folder = tmp_path_factory.mktemp("models") / "old"
    write_uncalibrated(network.eval(), folder)
    write_card(folder, replace(read_card(folder), tile_size=64))
    return folder


# The parts


def test_the_parts_share_no_block_and_no_image(tmp_path):
    dataset = write_dataset(tmp_path / "data", (("train", 40), ("test", 10)))
    aside, test = set_aside(dataset, tmp_path / "view")
    learned = [json.loads(line) for line in (tmp_path / "view" / "train" / "metadata.jsonl").read_text().splitlines()]
    names = {row["file_name"] for row in learned}
    assert len(names) + len(aside) == 40 and names.isdisjoint(str(block.image) for block in aside)
    rasters = {json.loads(line)["raster"] for line in (dataset / "train" / "metadata.jsonl").read_text().splitlines()}
    assert len(rasters) == 10
    both = {int(block.image.stem) // 4 for block in aside} & {int(name.split("/")[-1][:-4]) // 4 for name in names}
    assert not both and len(test) == 10 and all(block.image.is_file() for block in aside)


def test_too_small_a_training_part_is_not_divided(tmp_path):
    aside, _ = set_aside(write_dataset(tmp_path / "data", (("train", 6), ("test", 10))), tmp_path / "view")
    assert aside == []


def test_without_a_test_part_nothing_can_be_compared(tmp_path):
    with pytest.raises(RsqiError, match="could not be compared; review more images"):
        set_aside(write_dataset(tmp_path / "data", (("train", 20),)), tmp_path / "view")


# The verdict


def card(**thresholds):
    return Card("x", "1", 512, MEAN, STD, dict.fromkeys(CODES, 0.5) | thresholds, dict.fromkeys(CODES, 1.0))


def seen(cloud, blur=None, n=20, outline=0):
    """N blocks, the first half of them cloudy; logits as given, of everything else surely not."""
    logits = np.full((n, 10), -9.0, np.float32)
    logits[:, CLOUD] = cloud
    if blur is not None:
        logits[:, BLUR] = blur
    truth = np.zeros((n, 10), np.uint8)
    truth[: n // 2, CLOUD] = 1
    confusions = np.zeros((n, 7, 7), np.int64)
    confusions[:, 0, 0], confusions[: n // 2, 1, 1], confusions[: n // 2, 1, 0] = 90, outline, 10 - outline
    return Seen(logits, truth, confusions)


HALF = np.where(np.arange(20) < 5, 3.0, -3.0)
ALL = np.where(np.arange(20) < 10, 3.0, -3.0)


def test_finding_more_is_better():
    verdict = compare(card(), seen(HALF, outline=5), card(), seen(ALL, outline=6))
    assert (verdict.old_f1, verdict.new_f1) == (0.6667, 1.0)
    assert (verdict.old_iou, verdict.new_iou) == (0.5, 0.6)
    assert verdict.better and verdict.sure > 0.9 and (verdict.blocks, verdict.clean) == (20, 10)
    assert not compare(card(), seen(ALL), card(), seen(HALF)).better
    assert not compare(card(), seen(ALL), card(), seen(ALL)).better


def test_a_gain_by_luck_or_at_the_cost_of_clean_blocks_or_outlines_is_none():
    alarms = np.where(np.arange(20) >= 18, 3.0, -9.0)
    assert not compare(card(), seen(HALF), card(), seen(ALL, blur=alarms)).better
    assert not compare(card(), seen(HALF, outline=6), card(), seen(ALL, outline=4)).better
    one_more = np.where(np.arange(20) < 6, 3.0, -3.0)
    assert not compare(card(), seen(HALF), card(), seen(one_more)).better


def test_a_type_that_nobody_has_seen_has_no_row_figures():
    rows = {row.code: row for row in compare(card(), seen(HALF), card(), seen(ALL)).rows}
    assert rows["cloud"].blocks == 10 and rows["blur"].old_f1 is None and "stripe_noise" not in rows


def test_thresholds_are_set_where_there_are_blocks_enough():
    low = np.where(np.arange(20) < 10, -0.5, -4.0)
    changed, codes = adjusted(card(), seen(low), 0.05)
    assert codes == ("cloud",) and changed.thresholds["cloud"] < 0.5
    assert {code for code in CODES if changed.thresholds[code] != 0.5} == {"cloud"}
    few = Seen(seen(low).logits[8:], seen(low).truth[8:], np.zeros((12, 7, 7)))
    assert adjusted(card(), few, 0.05) == (card(), ())


# The run


def job(tmp_path, model, **given):
    return FineTuning(
        tmp_path / "data", tmp_path / "new", str(model), **{"epochs": 1, "side": 64, "rehearse": False, **given}
    )


def test_a_run_that_was_stopped_goes_on(tmp_path, model, monkeypatch):
    monkeypatch.setattr(finetune, "BATCH", 4)
    monkeypatch.setattr(finetune, "_VALIDATION", 4)
    monkeypatch.setattr(finetune, "_REPORT_EVERY", 2)
    write_dataset(tmp_path / "data", (("train", 40), ("test", 10)))
    told = []

    class Stop(Exception):
        pass

    def stop(event, **values):
        if event == "curve" and values["step"] >= 6:
            raise Stop

    with pytest.raises(Stop):
        fine_tune(job(tmp_path, model), stop)
    verdict = fine_tune(job(tmp_path, model, keep=True), lambda event, **values: told.append((event, values)))
    (resumed,) = [values["step"] for event, values in told if event == "resumed"]
    steps = [values["step"] for event, values in told if event == "curve"]
    assert resumed in (2, 4) and steps == sorted(set(steps)) and steps[0] == 2
    stages = [values["stage"] for event, values in told if event == "progress"]
    assert list(dict.fromkeys(stages)) == ["train", "thresholds", "compare"]
    new = read_card(tmp_path / "new")  # also checks the hashes
    assert new.id == "new" and "uncalibrated" in new.training["start"]
    assert json.loads((tmp_path / "new" / "verdict.json").read_text())["better"] == verdict.better
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "new"]


def test_what_cannot_be_tuned_is_refused(tmp_path, model):
    with pytest.raises(RsqiError, match="no dataset here"):
        fine_tune(job(tmp_path, model))
    assert list(tmp_path.iterdir()) == []
    write_dataset(tmp_path / "data")
    with pytest.raises(ParameterError, match="epochs is 0"):
        job(tmp_path, model, epochs=0)
    (tmp_path / "new").mkdir()
    with pytest.raises(OutputError, match="exists already; choose another name"):
        job(tmp_path, model)


def test_rehearsal_plants_errors_on_blocks_that_have_none(tmp_path):
    write_dataset(tmp_path / "data", (("train", 4), ("test", 10)), side=256)
    blocks = read_part(tmp_path / "data", "train")
    assert pack_rehearsal(blocks, tmp_path / "pool.npz", landscapes=0) == 2
    assert pack_rehearsal(blocks, tmp_path / "pool.npz", landscapes=0) == 0  # it is there already
    stream = SampleStream(Material(tmp_path / "pool.npz", tmp_path / "data"), settings_for("joint", side=64))
    found = {defect.code for k in range(30) for defect in stream.sample(k).defects}
    assert len(found) > 3  # the dataset alone shows clouds only
