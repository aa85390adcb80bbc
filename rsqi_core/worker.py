"""RSQI for another process: one JSON request on standard input, JSON lines on standard output.

``python -m rsqi_core.worker`` reads a request, answers with events ``started``, ``progress``, ``warning``, ``errors``
(what an inspection has found so far, if a ``preview`` is asked for) and at last ``result`` or ``error``, and ends with
0, 1 or 130 (cancelled). The line ``{"command": "cancel"}``, the end of standard input or SIGTERM cancels; whatever the
run is doing then, it is gone within a second and leaves no file; a batch takes some seconds and keeps what is done.
The command ``follow`` is a conversation instead (`rsqi_core.jobs.follow`): it answers one line after the other and
writes no file.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple, TextIO

from .errors import Cancelled, ParameterError, RsqiError
from .imports import broken_import
from .notes import message_fields, message_of

GRACE = 0.4  # seconds that a cancelled run has to stop by itself
_PROGRESS_EVERY = 0.1  # seconds


class Command(NamedTuple):
    """Where in this package a command is carried out; its libraries, which may be heavy, load with it.

    Attributes
    ----------
    module, run : str
        The function that is given the request, `emit`, `cancelled` and `claim` (see `rsqi_core.job.run`), and returns
        the values of ``result``.
    read : str
        Function of the same module that makes of the request what `run` takes instead; empty: `run` reads it itself.
    cancellable : bool
        False: the command writes no file and ends with standard input. Its `run` is given the request, the lines of
        standard input and `emit`, and emits its answers itself.
    """

    module: str
    run: str
    read: str = ""
    cancellable: bool = True

    def function(self) -> Callable[..., Any]:
        """Return the function that is given the request."""
        module = import_module(f"{__package__}.{self.module}")
        run = getattr(module, self.run)
        if not self.read:
            return run
        read = getattr(module, self.read)
        return lambda request, *means: run(read(request), *means)


COMMANDS = {
    "inspect": Command("job", "run", "job_from_mapping"),
    "batch": Command("batch.request", "run_request"),
    "report": Command("report.write", "write_report", "order_from_mapping"),
    "seams": Command("jobs.seams", "run", "seam_job_from_mapping"),
    "evidence": Command("jobs.evidence", "run", "evidence_job_from_mapping"),
    "outline": Command("outline", "run_request"),
    "find": Command("jobs.find", "run", "find_job_from_mapping"),
    "memory": Command("jobs.memory", "run", "memory_job_from_mapping"),
    "ask": Command("jobs.ask", "run", "ask_job_from_mapping"),
    "dataset": Command("tasks", "make_dataset"),
    "finetune": Command("tasks", "fine_tune"),
    "thresholds": Command("tasks", "fit_thresholds"),
    "evaluate": Command("tasks", "evaluate"),
    "probe": Command("probe", "probe", cancellable=False),
    "follow": Command("jobs.follow", "serve", cancellable=False),
}


class _Channel:
    """Standard output as a stream of events."""

    def __init__(self, out: TextIO):
        self._out, self._lock, self._last = out, threading.Lock(), 0.0

    def emit(self, event: str, **values: Any) -> None:
        now = time.monotonic()
        if event == "progress":
            if 0 < values["done"] < values["total"] and now - self._last < _PROGRESS_EVERY:
                return
            self._last = now
        with self._lock:
            self._out.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
            self._out.flush()


def main() -> int:
    """Serve one request; return the exit code."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    channel = _Channel(sys.stdout)
    # Libraries that print must not break the protocol.
    sys.stdout = sys.stderr
    try:
        request = _request(sys.stdin.readline())
        command = COMMANDS[request["command"]]
        if not command.cancellable:
            command.function()(request, sys.stdin, channel.emit)
            return 0
        return _work(command, request, channel)
    except Cancelled as error:
        channel.emit("error", code=error.code, message=str(error))
        return 130
    except RsqiError as error:
        channel.emit("error", code=error.code, **message_fields(message_of(error)))
    except MemoryError:
        channel.emit("error", code="memory", message="out of memory; close other programs or inspect a smaller extent")
    except Exception as error:  # a defect of ours must still reach the user as one line, with the trace in the log
        import traceback

        traceback.print_exc()
        message = broken_import(error) or f"internal error: {type(error).__name__}: {error}"
        channel.emit("error", code="internal", message=message)
    return 1


def _request(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError as error:
        raise ParameterError(f"the request is not JSON: {error}") from None
    if not isinstance(request, dict) or request.get("command") not in COMMANDS:
        raise ParameterError(f"the request must be an object whose command is one of {', '.join(COMMANDS)}")
    return request


def _work(command: Command, request: dict[str, Any], channel: _Channel) -> int:
    cancelled, finished = threading.Event(), threading.Event()
    folders: list[str] = []

    def claim(folder: str | None) -> None:
        if folder is None:
            finished.set()  # too late to cancel: the results are moving to their places
        else:
            folders.append(folder)

    def watch_input() -> None:
        for line in sys.stdin:
            if '"cancel"' in line:
                break
        cancelled.set()

    def enforce_cancel() -> None:
        cancelled.wait()
        if finished.wait(GRACE):
            return
        # The run sits in a library call that nothing can interrupt: take its files away and leave.
        import shutil

        for folder in folders * 2:  # the run goes on meanwhile and may put one more file there
            shutil.rmtree(folder, ignore_errors=True)
        try:
            channel.emit("error", code=Cancelled.code, message="cancelled; nothing was written")
        finally:  # where QGIS has died, nobody listens any more
            os._exit(130)

    threading.Thread(target=watch_input, daemon=True).start()
    threading.Thread(target=enforce_cancel, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: cancelled.set())
    try:
        result = command.function()(request, channel.emit, cancelled.is_set, claim)
    finally:
        finished.set()
    channel.emit("result", **result)
    return 0


if __name__ == "__main__":
    code = main()
    # A daemon thread still blocks in readline: a normal exit would wait for its lock on standard input.
    sys.stderr.flush()
    os._exit(code)
