"""Why a GPU is used or not, in words: what a technician cannot see and a silent fall-back to the processor hides."""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..errors import RsqiError
from . import nvidia
from .backend import load
from .devices import first_line
from .onnx_runtime import CPU, CUDA, DIRECTML, INSTALL_CUDA, INSTALL_DIRECTML, get_runtime, preload, threads

# All of these put the same files into site-packages: of two, the one that was installed last wins.
_PACKAGES = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-rocm",
    "onnxruntime-training",
)
# What an inspection needs beside the networks; a file that is lost or does not fit the system shows when it is loaded.
_LIBRARIES = ("cv2", "scipy.ndimage", "skimage", "rasterio", "shapely", "pyproj", "pyogrio")
_SIDE = 512  # px, the block of the self-test
_TURING = (7, 5)  # compute capability; CUDA 13 knows no GPU before it
INSTALL_CUDA_12 = "pip install 'onnxruntime-gpu[cuda,cudnn]<1.27'"  # the last builds for CUDA 12


@dataclass(frozen=True)
class Facts:
    """What was found in this environment.

    Attributes
    ----------
    packages : tuple of str
        Installed builds of onnxruntime, with versions.
    providers : tuple of str
        What the imported build offers, best first.
    cuda : str
        Version of CUDA that it was built for; empty without CUDA.
    complaint : str
        First complaint when its CUDA libraries were loaded; empty if there was none.
    gpu : Gpu or None
    no_gpu : str
        Why `gpu` is None.
    torch, torch_cuda : str
        Version of torch, and of the CUDA that it was built for; empty if it is not there.
    torch_sees_gpu : bool
    torch_complaint : str
        Why Hugging Face models do not run although torch is installed; empty: they do, or it is not.
    """

    packages: tuple[str, ...]
    providers: tuple[str, ...]
    cuda: str = ""
    complaint: str = ""
    gpu: nvidia.Gpu | None = None
    no_gpu: str = ""
    torch: str = ""
    torch_cuda: str = ""
    torch_sees_gpu: bool = False
    torch_complaint: str = ""


@dataclass(frozen=True)
class SelfTest:
    """What came of a real inference.

    Attributes
    ----------
    model, hash : str
        Name and version of the model; short hash of its files.
    provider : str
        What it really ran on, fall-backs included.
    milliseconds : float
        That classifying and segmenting one block of 512 px took, after a first one.
    warnings : tuple of str
        Why a better device was not used.
    """

    model: str
    hash: str
    provider: str
    milliseconds: float
    warnings: tuple[str, ...]


def self_test() -> SelfTest:
    """Load every library and the default model, and run one block as an inspection does.

    Raises
    ------
    RsqiError
        If a library cannot be loaded, or the model does not run or gives nonsense.
    """
    for name in _LIBRARIES:
        try:
            import_module(name)
        except (ImportError, OSError) as error:
            raise RsqiError(
                f"the library {name} cannot be loaded: {first_line(error)}; repair the worker environment"
            ) from error
    model = load()
    ramp = np.linspace(20, 235, _SIDE, dtype=np.uint8)
    block = np.stack([np.tile(ramp, (_SIDE, 1))] * 3, axis=-1)[None]
    for _ in range(2):  # the first call loads the networks and chooses kernels
        start = time.perf_counter()
        classes, labels = model.classify(block), model.segment(block)
        elapsed = time.perf_counter() - start
    if not (np.isfinite(classes).all() and np.isfinite(labels).all()):
        raise RsqiError(f"{model.provider} gives values that are no numbers; choose device cpu")
    return SelfTest(
        model=f"{model.card.id} {model.card.version}",
        hash=model.hash,
        provider=model.provider,
        milliseconds=round(1000 * elapsed, 1),
        warnings=tuple(message for _, message in model.warnings),
    )


def report(versions: dict[str, str], test: SelfTest) -> list[str]:
    """Return the lines of ``rsqi doctor``, which *Copy diagnostics* in QGIS copies as well.

    Parameters
    ----------
    versions : dict of str
        What `summary.versions` returns.
    """
    rows = {
        **versions,
        "python at": sys.executable,
        "platform": f"{platform.platform()}, {platform.machine()}",
        "memory": _memory(),
        "default model": f"{test.model} ({test.hash})",
        "runs on": test.provider,
        "a block of 512 px": f"{test.milliseconds:g} ms",
    }
    return [
        *(f"{name:24}{value}" for name, value in rows.items() if value),
        *(f"warning: {text}" for text in test.warnings),
        *diagnose(),
    ]


def diagnose() -> list[str]:
    """Return lines on what networks can run on here, and for a GPU that is not used the reason and the remedy.

    Raises
    ------
    ModelError
        If onnxruntime cannot be loaded.
    """
    return explain(_facts())


def explain(facts: Facts) -> list[str]:
    """Return the lines of `diagnose` for given facts."""
    lines = [f"{', '.join(facts.packages)}: {', '.join(facts.providers)}; {threads() or 'all'} processor cores"]
    if len(facts.packages) > 1:
        names = " ".join(package.split()[0] for package in facts.packages)
        lines.append(f"several onnxruntime packages overwrite each other: pip uninstall {names}; then install one anew")
    if facts.gpu is None:
        lines.append(f"no NVIDIA GPU: {facts.no_gpu}")
        if sys.platform == "win32" and DIRECTML not in facts.providers:
            lines.append(f"GPUs of AMD and Intel need DirectML: {INSTALL_DIRECTML}")
    else:
        gpu = facts.gpu
        memory = f"{gpu.total / 2**30:.1f} GB, {gpu.free / 2**30:.1f} GB free"
        lines.append(f"{gpu.name}: {memory}, driver for CUDA {gpu.cuda[0]}.{gpu.cuda[1]}")
        lines.append(f"{gpu.name} and ONNX models: {_onnxruntime_verdict(facts, gpu)}")
    if facts.torch_complaint:
        lines.append(f"Hugging Face models do not run: {facts.torch_complaint}; repair the worker environment")
    elif facts.torch:
        lines.append(f"torch {facts.torch} and Hugging Face models: {_torch_verdict(facts)}")
    return lines


def _onnxruntime_verdict(facts: Facts, gpu: nvidia.Gpu) -> str:
    if CUDA not in facts.providers:
        return f"not used, as this onnxruntime has no CUDA: {INSTALL_CUDA}"
    if _too_old(gpu, facts.cuda):
        return f"not used, as it is too old for CUDA {facts.cuda}: {INSTALL_CUDA_12}"
    if _older_driver(gpu, facts.cuda):
        return f"not used, as onnxruntime needs CUDA {facts.cuda}: update the driver, or {INSTALL_CUDA_12}"
    if facts.complaint:
        return f"not used, as CUDA's libraries are missing ({facts.complaint}): {INSTALL_CUDA}"
    return "used"


def _torch_verdict(facts: Facts) -> str:
    if facts.torch_sees_gpu:
        return "on the GPU"
    if facts.gpu is None:
        return "on the processor"
    if not facts.torch_cuda:
        return "on the processor, as this torch was built without CUDA: install torch for CUDA"
    if _older_driver(facts.gpu, facts.torch_cuda):
        return f"on the processor, as torch needs CUDA {facts.torch_cuda}: update the driver"
    return "on the processor, as torch does not find the GPU: see whether CUDA_VISIBLE_DEVICES hides it"


def _too_old(gpu: nvidia.Gpu, needed: str) -> bool:
    return bool(needed) and int(needed.split(".")[0]) >= 13 and gpu.compute < _TURING


def _older_driver(gpu: nvidia.Gpu, needed: str) -> bool:
    """Within one major version of CUDA an older driver will do."""
    return bool(needed) and gpu.cuda[0] < int(needed.split(".")[0])


def _facts() -> Facts:
    runtime = get_runtime()
    providers = tuple(name for name in runtime.get_available_providers() if name != "AzureExecutionProvider")
    gpu, no_gpu = None, ""
    try:
        gpu = nvidia.find()
    except nvidia.NoGpu as error:
        no_gpu = str(error)
    return Facts(
        packages=tuple(f"{name} {found}" for name in _PACKAGES if (found := _installed(name))),
        providers=providers or (CPU,),
        cuda=getattr(runtime, "cuda_version", ""),
        complaint=preload(runtime) if CUDA in providers else "",
        gpu=gpu,
        no_gpu=no_gpu,
        **_torch_facts(),
    )


def _torch_facts() -> dict[str, Any]:
    if find_spec("torch") is None:
        return {}
    try:
        import torch
        import transformers  # noqa: F401

        torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3))
    except (ImportError, OSError, RuntimeError) as error:  # on Windows often a DLL that is missing
        return {"torch_complaint": first_line(error)}
    return {
        "torch": torch.__version__,
        "torch_cuda": torch.version.cuda or "",
        "torch_sees_gpu": torch.cuda.is_available(),
    }


def _memory() -> str:
    """Return the size of the computer's memory, where the system tells it without another library."""
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GB"
    except (AttributeError, ValueError, OSError):  # Windows
        return ""


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
