"""Fine-tuning of two Hugging Face checkpoints: the result inspects, a stopped run goes on, faults are told."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from noise_dataset import write_dataset
from safetensors.torch import load_file
from tiny_pair import write_pair

from rsqi_core.errors import ModelError, ParameterError, RsqiError
from rsqi_core.learning.finetune import fine_tune
from rsqi_core.learning.order import FineTuning
from rsqi_core.models import huggingface, load
from rsqi_core.models.checkpoints import CONFIG
from rsqi_core.parameters import Parameters
from rsqi_core.pipeline import inspect_raster
from rsqi_core.raster import open_raster
from rsqi_core.training.resumable import steps_so_far

pytest.importorskip("peft")
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return write_pair(tmp_path_factory.mktemp("models") / "old")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(huggingface, "BLOCK", 64)


def job(tmp_path, pair, **given):
    usual = {"epochs": 2, "rate": 0.01, "batch": 8, "device": "cpu"}
    return FineTuning(tmp_path / "data", tmp_path / "new", str(pair), **usual | given)


def test_a_pair_learns_by_lora_and_inspects_at_once(tmp_path, pair, write_raster):
    write_dataset(tmp_path / "data", (("train", 64), ("test", 12)))
    told = []
    order = job(tmp_path, pair, lora=4, epochs=7, rate=0.02, batch=8, accumulate=2)
    comparison = fine_tune(order, lambda event, **values: told.append((event, values)))
    assert comparison.better and comparison.new_f1 > 0.9 and comparison.new_iou > 0.3
    rows = [values for event, values in told if event == "curve"]
    assert [row["step"] for row in rows] == sorted({row["step"] for row in rows})
    assert {row["steps"] for row in rows} == {rows[-1]["step"]}
    assert "labels" in rows[0] and "segmentation" in rows[-1] and rows[-1]["score"] == rows[-1]["miou"]
    assert {values["stage"] for event, values in told if event == "progress"} == {"train", "thresholds", "compare"}

    new = tmp_path / "new"
    names = {file.name for file in new.rglob("*") if file.is_file()}
    usual = {"model.safetensors", CONFIG, "preprocessor_config.json", "README.md", "verdict.json"}
    assert usual | {"thresholds.json"} == names
    stored = json.loads((new / "new-classifier" / "thresholds.json").read_text(encoding="utf-8"))
    card = load(str(new), "cpu").card
    assert stored["thresholds"] and stored["thresholds"].items() <= card.thresholds.items()
    assert "## Thresholds" in (new / "new-classifier" / "README.md").read_text(encoding="utf-8")
    before, after = (load_file(folder / "model.safetensors") for folder in (pair / "swin", new / "new-classifier"))
    assert before.keys() == after.keys()  # the matrices are added to the weights
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert "classifier.weight" in changed and any("attention" in name for name in changed)
    assert not any("layernorm" in name for name in changed)
    scene = np.full((512, 512, 3), 80, np.uint8) + np.random.default_rng(0).integers(0, 40, (512, 512, 3), np.uint8)
    scene[64:384, 64:384] = 230
    with open_raster(str(write_raster(scene))) as source:
        parameters = Parameters(model=str(new), device="cpu", blocks=(512,))
        found = inspect_raster(source, parameters, tmp_path)
    assert (
        found.summary["model_id"] == "new-classifier + new-segmenter (Hugging Face)"
        and (found.label_map.label == 1).any()
    )
    assert not (tmp_path / ".rsqi-new").exists()


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(tmp_path, pair):
    write_dataset(tmp_path / "data", (("train", 40), ("test", 12)))
    fine_tune(job(tmp_path, pair, epochs=4, keep=True))
    whole = read_weights(tmp_path / "new")
    shutil.rmtree(tmp_path / "new")

    class Stop(Exception):
        pass

    for last in (12, 23):  # in the middle of either network

        def stop(event, last=last, **values):
            if event == "curve" and values["step"] >= last:
                raise Stop

        with pytest.raises(Stop):
            fine_tune(job(tmp_path, pair, epochs=4, keep=True), stop)
        assert not (tmp_path / "new").exists()
    told = []
    again = job(tmp_path, pair, epochs=4, keep=True)
    fine_tune(again, lambda event, **values: told.append((event, values)))
    (resumed,) = [values["step"] for event, values in told if event == "resumed"]
    steps = [values["step"] for event, values in told if event == "curve"]
    assert (resumed, steps) == (21, [5, 10, 15, 16, 21, 24])
    again = read_weights(tmp_path / "new")
    assert whole.keys() == again.keys() and all(torch.equal(whole[name], again[name]) for name in whole)


def read_weights(folder):
    files = sorted(folder.glob("*/model.safetensors"))
    return {f"{file.parent.name} {name}": value for file in files for name, value in load_file(file).items()}


def test_a_pair_that_knows_other_things_gets_new_heads(tmp_path):
    pair = write_pair(tmp_path / "old", ["cat", "dog"], ["wall", "floor", "sky"])
    write_dataset(tmp_path / "data", (("train", 16), ("test", 10)))
    with pytest.raises(ModelError, match="is not one of 云"):
        load(str(pair), "cpu")
    comparison = fine_tune(job(tmp_path, pair, epochs=1, keep=True))
    assert comparison.old_f1 == comparison.old_alarms == 0
    assert json.loads((tmp_path / "new" / "new-classifier" / CONFIG).read_text())["problem_type"].startswith("multi")
    assert load(str(tmp_path / "new"), "cpu").lacking == ()


@pytest.mark.parametrize("only", ["classifier", "segmenter"])
def test_one_of_the_two_learns_alone(tmp_path, pair, only):
    write_dataset(tmp_path / "data", (("train", 16), ("test", 10)))
    comparison = fine_tune(job(tmp_path, pair, epochs=1, only=only, keep=True))
    assert comparison.by == ("f1" if only == "classifier" else "iou")
    for ours, theirs in (("classifier", "swin"), ("segmenter", "segformer")):
        files = (tmp_path / "new" / f"new-{ours}", pair / theirs)
        before, after = (load_file(file / "model.safetensors") for file in files)
        assert all(torch.equal(before[name], after[name]) for name in before) is (ours != only)


def test_without_outlines_the_classifier_learns_alone(tmp_path, pair):
    write_dataset(tmp_path / "data", (("train", 16), ("test", 10)))
    for table in (tmp_path / "data").glob("*/metadata.jsonl"):
        rows = [json.loads(line) for line in table.read_text().splitlines()]
        table.write_text("".join(json.dumps(row | {"mask_file_name": None}) + "\n" for row in rows))
    told = []
    fine_tune(job(tmp_path, pair, epochs=1, keep=True), lambda event, **values: told.append((event, values)))
    warnings = [values for event, values in told if event == "warning"]
    (warning,) = [each for each in warnings if each["code"] == "nothing_to_learn"]
    assert warning["message"].endswith("the segmenter stays as it is")
    assert not any("segmentation" in values for event, values in told if event == "curve")
    with pytest.raises(RsqiError, match="has an outline, so that the segmenter has nothing to learn from"):
        fine_tune(FineTuning(tmp_path / "data", tmp_path / "other", str(pair), only="segmenter"))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"lora": -1}, "lora is -1; it must be at least 0"),
        ({"accumulate": 9}, r"accumulate is 9; it must be between 1 and the batch \(8\)"),
        ({"rate": -1.0}, "rate is -1.0; it must be above 0"),
        ({"only": "both"}, "only is 'both'; it must be one of classifier, segmenter"),
        ({"side": 64}, "--side is not for Hugging Face checkpoints"),
        ({"pool": Path("pool.npz")}, "--pool is not for Hugging Face checkpoints"),
        ({"model": "default", "lora": 4}, "--lora, --accumulate and --only are for a folder of two"),
    ],
)
def test_settings_that_make_no_sense_are_told(tmp_path, pair, given, text):
    with pytest.raises(ParameterError, match=text):
        fine_tune(job(tmp_path, given.get("model", pair), **{k: v for k, v in given.items() if k != "model"}))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_one_of_two_checkpoints_is_told(tmp_path, pair):
    write_dataset(tmp_path / "data")
    shutil.copytree(pair / "swin", tmp_path / "half" / "swin")
    with pytest.raises(ModelError, match="swin is a classifier, but there is no segmenter; put the folder"):
        fine_tune(job(tmp_path, tmp_path / "half"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "half"]


def test_an_unfinished_checkpoint_is_not_gone_on_from(tmp_path):
    for step, text in ((5, '{"global_step": 5}'), (10, '{"global_'), (15, None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if text:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(text)
    assert steps_so_far(tmp_path) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-5"]
