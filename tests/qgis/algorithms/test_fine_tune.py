"""`rsqi:finetune` in QGIS, with a worker that only pretends to train."""

import json
from pathlib import Path

from reviewed_layers import run, write_reviewed


def test_fine_tuning_says_which_model_is_better(trainer, tmp_path):
    assert "no dataset in the folder" in run("finetune", {"DATASET": str(tmp_path), "OUTPUT": str(tmp_path / "m")})
    run("trainingdata", {"FOLDER": str(write_reviewed(tmp_path / "a.gpkg").parent), "OUTPUT": str(tmp_path / "d")})
    results = run("finetune", {"DATASET": str(tmp_path / "d"), "OUTPUT": str(tmp_path / "m")})
    assert (results["BETTER"], results["OLD_F1"], results["NEW_F1"]) == (1, 0.55, 0.675)
    assert json.loads(results["VERDICT"])["sure"] == 0.93 and results["OUTPUT"] == str(tmp_path / "m")
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert (seen["model"], seen["epochs"], seen["device"], seen["keep"]) == ("default", 10, "auto", False)
    assert (seen["rate"], seen["lora"]) == (None, None)  # the usual ones of the model
    run("finetune", {"DATASET": str(tmp_path / "d"), "OUTPUT": str(tmp_path / "n"), "RATE": 0.001, "LORA": 8})
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert (seen["rate"], seen["lora"]) == (0.001, 8)


def test_a_temporary_folder_will_do(trainer, tmp_path):
    folder = str(write_reviewed(tmp_path / "a.gpkg").parent)
    data = run("trainingdata", {"FOLDER": folder, "OUTPUT": "TEMPORARY_OUTPUT"})["OUTPUT"]
    assert (Path(data) / "train").is_dir()
    results = run("finetune", {"DATASET": data, "OUTPUT": "TEMPORARY_OUTPUT"})
    assert (Path(results["OUTPUT"]) / "card.json").is_file()


def test_without_pytorch_it_says_what_to_do(trainer, tmp_path):
    run("trainingdata", {"FOLDER": str(write_reviewed(tmp_path / "a.gpkg").parent), "OUTPUT": str(tmp_path / "d")})
    trainer("bare")
    log = run("finetune", {"DATASET": str(tmp_path / "d"), "OUTPUT": str(tmp_path / "m")})
    assert "Training needs more libraries: open Set up and tick those for training: torch is missing" in log
