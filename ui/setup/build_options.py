"""What an environment is made of: packages, where they come from, and what pip is called with. No Qt, no QGIS."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlsplit

PYPI = "https://pypi.org/simple"
MIRRORS = (
    PYPI,
    "https://pypi.tuna.tsinghua.edu.cn/simple",
    "https://mirrors.aliyun.com/pypi/simple",
    "https://mirrors.ustc.edu.cn/pypi/simple",
)
CPU, CUDA, CUDA_12, DIRECTML = "cpu", "cuda", "cuda12", "directml"
# In place of the processor's build: two builds of onnxruntime overwrite each other's files.
_RUNTIMES = {
    CUDA: "onnxruntime-gpu[cuda,cudnn]>=1.27",
    CUDA_12: "onnxruntime-gpu[cuda,cudnn]>=1.21,<1.27",  # the last builds for CUDA 12
    DIRECTML: "onnxruntime-directml>=1.17",
}
_TURING = (7, 5)  # compute capability; CUDA 13 knows no GPU before it
_GB = {CPU: 1.2, CUDA: 6.0, CUDA_12: 6.0, DIRECTML: 1.2}  # while it is built: packages, and what they unpack to
_PACKAGES = {CPU: 24, CUDA: 33, CUDA_12: 33, DIRECTML: 24}  # what pip collects, for the progress bar
_TORCH_PACKAGES = 41
TORCH_INDEX = "https://download.pytorch.org/whl/"


@dataclass(frozen=True)
class BuildOptions:
    """What is wanted.

    Attributes
    ----------
    kind : str
        ``"cpu"``, ``"cuda"``, ``"cuda12"`` or ``"directml"``.
    torch : bool
        Also what Hugging Face models need, what measures their words, and what generates images.
    index_url : str
        Package index; empty for what pip is configured with, which is PyPI where nobody changed it.
    wheelhouse : str
        Folder of packages that takes the place of any index; empty: none.
    python : str
        Python to build with; empty: the first that will do.
    """

    kind: str = CPU
    torch: bool = False
    index_url: str = ""
    wheelhouse: str = ""
    python: str = ""

    @property
    def gigabytes(self) -> float:
        """Free space that building takes, roughly."""
        if not self.torch:
            return _GB[self.kind]
        # Mirrors have PyPI's build of torch only, which brings CUDA on Linux whether there is a GPU or not.
        with_cuda = self.kind in (CUDA, CUDA_12) or (sys.platform == "linux" and bool(self.index_url))
        return _GB[self.kind] + (6.0 if with_cuda else 1.5)

    @property
    def packages(self) -> int:
        """Number of packages that pip will collect, roughly."""
        return _PACKAGES[self.kind] + (_TORCH_PACKAGES if self.torch else 0)


def kinds(platform: str) -> tuple[str, ...]:
    """Return the kinds that there are for a ``sys.platform``."""
    return {"win32": (CPU, CUDA, DIRECTML), "darwin": (CPU,)}.get(platform, (CPU, CUDA))


def fitting_kind(kind: str, gpu: dict | None) -> str:
    """Return `kind`, or the CUDA 12 builds where the GPU or its driver is too old for CUDA 13.

    Parameters
    ----------
    gpu : dict or None
        ``cuda`` and ``compute`` as [major, minor], from probe_python.py.
    """
    if kind == CUDA and gpu and (tuple(gpu["compute"]) < _TURING or gpu["cuda"][0] < 13):
        return CUDA_12
    return kind


def requirements(plugin: Path, kind: str, torch: bool = False) -> tuple[str, ...]:
    """Return what pip has to install, from the plugin's own ``pyproject.toml``.

    The plugin's code is not installed: the worker runs it from the plugin folder, so that an update of the plugin needs
    another environment only when these change.
    """
    text = (plugin / "pyproject.toml").read_text(encoding="utf-8")
    extras = ("torch", "words", "diffusers") if torch else ()
    wanted = tuple(name for key in ("dependencies", *extras) for name in _listed(text, key))
    runtime = _RUNTIMES.get(kind)
    return tuple(runtime if runtime and re.match(r"onnxruntime\b(?!-)", name) else name for name in wanted)


def pip_arguments(options: BuildOptions, packages: tuple[str, ...], platform: str) -> list[str]:
    """Return what follows ``python``.

    Wheels only: what would have to be compiled ends in one clear line, and a cancelled pip leaves no compiler behind.
    Python files are compiled when they are first used, which most never are.
    """
    arguments = ["-m", "pip", "install", "--only-binary=:all:", "--no-compile", "--progress-bar=off"]
    if options.wheelhouse:
        arguments += ["--no-index", "--find-links", options.wheelhouse]
    elif options.torch and not options.index_url:
        index = torch_index(options.kind, platform)
        arguments += ["--extra-index-url", index] if index else []
    return [*arguments, *packages]


def torch_index(kind: str, platform: str) -> str:
    """Return where torch's build for `kind` lies; empty where it is that of PyPI.

    PyPI has the builds for CUDA on Linux (gigabytes that a processor has no use for), for the processor on Windows.
    """
    if kind in (CUDA, CUDA_12):
        return TORCH_INDEX + ("cu130" if kind == CUDA else "cu126") if platform == "win32" else ""
    return TORCH_INDEX + "cpu" if platform == "linux" else ""


def pip_variables(options: BuildOptions, temporary: str) -> dict[str, str]:
    """Return environment variables for pip; by them an index with a password stays out of the list of processes."""
    variables = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_USER": "0",  # pip's configuration may say otherwise
        "PIP_RETRIES": "2",
        "PIP_DEFAULT_TIMEOUT": "20",
        "PYTHONUNBUFFERED": "1",
        # /tmp may be too small for networks' libraries; and this goes with the rest when building is cancelled.
        "TMPDIR": temporary,
        "TEMP": temporary,
        "TMP": temporary,
    }
    if options.index_url:
        variables["PIP_INDEX_URL"] = options.index_url
        if is_intranet(options.index_url):
            variables["PIP_TRUSTED_HOST"] = urlsplit(options.index_url).netloc.rpartition("@")[2]
    return variables


def wheelhouse_command(plugin: Path, kind: str, torch: bool, version: str, platform: str) -> str:
    """Return the command that fills a wheelhouse on another computer that has the internet.

    Parameters
    ----------
    version : str
        Of the Python that the packages are for, such as ``3.11``.
    """
    tags = {"win32": ["win_amd64"], "darwin": ["macosx_11_0_arm64"]}.get(platform)
    tags = tags or [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 17)] + ["manylinux2014_x86_64"]
    chosen = " ".join(f"--platform {tag}" for tag in tags)
    packages = " ".join(f'"{name}"' for name in requirements(plugin, kind, torch))
    index = torch_index(kind, platform) if torch else ""
    extra = f" --extra-index-url {index}" if index else ""
    return (
        f"python -m pip download --dest wheelhouse --only-binary=:all: --python-version {version} {chosen}"
        f"{extra} {packages}"
    )


def without_password(text: str) -> str:
    """Return `text` with user and password cut out of every URL, for logs and reports."""
    return re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", text)


def proxy_url(scheme: str, host: str, port: int, user: str, password: str) -> str:
    """Return a proxy as pip reads it; user and password are encoded."""
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"{scheme}://{login}{host}" + (f":{port}" if port else "")


def is_index(url: str) -> bool:
    """Does `url` look like a package index? Empty does: it stands for pip's own."""
    parts = urlsplit(url)
    return not url or (parts.scheme in ("http", "https") and bool(parts.netloc)) or parts.scheme == "file"


def is_intranet(url: str) -> bool:
    """Is it an unencrypted index within a private network? pip has to trust it explicitly; elsewhere it must not."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http":
        return False
    try:
        return ip_address(host).is_private
    except ValueError:  # a name
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".intranet"))


def _listed(text: str, key: str) -> tuple[str, ...]:
    """Return the strings of ``key = [...]``; Python 3.9 has no parser for TOML."""
    found = re.search(rf"^{key} = \[(.*?)\]$", text, re.MULTILINE | re.DOTALL)
    lines = found.group(1).splitlines() if found else []
    return tuple(re.findall(r'"([^"]+)"', "\n".join(line for line in lines if not line.lstrip().startswith("#"))))
