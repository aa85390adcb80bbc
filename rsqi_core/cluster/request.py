"""What a batch asks of a worker and what that answers, as JSON: paths and numbers, checked where they arrive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..batch.outcome import BROKEN, DONE, FAILED, SKIPPED, Outcome, outcome_of
from ..batch.task import Task
from ..errors import OutputError, ParameterError
from ..job import job_from_mapping

LONGEST = 4 << 20  # characters; the area of a request may be a long polygon
_JOB = ("raster", "output", "mask", "report", "shapefile", "language", "overwrite", "resume", "parameters")
_REQUEST = {"version", "model_hash", "folder", "job", "known", "part", "parts"}

UNFIT = "unfit"  # this worker can do nothing of this batch: another version, another model, no such device
BLIND = "blind"  # this worker does not see the files, or has no room, or another run is at them: not now, or not here
PART = "part"  # a strip of the scene is done
ANSWERS = (DONE, SKIPPED, FAILED, BROKEN, UNFIT, BLIND, PART)


@dataclass(frozen=True)
class Request:
    """A scene of a batch, or one of the strips of a scene, for a worker.

    Attributes
    ----------
    task : Task
    model_hash : str
        Of the model that the batch was begun with; empty if it needs none.
    part : int or None
        Which strip, from 0; None is the whole scene.
    parts : int
        Strips that the scene is split into; 1 if it is not.
    version : str
        Of RSQI at the client.
    """

    task: Task
    model_hash: str = ""
    part: int | None = None
    parts: int = 1
    version: str = __version__

    @property
    def folder(self) -> Path:
        """Where the results of the batch go."""
        return self.task.job.output.parent


def to_text(request: Request) -> str:
    """Return the JSON that travels."""
    job, known = request.task.job, request.task.known
    values = {name: getattr(job, name) for name in _JOB}
    values |= {"output": str(job.output), "parameters": job.parameters.as_dict()}
    whole = {
        "version": request.version,
        "model_hash": request.model_hash,
        "folder": str(request.folder),
        "job": values,
        "known": known.as_mapping() if known else None,
        "part": request.part,
        "parts": request.parts,
    }
    return json.dumps(whole, ensure_ascii=False)


def version_of(text: str) -> str:
    """Return the version of RSQI that a request was made by; nothing else of it is looked at."""
    return str(_object(text).get("version"))


def from_text(text: str) -> Request:
    """Check and build a request on a worker.

    Raises
    ------
    ParameterError
        It is none that this version of RSQI makes.
    OutputError
        The folder of the results is not there, or nothing can be written to it.
    """
    values = _object(text)
    job, known = values.get("job"), values.get("known")
    if set(values) != _REQUEST or not isinstance(job, dict) or set(job) != set(_JOB):
        raise ParameterError("the request has other fields than this version of rsqi knows")
    part, parts = values["part"], values["parts"]
    numbers = isinstance(parts, int) and (part is None or (isinstance(part, int) and 0 <= part < parts))
    if not numbers or not isinstance(values["model_hash"], str):
        raise ParameterError("the request names no strip of a scene")
    _check_paths(job, values["folder"])
    try:
        task = Task(job_from_mapping(job), outcome_of(known) if known else None)
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(f"a value of the request makes no sense: {error}") from error
    return Request(task, values["model_hash"], part, parts, str(values["version"]))


def _check_paths(job: Mapping[str, Any], folder: Any) -> None:
    """Refuse a result that would lie anywhere but in the folder of the batch, and paths that depend on who reads."""
    output = job["output"]
    if not (isinstance(folder, str) and isinstance(output, str) and isinstance(job["raster"], str)):
        raise ParameterError("the request has no paths")
    if not Path(folder).is_absolute() or Path(output).parent != Path(folder) or ".." in Path(output).parts:
        raise ParameterError(f"{output}: the result of a batch lies in its folder, {folder}")
    if not Path(folder).is_dir():
        raise OutputError(f"{folder}: no such folder on this machine")


@dataclass(frozen=True)
class Answer:
    """What a worker says of a request.

    Attributes
    ----------
    status : str
        One of `ANSWERS`.
    worker : str
        Its name and host, for people.
    address : str
        As the scheduler knows it.
    outcome : Outcome
        Of the scene; of `UNFIT` and `BLIND` its reason only.
    """

    status: str
    worker: str
    address: str
    outcome: Outcome

    def as_text(self) -> str:
        """Return the JSON that travels."""
        values = {"status": self.status, "worker": self.worker, "address": self.address}
        return json.dumps(values | {"outcome": self.outcome.as_mapping()}, ensure_ascii=False)


def answer_of(text: Any) -> Answer:
    """Check and build an answer at the client.

    Raises
    ------
    ParameterError
        It is none.
    """
    values = _object(text)
    try:
        if values["status"] not in ANSWERS:
            raise ValueError(f"status {values['status']}")
        outcome = outcome_of(values["outcome"])
        return Answer(values["status"], str(values["worker"]), str(values["address"]), outcome)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ParameterError(f"a worker's answer makes no sense: {error}") from error


def _object(text: Any) -> dict[str, Any]:
    if not isinstance(text, str) or len(text) > LONGEST:
        raise ParameterError("a message of a batch is text, and not as long as this")
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ParameterError(f"a message of a batch is JSON: {error}") from error
    if not isinstance(values, dict):
        raise ParameterError("a message of a batch is a JSON object")
    return values
