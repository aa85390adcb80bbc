"""Table 4: which trainings it holds, how it is written, and that what was done is not done again."""

import re

import pytest
import torch
from noise_dataset import write_dataset
from tiny_pair import write_pair

from rsqi_core.cli import main
from rsqi_core.evaluation.station.page import is_own_page
from rsqi_core.learning import ablation
from rsqi_core.learning.order import FineTuning
from rsqi_core.models import huggingface

torch.set_num_threads(1)
NAMES = ["as usual", "without crops and flips", "negatives for neither network", "negatives for both networks"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface, "BLOCK", 64)
    write_pair(tmp_path / "pair")
    write_dataset(tmp_path / "data", (("train", 16), ("test", 10)))
    return tmp_path


def test_one_command_writes_the_table_of_a_pair(folder, capsys, monkeypatch):
    trained = []
    train = ablation.fine_tune

    def once(job, emit):
        if len(trained) == 2:
            trained.append(None)
            raise KeyboardInterrupt
        trained.append((job.augment, job.negatives))
        return train(job, emit)

    monkeypatch.setattr(ablation, "fine_tune", once)
    page = folder / "table.md"
    words = [
        "finetune",
        folder / "data",
        "--model",
        folder / "pair",
        "--table4",
        page,
        "--epochs",
        1,
        "--device",
        "cpu",
    ]
    words += ["--batch", 8, "--lora", 4]
    assert main(list(map(str, words))) == 130 and not page.exists()
    assert main(list(map(str, words))) == 0
    assert trained == [(True, None), (False, None), None, (True, False), (True, True)]
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^\| ([a-z][\w ]+) \| \d", text, re.MULTILINE) == ["before training", *NAMES]
    assert is_own_page(page) and sorted(p.name for p in folder.iterdir()) == ["data", "pair", "table.md"]
    page.write_text(text + "mine\n", encoding="utf-8")
    capsys.readouterr()
    assert main(list(map(str, words))) == 1 and "not as RSQI wrote it" in capsys.readouterr().err


def test_a_model_of_ours_is_trained_without_its_synthesised_errors_too(folder):
    names = [name for name, _ in ablation.variants(FineTuning(folder / "data", folder / "new"))]
    assert names == ["as usual", "without synthesised errors", "without crops and flips", "without negatives"]
