"""The worker environment in the profile folder: what is there, and how another one takes its place. No widgets."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from qgis.core import QgsProcessingException, QgsSettings

from ... import rsqi_core
from ...bridge.paths import PLUGIN_FOLDER
from ...bridge.worker_python import SETTING, find_python, is_whole, profile_environment
from .build_options import CPU, CUDA, BuildOptions, requirements

STAMP = "rsqi.json"
INDEX_SETTING, WHEELHOUSE_SETTING = "rsqi/setup/index_url", "rsqi/setup/wheelhouse"
TORCH_SETTING, BASE_SETTING = "rsqi/setup/torch", "rsqi/setup/python"
_LEFTOVER = ".gone"

# Written into an environment on Windows, where libraries of QGIS's Python lie in a folder that only QGIS looks into.
_SITECUSTOMIZE = """\
import os
try:
    import _ctypes, _ssl, pyexpat
except ImportError:
    for folder in {folders!r}:
        if os.path.isdir(folder):
            os.add_dll_directory(folder)
"""


class State(Enum):
    """What there is to compute with."""

    MISSING = "missing"
    BROKEN = "broken"  # it was built, but its Python is gone: another QGIS, another Python of the system
    OUTDATED = "outdated"  # it lacks what this version of the plugin needs
    READY = "ready"
    OWN = "own"  # a Python that the user names by the setting or RSQI_PYTHON
    OWN_MISSING = "own_missing"


@dataclass(frozen=True)
class Stamp:
    """What an environment was built from; it is written last, so an environment that has one is whole."""

    version: str
    kind: str
    torch: bool
    requirements: tuple[str, ...]
    python: str = ""
    built: str = ""

    @classmethod
    def of(cls, options: BuildOptions, python: str) -> Stamp:
        """Return the stamp of an environment that is built now."""
        packages, now = requirements(PLUGIN_FOLDER, options.kind, options.torch), f"{datetime.now():%Y-%m-%d %H:%M}"
        return cls(rsqi_core.__version__, options.kind, options.torch, packages, python, now)

    def is_like(self, other: Stamp) -> bool:
        """Are both environments made of the same?"""
        return (set(self.requirements), self.python) == (set(other.requirements), other.python)

    @property
    def is_current(self) -> bool:
        """Has it all that this version of the plugin needs?"""
        return set(self.requirements) == set(requirements(PLUGIN_FOLDER, self.kind, self.torch))


def state() -> State:
    """Say what there is; looks at files only, so an environment that is ready may still fail its test."""
    if named_python():
        try:
            find_python()
        except QgsProcessingException:
            return State.OWN_MISSING
        return State.OWN
    folder = profile_environment()
    stamp = read_stamp(folder)
    if not folder.is_dir():
        return State.MISSING
    if stamp is None or not is_whole(folder):
        return State.BROKEN
    return State.READY if stamp.is_current else State.OUTDATED


def named_python() -> str:
    """Return the Python that ``RSQI_PYTHON`` or the setting names, whether it exists or not; empty: none."""
    return os.environ.get("RSQI_PYTHON", "").strip() or str(QgsSettings().value(SETTING, "") or "").strip()


def read_stamp(folder: Path) -> Stamp | None:
    """Return the stamp of an environment; None if it has none, or none that can be read."""
    try:
        values = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return Stamp(**{**values, "requirements": tuple(values["requirements"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_stamp(folder: Path, stamp: Stamp) -> None:
    """Mark an environment as whole."""
    (folder / STAMP).write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")


def read_options() -> BuildOptions:
    """Return the options that the settings and the present environment suggest."""
    settings, stamp = QgsSettings(), read_stamp(profile_environment())
    return BuildOptions(
        kind=stamp.kind if stamp else CUDA if has_nvidia_driver() else CPU,
        torch=settings.value(TORCH_SETTING, stamp.torch if stamp else False, type=bool),
        index_url=str(settings.value(INDEX_SETTING, "") or ""),
        wheelhouse=str(settings.value(WHEELHOUSE_SETTING, "") or ""),
        python=str(settings.value(BASE_SETTING, "") or ""),
    )


def save_options(options: BuildOptions) -> None:
    """Save where packages come from."""
    settings = QgsSettings()
    for key, value in (
        (INDEX_SETTING, options.index_url),
        (WHEELHOUSE_SETTING, options.wheelhouse),
        (BASE_SETTING, options.python),
    ):
        if value:
            settings.setValue(key, value)
        else:
            settings.remove(key)
    settings.setValue(TORCH_SETTING, options.torch)


def has_nvidia_driver() -> bool:
    """Is there a driver for an NVIDIA GPU? Looks at files only: the driver itself is asked in another process."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32" / "nvcuda.dll").is_file()
    return Path("/proc/driver/nvidia/version").is_file()


def new_environment() -> Path:
    """Return where an environment is built before it takes the place of the other."""
    return profile_environment().with_name("env.new")


def removed_environment() -> Path:
    """Return where an environment waits for a while after it was removed."""
    return profile_environment().with_name("env.removed")


def free_gigabytes() -> float:
    """Return the free space of the disk that the environment is on."""
    folder = profile_environment()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e9


def largest_file(folder: Path) -> int:
    """Return the size in bytes of the largest file below a folder; pip's temporary folders come and go meanwhile."""
    largest = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                largest = max(largest, (Path(parent) / name).stat().st_size)
    return largest


def unpacked_packages(folder: Path) -> int:
    """Return the number of packages in an environment, pip aside."""
    found = [*folder.glob("lib/python3*/site-packages/*.dist-info"), *folder.glob("Lib/site-packages/*.dist-info")]
    return len({path.name for path in found if not path.name.startswith("pip-")})


def add_library_folders(folder: Path, prefix: str) -> None:
    """On Windows, add the folders of QGIS's libraries to an environment; `prefix` is the folder of QGIS's Python."""
    packages = folder / "Lib" / "site-packages"
    folders = [str(Path(prefix) / "DLLs"), str(Path(prefix).parent.parent / "bin")]
    packages.mkdir(parents=True, exist_ok=True)
    (packages / "sitecustomize.py").write_text(_SITECUSTOMIZE.format(folders=folders), encoding="utf-8")


def activate_new() -> None:
    """Put the new environment into the place of the other, which stays if that fails.

    Raises
    ------
    OSError
        A folder cannot be renamed: on Windows, where an inspection runs in it.
    """
    folder = profile_environment()
    old = _free_name(folder)
    if folder.exists():
        folder.rename(old)
    try:
        new_environment().rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    delete_in_background(old)


def remove() -> None:
    """Take the environment away; until the next `delete_leftovers`, `undo_remove` brings it back.

    Raises
    ------
    OSError
        It cannot be renamed: on Windows, where an inspection runs in it.
    """
    delete_in_background(removed_environment())
    profile_environment().rename(removed_environment())


def undo_remove() -> None:
    """Bring back what `remove` took."""
    removed_environment().rename(profile_environment())


def delete_in_background(folder: Path) -> None:
    """Delete a folder in the background: it is renamed at once, as its ten thousand files take a while."""
    if not folder.exists():
        return
    gone = folder if folder.name.endswith(_LEFTOVER) else _free_name(folder)
    if gone != folder:
        try:
            folder.rename(gone)
        except OSError:  # something in it is open; what can go, goes
            gone = folder
    threading.Thread(target=shutil.rmtree, args=(gone, True), daemon=True).start()


def delete_leftovers() -> None:
    """Delete what was removed or replaced, also what a QGIS that was closed meanwhile could not delete."""
    for folder in (*profile_environment().parent.glob(f"*{_LEFTOVER}"), removed_environment()):
        delete_in_background(folder)


def _free_name(folder: Path) -> Path:
    number = 0
    while (free := folder.with_name(f"env.{number}{_LEFTOVER}")).exists():
        number += 1
    return free
