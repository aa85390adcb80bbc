"""A whole batch: scenes in, a folder of results and a report on the lot out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..errors import Cancelled, OutputError, ParameterError
from ..files.atomic import reason
from ..files.clash import refuse_clashes
from ..files.inputs import files_of
from ..job import Job
from ..parameters import Parameters
from ..progress import Emit, no_events
from ..report.texts import Words
from ..scoring import lot
from ..strips.workspace import workspace
from . import state
from .lot_files import lot_files, refuse_foreign, write_lot
from .lot_report import Scene
from .names import name_scenes
from .outcome import DONE, FAILED, SKIPPED, Outcome
from .overall import Overall
from .scenes import weight
from .state import State
from .task import Task
from .workers import Crew, OnEvent, OnOutcome


class Team(Protocol):
    """Who inspects the scenes of a batch: `rsqi_core.batch.workers.Crew` says how."""

    def carry_out(self, tasks: Sequence[Task], event: OnEvent, outcome: OnOutcome, tick: Callable[[], None]) -> None:
        """Carry out all tasks."""

    def settle(self) -> None:
        """Clear up: what came of all tasks stands in the state of the batch."""


@dataclass(frozen=True)
class Batch:
    """Scenes to be inspected in one way, and where their results go.

    Attributes
    ----------
    scenes : tuple of str
        What GDAL can open.
    folder : pathlib.Path
        For ``<name>.gpkg`` of each scene (`rsqi_core.batch.names`), the report on the lot and the state; is made.
    workers : int
        Processes, each with its share of the processor's cores.
    retries : int
        How often a scene is tried again whose worker died.
    lot_size : int or None
        Images of the lot that the scenes are a sample of; None: the scenes are all of it.
    parameters, mask, report, shapefile, language, overwrite
        Of each :class:`rsqi_core.job.Job`; `language` and `overwrite` of the lot's report as well.
    """

    scenes: tuple[str, ...]
    folder: Path
    parameters: Parameters = field(default_factory=Parameters)
    mask: bool = False
    report: bool = False
    shapefile: bool = False
    language: str = "both"
    overwrite: bool = False
    workers: int = 1
    retries: int = 1
    lot_size: int | None = None

    def __post_init__(self) -> None:
        Words(self.language)
        if not self.scenes:
            raise ParameterError("a batch has at least one scene")
        if self.workers < 1:
            raise ParameterError(f"workers must be at least 1, not {self.workers}")
        if self.retries < 0:
            raise ParameterError(f"retries must not be negative, but is {self.retries}")
        if self.lot_size is not None:
            lot.sample_size(self.lot_size)
            if self.lot_size < len(self.scenes):
                raise ParameterError(f"{len(self.scenes)} images cannot come from a lot of {self.lot_size}")

    def job(self, scene: str, name: str) -> Job:
        """Return the job of a scene."""
        return Job(
            scene,
            self.folder / f"{name}.gpkg",
            self.mask,
            self.report,
            self.shapefile,
            self.parameters,
            resume=True,
            language=self.language,
            overwrite=self.overwrite,
        )


def _crew(batch: Batch) -> Team:
    return Crew(min(batch.workers, len(batch.scenes)), batch.parameters, batch.retries)


def run(
    batch: Batch,
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    hire: Callable[[Batch], Team] = _crew,
) -> dict[str, Any]:
    """Inspect all scenes that are not done yet, and report on the lot; a scene that fails stops no other.

    Parameters
    ----------
    emit : callable
        Gets ``scene`` (``raster``, ``output``, ``status``, ``reason``, ``score``, ``grade``, ``errors``, ``done``,
        ``total``) as each ends, ``progress`` (``done``, ``total``, ``share``, ``eta_s``), and ``warning`` and
        ``again`` with their ``raster``.
    cancelled : callable
        Asked about twice a second.
    hire : callable
        Gets who does it, once it is sure that there is something to do: workers of this machine, or of a cluster.

    Returns
    -------
    dict
        ``outputs`` (paths by kind), ``done``, ``skipped``, ``failed`` (numbers), ``score`` and ``grade`` of the lot.

    Raises
    ------
    Cancelled
        What is done stays, and the same batch goes on from there.
    RsqiError
        Nothing can be inspected at all: the folder, the state, the model; or another batch writes there.
    """
    try:
        batch.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{batch.folder}: cannot make this folder ({reason(error)})") from error
    with workspace(batch.folder / state.FILE, "batch"):
        known = State(batch.folder)
        names = name_scenes(batch.scenes, known.names)
        jobs = [batch.job(scene, name) for scene, name in names.items()]
        _refuse_clashes(batch, jobs)
        refuse_foreign(batch.folder, batch.overwrite)
        known.name(names)
        known.save(at_once=True)  # those that wait are known as well
        found = _inspect(batch, jobs, known, emit, cancelled, hire)
        scenes = [Scene(job.raster, job.output, found[job.raster]) for job in jobs]
        outputs, verdict = write_lot(batch.folder, scenes, batch.lot_size, batch.language)
    counts = {status: sum(each.status == status for each in found.values()) for status in (DONE, SKIPPED, FAILED)}
    return {"outputs": outputs, **counts, "score": verdict.mean, "grade": verdict.grade}


def _refuse_clashes(batch: Batch, jobs: list[Job]) -> None:
    """Refuse a batch of which anything written would replace anything read, or written by another of its jobs."""
    written = [file for job in jobs for file in job.files().values()]
    read = [file for job in jobs for file in files_of(job.raster)]
    scheme = [Path(batch.parameters.scheme)] if batch.parameters.scheme else []
    refuse_clashes([*written, batch.folder / state.FILE, *lot_files(batch.folder).values()], [*read, *scheme])


def _inspect(
    batch: Batch,
    jobs: list[Job],
    known: State,
    emit: Emit,
    cancelled: Callable[[], bool],
    hire: Callable[[Batch], Team],
) -> dict[str, Outcome]:
    """Return what came of each scene; the state is written as they end."""
    earlier = {scene: each for scene, each in known.outcomes.items() if each.marker}
    jobs = sorted(jobs, key=lambda job: job.raster not in earlier)  # what is done is soon told: the time left is true
    tasks = [Task(job, earlier.get(job.raster)) for job in jobs]
    overall = Overall([weight(job.raster) for job in jobs])
    found: dict[str, Outcome] = {}

    def on_event(number: int, event: str, **values: Any) -> None:
        if event == "begin":
            overall.begin(number)
        elif event == "progress":
            overall.advance(number, values["stage"], values["done"], values["total"])
        else:
            emit(event, raster=jobs[number].raster, **values)

    def on_outcome(number: int, outcome: Outcome) -> None:
        job = jobs[number]
        found[job.raster] = outcome
        known.note(job.raster, outcome)
        known.save()
        overall.end(number, outcome.status == DONE)
        emit(
            "scene",
            raster=job.raster,
            output=str(job.output),
            status=outcome.status,
            reason=outcome.reason,
            score=outcome.score,
            grade=outcome.grade,
            errors=outcome.errors,
            done=len(found),
            total=len(jobs),
        )

    def tick() -> None:
        known.save()
        emit("progress", done=len(found), total=len(jobs), share=overall.share, eta_s=overall.eta_s)
        if cancelled():
            raise Cancelled(f"{len(found)} of {len(jobs)} scenes are done; the same command goes on")

    team = hire(batch)
    try:
        team.carry_out(tasks, on_event, on_outcome, tick)
    finally:
        known.save(at_once=True)
    team.settle()
    return found
