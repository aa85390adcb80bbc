"""Accept, reject, relabel, comment, merge, undo and redo: what a technician decides, committed at once; no widgets."""

from __future__ import annotations

from typing import Callable, Iterable, Mapping, Sequence

from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime, QObject, pyqtSignal

from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.layer_score import DERIVED
from ...bridge.measures import area_of, distance_area, project_context
from ...bridge.reviewer import reviewer
from ...rsqi_core import taxonomy
from . import seam_lines, store
from .error_rows import ACCEPTED, ADDED, CORRECTED, REJECTED, TECHNICIAN, UNREVIEWED, ErrorRow, columns_of, row_of
from .history import Change, History
from .reading import Reading

COMMENT_LENGTH = 254


class Decisions(QObject):
    """The errors of one layer, and what is decided about them.

    Attributes
    ----------
    rows : dict of int to ErrorRow
        As they were read from the file, which goes on for a while where there are many; :meth:`reload_if_changed`
        looks whether they still are so.

    Signals
    -------
    changed : set of int
        Errors that an action of this review changed, added or deleted.
    read : bool
        More rows of a layer that has just been opened; whether these are all.
    reloaded : set of int
        The file was read again; these errors somebody else changed meanwhile.
    lines_changed : set of int
        The seams' lines of these errors are others.
    refused : str
        Why an action was not carried out, in one sentence.
    """

    changed = pyqtSignal(object)
    read = pyqtSignal(bool)
    reloaded = pyqtSignal(object)
    lines_changed = pyqtSignal(object)
    refused = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.layer: QgsVectorLayer | None = None
        self.rows: dict[int, ErrorRow] = {}
        self.history = History()
        self.writing = False
        self.reading = Reading(self)
        self.reading.read.connect(self._take_rows)
        self._changed_elsewhere: set[int] = set()
        self._opening = False  # else what is read differs because somebody else has changed it
        self._file_stamp: tuple = ()

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Review another layer; what was done to the last one is in its file and can no longer be undone."""
        self.layer = layer
        self.history.clear()
        self.reading.stop()
        self.rows = {}
        self._file_stamp = self._current_stamp()
        self._opening = layer is not None
        if layer is not None:
            self.reading.start(layer)
            self.reading.go_on()

    def reload_if_changed(self) -> set[int]:
        """Read again if the file was written by somebody else, and signal the errors that differ, now or as they come.

        Returns
        -------
        set of int
            Those of them that are known now: all where there are few errors.
        """
        now = self._current_stamp()
        if now == self._file_stamp:
            return set()
        self._file_stamp = now
        self._changed_elsewhere = set()
        self._read_again()
        return self._changed_elsewhere

    def all_reviewed(self) -> bool:
        """Return whether all errors are read and none waits for a decision."""
        return not self.reading.going_on and all(row.status != UNREVIEWED for row in self.rows.values())

    def mark_as_read(self) -> None:
        """Take the file as read: this review itself has just written into another table of it."""
        self._file_stamp = self._current_stamp()

    # Decisions

    def accept(self, fids: Iterable[int]) -> bool:
        """Confirm errors; what the technician corrected or added stays so."""
        return self._decide(
            tr("Accept"),
            fids,
            lambda row: {} if row.status in (ACCEPTED, CORRECTED, ADDED) else {"status": ACCEPTED},
        )

    def reject(self, fids: Iterable[int]) -> bool:
        """Say that these are no errors: they stay in the file, and count no more."""
        return self._decide(tr("Reject"), fids, lambda row: {} if row.status == REJECTED else {"status": REJECTED})

    def relabel(self, fids: Iterable[int], category_id: int) -> bool:
        """Give errors another type; the type that one has already confirms it."""
        names = type_values(category_id)

        def values(row: ErrorRow) -> dict:
            if row.category_id == category_id:
                return {"status": ACCEPTED} if row.status in (UNREVIEWED, REJECTED) else {}
            return {**names, "status": ADDED if row.status == ADDED else CORRECTED}

        return self._decide(tr("Change the type"), fids, values)

    def comment(self, fid: int, text: str) -> bool:
        """Write a comment."""
        text = text.strip()[:COMMENT_LENGTH]
        return self._decide(tr("Comment"), [fid], lambda row: {} if row.comment == text else {"comment": text or None})

    def merge(self, fids: Sequence[int]) -> bool:
        """Make one error of several: the first one stays, with the outline of all and the highest confidence."""
        fids = [fid for fid in dict.fromkeys(fids) if fid in self.rows]
        if len(fids) < 2:
            self.refused.emit(tr("Select at least two errors to merge."))
            return False
        before = self.unchanged_features(fids)
        if before is None:
            return False
        geometry = QgsGeometry.unaryUnion([before[fid].geometry() for fid in fids])
        if geometry.isMultipart() and not QgsWkbTypes.isMultiType(self.layer.wkbType()):
            self.refused.emit(tr("The errors do not touch: this layer cannot hold them as one."))
            return False
        if QgsWkbTypes.isMultiType(self.layer.wkbType()):
            geometry.convertToMultiType()
        first = self.rows[fids[0]]
        sure = [self.rows[fid].confidence for fid in fids if self.rows[fid].confidence is not None]
        values = {
            "area_m2": self.area(geometry),
            "status": ADDED if first.status == ADDED else CORRECTED,
            "confidence": max(sure, default=None),
        }
        kept = with_values(before[fids[0]], {**values, **signature()})
        kept.setGeometry(geometry)
        after: dict[int, QgsFeature | None] = {**dict.fromkeys(fids), fids[0]: kept}
        return self.apply(Change(tr("Merge"), before, after)) is not None

    def delete(self, fids: Iterable[int]) -> bool:
        """Delete errors that were drawn; what an inspection found stays in the file, and is rejected instead."""
        fids = [fid for fid in fids if fid in self.rows]
        if any(self.rows[fid].source != TECHNICIAN for fid in fids):
            self.refused.emit(tr("Only what was drawn can be deleted: reject what the inspection has found."))
            return False
        before = self.unchanged_features(fids)
        if not before:
            return False
        lines = seam_lines.lines_of(self.layer, fids)
        change = Change(tr("Delete"), before, dict.fromkeys(fids), lines, dict.fromkeys(lines))
        return self.apply(change) is not None

    # Undo and redo

    def undo(self) -> set[int]:
        """Take the last action back; return its errors, none if there was nothing or it could not be."""
        return self._undo_or_redo(undone=False)

    def redo(self) -> set[int]:
        """Do again what was undone last."""
        return self._undo_or_redo(undone=True)

    def add_committed(self, change: Change) -> None:
        """Take a change into the history that QGIS's own tools made and that is committed."""
        self.history.push(change)
        if change.lines_after:
            self.lines_changed.emit(set(change.after))
        self._update_rows(change.after)

    def write_derived(self, values: Mapping[int, tuple[str | None, float]]) -> None:
        """Store severity and penalty by fid, which follow from the decisions and are no part of the history.

        Raises
        ------
        StoreError
        """
        now = store.snapshot(self.layer, values)
        target = {
            fid: with_values(feature, dict(zip(DERIVED, values[fid])))
            for fid, feature in now.items()
            if feature is not None
        }
        self._write(now, target, tr("Deductions"))
        self.rows.update({fid: row_of(feature) for fid, feature in target.items()})

    def area(self, geometry: QgsGeometry) -> float:
        """Return square metres on the ellipsoid of the layer."""
        return area_of(geometry, distance_area(self.layer.crs(), project_context()))

    # Writing

    def _decide(self, text: str, fids: Iterable[int], values: Callable[[ErrorRow], dict]) -> bool:
        changes = {fid: values(self.rows[fid]) for fid in fids if fid in self.rows}
        changes = {fid: change for fid, change in changes.items() if change}
        if not changes:
            return True
        before = self.unchanged_features(changes)
        if before is None:
            return False
        signed = signature()
        after = {fid: with_values(before[fid], {**change, **signed}) for fid, change in changes.items()}
        return self.apply(Change(text, before, after)) is not None

    def unchanged_features(self, fids: Iterable[int]) -> dict[int, QgsFeature | None] | None:
        """Return the stored errors; None, after a signal, if somebody else has changed one since it was shown."""
        changed_elsewhere = self.reload_if_changed() & set(fids)
        stored = store.snapshot(self.layer, fids)
        if not changed_elsewhere:
            columns = columns_of(self.layer.dataProvider().fields())
            for fid, feature in stored.items():
                if feature is None or row_of(feature, columns).decision() != self.rows[fid].decision():
                    changed_elsewhere.add(fid)
            if not changed_elsewhere:
                return stored
            found = {fid: None if each is None else row_of(each, columns) for fid, each in stored.items()}
            self._take_rows(found)
        self.refused.emit(self.conflict_text(changed_elsewhere))
        return None

    def conflict_text(self, fids: Iterable[int]) -> str:
        """Return a sentence that says who changed these errors."""
        names = sorted({self.rows[fid].edited_by for fid in fids if fid in self.rows} - {""})
        if not names:
            return tr("Somebody else has changed this error meanwhile: it was read again, please look once more.")
        return tr("{name} has changed this error meanwhile: it was read again, please look once more.").format(
            name=", ".join(names)
        )

    def apply(self, change: Change) -> Mapping[int, int] | None:
        """Do a change and take it into the history; return the fids of what was `NEW`, None if it was refused."""
        fids = self._write(change.before, change.after, change.text, report=True)
        if fids is None:
            return None
        change = change.renumbered(fids)
        lines = {fid: seam_lines.renamed(line, fids) for fid, line in change.lines_after.items()}
        try:
            line_fids = self._write_lines(lines)
        except store.StoreError as fault:  # neither without the other
            self._write(store.snapshot(self.layer, change.after), change.before, change.text, report=True)
            self.refused.emit(str(fault))
            return None
        before = {line_fids.get(fid, fid): line for fid, line in change.lines_before.items()}
        after = store.snapshot(self.layer, change.after)
        self.add_committed(Change(change.text, change.before, after, before, seam_lines.snapshot(self.layer, before)))
        return fids

    def _undo_or_redo(self, undone: bool) -> set[int]:
        change = self.history.last(undone)
        if change is None:
            return set()
        if not undone:
            change = change.reversed()
        self.reload_if_changed()
        now = store.snapshot(self.layer, change.before)
        same = all(store.same_error(now[fid], feature) for fid, feature in change.before.items())
        if not (same and seam_lines.unchanged(self.layer, change.lines_before)):
            self.history.drop(undone)
            self.refused.emit(tr("The error was changed by somebody else meanwhile, so this step was left out."))
            return set()
        fids = self._write(now, change.after, change.text, report=True)
        if fids is None:
            return set()
        self.history.move(undone)
        self.history.renumber(fids)
        if change.lines_after:
            try:
                self._write_lines(change.lines_after)
            except store.StoreError as fault:
                self.refused.emit(str(fault))
            self.lines_changed.emit(set(change.after))
        touched = {fids.get(fid, fid) for fid in change.after}
        self._update_rows(store.snapshot(self.layer, touched))
        return touched

    def _write_lines(self, target: Mapping[int, QgsFeature | None]) -> dict[int, int]:
        self.writing = True
        try:
            return seam_lines.write(self.layer, target)
        finally:
            self.writing = False
            self._file_stamp = self._current_stamp()

    def _write(self, stored: Mapping, target: Mapping, text: str, report: bool = False) -> dict[int, int] | None:
        """Write and return the fids of errors that came back; with `report` a failure sends a signal and gives None."""
        self.writing = True
        try:
            return store.write(self.layer, stored, target, text)
        except store.StoreError as error:
            if not report:
                raise
            self.refused.emit(str(error))
            return None
        finally:
            self.writing = False
            self._file_stamp = self._current_stamp()

    def _update_rows(self, now: Mapping[int, QgsFeature | None]) -> None:
        """Take over some errors as the file has them now."""
        self._file_stamp = self._current_stamp()
        columns = columns_of(self.layer.dataProvider().fields())
        for fid, feature in now.items():
            if feature is None:
                self.rows.pop(fid, None)
            else:
                self.rows[fid] = row_of(feature, columns)
        judged = {fid: self.rows[fid].status for fid in now if fid in self.rows}
        seam_lines.follow_status(self.layer, judged)
        self._file_stamp = self._current_stamp()
        self.layer.triggerRepaint()
        self.changed.emit(set(now))

    def _read_again(self) -> None:
        fids = self.reading.start(self.layer)
        if self.rows and not fids:  # cannot be read at the moment
            self._file_stamp = ()
            return
        self._take_rows(dict.fromkeys(set(self.rows).difference(fids)))
        self.reading.go_on()

    def _take_rows(self, found: Mapping[int, ErrorRow | None]) -> None:
        """Take over what the file has, and signal what somebody else has changed."""
        before = {fid: self.rows.get(fid) for fid in found}
        self.rows.update({fid: row for fid, row in found.items() if row is not None})
        for fid in [fid for fid, row in found.items() if row is None]:
            self.rows.pop(fid, None)
        if self._opening:
            self._opening = self.reading.going_on
            self.read.emit(not self._opening)
            return
        changed = {fid for fid, row in found.items() if _decision(before[fid]) != _decision(row)}
        if changed:
            self._changed_elsewhere |= changed
            self.layer.dataChanged.emit()  # for tables and scores
            self.layer.triggerRepaint()
        if before != found:
            self.reloaded.emit(changed)

    def _current_stamp(self) -> tuple:
        return store.file_stamp(geopackage_of(self.layer)) if self.layer is not None else ()


def _decision(row: ErrorRow | None) -> tuple | None:
    return None if row is None else row.decision()


def signature() -> dict[str, object]:
    """Return who edits, and when."""
    return {"edited_at": QDateTime.currentDateTime(), "edited_by": reviewer()[:64]}


def type_values(category_id: int) -> dict[str, object]:
    """Return the fields that name a type."""
    error_type = taxonomy.by_id(category_id)
    return {"category_id": category_id, "label": error_type.zh, "label_en": error_type.en}


def with_values(feature: QgsFeature, values: Mapping[str, object]) -> QgsFeature:
    """Return a copy with other values; names that the layer has no field for are left out."""
    copy, fields = QgsFeature(feature), feature.fields()
    for name, value in values.items():
        index = fields.indexFromName(name)
        if index >= 0:
            copy.setAttribute(index, value)
    return copy
