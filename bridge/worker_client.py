"""Talk to the worker process: one JSON request in, JSON lines out. QtCore only, and safe in background threads."""

from __future__ import annotations

import json
import time
from collections import deque
from pathlib import Path
from typing import Iterator

from qgis.core import QgsProcessingException, QgsProcessingFeedback
from qgis.PyQt.QtCore import QProcess, QProcessEnvironment

from .i18n import tr
from .live_feedback import LiveFeedback
from .paths import PLUGIN_FOLDER
from .texts import error_text, progress_text, scene_text, warning_text
from .worker_python import find_python

POLL_MS = 50
CANCEL_MS = 700  # what a cancelled worker gets to tidy up before it is killed
BATCH_CANCEL_MS = 9000  # a batch stops its own workers, and notes what they have done
START_MS = 15000
CLOSE_MS = 5000
INFO_EVERY_S = 5.0
STAGES = {  # shares of the progress bar
    "inspect": (0.0, 80.0),
    "evidence": (80.0, 88.0),
    "lines": (88.0, 90.0),
    "polygons": (90.0, 97.0),
    "write": (97.0, 100.0),
    "read": (0.0, 20.0),
    "seams": (20.0, 97.0),
    "find": (0.0, 97.0),
    "train": (0.0, 85.0),
    "thresholds": (85.0, 90.0),
    "compare": (90.0, 100.0),
}

# The worker must not meet QGIS's own Python, GDAL and PROJ.
_QGIS_VARIABLES = {"PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "LD_LIBRARY_PATH", "LD_PRELOAD", "VIRTUAL_ENV"}
_QGIS_PREFIXES = ("PROJ_", "GDAL_", "OGR_", "CPL_", "DYLD_", "QT_")


def child_environment() -> QProcessEnvironment:
    """Return the environment of a child process: that of this one without what belongs to QGIS."""
    env = QProcessEnvironment.systemEnvironment()
    for key in env.keys():  # noqa: SIM118 (a Qt class, not a dict)
        if key.upper() in _QGIS_VARIABLES or key.upper().startswith(_QGIS_PREFIXES):
            env.remove(key)
    env.insert("PYTHONPATH", str(PLUGIN_FOLDER))
    env.insert("PYTHONIOENCODING", "utf-8")
    env.insert("PYTHONNOUSERSITE", "1")
    return env


def create_process(python: str, parent=None) -> QProcess:
    """Return the worker process, ready to start."""
    process = QProcess(parent)
    process.setProcessEnvironment(child_environment())
    process.setWorkingDirectory(str(PLUGIN_FOLDER))
    process.setProgram(python)
    process.setArguments(["-m", "rsqi_core.worker"])
    return process


def encode(message: dict) -> bytes:
    """Return one protocol line."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8") + b"\n"


class WorkerOutput:
    """Splits the worker's two streams into events and log lines.

    Attributes
    ----------
    log : deque of str
        The last lines of stderr.
    other : deque of str
        The last lines of stdout that were no events, such as what libraries print.
    """

    def __init__(self):
        self.log: deque = deque(maxlen=50)
        self.other: deque = deque(maxlen=50)
        self._rest = {"out": b"", "err": b""}

    def events(self, process: QProcess) -> Iterator[dict]:
        """Yield the events that have arrived."""
        self.log.extend(self._lines("err", bytes(process.readAllStandardError())))
        for line in self._lines("out", bytes(process.readAllStandardOutput())):
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if isinstance(event, dict) and isinstance(event.get("event"), str):
                yield event
            else:
                self.other.append(line)

    def last_line(self) -> str:
        """Return the last line of stderr, else of stdout, cut to a readable length."""
        for lines, stream in ((self.log, "err"), (self.other, "out")):
            unended = self._rest[stream].decode("utf-8", "replace").strip()
            words = unended or (lines[-1] if lines else "")
            if words:
                return words if len(words) <= 300 else words[:300] + "..."
        return tr("none")

    def _lines(self, stream: str, data: bytes) -> list[str]:
        *lines, self._rest[stream] = (self._rest[stream] + data).split(b"\n")
        texts = (line.decode("utf-8", "replace").strip() for line in lines)
        return [text for text in texts if text]


def exit_text(process: QProcess, output: WorkerOutput) -> str:
    """Return one sentence that says how a worker without a result ended."""
    if process.exitStatus() == QProcess.ExitStatus.CrashExit:
        text = tr("The worker was killed before it finished (perhaps out of memory); its last words: {words}")
    else:
        text = tr("The worker ended without a result (exit code {code}); its last words: {words}")
    return text.format(code=process.exitCode(), words=output.last_line())


class FeedbackForwarder:
    """Passes the worker's events on to a feedback; progress texts at most every `INFO_EVERY_S` seconds."""

    def __init__(self, feedback: QgsProcessingFeedback):
        self._feedback = feedback
        self._info_time = 0.0
        self._stage = None
        self._said: set[str] = set()

    def forward(self, event: dict) -> None:
        """Pass on one event that does not end the run."""
        if isinstance(self._feedback, LiveFeedback):
            self._feedback.worker_event.emit(event)
        if event["event"] == "progress":
            low, high = STAGES.get(event.get("stage"), (0.0, 100.0))
            share = event.get("share", event.get("done", 0) / max(1, event.get("total", 1)))
            self._feedback.setProgress(low + (high - low) * min(1.0, share))
            if event.get("stage") != self._stage or time.monotonic() - self._info_time > INFO_EVERY_S:
                self._stage, self._info_time = event.get("stage"), time.monotonic()
                self._feedback.pushInfo(progress_text(event))
        elif event["event"] == "warning":
            self._warn(event, warning_text(event))
        elif event["event"] == "again":
            self._feedback.pushWarning(tr("{name}: {reason}; it is tried again.").format(**_named(event)))
        elif event["event"] == "scene":
            self._feedback.pushInfo(scene_text(event))
        elif event["event"] == "started":
            self._feedback.pushInfo(tr("The worker has started."))

    def _warn(self, event: dict, text: str) -> None:
        """Warn; what a batch says of one image after the other is said once."""
        if "raster" not in event:
            self._feedback.pushWarning(text)
        elif text not in self._said:
            self._said.add(text)
            self._feedback.pushWarning(f"{Path(event['raster']).name}: {text}")


def _named(event: dict) -> dict:
    return {"name": Path(event["raster"]).name, "reason": event["reason"]}


def run_worker(request: dict, feedback: QgsProcessingFeedback, cancel_ms: int = CANCEL_MS) -> dict | None:
    """Run one request to its end.

    Parameters
    ----------
    request : dict
        The request of the worker protocol.
    feedback : QgsProcessingFeedback
        Gets progress, counts, time left and warnings; its cancelling stops the worker.
    cancel_ms : int, optional
        What a cancelled worker gets to tidy up. A `LiveFeedback` that is `hurried` does not wait so long.

    Returns
    -------
    dict or None
        The ``result`` event; None when cancelled.

    Raises
    ------
    QgsProcessingException
        One sentence: no environment, the worker's own error, or how it ended without a result.
    """
    process = create_process(find_python())
    process.start()
    if not process.waitForStarted(START_MS):
        raise QgsProcessingException(
            tr("The worker Python {path} cannot be started: {reason}").format(
                path=process.program(), reason=process.errorString()
            )
        )
    output, forwarder = WorkerOutput(), FeedbackForwarder(feedback)
    try:
        process.write(encode(request))
        while not feedback.isCanceled():
            process.waitForReadyRead(POLL_MS)
            # Asked before reading, so that nothing written before the end is missed.
            ended = process.state() == QProcess.ProcessState.NotRunning
            for event in output.events(process):
                if event["event"] == "result":
                    return event
                if event["event"] == "error":
                    if event.get("code") == "cancelled" and feedback.isCanceled():
                        return None
                    raise QgsProcessingException(error_text(event))
                forwarder.forward(event)
            if ended:
                raise QgsProcessingException(exit_text(process, output))
        process.write(encode({"command": "cancel"}))
        end = time.monotonic() + cancel_ms / 1000
        while time.monotonic() < end and not process.waitForFinished(POLL_MS):
            if getattr(feedback, "hurried", False) or process.state() == QProcess.ProcessState.NotRunning:
                break
        return None
    finally:
        _close(process, patient=not feedback.isCanceled())


def _close(process: QProcess, patient: bool) -> None:
    """End the process: `patient` lets one that has answered leave by itself."""
    process.closeWriteChannel()
    if process.state() != QProcess.ProcessState.NotRunning and not (patient and process.waitForFinished(CLOSE_MS)):
        process.kill()
        process.waitForFinished(200)
