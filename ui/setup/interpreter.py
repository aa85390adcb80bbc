"""Where a Python may be that can build the environment; of QGIS's own first. No Qt, no QGIS."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_VERSIONS = ("3.13", "3.12", "3.11", "3.14", "3.10")  # other than QGIS's own; those with the most packages first


def candidates(
    platform: str = sys.platform,
    prefix: str = sys.base_prefix,
    executable: str = sys.executable,
    environment: dict[str, str] | None = None,
) -> list[str]:
    """Return the Pythons that exist, the most promising first.

    On Windows and macOS ``sys.executable`` is QGIS itself, with its Python somewhere near. QGIS 3.22 on Windows has
    Python 3.9, which is too old, so Pythons that were installed beside QGIS follow.
    """
    look = _windows if platform == "win32" else _macos if platform == "darwin" else _unix
    environment = dict(os.environ) if environment is None else environment
    found: dict[str, None] = {}
    for path in look(Path(prefix), Path(executable), environment):
        if path.is_file() and "WindowsApps" not in path.parts:  # those only open Microsoft's store
            found.setdefault(str(path))
    return list(found)


def _unix(prefix: Path, executable: Path, environment: dict[str, str]) -> list[Path]:
    own = [prefix / "bin" / name for name in ("python{}.{}".format(*sys.version_info), "python3")]
    if executable.name.startswith("python"):
        own.append(executable)  # within QGIS it is but the first of the search path
    return own + _on_path([f"python{version}" for version in _VERSIONS] + ["python3"], environment)


def _macos(prefix: Path, executable: Path, environment: dict[str, str]) -> list[Path]:
    contents = executable.parent.parent  # QGIS.app/Contents, as QGIS is Contents/MacOS/QGIS
    own = [
        *_newest(contents / "MacOS" / "bin", "python3*[0-9]"),
        contents / "MacOS" / "python3",
        *_newest(prefix / "bin", "python3*[0-9]"),
        contents / "Frameworks" / "Python.framework" / "Versions" / "Current" / "bin" / "python3",
    ]
    if executable.name.startswith("python"):
        own.insert(0, executable)
    installed = [Path(folder) / "python3" for folder in ("/opt/homebrew/bin", "/usr/local/bin")]
    installed += sorted(Path("/Library/Frameworks/Python.framework/Versions").glob("3.*/bin/python3"), reverse=True)
    return own + installed + _on_path([f"python{version}" for version in _VERSIONS], environment)


def _windows(prefix: Path, executable: Path, environment: dict[str, str]) -> list[Path]:
    # The one beside its own Lib folder: an environment made by that of bin finds no standard library.
    own = [
        prefix / "python.exe",
        prefix / "python3.exe",
        *_newest(executable.parent.parent / "apps", "Python3*/python*.exe"),
    ]
    own = [path for path in own if path.name in ("python.exe", "python3.exe")]
    if executable.name.lower().startswith("python"):
        own.insert(0, executable)
    installed: list[Path] = []
    for variable, below in (("LOCALAPPDATA", "Programs/Python"), ("PROGRAMFILES", "."), ("SYSTEMDRIVE", "/")):
        if environment.get(variable):
            installed += _newest(Path(environment[variable]) / below, "Python3*/python.exe")
    return own + installed + _on_path(["python.exe", "python3.exe"], environment)


def _newest(folder: Path, pattern: str) -> list[Path]:
    """Return the matching files, Python312 before Python39."""

    def number(path: Path) -> list[int]:
        return [int("".join(c for c in part if c.isdigit()) or 0) for part in path.parts[-2:]]

    return sorted(folder.glob(pattern), key=number, reverse=True) if folder.is_dir() else []


def _on_path(names: list[str], environment: dict[str, str]) -> list[Path]:
    found = (shutil.which(name, path=environment.get("PATH", "")) for name in names)
    return [Path(path) for path in found if path]
