"""Build the worker environment in the background: one program after the other, beside the environment that is there."""

from __future__ import annotations

import json
import shutil
import sys
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Callable

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QLockFile, QObject, QTimer, pyqtSignal

from ...bridge.i18n import tr
from ...bridge.paths import PLUGIN_FOLDER
from ...bridge.worker_python import profile_environment, python_in
from . import environment
from .build_options import BuildOptions, fitting_kind, is_index, pip_arguments, pip_variables
from .command import Command, proxy_variables
from .interpreter import candidates
from .pip_output import RETRYING, Progress, reason
from .self_test import SelfTest
from .texts import build_failure, python_problem

NVIDIA = PLUGIN_FOLDER / "rsqi_core" / "models" / "nvidia.py"
PROBE_SCRIPT = Path(__file__).with_name("probe_python.py")
LOG_LINES = 2000
PROBE_MS = 60_000  # a Python that prints nothing for so long does not run
PROGRESS_MS = 1000
PIP_FROM, PIP_TO = 8, 92  # per cent of the progress bar
MB = 1_000_000


class Builder(QObject):
    """Builds one environment at a time; `start` may be called again when it has ended.

    Signals
    -------
    step_changed : str
        What it does now, for people.
    progressed : int
        0-100.
    logged : str
        One line for the log.
    finished : object
        The self-test's answer; the environment is in its place.
    failed : str
        One sentence with the remedy; the environment that was there before is untouched.
    cancelled
        All that was built is gone.
    environment_changed
        Emitted by the page that removes the environment or brings it back.
    """

    step_changed = pyqtSignal(str)
    progressed = pyqtSignal(int)
    logged = pyqtSignal(str)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()
    environment_changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.log: deque = deque(maxlen=LOG_LINES)
        self.running = False
        self._options = BuildOptions()
        self._pythons: list[str] = []
        self._refused: list[str] = []
        self._probed: dict = {}
        self._progress = None
        self._lock = None
        self._next: Callable[[bool], None] = self._check_probe
        self._command = Command(self)
        self._command.output.connect(self._read_output)
        self._command.finished.connect(self._next_step)
        self._test = SelfTest(self)
        self._test.answered.connect(self._activate)
        self._test.failed.connect(self._test_failed)
        self._progress_timer = QTimer(self)
        self._progress_timer.setInterval(PROGRESS_MS)
        self._progress_timer.timeout.connect(self._show_progress)

    # From outside

    def start(self, options: BuildOptions) -> None:
        """Build what `options` say; `finished`, `failed` or `cancelled` follows."""
        if self.running:
            return
        self.running = True
        self.log.clear()
        self._options, self._refused = options, []
        obstacle = self._known_problem()
        if obstacle:
            self._fail(obstacle)
            return
        environment.delete_leftovers()
        self._begin_step(tr("Looking for a Python..."), 0)
        self._pythons = [options.python] if options.python else candidates()
        self._probe_next()

    def cancel(self) -> None:
        """Stop at once and take away what was built."""
        if self.running:
            self._log(tr("Cancelled."))
            self._end()
            self.cancelled.emit()

    # The steps, each of which starts the next one

    def _next_step(self, succeeded: bool) -> None:
        try:
            self._next(succeeded)
        except OSError as error:
            self._fail(build_failure("locked", str(error)))

    def _probe_next(self) -> None:
        if self._pythons:
            self._run(self._check_probe, self._pythons[0], [str(PROBE_SCRIPT), str(NVIDIA)], patience_ms=PROBE_MS)
        else:
            self._fail(build_failure("python") + "".join(f"\n{line}" for line in self._refused))

    def _check_probe(self, succeeded: bool) -> None:
        try:
            self._probed = json.loads(self._command.lines[-1]) if succeeded else {}
            problem = self._probed["problem"]
        except (ValueError, LookupError, TypeError):
            self._refuse_python(tr("it does not run"))
            return
        if problem:
            self._refuse_python(python_problem(problem, self._probed["version"]))
            return
        self._options = replace(self._options, kind=fitting_kind(self._options.kind, self._probed.get("gpu")))
        waiting = environment.read_stamp(environment.new_environment())
        if waiting and waiting.is_like(self._stamp()):
            self._test_it()  # it is complete, but could not be put into its place last time
            return
        environment.delete_in_background(environment.new_environment())
        self._begin_step(
            tr("Creating the environment with Python {version}...").format(version=self._probed["version"]), 3
        )
        # The one that is made can install pip with libraries that it may have to be helped to find.
        self._run(self._add_pip, self._pythons[0], ["-m", "venv", "--without-pip", str(environment.new_environment())])

    def _add_pip(self, succeeded: bool) -> None:
        if not succeeded:
            self._refuse_python(reason(self._command.lines)[1] or tr("it cannot create an environment"))
            return
        if sys.platform == "win32":
            environment.add_library_folders(environment.new_environment(), self._probed["prefix"])
        self._run(self._install, self._python, ["-m", "ensurepip", "--default-pip"])

    def _install(self, succeeded: bool) -> None:
        if not succeeded:
            self._refuse_python(reason(self._command.lines)[1] or tr("it cannot install pip"))
            return
        temporary = environment.new_environment() / "tmp"
        temporary.mkdir(exist_ok=True)
        self._begin_step(tr("Fetching packages..."), PIP_FROM)
        self._progress = Progress(self._options.packages)
        arguments = pip_arguments(self._options, self._stamp().requirements, sys.platform)
        variables = {**proxy_variables(self._options.index_url), **pip_variables(self._options, str(temporary))}
        self._run(self._finish_install, self._python, arguments, variables=variables)
        self._progress_timer.start()

    def _finish_install(self, succeeded: bool) -> None:
        self._progress_timer.stop()
        self._progress = None
        if not succeeded:
            code, what = reason(self._command.lines)
            self._fail(build_failure(code, what, self._options, self._probed["version"]))
            return
        shutil.rmtree(environment.new_environment() / "tmp", ignore_errors=True)  # pip has left next to nothing in it
        self._test_it()

    def _test_it(self) -> None:
        self._begin_step(tr("Testing it with a real inference..."), PIP_TO)
        self._test.ask(self._python)

    def _test_failed(self, message: str) -> None:
        self._fail(tr("The environment was built, but its test failed: {reason}").format(reason=message))

    def _activate(self, answer: dict) -> None:
        try:
            environment.write_stamp(environment.new_environment(), self._stamp())
            environment.activate_new()
        except OSError as error:
            # What has its stamp stays: the next start tests it and puts it in its place, without fetching anything.
            self._fail(build_failure("in_use", error.strerror or str(error)), keep=True)
            return
        self._end(keep=True)
        self._begin_step(tr("The environment is ready."), 100)
        self.finished.emit(answer)

    # Helpers

    @property
    def _python(self) -> str:
        return str(python_in(environment.new_environment()))

    def _stamp(self) -> environment.Stamp:
        return environment.Stamp.of(self._options, self._probed["version"])

    def _known_problem(self) -> str:
        """Return why building cannot succeed, if that is known before anything is done."""
        options, folder = self._options, profile_environment().parent
        if not is_index(options.index_url):
            return build_failure("no_index", options.index_url)
        if options.wheelhouse and not Path(options.wheelhouse).is_dir():
            return build_failure("no_wheelhouse", options.wheelhouse)
        if environment.free_gigabytes() < options.gigabytes:
            return build_failure("disk", options=options)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return build_failure("locked", error.strerror or str(error))
        lock = QLockFile(str(folder / "setup.lock"))
        lock.setStaleLockTime(0)  # only that of a QGIS that crashed
        if not lock.tryLock(0):
            return build_failure("busy")
        self._lock = lock
        return ""

    def _run(self, then, program: str, arguments: list[str], variables=None, patience_ms: int = 0) -> None:
        self._next = then
        self._command.run(program, arguments, str(profile_environment().parent), variables or {}, patience_ms)

    def _refuse_python(self, why: str) -> None:
        """Note why a Python will not do, and try the next one."""
        self._refused.append(f"{self._pythons.pop(0)}: {why}")
        self._log(self._refused[-1])
        self._probe_next()

    def _read_output(self, line: str) -> None:
        self._log(line)
        if self._progress is not None:
            self._progress.read(line)
            if line.startswith(RETRYING):
                self.step_changed.emit(tr("The package index does not answer; trying again..."))
            elif self._progress.to_unpack:
                self.step_changed.emit(tr("Unpacking packages..."))
            elif self._progress.name:
                self.step_changed.emit(tr("Fetching packages: {name}").format(name=self._progress.name))

    def _show_progress(self) -> None:
        """Look at what has arrived on the disk: pip itself prints nothing while it fetches or unpacks."""
        fetched = environment.largest_file(environment.new_environment() / "tmp")
        share = self._progress.share(fetched, environment.unpacked_packages(environment.new_environment()))
        self.progressed.emit(round(PIP_FROM + (PIP_TO - PIP_FROM) * share))
        size = self._progress.size
        if size > 5 * MB and not self._progress.to_unpack:
            self.step_changed.emit(
                tr("Fetching packages: {name}, {done} of {total} MB").format(
                    name=self._progress.name, done=round(min(fetched, size) / MB), total=round(size / MB)
                )
            )

    def _begin_step(self, text: str, percent: int) -> None:
        self._log(text)
        self.step_changed.emit(text)
        self.progressed.emit(percent)

    def _log(self, line: str) -> None:
        self.log.append(line)
        self.logged.emit(line)

    def _fail(self, message: str, keep: bool = False) -> None:
        self._log(message)
        self._end(keep)
        self.failed.emit(message)

    def _end(self, keep: bool = False) -> None:
        """Let go of everything; unless `keep`, take away what was built."""
        self.running = False
        self._progress_timer.stop()
        self._progress = None
        self._command.stop()
        self._test.stop()
        if self._lock is not None:
            if not keep:
                environment.delete_in_background(environment.new_environment())
            self._lock.unlock()
            self._lock = None


_shared: dict = {"builder": None, "pages": set()}


def attach(page: QObject) -> tuple[Builder, object]:
    """Return the builder that all pages watch, and a ticket for `detach`.

    So the options dialog shows what the dock has started. A page that is destroyed detaches by itself.
    """
    if _shared["builder"] is None:
        _shared["builder"] = Builder(QgsApplication.instance())
        environment.delete_leftovers()
    ticket = object()
    _shared["pages"].add(ticket)
    page.destroyed.connect(lambda: detach(ticket))
    return _shared["builder"], ticket


def detach(ticket: object) -> None:
    """Detach a page; with the last one the builder goes, and what it has half built."""
    _shared["pages"].discard(ticket)
    if not _shared["pages"] and _shared["builder"] is not None:
        builder, _shared["builder"] = _shared["builder"], None
        builder.cancel()
        builder.deleteLater()
        environment.delete_leftovers()
