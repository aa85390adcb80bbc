"""Ask before a reviewed result is replaced."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtWidgets import QMessageBox, QWidget

from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...rsqi_core.files.earlier import free_name

REPLACE, BESIDE, CANCEL = "replace", "beside", "cancel"


def ask(path: Path, verdicts: int, parent: QWidget) -> str:
    """Ask what happens to a reviewed result where another one is to go; return one of the three answers."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("RSQI")
    box.setText(tr("{name} holds a reviewed result (verdicts: {count}).").format(name=path.name, count=verdicts))
    text = tr("Replace it, or save the new result beside it? If replaced, it is kept as {kept}.")
    box.setInformativeText(text.format(kept=free_name(path).name))
    replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
    beside = box.addButton(tr("Save beside it"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(beside)
    box.exec()
    return {replace: REPLACE, beside: BESIDE}.get(box.clickedButton(), CANCEL)


def layers_of(path: Path) -> list[QgsVectorLayer]:
    """Return the layers of the project that show a GeoPackage; it cannot be replaced as long as they are open."""
    layers = QgsProject.instance().mapLayers().values()
    return [each for each in layers if isinstance(each, QgsVectorLayer) and geopackage_of(each) == path]
