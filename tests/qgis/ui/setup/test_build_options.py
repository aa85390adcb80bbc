"""What an environment is made of, and what pip is called with."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


@pytest.fixture
def build_options(application):
    from rsqi.ui.setup import build_options as module

    return module


def test_packages_are_those_of_the_project(build_options):
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert list(build_options.requirements(ROOT, "cpu")) == project["dependencies"]
    extras = project["optional-dependencies"]
    torch = [name for extra in ("torch", "words", "diffusers") for name in extras[extra]]
    assert list(build_options.requirements(ROOT, "cpu", torch=True)) == project["dependencies"] + torch


@pytest.mark.parametrize("kind", ["cuda", "cuda12", "directml"])
def test_there_is_one_build_of_onnxruntime_only(build_options, kind):
    runtimes = [name for name in build_options.requirements(ROOT, kind) if name.startswith("onnxruntime")]
    assert len(runtimes) == 1 and runtimes[0].startswith(("onnxruntime-gpu", "onnxruntime-directml"))


@pytest.mark.parametrize(
    ("gpu", "kind"),
    [
        ({"cuda": [13, 0], "compute": [8, 6]}, "cuda"),
        ({"cuda": [12, 4], "compute": [8, 6]}, "cuda12"),
        ({"cuda": [13, 0], "compute": [6, 1]}, "cuda12"),
        (None, "cuda"),
    ],
)
def test_older_gpus_and_drivers_get_cuda_12(build_options, gpu, kind):
    assert build_options.fitting_kind("cuda", gpu) == kind
    assert build_options.fitting_kind("cpu", gpu) == "cpu"


def test_torch_without_cuda_for_a_processor(build_options):
    arguments = build_options.pip_arguments(build_options.BuildOptions(torch=True), ("torch",), "linux")
    assert arguments[arguments.index("--extra-index-url") + 1].endswith("/whl/cpu")
    mirrored = build_options.BuildOptions(torch=True, index_url="https://mirror.example/simple")
    assert "--extra-index-url" not in build_options.pip_arguments(mirrored, ("torch",), "linux")


def test_passwords_are_cut_out_of_addresses(build_options):
    assert build_options.without_password("at https://me:secret@host/simple or https://host") == (
        "at https://***@host/simple or https://host"
    )


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("http://me:secret@10.1.2.3:8081/simple", "10.1.2.3:8081"),
        ("http://mirror/simple", "mirror"),
        ("http://pypi.example.com/simple", None),
        ("https://10.1.2.3/simple", None),
    ],
)
def test_only_an_intranet_may_do_without_encryption(build_options, url, trusted):
    assert (
        build_options.pip_variables(build_options.BuildOptions(index_url=url), "/tmp").get("PIP_TRUSTED_HOST")
        == trusted
    )
