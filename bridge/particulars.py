"""Who inspects for whom: kept in the settings as far as it stays the same, and in the GeoPackage of each result."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsMessageLog, QgsProcessingUtils, QgsSettings, QgsVectorLayer

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.files.particulars_table import read_particulars, store_particulars
from ..rsqi_core.particulars import PICTURES, Particulars, one_line, read_picture
from .file_lock import WAIT_S
from .geopackage import geopackage_of
from .i18n import tr
from .notes import error_message
from .reviewer import given_name

STATION, INSPECTOR, LOGO = "rsqi/report_station", "rsqi/report_inspector", "rsqi/report_logo"  # settings


def usual() -> Particulars:
    """Return what the settings know: station, inspector (else the reviewer), and the logo if it is still there."""
    settings = QgsSettings()
    inspector = str(settings.value(INSPECTOR, "") or "") or given_name()
    return Particulars(station=str(settings.value(STATION, "") or ""), inspector=inspector, logo=_usual_logo())


def logo_path() -> str:
    """Return the file of the logo that the settings name; empty for none."""
    return str(QgsSettings().value(LOGO, "") or "")


def remember(station: str, inspector: str) -> None:
    """Keep station and inspector for results to come."""
    for key, value in ((STATION, station), (INSPECTOR, inspector)):
        if value:
            QgsSettings().setValue(key, one_line(value))
        else:
            QgsSettings().remove(key)


def remember_logo(path: str) -> None:
    """Keep the file of the logo for results to come; empty: there is none."""
    if path:
        QgsSettings().setValue(LOGO, path)
    else:
        QgsSettings().remove(LOGO)


def particulars_of(layer: QgsVectorLayer | None) -> Particulars:
    """Return what the GeoPackage of a layer holds, if somebody has put it in; else what is usual."""
    path = geopackage_of(layer) if layer is not None else None
    try:
        stored = read_particulars(path) if path is not None and path.is_file() else Particulars()
    except RsqiError as error:
        QgsMessageLog.logMessage(error_message(error), "RSQI", Qgis.MessageLevel.Warning)
        stored = Particulars()
    return usual() if stored.is_empty else stored


def save(layer: QgsVectorLayer, particulars: Particulars) -> str:
    """Store particulars in the GeoPackage of a layer; return why not, empty if it is stored."""
    path = geopackage_of(layer)
    if path is None:
        return tr("The layer {name} lies in no GeoPackage: this is printed, but not kept.").format(name=layer.name())
    try:
        store_particulars(path, particulars, WAIT_S)
    except RsqiError as error:
        return error_message(error)
    return ""


def picture_files(particulars: Particulars) -> dict[str, str]:
    """Return temporary files of logo and signature by parameter, for a layer that no GeoPackage keeps them beside."""
    found = {}
    for name in PICTURES:
        picture = getattr(particulars, name)
        if picture:
            path = Path(QgsProcessingUtils.generateTempFilename(f"{name}.png"))  # its bytes say what it is
            path.write_bytes(picture)
            found[name.upper()] = str(path)
    return found


def _usual_logo() -> bytes:
    try:
        return read_picture(logo_path()) if logo_path() else b""
    except RsqiError as error:
        QgsMessageLog.logMessage(error_message(error), "RSQI", Qgis.MessageLevel.Warning)
        return b""
