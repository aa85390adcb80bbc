"""Severity and penalty of every error, kept true while errors are edited; measured in portions, so nobody waits."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from ...algorithms.score_layer import Image, record
from ...rsqi_core import scoring
from ...rsqi_core.errors import RsqiError
from .store import StoreError, path_of, snapshot
from .verdicts import Verdicts

PAUSE_MS = 200  # after the last edit: who judges quickly is not held up
SLICE_MS = 15
PORTION = 50


class Deductions(QObject):
    """Listens to the verdicts and writes back what the scheme says of each error.

    Attributes
    ----------
    image : Image or None
        What the inspection knew of the image; without it nothing is judged.

    Signals
    -------
    written : set of int
        Errors whose severity or penalty is another now.
    """

    written = pyqtSignal(object)

    def __init__(self, verdicts: Verdicts, parent: QObject | None = None):
        super().__init__(parent)
        self._verdicts = verdicts
        self.image: Image | None = None
        self._inspected: tuple[str, ...] | None = None
        self._records: dict[int, scoring.ErrorRecord] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        verdicts.changed.connect(self._follow)
        verdicts.reloaded.connect(self._forget)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Follow another layer; nothing is written until something is edited."""
        self._timer.stop()
        self._records.clear()
        self.image, self._inspected = image_of(layer) if layer is not None else (None, None)

    def stop(self) -> None:
        self._timer.stop()

    def _forget(self, fids: set[int]) -> None:
        for fid in fids:
            self._records.pop(fid, None)

    def _follow(self, fids: set[int]) -> None:
        self._forget(fids)
        if self.image is not None:
            self._timer.start(PAUSE_MS)

    def _go_on(self) -> None:
        """Measure what is not yet measured for a moment; once all is, judge."""
        rows, layer = self._verdicts.rows, self._verdicts.layer
        if layer is None or self.image is None:
            return
        clock = QElapsedTimer()
        clock.start()
        waiting = [fid for fid in rows if fid not in self._records]
        while waiting and clock.elapsed() < SLICE_MS:
            portion, waiting = waiting[:PORTION], waiting[PORTION:]
            for fid, feature in snapshot(layer, portion).items():
                if feature is None or feature.geometry().isEmpty() or not 1 <= rows[fid].category_id <= 10:
                    continue
                feature["area_m2"] = self._verdicts.area(feature.geometry())
                self._records[fid] = record(feature, self.image)
        if waiting and any(fid not in self._records for fid in waiting):
            self._timer.start(0)
        else:
            self._judge()

    def _judge(self) -> None:
        rows = self._verdicts.rows
        fids = [fid for fid in rows if fid in self._records]
        records = [
            replace(self._records[fid], category_id=rows[fid].category_id, status=rows[fid].status) for fid in fids
        ]
        image = self.image
        try:
            pixels = round(image.valid_area / image.pixel_area)
            scheme = scoring.load_scheme()
            score = scoring.score(records, scheme, image.valid_area, pixels, image.diagonal, inspected=self._inspected)
        except RsqiError as error:
            QgsMessageLog.logMessage(str(error), "RSQI", Qgis.MessageLevel.Warning)
            return
        values = {
            fid: (item.severity, item.penalty)
            for fid, item in zip(fids, score.items)
            if rows[fid].severity != (item.severity or "") or not math.isclose(rows[fid].penalty, item.penalty)
        }
        if not values:
            return
        try:
            self._verdicts.write_derived(values)
        except StoreError as error:  # the next edit tries again
            QgsMessageLog.logMessage(str(error), "RSQI", Qgis.MessageLevel.Warning)
            return
        self.written.emit(set(values))


def image_of(layer: QgsVectorLayer) -> tuple[Image | None, tuple[str, ...] | None]:
    """Return what the table `summary` beside the layer says of the image, and the types that were looked for."""
    path = path_of(layer)
    if path is None:
        return None, None
    summary = QgsVectorLayer(f"{path}|layername=summary", "summary", "ogr")
    row = next(summary.getFeatures(), None) if summary.isValid() else None
    if row is None:
        return None, None
    names = row.fields().names()
    found = dict(zip(names, row.attributes()))
    try:
        a, b, _, d, e, _ = json.loads(found["transform"])
        valid_area = float(found["valid_area_m2"])
        width, height = int(found["width"]), int(found["height"])
        pixels = int(found.get("valid_pixels") or width * height)
        image = Image(valid_area, valid_area / pixels, math.sqrt(abs(a * e - b * d)), math.hypot(width, height))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None, None
    inspected = tuple(code for code in str(found.get("inspected") or "").split(",") if code)
    return image, inspected or None
