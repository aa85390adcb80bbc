"""Which Python the worker runs in: one that the user names, else that of the environment in the profile folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from qgis.core import QgsApplication, QgsProcessingException, QgsSettings

from .i18n import tr

SETTING = "rsqi/python"


def profile_environment() -> Path:
    """Return the folder of the environment that *Set up* builds, whether it exists or not."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "rsqi" / "env"


def python_in(folder: Path) -> Path:
    """Return the Python of a virtual environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def profile_python() -> Path:
    """Return the path of the worker Python inside the profile folder, whether it exists or not."""
    return python_in(profile_environment())


def is_whole(folder: Path) -> bool:
    """Return whether a virtual environment still has its Python, which an update of QGIS may have removed."""
    if not python_in(folder).is_file():
        return False
    try:
        lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    homes = [line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == "home"]
    return bool(homes) and Path(homes[0]).is_dir()


def find_python() -> str:
    """Return the worker's Python: ``RSQI_PYTHON``, else the setting, else the environment in the profile folder.

    Raises
    ------
    QgsProcessingException
        None is there, or the one that was asked for does not exist; says what to do.
    """
    for wanted, origin in (
        (os.environ.get("RSQI_PYTHON", ""), "RSQI_PYTHON"),
        (str(QgsSettings().value(SETTING, "") or ""), tr("the RSQI settings")),
    ):
        if wanted.strip():
            found = shutil.which(wanted.strip())
            if not found:
                raise QgsProcessingException(
                    tr("The worker Python {path} named by {origin} does not exist or cannot be run.").format(
                        path=wanted.strip(), origin=origin
                    )
                )
            return found
    if is_whole(profile_environment()):
        return str(profile_python())
    if profile_environment().is_dir():
        raise QgsProcessingException(
            tr(
                "The Python of RSQI's environment is gone, perhaps because QGIS was updated: open the RSQI panel, or "
                "Settings > Options > RSQI, and press Repair."
            )
        )
    raise QgsProcessingException(
        tr(
            "RSQI has no worker Python yet: open the RSQI panel, or Settings > Options > RSQI, and press Set up "
            "(without a desktop, let RSQI_PYTHON name a Python that has RSQI's packages)."
        )
    )
