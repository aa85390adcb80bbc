"""What training, synthesis, evaluation, datasets and export write never replaces what is read or is not RSQI's."""

import json
import os
import shutil

import pytest
from training_runs import write_dataset

from rsqi_core.cli import main
from rsqi_core.evaluation.cards import model_card
from rsqi_core.evaluation.pages import page

SMALL = ["--samples", "4", "--batch", "2", "--side", "64", "--workers", "0", "--device", "cpu"]


def refused(capsys, words, *names):
    """Run a command that has to end in one line with these words."""
    assert main([str(word) for word in words]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and all(name in error for name in names), error


@pytest.fixture
def trained(pool_file, tmp_path):
    """A pool, and the folder of a run on it."""
    pool = shutil.copy(pool_file, tmp_path / "pool.npz")
    assert main(["train", "pixel", "--pool", str(pool), "--output", str(tmp_path / "run"), *SMALL]) == 0
    return pool, tmp_path / "run"


def test_a_run_replaces_nothing_that_is_read_or_of_somebody_else(trained, tmp_path, capsys):
    pool, run = trained
    capsys.readouterr()
    train = ["train", "pixel", "--pool", pool, *SMALL, "--output"]
    refused(capsys, [*train, run, "--init", run], "checkpoint.pt", "which is read")
    (tmp_path / "linked").mkdir()
    os.link(pool, tmp_path / "linked" / "best.pt")
    refused(capsys, [*train, tmp_path / "linked"], "best.pt", "pool.npz", "which is read")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "settings.json").write_text('{"of": "an editor"}')
    refused(capsys, [*train, tmp_path / "other"], "settings.json", "no result of RSQI")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["settings.json"]
    assert main([str(word) for word in [*train, run]]) == 0  # its own goes on


def test_a_file_of_weights_replaces_its_own_only(trained, tmp_path, capsys):
    _, run = trained
    capsys.readouterr()
    file = tmp_path / "a.safetensors"
    words = ["train", "--weights", run, file]
    file.write_bytes(b"of somebody else")
    refused(capsys, words, "a.safetensors", "no result of RSQI")
    file.unlink()
    file.symlink_to(run / "best.pt")
    refused(capsys, words, "a.safetensors", "best.pt", "which is read")
    file.unlink()
    for _ in range(2):
        assert main([str(word) for word in words]) == 0


def test_contact_sheets_replace_their_own_only(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("rsqi_core.synthesis.sheet.make_sheet.__defaults__", (1, 1))
    words = ["synthesize", "--sheet", tmp_path / "sheets", "--types", "stripe_noise"]
    for _ in range(2):
        assert main([str(word) for word in words]) == 0
    capsys.readouterr()
    (tmp_path / "sheets" / "stripe_noise.png").write_bytes(b"a picture")
    refused(capsys, words, "stripe_noise.png", "no result of RSQI")
    assert (tmp_path / "sheets" / "stripe_noise.png").read_bytes() == b"a picture"


def test_page_and_card_are_refused_before_anything_is_measured(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("rsqi_core.evaluation.benchmark.measure.measure", lambda *args: pytest.fail("measured"))
    note, picture = tmp_path / "notes.md", tmp_path / page.IMAGES / "cloud.jpg"
    note.write_text("# Benchmark of my own\n")
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    evaluate = ["evaluate", "--data", tmp_path]
    refused(capsys, [*evaluate, "--output", note], "notes.md", "no result of RSQI")
    refused(capsys, [*evaluate, "--output", tmp_path / "page.md"], "cloud.jpg", "no result of RSQI")
    refused(capsys, [*evaluate, "--card", note], "notes.md", "no result of RSQI")
    (tmp_path / "card.zh.md").write_text("笔记")
    refused(capsys, [*evaluate, "--card", tmp_path / "card.md"], "card.zh.md", "no result of RSQI")
    picture.unlink()
    same = tmp_path / "both.md"
    refused(capsys, [*evaluate, "--card", same, "--output", same], "both.md", "same place")


def test_a_page_and_a_card_may_be_written_anew(tmp_path):
    docs = page.Path(__file__).parents[2] / "docs"
    page.refuse_other_page(docs / "benchmark.md")
    model_card.refuse_other_card(docs / "model-card.md")


def test_a_dataset_goes_into_the_empty_folder_that_a_link_leads_to(tmp_path):
    from rsqi_core.files.atomic import whole_folder

    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    with whole_folder(tmp_path / "link") as folder:
        (folder / "a").write_text("a")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "disk" / "a").read_text() == "a"


def test_fine_tuning_keeps_what_it_starts_from(tmp_path, capsys):
    left = write_dataset(tmp_path / ".rsqi-new" / "data")
    refused(capsys, ["finetune", left, "--output", tmp_path / "new"], ".rsqi-new", "would be removed")
    assert (left / "train" / "metadata.jsonl").is_file()
    (tmp_path / "gone").symlink_to("nowhere")
    refused(capsys, ["finetune", left, "--output", tmp_path / "gone"], "gone exists already")


def test_an_exported_model_replaces_models_only(trained, tmp_path, capsys):
    _, run = trained
    capsys.readouterr()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "card.json").write_text(json.dumps({"holder": "a library card"}))
    refused(capsys, ["export", run, "--output", tmp_path / "model"], "card.json", "no result of RSQI")
    graph = tmp_path / "a.onnx"
    graph.write_bytes(b"of somebody else")
    refused(capsys, ["export", run, "--standalone", "--output", graph], "a.onnx", "no result of RSQI")
