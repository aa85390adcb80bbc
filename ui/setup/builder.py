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
from ...bridge.worker_client import profile_environment, python_in
from . import environment as place
from .command import Command, proxy_variables
from .interpreter import candidates
from .pip_output import RETRYING, Progress, reason
from .recipe import Recipe, fitting_kind, is_index, pip_arguments, pip_variables
from .self_test import SelfTest
from .texts import build_failure, python_problem

NVIDIA = PLUGIN_FOLDER / "rsqi_core" / "models" / "nvidia.py"
LOOK = Path(__file__).with_name("look.py")
LOG_LINES = 2000
LOOK_MS = 60_000  # a Python that says nothing for so long is none
TICK_MS = 1000
PIP_FROM, PIP_TO = 8, 92  # per cent of the progress bar
MB = 1_000_000


class Builder(QObject):
    """Builds one environment at a time; `start` may be called again when it has ended.

    Signals
    -------
    stepped : str
        What it does now, for people.
    progressed : int
        0-100.
    said : str
        One line for the log.
    finished : object
        The self-test's answer; the environment is in its place.
    failed : str
        One sentence with the remedy; the environment that was there before is untouched.
    cancelled
        All that was built is gone.
    touched
        To be emitted by whoever takes the environment away or brings it back.
    """

    stepped = pyqtSignal(str)
    progressed = pyqtSignal(int)
    said = pyqtSignal(str)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()
    touched = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.log: deque = deque(maxlen=LOG_LINES)
        self.running = False
        self._recipe = Recipe()
        self._pythons: list[str] = []
        self._refused: list[str] = []
        self._look: dict = {}
        self._progress = None
        self._lock = None
        self._next: Callable[[bool], None] = self._judge_python
        self._command = Command(self)
        self._command.said.connect(self._hear)
        self._command.ended.connect(self._go_on)
        self._test = SelfTest(self)
        self._test.answered.connect(self._put_in_place)
        self._test.failed.connect(self._test_failed)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._show_progress)

    # From outside

    def start(self, recipe: Recipe) -> None:
        """Build what `recipe` says. `finished`, `failed` or `cancelled` follows, sooner or later."""
        if self.running:
            return
        self.running = True
        self.log.clear()
        self._recipe, self._refused = recipe, []
        obstacle = self._obstacle()
        if obstacle:
            self._fail(obstacle)
            return
        place.sweep()
        self._step(tr("Looking for a Python..."), 0)
        self._pythons = [recipe.python] if recipe.python else candidates()
        self._look_at_python()

    def cancel(self) -> None:
        """Stop at once and take away what was built."""
        if self.running:
            self._say(tr("Cancelled."))
            self._end()
            self.cancelled.emit()

    # The steps, each of which starts the next one

    def _go_on(self, succeeded: bool) -> None:
        try:
            self._next(succeeded)
        except OSError as error:
            self._fail(build_failure("locked", str(error)))

    def _look_at_python(self) -> None:
        if self._pythons:
            self._run(self._judge_python, self._pythons[0], [str(LOOK), str(NVIDIA)], patience_ms=LOOK_MS)
        else:
            self._fail(build_failure("python") + "".join(f"\n{line}" for line in self._refused))

    def _judge_python(self, succeeded: bool) -> None:
        try:
            self._look = json.loads(self._command.lines[-1]) if succeeded else {}
            problem = self._look["problem"]
        except (ValueError, LookupError, TypeError):
            self._refuse(tr("it does not run"))
            return
        if problem:
            self._refuse(python_problem(problem, self._look["version"]))
            return
        self._recipe = replace(self._recipe, kind=fitting_kind(self._recipe.kind, self._look.get("gpu")))
        waiting = place.read_stamp(place.new_environment())
        if waiting and waiting.is_like(self._stamp()):
            self._test_it()  # it is complete, but could not be put into its place last time
            return
        place.discard(place.new_environment())
        self._step(tr("Creating the environment with Python {version}...").format(version=self._look["version"]), 3)
        # The one that is made can install pip with libraries that it may have to be helped to find.
        self._run(self._add_pip, self._pythons[0], ["-m", "venv", "--without-pip", str(place.new_environment())])

    def _add_pip(self, succeeded: bool) -> None:
        if not succeeded:
            self._refuse(reason(self._command.lines)[1] or tr("it cannot create an environment"))
            return
        if sys.platform == "win32":
            place.let_libraries_be_found(place.new_environment(), self._look["prefix"])
        self._run(self._install, self._python, ["-m", "ensurepip", "--default-pip"])

    def _install(self, succeeded: bool) -> None:
        if not succeeded:
            self._refuse(reason(self._command.lines)[1] or tr("it cannot install pip"))
            return
        temporary = place.new_environment() / "tmp"
        temporary.mkdir(exist_ok=True)
        self._step(tr("Fetching packages..."), PIP_FROM)
        self._progress = Progress(self._recipe.packages)
        arguments = pip_arguments(self._recipe, self._stamp().requirements, sys.platform)
        variables = {**proxy_variables(self._recipe.index_url), **pip_variables(self._recipe, str(temporary))}
        self._run(self._installed, self._python, arguments, variables=variables)
        self._tick.start()

    def _installed(self, succeeded: bool) -> None:
        self._tick.stop()
        self._progress = None
        if not succeeded:
            code, what = reason(self._command.lines)
            self._fail(build_failure(code, what, self._recipe, self._look["version"]))
            return
        shutil.rmtree(place.new_environment() / "tmp", ignore_errors=True)  # pip has left next to nothing in it
        self._test_it()

    def _test_it(self) -> None:
        self._step(tr("Testing it with a real inference..."), PIP_TO)
        self._test.ask(self._python)

    def _test_failed(self, message: str) -> None:
        self._fail(tr("The environment was built, but its test failed: {reason}").format(reason=message))

    def _put_in_place(self, answer: dict) -> None:
        try:
            place.write_stamp(place.new_environment(), self._stamp())
            place.swap_in()
        except OSError as error:
            # What has its stamp stays: the next start tests it and puts it in its place, without fetching anything.
            self._fail(build_failure("in_use", error.strerror or str(error)), keep=True)
            return
        self._end(keep=True)
        self._step(tr("The environment is ready."), 100)
        self.finished.emit(answer)

    # Means

    @property
    def _python(self) -> str:
        return str(python_in(place.new_environment()))

    def _stamp(self) -> place.Stamp:
        return place.Stamp.of(self._recipe, self._look["version"])

    def _obstacle(self) -> str:
        """Return what is known to fail before anything is done."""
        recipe, folder = self._recipe, profile_environment().parent
        if not is_index(recipe.index_url):
            return build_failure("no_index", recipe.index_url)
        if recipe.wheelhouse and not Path(recipe.wheelhouse).is_dir():
            return build_failure("no_wheelhouse", recipe.wheelhouse)
        if place.free_gigabytes() < recipe.gigabytes:
            return build_failure("disk", recipe=recipe)
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

    def _refuse(self, why: str) -> None:
        """Go on with another Python."""
        self._refused.append(f"{self._pythons.pop(0)}: {why}")
        self._say(self._refused[-1])
        self._look_at_python()

    def _hear(self, line: str) -> None:
        self._say(line)
        if self._progress is not None:
            self._progress.read(line)
            if line.startswith(RETRYING):
                self.stepped.emit(tr("The package index does not answer; trying again..."))
            elif self._progress.to_unpack:
                self.stepped.emit(tr("Unpacking packages..."))
            elif self._progress.name:
                self.stepped.emit(tr("Fetching packages: {name}").format(name=self._progress.name))

    def _show_progress(self) -> None:
        """Look at what has arrived on the disk: pip itself is silent while it fetches or unpacks."""
        fetched = place.largest_file(place.new_environment() / "tmp")
        share = self._progress.share(fetched, place.unpacked_packages(place.new_environment()))
        self.progressed.emit(round(PIP_FROM + (PIP_TO - PIP_FROM) * share))
        size = self._progress.size
        if size > 5 * MB and not self._progress.to_unpack:
            self.stepped.emit(
                tr("Fetching packages: {name}, {done} of {total} MB").format(
                    name=self._progress.name, done=round(min(fetched, size) / MB), total=round(size / MB)
                )
            )

    def _step(self, text: str, percent: int) -> None:
        self._say(text)
        self.stepped.emit(text)
        self.progressed.emit(percent)

    def _say(self, line: str) -> None:
        self.log.append(line)
        self.said.emit(line)

    def _fail(self, message: str, keep: bool = False) -> None:
        self._say(message)
        self._end(keep)
        self.failed.emit(message)

    def _end(self, keep: bool = False) -> None:
        """Let go of everything; unless `keep`, take away what was built."""
        self.running = False
        self._tick.stop()
        self._progress = None
        self._command.stop()
        self._test.stop()
        if self._lock is not None:
            if not keep:
                place.discard(place.new_environment())
            self._lock.unlock()
            self._lock = None


_shared: dict = {"builder": None, "pages": set()}


def attach(page: QObject) -> tuple[Builder, object]:
    """Return the builder that all pages watch, so that the options dialog shows what the dock has started, and a ticket
    for `detach`. A page that is destroyed detaches by itself."""
    if _shared["builder"] is None:
        _shared["builder"] = Builder(QgsApplication.instance())
        place.sweep()
    ticket = object()
    _shared["pages"].add(ticket)
    page.destroyed.connect(lambda: detach(ticket))
    return _shared["builder"], ticket


def detach(ticket: object) -> None:
    """Let a page go; with the last one goes the builder, and what it has half built."""
    _shared["pages"].discard(ticket)
    if not _shared["pages"] and _shared["builder"] is not None:
        builder, _shared["builder"] = _shared["builder"], None
        builder.cancel()
        builder.deleteLater()
        place.sweep()
