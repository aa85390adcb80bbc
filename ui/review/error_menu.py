"""What can be done with an error, as a menu: in the list and on the map."""

from __future__ import annotations

from typing import Callable, Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAbstractScrollArea, QMenu

from ...bridge.compat import QAction
from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch
from .error_rows import TECHNICIAN, ErrorRow
from .keys import command_texts, key_name

ICONS = {
    "accept": "/mIconSuccess.svg",
    "reject": "/mIconDelete.svg",
    "comment": "/mActionAnnotation.svg",
    "zoom": "/mActionZoomToSelected.svg",
    "evidence": "/rendererHeatmapSymbol.svg",
    "split": "/mActionSplitFeatures.svg",
    "delete": "/mActionDeleteSelected.svg",
    "copy": "/mActionEditCopy.svg",
}
ONE = ("comment", "zoom", "evidence", "split")  # commands for one error only


def fill(menu: QMenu, rows: Sequence[ErrorRow], run_command: Callable[[str], object]) -> None:
    """Put the commands for these errors on top of a menu."""
    before = menu.actions()[0] if menu.actions() else None
    texts = command_texts()
    title = type_name(taxonomy.by_id(rows[0].category_id)) if len(rows) == 1 else tr("{n} errors").format(n=len(rows))
    heading = menu.addSection(title)
    added = [heading]
    for command, icon in ICONS.items():
        action = QAction(QgsApplication.getThemeIcon(icon), f"{texts[command]}\t{key_name(command)}", menu)
        action.triggered.connect(lambda _=False, command=command: run_command(command))
        if command in ONE:
            action.setEnabled(len(rows) == 1)
        if command == "delete":
            action.setEnabled(all(row.source == TECHNICIAN for row in rows))
        added.append(action)
        if command == "reject":
            added.append(_type_menu(menu, run_command).menuAction())
    menu.removeAction(heading)
    menu.insertActions(before, added)
    if before is not None:
        menu.insertSeparator(before)


def pop_up(widget: QAbstractScrollArea, place: QPoint, fill_menu: Callable[[QMenu], None]) -> None:
    """Show a menu at a place of the list, unless nothing was put into it."""
    menu = QMenu(widget)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu)
    if menu.actions():
        menu.popup(widget.viewport().mapToGlobal(place))


def _type_menu(parent: QMenu, run_command: Callable[[str], object]) -> QMenu:
    menu = QMenu(tr("Type"), parent)
    for error_type in taxonomy.TYPES:
        command = f"type_{error_type.id}"
        text = f"{type_name(error_type)}\t{key_name(command)}"
        action = menu.addAction(QIcon(swatch(error_type.color)), text)
        action.triggered.connect(lambda _=False, command=command: run_command(command))
    return menu
