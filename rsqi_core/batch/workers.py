"""Processes that inspect scenes side by side; one that dies costs its scene an attempt, and another takes its place."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any

from ..errors import RsqiError
from ..parameters import Parameters
from .outcome import BROKEN, FAILED, Outcome

if TYPE_CHECKING:
    from .task import Task

GRACE = 5.0  # seconds that a worker has to come to a place where it can stop, such as the next block
_TICK = 0.5  # seconds after which the state is saved and the time left told anew, if nothing else happens
_OFTEN = 0.2  # seconds between two messages about the progress of a scene
_STILLBORN = 3  # workers in a row that may end before they are ready

OnEvent = Callable[..., None]  # scene, name of the event, its values
OnOutcome = Callable[[int, Outcome], None]


@dataclass
class _Worker:
    process: SpawnProcess
    connection: Connection
    ready: bool = False
    scene: int | None = None


class Crew:
    """Workers for one batch.

    Parameters
    ----------
    count : int
    parameters : Parameters
        Of all scenes; each worker loads their model once.
    retries : int
        How often a scene is tried again whose worker died, or which broke down in an unforeseen way.
    """

    def __init__(self, count: int, parameters: Parameters, retries: int):
        self._parameters, self._retries = parameters, retries
        self._shares = shares(_cores(), count)
        self._workers: list[_Worker | None] = [None] * count
        self._stillborn = 0

    def carry_out(self, tasks: Sequence[Task], event: OnEvent, outcome: OnOutcome, tick: Callable[[], None]) -> None:
        """Carry out all tasks; no worker is left behind, however this ends.

        Parameters
        ----------
        event : callable
            ``event(number, name, **values)`` gets what the inspection of a task says, and ``begin``.
        outcome : callable
            Gets the number of each task and what came of it, as it ends.
        tick : callable
            Called about twice a second. What it raises, such as `Cancelled`, stops the workers: what one of them has
            just done still counts, what is cut off is left for another batch to go on with.

        Raises
        ------
        RsqiError
            No worker can start, or the model cannot be loaded.
        """
        waiting, left = deque(range(len(tasks))), [self._retries] * len(tasks)

        def ended(scene: int, found: Outcome) -> None:
            if found.status == BROKEN and left[scene]:
                left[scene] -= 1
                waiting.append(scene)
                event(scene, "again", reason=found.reason)
            else:
                failed = Outcome(FAILED, found.reason, footprint=found.footprint)
                outcome(scene, failed if found.status == BROKEN else found)

        try:
            while waiting or self._busy():
                self._fill(len(waiting))
                for worker in self._present():
                    if worker.ready and worker.scene is None and waiting:
                        worker.scene = waiting.popleft()
                        event(worker.scene, "begin")
                        with contextlib.suppress(OSError):  # it has died: told below
                            worker.connection.send(tasks[worker.scene])
                self._listen(event, ended)
                tick()
        finally:
            self._stop(event, outcome)

    def settle(self) -> None:
        """Nothing is left to clear up once the state is written."""

    def _present(self) -> Iterator[_Worker]:
        return (worker for worker in self._workers if worker is not None)

    def _busy(self) -> bool:
        return any(worker.scene is not None for worker in self._present())

    def _fill(self, wanted: int) -> None:
        """Start as many workers as there are scenes that wait for one."""
        wanted -= sum(worker.scene is None for worker in self._present())
        for place, worker in enumerate(self._workers):
            if worker is None and wanted > 0:
                self._workers[place] = _start(self._shares[place], self._parameters)
                wanted -= 1

    def _listen(self, event: OnEvent, ended: OnOutcome) -> None:
        """Take what the workers have to say, and notice the end of those that have died."""
        ears = {worker.connection: (place, worker) for place, worker in enumerate(self._workers) if worker is not None}
        for connection in wait(list(ears), _TICK):
            place, worker = ears[connection]  # type: ignore[index]
            try:
                kind, values = worker.connection.recv()
            except (EOFError, OSError):  # perhaps in the middle of a message
                self._workers[place] = None
                self._bury(worker, ended)
                continue
            if kind == "ready":
                worker.ready, self._stillborn = True, 0
            elif kind == "unable":
                raise RsqiError(values)
            elif worker.scene is None:
                continue  # said before it knew that it is to stop
            elif kind == "outcome":
                scene, worker.scene = worker.scene, None
                ended(scene, values)
            else:
                event(worker.scene, kind, **values)

    def _bury(self, worker: _Worker, ended: OnOutcome) -> None:
        how = _end(worker)
        if worker.scene is not None:
            ended(worker.scene, Outcome(BROKEN, f"its worker ended before it was done ({how})"))
        elif not worker.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise RsqiError(f"workers end as they start ({how}); try fewer workers, or `rsqi doctor`")

    def _stop(self, event: OnEvent, outcome: OnOutcome) -> None:
        """End all workers, after some grace."""

        def ended(scene: int, found: Outcome) -> None:
            if found.status != BROKEN:
                outcome(scene, found)

        try:
            for worker in self._present():
                with contextlib.suppress(OSError):
                    worker.connection.send(None)
            until = time.monotonic() + GRACE
            while any(self._present()) and time.monotonic() < until:
                with contextlib.suppress(RsqiError):
                    self._listen(event, ended)
        finally:
            for worker in self._present():
                worker.process.kill()
                worker.process.join()


def shares(cores: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """Divide processor cores among so many workers as evenly as can be; with too few, several share one."""
    if not cores:
        return [()] * count
    if count > len(cores):
        return [(cores[place % len(cores)],) for place in range(count)]
    bounds = [place * len(cores) // count for place in range(count + 1)]
    return [tuple(cores[first:last]) for first, last in zip(bounds, bounds[1:])]


def _cores() -> list[int]:
    """Return the cores that this process may use; none where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []


def _start(cores: Sequence[int], parameters: Parameters) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, cores, parameters), daemon=True)
    with _deaf():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Keep Ctrl-C, which a terminal sends to all its processes, from one that is started here; ours comes later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(worker: _Worker) -> str:
    """Wait for the end of a process that has closed its connection, and say how it ended."""
    worker.connection.close()
    worker.process.join(GRACE)
    if worker.process.exitcode is None:
        worker.process.kill()
        worker.process.join()
    code = worker.process.exitcode or 0
    if code == -getattr(signal, "SIGKILL", 9):
        return "killed; perhaps the memory ran out"
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _serve(connection: Connection, cores: Sequence[int], parameters: Parameters) -> None:
    """Be a worker: load the model, then carry out tasks until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if cores:
        with contextlib.suppress(OSError):  # some containers forbid it
            os.sched_setaffinity(0, cores)  # before any library counts them
    sys.stdout = sys.stderr  # what libraries print is no event
    from .task import Interrupted, carry_out

    model = None
    try:
        if "classify" in parameters.stages:
            from ..models import load

            model = load(parameters.model, parameters.device)
    except RsqiError as error:
        connection.send(("unable", str(error)))
        return
    talk = _Talk(connection, Interrupted("the batch is stopped"))
    with contextlib.suppress(EOFError, OSError, Interrupted):  # the batch is over, or has died
        connection.send(("ready", None))
        while (task := connection.recv()) is not None:
            talk.last = 0.0
            connection.send(("outcome", carry_out(task, model, talk.emit, talk.stopped)))


class _Talk:
    """What an inspection says to the batch, and whether that still listens."""

    def __init__(self, connection: Connection, stop: RsqiError):
        self._connection, self._stop, self.last = connection, stop, 0.0

    def emit(self, event: str, **values: Any) -> None:
        now = time.monotonic()
        if event == "progress":
            if now - self.last < _OFTEN:
                return
            self.last = now
        if event in ("progress", "warning"):
            try:
                self._connection.send((event, values))
            except OSError:
                raise self._stop from None

    def stopped(self) -> bool:
        """Break off if the batch has said anything, or is no more: while a scene is inspected it only says stop."""
        if self._connection.poll():
            raise self._stop
        return False
