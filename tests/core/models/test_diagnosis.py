"""What is said of a GPU that is not used."""

import re
import sys

import pytest

from rsqi_core.models import diagnosis
from rsqi_core.models.diagnosis import Facts, diagnose, explain
from rsqi_core.models.nvidia import Gpu
from rsqi_core.models.onnx_runtime import CPU, CUDA

GPU = Gpu("NVIDIA RTX A2000", 6 << 30, 5 << 30, (13, 0), (8, 6))
PASCAL = Gpu("NVIDIA GeForce MX150", 2 << 30, 1 << 30, (13, 0), (6, 1))
OLD = Gpu("NVIDIA RTX A2000", 6 << 30, 5 << 30, (12, 4), (8, 6))
PLAIN = {"packages": ("onnxruntime 1.31.1",), "providers": (CPU,)}
FULL = {"packages": ("onnxruntime-gpu 1.31.1",), "providers": (CUDA, CPU), "cuda": "13.0"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(**PLAIN, no_gpu="no NVIDIA driver"), ["no NVIDIA GPU: no NVIDIA driver$"]),
        (
            Facts(**PLAIN, gpu=GPU),
            [r"A2000: 6.0 GB, 5.0 GB free, driver for CUDA 13.0$", "ONNX models: not used, .* no CUDA: pip uninstall"],
        ),
        (Facts(**FULL, gpu=GPU), ["A2000: 6", "ONNX models: used$"]),
        (
            Facts(**FULL, gpu=OLD),
            ["driver for CUDA 12.4", "not used, as onnxruntime needs CUDA 13.0: update the driver"],
        ),
        (
            Facts(**FULL, gpu=GPU, complaint="Failed to load libcublasLt.so.13"),
            ["A2000: 6", r"libraries are missing \(Failed to load libcublasLt.so.13\): pip"],
        ),
        (
            Facts(("onnxruntime 1.31.1", "onnxruntime-gpu 1.31.1"), (CPU,), no_gpu="none"),
            ["overwrite each other: pip uninstall onnxruntime onnxruntime-gpu;", "no NVIDIA GPU"],
        ),
        (
            Facts(**PLAIN, gpu=GPU, torch="2.13.0+cpu"),
            ["A2000: 6", "has no CUDA", r"torch 2.13.0\+cpu .* built without CUDA"],
        ),
        (
            Facts(**FULL, gpu=OLD, torch="2.13.0", torch_cuda="13.0"),
            ["A2000: 6", "needs CUDA 13.0", "as torch needs CUDA 13.0: update"],
        ),
        (
            Facts(**FULL, gpu=GPU, torch="2.13.0", torch_cuda="12.8"),
            ["A2000: 6", "used$", "torch does not find the GPU: see whether CUDA_VISIBLE_DEVICES"],
        ),
        (
            Facts(**FULL, gpu=GPU, torch="2.13.0", torch_cuda="13.0", torch_sees_gpu=True),
            ["A2000: 6", "used$", "Hugging Face models: on the GPU$"],
        ),
        (Facts(**PLAIN, no_gpu="none", torch="2.13.0+cpu"), ["no NVIDIA GPU", "models: on the processor$"]),
    ],
)
def test_the_reason_and_the_remedy_are_said(monkeypatch, facts, expected):
    monkeypatch.setattr("sys.platform", "linux")
    first, *lines = explain(facts)
    assert first.startswith(", ".join(facts.packages) + ": ") and "processor cores" in first
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected):
        assert re.search(pattern, line), line


def test_a_torch_that_does_not_load_is_said(monkeypatch, tmp_path):
    (tmp_path / "transformers.py").write_text("raise OSError('a DLL is missing')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "transformers", raising=False)
    assert diagnose()[-1] == "Hugging Face models do not run: a DLL is missing; repair the worker environment"


def test_windows_is_told_of_directml(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    assert "pip install onnxruntime-directml" in explain(Facts(**PLAIN, no_gpu="none"))[-1]
    assert len(explain(Facts(("onnxruntime-directml 1.24.4",), ("DmlExecutionProvider", CPU), no_gpu="none"))) == 2


def test_this_computer_is_described(monkeypatch):
    lines = diagnose()
    assert lines[0].startswith("onnxruntime") and CPU in lines[0] and "Azure" not in lines[0]
    assert any("torch 2" in line for line in lines)
    monkeypatch.setattr(diagnosis, "find_spec", lambda name: None)
    assert not any("torch" in line for line in diagnose())
