"""Edits by QGIS's own tools, made part of the review: each is completed, committed at once, and can be undone.

Whatever puts changes into the layer's edit buffer (a drawn polygon, a moved vertex, the form, a script), two things
happen to it: a moment later it is committed, and on the way into the file it gets its area, status and signature.
"""

from __future__ import annotations

from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer
from qgis.gui import QgsMapTool
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ...bridge.compat import GEOS, NO_FORM, QAction
from ...bridge.file_lock import lock_problem
from ...bridge.i18n import tr
from ...bridge.layer_score import DERIVED
from ...rsqi_core import taxonomy
from . import store
from .decisions import Decisions, signature, type_values
from .error_rows import ADDED, CORRECTED, TECHNICIAN, ErrorRow, row_of
from .history import Change
from .map_mode import MapMode
from .sketch import draw_again, is_sketching, sketch_of

SELECTION_COLOR = QColor(255, 255, 0, 50)  # what is selected while it is edited: the image below has to be seen
RETRY_MS = 1000  # until another program lets go of the file
TOOLS = {
    "draw": "mActionAddFeature",
    "reshape": "mActionReshapeFeatures",
    "vertices": "mActionVertexToolActiveLayer",
    "split": "mActionSplitFeatures",
}
DRAWING = ("draw", "outline")  # tools that add errors


class Digitising(MapMode):
    """Starts QGIS's tools on the layer under review, and completes and commits their edits.

    Attributes
    ----------
    mode : str
        One of :data:`TOOLS` or of `own_tools`, empty if nothing is being digitised.
    category_id : int
        Type of the next error that is drawn.
    own_tools : dict of str to QgsMapTool
        Tools that are not QGIS's own; what they make comes by :meth:`add`.

    Signals
    -------
    drawn : int
        Fid of an error that has just been added.
    crossing : QgsPointXY
        Where an outline crosses itself that was not taken, in the system of the layer.
    """

    drawn = pyqtSignal(int)
    crossing = pyqtSignal(QgsPointXY)

    def __init__(self, iface, decisions: Decisions, parent: QObject | None = None):
        super().__init__(iface, parent)
        self._decisions = decisions
        self._layer: QgsVectorLayer | None = None
        self.category_id = 1
        self.own_tools: dict[str, QgsMapTool] = {}
        self._form_setting = None
        self._color_before: QColor | None = None
        self._started_editing = False
        self._pending: tuple[str, dict[int, QgsFeature | None]] | None = None
        self._added: list[int] = []
        self._sketches: dict[int, list[QgsPointXY]] = {}  # what was drawn, by the error that came of it
        self._to_mend: list[QgsPointXY] = []
        self._locked = False  # whether the edit waits for another program, which has been said
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.commit_edits)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Watch another layer."""
        self.leave()
        for signal, slot in self._slots(self._layer):
            signal.disconnect(slot)
        self._layer = layer
        for signal, slot in self._slots(layer):
            signal.connect(slot)

    def stop(self) -> None:
        self.set_layer(None)

    def _slots(self, layer: QgsVectorLayer | None) -> list[tuple]:
        if layer is None:
            return []
        return [
            (layer.layerModified, self._edits_begun),
            (layer.featureAdded, self._note_sketch),
            (layer.geometryChanged, self._note_sketch),
            (layer.beforeCommitChanges, self._complete_edits),
            (layer.committedFeaturesAdded, self._note_added),
            (layer.afterCommitChanges, self._add_to_history),
        ]

    # Tools

    def start(self, mode: str) -> bool:
        """Start a tool, or leave it if it is on; return whether it runs now."""
        again = mode == self.mode
        self.leave()
        if again:
            return False
        own = self.own_tools.get(mode)
        action = self._iface.mainWindow().findChild(QAction, TOOLS[mode]) if own is None else None
        if own is None and action is None:
            self._decisions.refused.emit(tr("This QGIS does not have the tool for it."))
            return False
        if not self._layer.isEditable():
            if not self._layer.startEditing():
                self._decisions.refused.emit(
                    tr("{name} cannot be edited: it is read-only. Save a copy of it and review that.").format(
                        name=self._layer.name()
                    )
                )
                return False
            self._started_editing = True
        canvas = self._iface.mapCanvas()
        self._color_before = canvas.selectionColor()

        def give_map() -> None:
            canvas.setSelectionColor(SELECTION_COLOR)
            self._iface.setActiveLayer(self._layer)
            self._suppress_form(mode in DRAWING)
            if own is None:
                action.trigger()
            else:
                canvas.setMapTool(own)

        self._begin(mode, give_map)
        return True

    def _end(self) -> None:
        """Save what the tool did."""
        self._iface.mapCanvas().setSelectionColor(self._color_before)
        self.commit_edits()
        self._suppress_form(False)
        if self._started_editing and self._layer.isEditable() and not self._layer.isModified():
            self._layer.commitChanges()
        self._started_editing = False

    def add(self, geometry: QgsGeometry) -> None:
        """Add an outline that one of `own_tools` has made, as if it had been drawn."""
        feature = QgsFeature(self._layer.fields())
        geometry.convertToMultiType()
        feature.setGeometry(geometry)
        self._layer.beginEditCommand(tr("Draw"))
        self._layer.addFeature(feature)
        self._layer.endEditCommand()

    def sketching(self) -> bool:
        """Return whether a line or polygon has been begun on the map; the keys then belong to the tool."""
        return is_sketching(self._iface.mapCanvas().mapTool())

    def _suppress_form(self, suppressed: bool) -> None:
        """Keep QGIS from opening its form after each polygon while a type is chosen by keys."""
        config = self._layer.editFormConfig()
        if suppressed:
            self._form_setting = config.suppress()
            config.setSuppress(NO_FORM)
        elif self._form_setting is not None:
            config.setSuppress(self._form_setting)
            self._form_setting = None
        else:
            return
        self._layer.setEditFormConfig(config)

    # What the tools did

    def commit_edits(self) -> None:
        """Commit what is in the edit buffer, and go on editing."""
        self._timer.stop()
        layer = self._layer
        if layer is None or not layer.isEditable() or not layer.isModified():
            return
        problem = lock_problem(layer)
        if problem:
            if not self._locked:
                self._decisions.refused.emit(problem)
            self._locked = True
            self._timer.start(RETRY_MS)
            return
        self._locked = False
        if not layer.commitChanges(False):
            reason = " ".join(" ".join(layer.commitErrors()).split())
            text = tr("{name} could not be saved; the edit stays on the map and is tried again: {reason}")
            self._decisions.refused.emit(text.format(name=layer.name(), reason=reason))

    def _edits_begun(self) -> None:
        if not self._decisions.writing:
            self._timer.start(0)  # once the tool has ended its own command

    def _note_sketch(self, fid: int, *_) -> None:
        """Keep what the tool has drawn, which it forgets with the edit: it may have to be mended."""
        if not self._decisions.writing:
            self._sketches[fid] = sketch_of(self._iface.mapCanvas().mapTool())

    def _complete_edits(self, *_) -> None:
        """Give what is about to be committed its area, status and signature."""
        if self._decisions.writing:
            return
        layer = self._layer
        buffer = layer.editBuffer()
        derived = {layer.fields().indexFromName(name) for name in DERIVED}  # a change of these only is no edit
        changed = buffer.changedAttributeValues()
        shapes, values = set(buffer.changedGeometries()), {fid for fid in changed if set(changed[fid]) - derived}
        deleted, added = set(buffer.deletedFeatureIds()), dict(buffer.addedFeatures())
        before = store.snapshot(layer, shapes | values | deleted)
        self._added = []
        self._timer.stop()
        changed_elsewhere = {fid for fid in before if self._changed_elsewhere(fid, before[fid])} - deleted
        for fid in changed_elsewhere:
            self._put_back(fid, before.pop(fid), values)
        crossing = [self._refuse_crossing(fid, before.get(fid)) for fid in (shapes | set(added)) - deleted]
        crossing = {fid: place for fid, place in crossing if place is not None}
        for fid in crossing:
            before.pop(fid, None)
            added.pop(fid, None)
        shapes, values = shapes - set(crossing), values - set(crossing)
        for fid in (shapes | values) - changed_elsewhere - deleted:
            self._complete_feature(fid, layer.getFeature(fid), shapes)
        for fid, feature in added.items():
            self._complete_feature(fid, feature, shapes, new=True)
        self._timer.stop()
        text = tr("Draw") if added and not shapes else tr("Split") if added else tr("Delete") if deleted else tr("Edit")
        self._pending = text, before
        if not before and not added:
            self._pending = None
        sketches, self._sketches = self._sketches, {}
        for fid, place in crossing.items():
            self._to_mend = sketches.get(fid) or self._to_mend
            self._decisions.refused.emit(_crossing_text(bool(sketches.get(fid))))
            self.crossing.emit(place)
        if changed_elsewhere:
            self._decisions.refused.emit(self._decisions.conflict_text(changed_elsewhere))

    def _refuse_crossing(self, fid: int, stored: QgsFeature | None) -> tuple[int, QgsPointXY | None]:
        """Take an outline that crosses itself back; return where it does."""
        place = crossing_of(self._layer.getFeature(fid).geometry())
        if place is not None and stored is None:
            self._layer.deleteFeature(fid)
        elif place is not None:
            self._layer.changeGeometry(fid, stored.geometry())
        return fid, place

    def _changed_elsewhere(self, fid: int, stored: QgsFeature | None) -> bool:
        known = self._decisions.rows.get(fid)
        return stored is not None and known is not None and row_of(stored).decision() != known.decision()

    def _put_back(self, fid: int, stored: QgsFeature, values: set[int]) -> None:
        self._layer.changeGeometry(fid, stored.geometry())
        if fid in values:
            self._layer.changeAttributeValues(fid, dict(enumerate(stored.attributes())))

    def _complete_feature(self, fid: int, feature: QgsFeature, shapes: set[int], new: bool = False) -> None:
        """Complete one feature in the buffer: a new one is drawn, unless it is a part of one that was split."""
        row = row_of(feature)
        typed = 1 <= row.category_id <= len(taxonomy.TYPES)
        if new and not shapes:
            category_id = row.category_id if typed and self.mode not in DRAWING else self.category_id
            changed = {"status": ADDED, "source": TECHNICIAN, "confidence": 1.0, "block_size": None, "comment": None}
        else:
            category_id = row.category_id if typed else self.category_id
            changed = {} if self._keeps_status(fid, row, fid in shapes) else {"status": CORRECTED}
        changed.update(type_values(category_id), **signature())
        if new or fid in shapes:
            changed["area_m2"] = self._decisions.area(feature.geometry())
        index_values = {}
        for name, value in changed.items():
            index = feature.fields().indexFromName(name)
            if index >= 0 and not store.equal(feature.attribute(index), value):
                index_values[index] = value
        self._layer.changeAttributeValues(fid, index_values)

    def _keeps_status(self, fid: int, row: ErrorRow, reshaped: bool) -> bool:
        """Return whether an edit leaves the status alone: a drawn error, a chosen status, or a comment only."""
        stored = self._decisions.rows.get(fid)
        if row.status == ADDED or (stored is not None and stored.status != row.status):
            return True
        return stored is not None and stored.category_id == row.category_id and not reshaped

    def _note_added(self, _, features) -> None:
        if not self._decisions.writing:
            self._added = [feature.id() for feature in features]

    def _add_to_history(self) -> None:
        if self._to_mend:
            places, self._to_mend = self._to_mend, []
            draw_again(self._iface.mapCanvas(), self._layer, places)
        if self._pending is None:
            return
        (text, before), self._pending = self._pending, None
        before = {**before, **dict.fromkeys(self._added)}
        if not before:
            return
        self._decisions.add_committed(Change(text, before, store.snapshot(self._layer, before)))
        if self.mode in DRAWING and self._added:
            self.drawn.emit(self._added[-1])


def _crossing_text(can_be_mended: bool) -> str:
    if not can_be_mended:
        return tr("The outline crosses itself where the map shows it: it was not taken.")
    return tr("The outline crosses itself. Backspace takes its last points back, Esc drops it.")


def crossing_of(geometry: QgsGeometry) -> QgsPointXY | None:
    """Return where an outline crosses itself; None if it does not."""
    if geometry.isNull() or geometry.isGeosValid():
        return None
    errors = [error for error in geometry.validateGeometry(GEOS) if error.hasWhere()]
    return errors[0].where() if errors else geometry.boundingBox().center()
