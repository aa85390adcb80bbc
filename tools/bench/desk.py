"""Run inside the real QGIS by ``qgis --code``: review very many errors by keys, and note how long a person waits.

The environment says where: RSQI_BENCH_RESULT (a GeoPackage), RSQI_BENCH_OBSERVED (JSON) and, to see where the time
goes, RSQI_BENCH_PROFILE (a file for cProfile).
"""

from __future__ import annotations

import cProfile
import json
import os
import time
import traceback
from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsFeature, QgsGeometry, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from qgis.utils import iface

LONG = 600  # seconds after which nothing more is waited for
REST = 60  # seconds that an action may need to come to its end
QUIET = 1.0  # seconds without a stall or a score after which an action has come to its end
BEAT_MS = 5
VERDICTS = 10


class Heart(QTimer):
    """Beats every few milliseconds, and knows the longest time that it could not.

    Attributes
    ----------
    longest, own : float
        Seconds from one beat to the next, and the same without what the thread waited for a processor: what is left
        where no other program takes it.
    """

    def __init__(self):
        super().__init__()
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.timeout.connect(self._beat)
        self.reset()
        self.start(BEAT_MS)

    def reset(self) -> None:
        self.longest, self.own = 0.0, 0.0
        self._last = time.perf_counter(), own_time()

    def _beat(self) -> None:
        now = time.perf_counter(), own_time()
        self.longest = max(self.longest, now[0] - self._last[0])
        self.own = max(self.own, now[1] - self._last[1])
        self._last = now


def own_time() -> float:
    """Return seconds on a clock that stands still while this thread waits for a processor."""
    _, waited, _ = Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()
    return time.perf_counter() - int(waited) / 1e9


def wait(until, seconds: float = LONG) -> None:
    """Let QGIS work until something is so."""
    end = time.monotonic() + seconds
    flags = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    while not until() and time.monotonic() < end:
        QgsApplication.processEvents(flags)


class Desk:
    """The dock with the layer, and the clock."""

    def __init__(self):
        main = iface.mainWindow()
        main.showMaximized()
        main.findChild(QAction, "rsqiInspectLayer").trigger()
        self.dock = main.findChild(QDockWidget, "rsqiDock")
        self.page, self.live = self.dock.review_page, self.dock.score_page.live
        self.heart = Heart()
        self.scored_at = 0.0
        self.live.scored.connect(self._note_score)
        path = os.environ["RSQI_BENCH_RESULT"]
        raster = QgsRasterLayer(path.replace(".gpkg", ".tif"), "scene")
        self.layer = QgsVectorLayer(f"{path}|layername=errors", "errors", "ogr")
        QgsProject.instance().addMapLayer(raster)
        iface.mapCanvas().setExtent(raster.extent())
        self.rest()

    def _note_score(self, _score) -> None:
        self.scored_at = time.perf_counter()

    def rest(self) -> None:
        """Wait until nothing goes on any more."""
        quiet = time.perf_counter()

        def done() -> bool:
            nonlocal quiet
            busy = iface.mapCanvas().isDrawing() or self.heart.own > 0.01 or self.scored_at > quiet
            if busy:
                quiet = time.perf_counter()
                self.heart.reset()
            return time.perf_counter() - quiet > QUIET

        wait(done, REST)

    def measure(self, action, shown) -> dict[str, float]:
        """Seconds from an action until it is on the screen and until its score is, and the longest stall on the way."""
        self.rest()
        self.scored_at = 0.0
        self.heart.reset()
        started, worked = time.perf_counter(), own_time()
        action()
        wait(shown)
        self.page.list.viewport().repaint()
        seen, own = time.perf_counter() - started, own_time() - worked
        wait(lambda: self.scored_at > 0)
        score = self.scored_at - started
        end = time.perf_counter() + QUIET  # the deductions are stored after the score
        wait(lambda: time.perf_counter() > end)
        return {
            "shown": seen,
            "shown, own": own,
            "score": score,
            "stall": self.heart.longest,
            "stall, own": self.heart.own,
        }

    # What is measured

    def run(self) -> dict[str, object]:
        found: dict[str, object] = {"qgis": Qgis.QGIS_VERSION}
        found["open"] = self.measure(self._open, lambda: self.page.list.table.rowCount() > 0)
        found["errors"] = len(self.page.decisions.rows)
        found["verdict"] = self._press(Qt.Key.Key_A, "accepted")
        found["reject"] = self._press(Qt.Key.Key_X, "rejected")
        found["type"] = self._press(Qt.Key.Key_2, "corrected")
        found["undo"] = self._undo()
        found["ten verdicts"] = self.measure(self._ten, lambda: True)
        found["reshape"] = self._edit(self._reshape)
        found["draw"] = self._edit(self._draw)
        found["delete"] = self._edit(self._delete)
        return found

    def _open(self) -> None:
        QgsProject.instance().addMapLayer(self.layer)
        self.dock.show_result(self.layer)

    def _press(self, key, status: str) -> dict[str, float]:
        fid = self.page.list.fid
        return self.measure(
            lambda: QTest.keyClick(iface.mapCanvas(), key),
            lambda: self.page.decisions.rows[fid].status == status and self.page.list.fid != fid,
        )

    def _undo(self) -> dict[str, float]:
        return self.measure(
            lambda: QTest.keyClick(iface.mapCanvas(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
            lambda: self.page.decisions.rows[self.page.list.fid].status == "unreviewed",
        )

    def _ten(self) -> None:
        for number in range(VERDICTS):
            QTest.keyClick(iface.mapCanvas(), Qt.Key.Key_X if number % 2 else Qt.Key.Key_A)
            QgsApplication.processEvents()

    def _edit(self, edit) -> dict[str, float]:
        """An edit by QGIS's own tools, which the review commits."""
        self.layer.startEditing()
        self.rest()
        before = self.page.decisions.history.last()
        return self.measure(edit, lambda: self.page.decisions.history.last() is not before)

    def _reshape(self) -> None:
        fid = self.page.list.fid
        outline = self.layer.getFeature(fid).geometry().buffer(3.0, 4)
        outline.convertToMultiType()
        self.layer.changeGeometry(fid, outline)

    def _draw(self) -> None:
        feature = QgsFeature(self.layer.fields())
        drawn = QgsGeometry(self.layer.getFeature(self.page.list.fid).geometry())
        drawn.translate(5.0, 0.0)
        feature.setGeometry(drawn)
        feature["category_id"] = 1
        self.layer.addFeature(feature)

    def _delete(self) -> None:
        self.layer.deleteFeature(self.page.list.fid)


def main() -> None:
    observed = Path(os.environ["RSQI_BENCH_OBSERVED"])
    profile = cProfile.Profile() if os.environ.get("RSQI_BENCH_PROFILE") else None
    try:
        desk = Desk()
        if profile is not None:
            profile.enable()
        found = desk.run()
        if profile is not None:
            profile.disable()
            profile.dump_stats(os.environ["RSQI_BENCH_PROFILE"])
    except BaseException:
        found = {"traceback": traceback.format_exc()}
    observed.write_text(json.dumps(found), encoding="utf-8")
    os._exit(0)  # no question about the unsaved project


QTimer.singleShot(3000, main)
