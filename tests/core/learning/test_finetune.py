"""Fine-tuning as a whole: it goes on where it stopped, and refuses what it cannot do."""

import json
from dataclasses import replace

import pytest
import torch
from noise_dataset import write_dataset

from rsqi_core.errors import OutputError, ParameterError, RsqiError
from rsqi_core.learning import finetune
from rsqi_core.learning.finetune import FineTuning, fine_tune
from rsqi_core.models.architectures import architecture
from rsqi_core.models.card import read_card, write_card
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.heads import read_heads, same_body

torch.set_num_threads(1)


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


def job(tmp_path, model, **given):
    return FineTuning(
        tmp_path / "data", tmp_path / "new", str(model), **{"epochs": 1, "side": 64, "rehearse": False, **given}
    )


def test_a_run_that_was_stopped_goes_on(tmp_path, model, monkeypatch):
    monkeypatch.setattr(finetune, "BATCH", 4)
    monkeypatch.setattr(finetune, "_VALIDATION", 4)
    monkeypatch.setattr(finetune, "_ROW_EVERY", 2)
    write_dataset(tmp_path / "data", (("train", 40), ("test", 10)))
    told = []

    class Stop(Exception):
        pass

    def stop(event, **values):
        if event == "curve" and values["step"] >= 6:
            raise Stop

    with pytest.raises(Stop):
        fine_tune(job(tmp_path, model), stop)
    comparison = fine_tune(job(tmp_path, model, keep=True), lambda event, **values: told.append((event, values)))
    (resumed,) = [values["step"] for event, values in told if event == "resumed"]
    steps = [values["step"] for event, values in told if event == "curve"]
    assert resumed in (2, 4) and steps == sorted(set(steps)) and steps[0] == 2
    stages = [values["stage"] for event, values in told if event == "progress"]
    assert list(dict.fromkeys(stages)) == ["train", "thresholds", "compare"]
    new = read_card(tmp_path / "new")  # also checks the hashes
    assert new.id == "new" and "uncalibrated" in new.training["start"]
    assert json.loads((tmp_path / "new" / "verdict.json").read_text())["better"] == comparison.better
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "new"]


def test_heads_alone_learn_where_that_is_asked(tmp_path, model, monkeypatch):
    monkeypatch.setattr(finetune, "BATCH", 4)
    monkeypatch.setattr(finetune, "_VALIDATION", 4)
    write_dataset(tmp_path / "data")
    fine_tune(job(tmp_path, model, keep=True, heads=True))
    assert same_body(model, tmp_path / "new") and read_card(tmp_path / "new").training["weights"] == "heads"
    old, new = read_heads(model), read_heads(tmp_path / "new")
    assert all((old[name] != new[name]).any() for name in old if name.endswith("weight"))


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
