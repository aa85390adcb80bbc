"""Learning from a teacher: how far answers are apart, runs that go on, and who cannot teach."""

import json
from dataclasses import replace

import pytest
import torch
from tiny_pair import CLASSES, REGIONS, write_pair
from training_runs import Stopped, collect, same, stop_after, tiny_settings

from rsqi_core.cli import main
from rsqi_core.errors import OutputError
from rsqi_core.models.wrapped import from_folder
from rsqi_core.training.checkpoint import load_network
from rsqi_core.training.loop import train
from rsqi_core.training.stream import Material
from rsqi_core.training.teacher import Teacher, digest, label_distance, pixel_distance

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A teacher that knows neither distortion nor missing pixels, and a segmenter without distortion."""
    folder = tmp_path_factory.mktemp("pair")
    known = [name for name in CLASSES if name not in ("扭曲", "像素缺失")]
    return write_pair(folder, known, [name for name in REGIONS if name != "扭曲"])


def test_answers_that_agree_are_not_apart_and_what_the_teacher_does_not_know_does_not_count():
    known = [0, 2, 5]
    mine, its = torch.randn(4, 10), torch.randn(4, 10)
    assert label_distance(its, its, known).abs() < 1e-6 < label_distance(mine, its, known)
    other = mine.clone()
    other[:, [1, 3, 4, 6]] += 5
    assert label_distance(other, its, known) == label_distance(mine, its, known)

    classes = [0, 1, 2, 4]
    mine, its = torch.randn(2, 7, 4, 4), torch.randn(2, 7, 4, 4)
    target = torch.zeros(2, 4, 4, dtype=torch.uint8)
    target[:, 0], target[:, 1] = 255, 3
    assert pixel_distance(its, its, target, classes).abs() < 1e-6 < pixel_distance(mine, its, target, classes)
    other = mine.clone()
    other[:, :, :2] = torch.randn(2, 7, 2, 4)  # unknown pixels, and those of a type that the teacher lacks
    other[:, [3, 5, 6]] -= 7
    assert torch.isclose(pixel_distance(other, its, target, classes), pixel_distance(mine, its, target, classes))
    assert pixel_distance(mine, its, torch.full_like(target, 255), classes) == 0


@pytest.mark.parametrize("arch", ["rsqi", "lite0"])
def test_a_run_with_a_teacher_that_is_stopped_ends_in_the_same_weights_to_the_bit(pool_file, pair, tmp_path, arch):
    material, settings, rows = Material(pool_file, teacher=pair), tiny_settings(arch=arch), []
    train(material, tmp_path / "whole", settings, "cpu", emit=collect(rows))
    assert {"taught_labels", "taught_segmentation", "labels", "segmentation"} <= rows[-1].keys()
    whole = torch.load(tmp_path / "whole" / "checkpoint.pt", weights_only=True)
    with pytest.raises(Stopped):
        train(material, tmp_path / "pieces", settings, "cpu", emit=stop_after(3))
    train(material, tmp_path / "pieces", replace(settings, workers=1), "cpu")
    pieces = torch.load(tmp_path / "pieces" / "checkpoint.pt", weights_only=True)
    assert same(whole["network"], pieces["network"]) and same(whole["average"], pieces["average"])
    assert whole["settings"]["teacher"] == digest(pair)


def test_a_run_goes_on_with_its_teacher_alone(pool_file, pair, tmp_path):
    settings = tiny_settings(samples=12)
    train(Material(pool_file, teacher=pair), tmp_path / "run", settings, "cpu")
    another = write_pair(tmp_path / "another")
    for material in (Material(pool_file), Material(pool_file, teacher=another)):
        with pytest.raises(OutputError, match="teacher"):
            train(material, tmp_path / "run", settings, "cpu")
    with pytest.raises(OutputError, match="teaching"):
        train(Material(pool_file, teacher=pair), tmp_path / "run", replace(settings, teaching=2.0), "cpu")
    train(Material(pool_file), tmp_path / "alone", settings, "cpu")
    taught, alone = (load_network(tmp_path / name).state_dict() for name in ("run", "alone"))
    assert not same(taught, alone)


def test_the_answers_come_nearer_to_the_teachers(pool_file, pair, tmp_path):
    images = torch.randn(8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    classifier, _ = from_folder(pair)
    wanted = classifier.classify(images).detach()
    known = [k for k, output in enumerate(classifier.outputs) if output >= 0]
    settings, apart = tiny_settings(samples=96, teaching=20.0), {}
    for name, teacher in (("taught", pair), ("alone", None)):
        train(Material(pool_file, teacher=teacher), tmp_path / name, settings, "cpu")
        with torch.no_grad():
            found = load_network(tmp_path / name / "checkpoint.pt").classify(images)
        apart[name] = float(label_distance(found, wanted, known))
    assert apart["taught"] < 0.7 * apart["alone"]


def test_both_networks_answer_as_an_inspection_has_them(pair):
    teacher = Teacher(pair, "joint", torch.device("cpu"))
    classifier, segmenter = from_folder(pair)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        same_labels, same_pixels = classifier.classify(images), segmenter.segmentation(images)
    outputs = {"labels": same_labels, "evidence": torch.zeros(1), "segmentation": same_pixels[:, :, ::2, ::2]}
    found = teacher.losses(images, outputs, {"segmentation": torch.zeros(2, 64, 64, dtype=torch.uint8)})
    assert found.keys() == {"taught_labels", "taught_segmentation"} and max(found.values()).abs() < 1e-5


def test_who_cannot_teach_is_refused_in_one_line(pool_file, pair, tmp_path, capsys):
    strange = write_pair(tmp_path / "strange", ["cat", "dog"])
    half = write_pair(tmp_path / "half")
    (half / "segformer" / "config.json").unlink()
    small = ["--samples", "4", "--batch", "2", "--side", "64", "--workers", "0", "--device", "cpu"]
    capsys.readouterr()  # what transformers says of folders that it writes
    for task, words, code, text in (
        ("pixel", ["--teacher", pair], 2, "no answer for the task pixel"),
        ("seams", ["--teacher", pair], 2, "no answer for the task seams"),
        ("joint", ["--teacher", strange], 1, "label 'cat'"),
        ("joint", ["--teacher", half], 1, "there is no segmenter"),
        ("joint", ["--teacher", tmp_path / "gone"], 1, "no teacher here"),
        ("joint", ["--teaching", "2"], 2, "--teaching needs --teacher"),
        ("joint", ["--teacher", pair, "--teaching", "0"], 2, "above 0"),
        ("vqa", ["--teacher", pair], 2, "--teacher is not for vqa"),
    ):
        run = tmp_path / "run"
        assert main([str(w) for w in ("train", task, "--pool", pool_file, "--output", run, *small, *words)]) == code
        error = capsys.readouterr().err
        assert text in error and error.count("\n") == 1 and not run.exists(), error


def test_the_command_line_trains_with_a_teacher(pool_file, pair, tmp_path, capsys):
    run = ["train", "joint", "--arch", "lite0", "--pool", str(pool_file), "--teacher", str(pair), "--output"]
    small = ["--samples", "4", "--batch", "2", "--side", "64", "--workers", "0", "--device", "cpu"]
    assert main([*run, str(tmp_path / "run"), *small]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[-2])
    assert row["taught_labels"] > 0 and row["taught_segmentation"] > 0
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["teacher"] == digest(pair)
