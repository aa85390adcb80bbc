"""A report on QGIS, the plugin and the environment, as text to send to whoever helps."""

from __future__ import annotations

import locale
import platform
import sys
from pathlib import Path
from typing import Iterable

from qgis.core import Qgis, QgsApplication, QgsProcessingException
from qgis.PyQt.QtCore import PYQT_VERSION_STR, qVersion

from ... import rsqi_core
from ...bridge.paths import PLUGIN_FOLDER
from ...bridge.worker_python import find_python, profile_environment
from . import environment
from .build_options import without_password
from .command import proxy_variables

LAST_LINES = 40


def qgis_lines() -> list[str]:
    """Return one line for each fact; English, as those who read it may not read the user's language."""
    options, stamp = environment.read_options(), environment.read_stamp(profile_environment())
    rows = {
        "rsqi": f"{rsqi_core.__version__}, in {PLUGIN_FOLDER}",
        "qgis": f"{Qgis.QGIS_VERSION}, Qt {qVersion()}, PyQt {PYQT_VERSION_STR}",
        "qgis python": f"{platform.python_version()}, {sys.executable}",
        "platform": f"{platform.platform()}, {platform.machine()}",
        "locale": f"{QgsApplication.locale()}, {locale.getpreferredencoding(False)}",
        "environment": f"{environment.state().value}, {profile_environment()}",
        "built": _built(stamp),
        "worker python": _worker_python(),
        "package index": without_password(options.index_url),
        "offline folder": options.wheelhouse,
        "proxy": without_password(proxy_variables(options.index_url).get("HTTPS_PROXY", "")),
        "free space": f"{environment.free_gigabytes():.1f} GB",
    }
    return [f"{name:24}{value}" for name, value in rows.items() if value]


def text(answer: dict | None, complaint: str, log: Iterable[str]) -> str:
    """Return the whole report.

    Parameters
    ----------
    answer : dict or None
        The worker's answer to `probe`, whose lines are those of ``rsqi doctor``.
    complaint : str
        Why there is no answer.
    log : iterable of str
        Lines of the last building; they are only of use where something failed.
    """
    lines = ["QGIS", *qgis_lines(), "", "Worker"]
    if answer is not None:
        lines += answer["report"]
    else:
        lines += [complaint, "", "Last lines of the log", *list(log)[-LAST_LINES:]]
    home = str(Path.home())
    # The report is going to be posted where everybody can read it.
    return without_password("\n".join(lines)).replace(home, "~") if len(home) > 1 else "\n".join(lines)


def _built(stamp: environment.Stamp | None) -> str:
    if stamp is None:
        return ""
    return f"{stamp.built} by RSQI {stamp.version}, Python {stamp.python}, {stamp.kind}{', torch' * stamp.torch}"


def _worker_python() -> str:
    try:
        return find_python()
    except QgsProcessingException:
        named = environment.named_python()
        return f"{named} does not exist" if named else "none"
