"""Which scoring scheme is in use: the default that ships with RSQI, or one of the user's own in the profile folder."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsSettings

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.scoring import MODES, Scheme, load_scheme, read_scheme, write_scheme
from ..rsqi_core.scoring.checklist_file import ENDING
from .i18n import language
from .notes import error_message

SCHEME, MODE = "rsqi/scheme", "rsqi/score_mode"  # settings


def folder() -> Path:
    """Return where the user's own schemes lie; it need not exist."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "rsqi" / "schemes"


def own() -> list[Path]:
    """Return the user's own schemes."""
    return sorted(path for path in folder().glob("*.json") if not path.name.endswith(ENDING))


def chosen() -> Path | None:
    """Return the file of the scheme in use; None is the default."""
    path = Path(str(QgsSettings().value(SCHEME, "") or ""))
    return path if path.is_file() else None


def choose(path: Path | None) -> None:
    """Use another scheme from now on."""
    QgsSettings().setValue(SCHEME, str(path) if path else "")


def mode() -> str:
    """Return what errors are charged by: ``count`` or ``area``."""
    value = str(QgsSettings().value(MODE, MODES[0]))
    return value if value in MODES else MODES[0]


def is_mode_chosen() -> bool:
    """Return whether the mode has been chosen."""
    return QgsSettings().contains(MODE)


def choose_mode(value: str) -> None:
    """Charge errors by their number (``count``) or by their area (``area``) from now on."""
    QgsSettings().setValue(MODE, value)


def current() -> Scheme:
    """Return the scheme in use; the default if the chosen one cannot be read any more."""
    path = chosen()
    try:
        return load_scheme(path)
    except RsqiError as error:
        if path is None:
            raise
        QgsMessageLog.logMessage(error_message(error), "RSQI", Qgis.MessageLevel.Warning)
        return load_scheme()


def name_of(scheme: Scheme) -> str:
    """Return the scheme's name in the language of QGIS."""
    return scheme.name["zh" if language() == "zh" else "en"]


def title(path: Path) -> str:
    """Return the name of the scheme in a file; of one that cannot be read, the file's name."""
    try:
        return name_of(load_scheme(path))
    except RsqiError:
        return path.name


def add(data: dict, stem: str) -> Path:
    """Check a scheme, save it among the user's own under a name that is free, and return its file.

    Raises
    ------
    RsqiError
        A value is wrong, or the folder cannot be written.
    """
    folder().mkdir(parents=True, exist_ok=True)
    path, number = folder() / f"{stem}.json", 1
    while path.exists():
        number += 1
        path = folder() / f"{stem}-{number}.json"
    write_scheme(path, data)
    return path


def import_scheme(path: Path) -> Path:
    """Import a scheme from anywhere; return the file of the copy."""
    return add(read_scheme(path), path.stem)
