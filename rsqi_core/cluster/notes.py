"""What workers leave in the folder of a batch for the case that nobody hears their answers: an outcome a scene.

A result is on disk before its worker can say so. Where the worker dies in between, or the scheduler or the client, the
next one to be asked for the scene finds the note and inspects nothing twice. The client removes the notes once what
they say stands in the state of the lot.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..batch.outcome import Outcome, outcome_of
from ..errors import OutputError
from ..files.atomic import PREFIX, reason, write_whole

_FOLDER = f"{PREFIX}lot.notes"


def leave(output: Path, outcome: Outcome) -> None:
    """Write down what came of the scene whose result this is.

    Raises
    ------
    OutputError
    """
    path = _path(output)
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot make this folder ({reason(error)})") from error
    write_whole(path, json.dumps(outcome.as_mapping()).encode("ascii"))


def read(output: Path) -> Outcome | None:
    """Return what a worker has noted of a scene; None if nothing, or nothing that can be understood."""
    try:
        return outcome_of(json.loads(_path(output).read_bytes()))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def clear(folder: Path) -> None:
    """Remove all notes of a batch into this folder."""
    shutil.rmtree(folder / _FOLDER, ignore_errors=True)


def _path(output: Path) -> Path:
    return output.parent / _FOLDER / f"{output.stem}.json"
