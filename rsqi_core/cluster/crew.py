"""The workers of a cluster as the crew of a batch: what goes to them, what comes back, and what is tried again."""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..batch.outcome import BROKEN, FAILED, Outcome
from ..batch.scenes import weight
from ..batch.task import Task
from ..batch.workers import OnEvent, OnOutcome
from ..errors import RsqiError
from ..models import Model, load
from ..parameters import Parameters
from . import node, notes
from .connect import ClusterError, Scheduler, quiet
from .request import BLIND, PART, UNFIT, Answer, Request, answer_of, to_text
from .roster import Roster
from .strips import can_split

GPU = "GPU"  # what a worker that has one is started with: --resources GPU=1
PATIENCE = 300.0  # seconds that a scene is tried again for what is not its own fault, and a scheduler waited for
_PAUSE = 1.0, 20.0  # least and most seconds between two such tries
_TICK = 0.5
_AHEAD = 2  # requests under way for each thread: one at work, and one that its worker has at hand


@dataclass(eq=False)
class _Turn:
    """A scene on its way through the cluster."""

    number: int
    task: Task
    parts: int
    left: int
    todo: deque[int | None] = field(default_factory=deque)  # strips, and None for the whole
    under_way: int = 0
    since: float | None = None  # of its first trouble that is not its own
    tries: int = 0
    not_before: float = 0.0
    begun: bool = False
    over: bool = False
    waits: bool = True  # among those that go out next


class ClusterCrew:
    """Workers of a Dask cluster for one batch; it has the methods of `rsqi_core.batch.workers.Crew`.

    Parameters
    ----------
    scheduler : Scheduler
    folder : pathlib.Path
        Of the batch, which all workers see under this name.
    parameters : Parameters
        Of all scenes.
    retries : int
        How often a scene is tried again that broke down in an unforeseen way. What a lost worker was at goes to another
        by Dask, up to its ``distributed.scheduler.allowed-failures``.
    resource : str or None
        Label that a worker must have, one of which each scene takes; None asks for `GPU` if the device is ``cuda``.
    split : int or None
        Bytes from which on a scene is split into strips of about that size.
    patience : float
        Seconds; see `PATIENCE`.
    function : callable
        Runs on the workers, for a measurement of all but the inspection.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        folder: Path,
        parameters: Parameters,
        retries: int = 1,
        resource: str | None = None,
        split: int | None = None,
        patience: float = PATIENCE,
        function: Callable[[str], str] = node.serve,
    ):
        self._scheduler, self._folder, self._retries = scheduler, folder.absolute(), retries
        self._resource = resource or (GPU if parameters.device == "cuda" else None)
        self._split, self._patience, self._function = split, patience, function
        self._model = _model_of(parameters)
        self._splits = split is not None and can_split(parameters, self._model)
        self._client: Any = scheduler.connect()
        self._roster = Roster(self._resource)
        self._batch = uuid.uuid4().hex[:12]
        self._said: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._turns: list[_Turn] = []
        self._futures: dict[str, tuple[Any, _Turn, int | None]] = {}
        self._count = 0
        self._listen()

    def carry_out(self, tasks: Sequence[Task], event: OnEvent, outcome: OnOutcome, tick: Callable[[], None]) -> None:
        """Carry out all tasks, as `rsqi_core.batch.workers.Crew.carry_out` does.

        What is under way when `tick` breaks off is taken back: workers stop at the next block, and what they have found
        is gone on with. A result that is complete by then is there for the next batch.
        """
        self._turns = [self._turn(number, task) for number, task in enumerate(tasks)]
        self._event, self._outcome = event, outcome
        waiting = deque(self._turns)
        next_tick = 0.0
        try:
            while waiting or self._futures:
                self._look_after_connection(waiting, tick)
                self._look_at_workers()
                self._submit(waiting)
                self._take(waiting)
                if time.monotonic() >= next_tick:
                    tick()
                    next_tick = time.monotonic() + _TICK
        finally:
            with quiet(), contextlib.suppress(Exception):
                self._client.cancel([future for future, _, _ in self._futures.values()])
                self._client.close(timeout=2)

    def settle(self) -> None:
        """Remove what workers have noted, once all of it stands in the state of the batch."""
        notes.clear(self._folder)

    def _turn(self, number: int, task: Task) -> _Turn:
        job = replace(task.job, output=self._folder / task.job.output.name)
        parts = 1
        if self._splits and self._split:
            parts = max(1, round(weight(job.raster) / self._split))
        todo: deque[int | None] = deque([None] if parts == 1 else range(parts))
        return _Turn(number, replace(task, job=job), parts, self._retries, todo)

    def _listen(self) -> None:
        self._client.subscribe_topic(node.TOPIC, lambda event: self._said.put(("event", event[1])))

    def _look_after_connection(self, waiting: deque[_Turn], tick: Callable[[], None]) -> None:
        """Find the scheduler again if it is gone; all that was under way goes out anew."""
        if self._client.status == "running":
            return
        self._event(0, "warning", code="cluster", message=f"{self._scheduler.address}: lost; waiting for a scheduler")
        with quiet(), contextlib.suppress(Exception):
            self._client.close(timeout=1)
        until = time.monotonic() + self._patience
        while True:
            try:
                self._client = self._scheduler.connect()
                break
            except ClusterError:
                if time.monotonic() > until:
                    raise
            tick()
            time.sleep(_PAUSE[0])
        self._listen()
        self._roster = Roster(self._resource)
        for _, turn, part in self._futures.values():
            self._back(turn, part, waiting)
        self._futures.clear()

    def _look_at_workers(self) -> None:
        for warning in self._roster.look(self._client):
            self._event(0, "warning", code="cluster", message=warning)
            if not self._roster.hopeful():
                raise ClusterError(f"no worker can do this batch; {warning}")

    def _submit(self, waiting: deque[_Turn]) -> None:
        """Send out as much as keeps the workers busy; more would only fill the scheduler."""
        room, now = _AHEAD * self._roster.slots() - len(self._futures), time.monotonic()
        for _ in range(len(waiting)):
            if room <= 0:
                return
            turn = waiting.popleft()
            if turn.not_before > now:
                waiting.append(turn)
                continue
            turn.waits = False
            while turn.todo and room > 0:
                self._send(turn, turn.todo.popleft())
                room -= 1
            if turn.todo:
                self._queue(turn, waiting)

    def _send(self, turn: _Turn, part: int | None) -> None:
        request = Request(turn.task, self._model.hash if self._model else "", part, turn.parts)
        self._count += 1
        key = f"rsqi-{self._batch}-{self._count}"
        future = self._client.submit(
            self._function,
            to_text(request),
            key=key,
            pure=False,
            priority=-turn.number,
            workers=self._roster.chosen(),
            resources={self._resource: 1} if self._resource else None,
        )
        self._futures[key] = future, turn, part
        turn.under_way += 1
        said = self._said
        future.add_done_callback(lambda done: said.put(("done", done.key)))

    def _take(self, waiting: deque[_Turn]) -> None:
        """Take what has been said, and wait a little if nothing has."""
        with contextlib.suppress(queue.Empty):
            kind, value = self._said.get(timeout=_TICK)
            while True:
                if kind == "done":
                    self._done(value, waiting)
                else:
                    self._hear(value)
                kind, value = self._said.get_nowait()

    def _hear(self, said: Any) -> None:
        """Pass on what a worker says of its progress, if it says so in the right way and of this batch."""
        if not isinstance(said, dict) or said.get("key") not in self._futures:
            return
        _, turn, part = self._futures[said["key"]]
        kind, values = said.get("event"), said.get("values")
        if turn.over or not isinstance(values, dict):
            return
        if kind == "begin" and (part is None or not turn.begun):
            turn.begun = True
            self._event(turn.number, "begin")
        elif kind == "warning" and "message" in values:
            self._event(turn.number, "warning", **{str(name): value for name, value in values.items()})
        elif kind == "progress" and {"stage", "done", "total"} <= set(values):
            self._event(turn.number, "progress", **{str(name): value for name, value in values.items()})

    def _done(self, key: str, waiting: deque[_Turn]) -> None:
        if key not in self._futures or self._client.status != "running":
            return  # lost with its scheduler: goes out anew
        future, turn, part = self._futures.pop(key)
        turn.under_way -= 1
        answer = self._answer(future)
        future.release()
        if turn.over:
            return
        if answer is None:
            self._back(turn, part, waiting, counted=False)
        elif answer.status in (UNFIT, BLIND):
            self._elsewhere(turn, part, answer, waiting)
        elif answer.status == BROKEN and turn.left:
            turn.left -= 1
            self._event(turn.number, "again", reason=answer.outcome.reason)
            self._back(turn, part, waiting, counted=False)
        elif answer.status == PART:
            if not turn.todo and not turn.under_way:
                turn.todo.append(None)  # all strips are there: put them together
                self._queue(turn, waiting)
        else:
            self._end(turn, answer.outcome)

    def _answer(self, future: Any) -> Answer | None:
        """Return what came back; None if the request was lost on the way."""
        if future.status == "finished":
            try:
                return answer_of(future.result(timeout=_PAUSE[1]))
            except RsqiError as error:
                return Answer(BROKEN, "", "", Outcome(FAILED, str(error)))
            except Exception:  # the worker that had it is gone
                return None
        if future.status == "error":
            failure = future.exception(timeout=_PAUSE[1])
            if type(failure).__name__ == "KilledWorker":
                reason = "its workers ended before it was done, one after the other; perhaps the memory ran out"
                return Answer(FAILED, "", "", Outcome(FAILED, reason))
            return Answer(BROKEN, "", "", Outcome(FAILED, f"internal error: {type(failure).__name__}: {failure}"))
        return None

    def _elsewhere(self, turn: _Turn, part: int | None, answer: Answer, waiting: deque[_Turn]) -> None:
        """Have another worker try, or the same one later: what is wrong is not the scene's fault."""
        now = time.monotonic()
        turn.since, turn.tries = turn.since or now, turn.tries + 1
        pause = min(_PAUSE[0] * 2 ** (turn.tries - 1), _PAUSE[1])
        self._roster.avoid(answer.address, None if answer.status == UNFIT else now + pause)
        warning = answer.outcome.reason
        if answer.status == UNFIT and not self._roster.hopeful():
            raise ClusterError(f"no worker can do this batch; {warning}")
        final = answer.status == BLIND and (now - turn.since > self._patience or _is_gone(turn.task.job.raster))
        if final:
            self._end(turn, Outcome(FAILED, warning))
            return
        self._event(turn.number, "again", reason=warning)
        if answer.status == BLIND and self._roster.chosen() is None:
            turn.not_before = now + pause
        self._back(turn, part, waiting, counted=False)

    def _back(self, turn: _Turn, part: int | None, waiting: deque[_Turn], counted: bool = True) -> None:
        """Put a request among those that go out next."""
        turn.under_way -= counted
        turn.todo.appendleft(part)
        self._queue(turn, waiting)

    @staticmethod
    def _queue(turn: _Turn, waiting: deque[_Turn]) -> None:
        """Let what was begun go on before anything else begins."""
        if not turn.waits:
            turn.waits = True
            waiting.appendleft(turn)

    def _end(self, turn: _Turn, outcome: Outcome) -> None:
        turn.over = True
        turn.todo.clear()
        self._client.cancel([future for future, each, _ in self._futures.values() if each is turn])
        failed = Outcome(FAILED, outcome.reason, footprint=outcome.footprint)
        self._outcome(turn.number, failed if outcome.status == BROKEN else outcome)


def _model_of(parameters: Parameters) -> Model | None:
    """Return the model that the workers are to have; the client needs no device for it."""
    return load(parameters.model, "cpu") if "classify" in parameters.stages else None


def _is_gone(raster: str) -> bool:
    """Tell whether the client itself sees where a scene should be, and that it is not there."""
    path = Path(raster)
    with contextlib.suppress(OSError):
        return path.is_absolute() and path.parent.is_dir() and any(path.parent.iterdir()) and not path.exists()
    return False
