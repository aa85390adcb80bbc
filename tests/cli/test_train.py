"""The command line of training: what it shows, how it is stopped and goes on, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from training_runs import same, write_dataset

from rsqi_core.cli import main
from rsqi_core.cli.training_lines import Lines
from rsqi_core.training import weights

SMALL = ["--samples", "4", "--batch", "2", "--side", "64", "--workers", "0", "--device", "cpu"]


def test_the_command_line_trains_by_task_and_lists_what_there_is(pool_file, tmp_path, capsys):
    assert main(["train", "--list"]) == 0
    assert "swinv2" in capsys.readouterr().out
    run = ["train", "pixel", "--pool", str(pool_file), "--output", str(tmp_path / "run"), *SMALL]
    assert main(run) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert json.loads(rows[-1])["step"] == 2 and last == str(tmp_path / "run" / "best.pt")
    assert main([*run, "--rate", "1"]) == 1
    assert "other settings" in capsys.readouterr().err
    assert main(["train", "joint", "--pool", str(pool_file)]) == 2
    assert main(["train", "boxes", "--pool", str(pool_file), "--output", str(tmp_path / "run")]) == 2
    assert main(["train", "--output", str(tmp_path / "run")]) == 2
    capsys.readouterr()
    assert main(["train", "--pack", "--pool", str(pool_file)]) == 0
    assert "5 pictures, packed before" in capsys.readouterr().out
    assert main(["train", "--pack"]) == 2
    assert "give --pool" in capsys.readouterr().err


def test_the_command_line_counts_epochs_of_a_dataset(tmp_path, capsys):
    folder = write_dataset(tmp_path / "data")
    run = ["train", "segmenter", "--arch", "rsqi", "--size", "s", "--dataset", str(folder), "--batch", "2"]
    more = ["--side", "64", "--workers", "0", "--device", "cpu", "--output", str(tmp_path / "run"), "--no-negatives"]
    assert main([*run, *more, "--no-augmentation"]) == 0
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert (
        settings["samples"] == 15 and not settings["negatives"] and not settings["augment"]
    )  # five times three blocks with errors


def test_a_row_is_a_sentence_and_validations_are_a_curve():
    row = {"step": 500, "steps": 6250, "rate": 1e-3, "labels": 0.25, "evidence": 0.1, "segmentation": 0.4,
           "samples_per_second": 21.4, "wait": 0.01, "eta_s": 8712}  # fmt: skip
    lines = Lines(batch=32)
    plain = " 16 000 of 200 000 crops, 21 a second, 2 h 26 min left, loss 1.000"
    assert lines.text(row) == plain
    checked = row | {"eta_s": 59, "f1": 0.7, "miou": 0.5, "score": 0.6}
    assert (
        lines.text(checked) == plain.replace("2 h 26 min", "1 min") + ", F1 0.700, mIoU 0.500, score 0.600 " + "#" * 24
    )


@pytest.mark.parametrize(("terminal", "words"), [(True, []), (False, ["--progress", "lines"]), (False, [])])
def test_people_get_lines_and_programs_json(terminal, words, pool_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    run = ["train", "pixel", "--pool", str(pool_file), "--output", str(tmp_path / "run"), *SMALL, *words]
    assert main(run) == 0
    *_, row, last = capsys.readouterr().out.splitlines()
    assert last.endswith("best.pt")
    if terminal or words:
        assert row.startswith("4 of 4 crops, ") and "score 0." in row
    else:
        assert json.loads(row)["step"] == 2


def test_the_next_run_starts_from_the_file_of_weights_and_sees_other_crops(pool_file, tmp_path, capsys):
    run = ["train", "pixel", "--pool", str(pool_file), *SMALL]
    file = tmp_path / "pixel.safetensors"
    assert main([*run, "--output", str(tmp_path / "first")]) == 0
    assert main(["train", "--weights", str(tmp_path / "first"), str(file)]) == 0
    assert "weights after 4 crops in all" in capsys.readouterr().out
    for output, words, seed in (("second", [], 4), ("third", ["--seed", "9"], 9)):
        assert main([*run, "--init", str(file), "--output", str(tmp_path / output), *words]) == 0
        course = json.loads((tmp_path / output / "settings.json").read_text())
        assert course["seed"] == seed and course["init"]["crops"] == 4
        assert "tensors taken over" in capsys.readouterr().out
    assert main(["train", "--weights", str(tmp_path / "second"), str(file)]) == 0
    assert weights.crops_of(weights.read(file)["settings"]) == 8


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--weights", "nowhere", "w.safetensors"], "nowhere: cannot be read"),
        (["--weights", "nowhere", "w.pt"], "ends in .safetensors"),
        (["--init", "gone.safetensors", "--pool", "POOL", "--output", "run"], "gone.safetensors: cannot be read"),
        (["--init", "foreign.safetensors", "--pool", "POOL", "--output", "run"], "not weights that"),
        (["--pack", "--pool", "foreign.safetensors"], "foreign.safetensors: not a training pool"),
        (["--pack", "--pool", "old.npz"], "layout 1, not 3; delete it and pack it again"),
        (["--pool", "old.npz", "--output", "run"], "layout 1, not 3; delete it and pack it again"),
        (["--pack", "--pool", "new.npz"], "give --data FOLDER to pack it from"),
    ],
)
def test_what_does_not_fit_is_one_line(words, message, pool_file, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("foreign.safetensors").write_bytes(b"nothing")
    np.savez("old.npz", pictures=1, data=np.zeros(1), lengths=np.ones(1))
    assert main(["train", "pixel", *SMALL, *(str(pool_file) if word == "POOL" else word for word in words)]) in (1, 2)
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line and not Path("run", "checkpoint.pt").exists()


def heed_interrupts():
    """What a shell starts in the background ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(run):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-m", "rsqi_core", *run]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(words, **pipes, text=True, env=environment, preexec_fn=heed_interrupts)


def long_run(pool_file, folder):
    """Thirty steps with a checkpoint every five."""
    sizes = ["--samples", "60", "--batch", "2", "--side", "64", "--workers", "1", "--device", "cpu"]
    return ["train", "pixel", "--pool", str(pool_file), *sizes, "--checkpoint-every", "5", "--output", str(folder)]


@pytest.fixture(scope="module")
def whole(pool_file, tmp_path_factory):
    """A run that nobody has interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    process = started(long_run(pool_file, folder))
    rows = [json.loads(row) for row in process.communicate()[0].splitlines()[:-1]]
    assert process.returncode == 0 and (rows[0]["step"], rows[-1]["step"]) == (5, 30)
    return folder


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_loses_no_more_than_the_steps_since_its_checkpoint(stop, pool_file, whole, tmp_path):
    run = long_run(pool_file, tmp_path / "pieces")
    process = started(run)
    shown = [json.loads(process.stdout.readline())["step"] for _ in range(2)]  # the first one's checkpoint is written
    process.send_signal(stop)
    _, said = process.communicate()
    assert shown == [5, 10] and process.returncode == (130 if stop != signal.SIGKILL else -stop)
    if stop != signal.SIGKILL:
        assert said == "rsqi: stopped; the same command goes on from the last checkpoint\n"
    left = torch.load(tmp_path / "pieces" / "checkpoint.pt", weights_only=True)["step"]
    assert 5 <= left < 30
    process = started(run)
    rows = [json.loads(row) for row in process.communicate()[0].splitlines()[:-1]]
    assert process.returncode == 0 and (rows[0]["step"], rows[-1]["step"]) == (left + 5, 30)
    folders = (whole, tmp_path / "pieces")
    ends = [torch.load(folder / "checkpoint.pt", weights_only=True) for folder in folders]
    assert same(ends[0]["network"], ends[1]["network"]) and same(ends[0]["average"], ends[1]["average"])
    rows = [(folder / "curve.jsonl").read_text().splitlines() for folder in folders]
    assert [json.loads(row)["score"] for row in rows[0]] == [json.loads(row)["score"] for row in rows[1]]


def test_a_run_ends_after_so_many_minutes_and_goes_on(pool_file, tmp_path, capsys):
    run = ["train", "pixel", "--pool", str(pool_file), *SMALL, "--output", str(tmp_path / "run")]
    assert main([*run, "--minutes", "1e-9"]) == 0
    captured = capsys.readouterr()
    assert "the time is up" in captured.err and captured.out.endswith("best.pt\n")
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"] == 1
    assert main(run) == 0
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"] == 2
