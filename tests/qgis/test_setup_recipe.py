"""The parts of *Set up* that need no QGIS: packages, pip's arguments and lines, and where a Python may be."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def options(application):
    from rsqi.ui.setup import build_options

    return build_options


def test_packages_are_those_of_the_project(options):
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert list(options.requirements(ROOT, "cpu")) == project["dependencies"]
    torch = project["optional-dependencies"]["torch"]
    assert list(options.requirements(ROOT, "cpu", torch=True)) == project["dependencies"] + torch


@pytest.mark.parametrize("kind", ["cuda", "cuda12", "directml"])
def test_there_is_one_build_of_onnxruntime_only(options, kind):
    runtimes = [name for name in options.requirements(ROOT, kind) if name.startswith("onnxruntime")]
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
def test_older_gpus_and_drivers_get_cuda_12(options, gpu, kind):
    assert options.fitting_kind("cuda", gpu) == kind
    assert options.fitting_kind("cpu", gpu) == "cpu"


def test_torch_without_cuda_for_a_processor(options):
    arguments = options.pip_arguments(options.BuildOptions(torch=True), ("torch",), "linux")
    assert arguments[arguments.index("--extra-index-url") + 1].endswith("/whl/cpu")
    mirrored = options.BuildOptions(torch=True, index_url="https://mirror.example/simple")
    assert "--extra-index-url" not in options.pip_arguments(mirrored, ("torch",), "linux")


def test_passwords_are_cut_out_of_addresses(options):
    assert options.without_password("at https://me:secret@host/simple or https://host") == (
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
def test_only_an_intranet_may_do_without_encryption(options, url, trusted):
    assert options.pip_variables(options.BuildOptions(index_url=url), "/tmp").get("PIP_TRUSTED_HOST") == trusted


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk"),
        ("WARNING: Retrying after connection broken by 'ConnectTimeoutError'", "index"),
        ("connection broken by 'ProxyError('Cannot connect to proxy.')'", "proxy"),
        ("connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("ERROR: HTTP error 403 while getting https://host/x.whl", "refused"),
        ("ERROR: Could not install: [WinError 5] Access is denied: 'numpy.pyd'", "locked"),
        ("WARNING: The repository located at h is not a trusted or secure host and is being ignored.", "insecure"),
        ("ERROR: something new", "other"),
    ],
)
def test_the_reason_is_found_in_what_pip_says(options, line, code):
    from rsqi.ui.setup.pip_output import reason

    assert reason(["Collecting numpy", line, "exit 1"])[0] == code


def test_progress_never_goes_back(options):
    from rsqi.ui.setup.pip_output import Progress

    progress, shares = Progress(expected=3), []
    for line in (
        "Collecting affine>=2.4",
        "  Downloading affine-2.4.0-py3-none-any.whl (15 kB)",
        "Processing /wheels/numpy-2.0-cp311.whl",
        "Collecting onnxruntime>=1.17",
        "  Downloading onnxruntime-1.31.1-cp311.whl (18.0 MB)",
    ):
        progress.read(line)
        shares.append(progress.share())
    shares.append(progress.share(fetched=9_000_000))
    progress.read("Installing collected packages: affine, numpy, onnxruntime")
    shares += [progress.share(), progress.share(unpacked=2), progress.share(unpacked=3)]
    assert shares == sorted(shares) and shares[-1] == 1.0 and shares[-4] > shares[-5]


def test_on_linux_the_python_of_qgis_goes_before_the_first_of_the_path(application, tmp_path):
    from rsqi.ui.setup.interpreter import candidates

    own = tmp_path / "usr" / "bin" / "python{}.{}".format(*sys.version_info)
    shim = tmp_path / "shims" / "python3"
    for path in (own, shim):
        path.parent.mkdir(parents=True)
        path.touch(0o755)
    assert candidates("linux", str(tmp_path / "usr"), str(shim), {"PATH": str(shim.parent)}) == [str(own), str(shim)]


def test_on_windows_the_python_beside_its_library_goes_first(application, tmp_path):
    from rsqi.ui.setup.interpreter import candidates

    qgis = tmp_path / "QGIS"
    apps, local = qgis / "apps" / "Python312", tmp_path / "Local" / "Programs" / "Python"
    for path in (apps / "python.exe", qgis / "bin" / "qgis-bin.exe", local / "Python313" / "python.exe"):
        path.parent.mkdir(parents=True)
        path.touch()
    found = candidates(
        "win32", str(apps), str(qgis / "bin" / "qgis-bin.exe"), {"LOCALAPPDATA": str(tmp_path / "Local")}
    )
    assert found == [str(apps / "python.exe"), str(local / "Python313" / "python.exe")]


def test_on_macos_the_python_of_the_bundle_goes_first(application, tmp_path):
    from rsqi.ui.setup.interpreter import candidates

    macos = tmp_path / "QGIS.app" / "Contents" / "MacOS"
    (macos / "bin").mkdir(parents=True)
    for name in ("bin/python3.9", "bin/python3.12", "bin/python3.12-config", "QGIS"):
        (macos / name).touch()
    found = candidates("darwin", str(tmp_path), str(macos / "QGIS"), {})
    assert found[:2] == [str(macos / "bin" / name) for name in ("python3.12", "python3.9")]


def test_a_python_says_what_it_is():
    look, nvidia = ROOT / "ui" / "setup" / "probe_python.py", ROOT / "rsqi_core" / "models" / "nvidia.py"
    done = subprocess.run([sys.executable, look, nvidia], capture_output=True, text=True, check=True, timeout=60)
    said = json.loads(done.stdout)
    assert said["problem"] == "" and said["version"].startswith("3.") and "gpu" in said
