"""The hidden folder beside an output that holds what is unfinished, and lets a run that was stopped hard go on."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from .. import __version__
from ..errors import Cancelled, InUse, OutputError, ParameterError, RasterError
from ..files.atomic import PREFIX
from ..raster import Raster
from .journal import ENTRIES

_KEY, _LOCK = "key", "lock"
_ABANDONED = 7 * 86400  # seconds after which what another output has left behind is removed
_SAMPLE = 64  # px
_HELD = {errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


@contextmanager
def workspace(output: Path, key: str, resume: bool = False) -> Iterator[Path]:
    """Lend the folder of an output to one run.

    It is empty, unless `resume` is given and a run with the same `key` was killed, or with `resume` as well ran out of
    disk or memory, or broke down. The folder is removed when the run is done, cancelled, or fails for what its raster
    or its parameters are, and without `resume` whatever it fails for; what is left of other outputs in the same place
    goes as well, once it is a week old.

    Raises
    ------
    OutputError
        The folder cannot be made, or another run writes to the same output (`InUse`).
    """
    folder = output.parent / f"{PREFIX}{output.name}"
    _sweep(output.parent, folder)
    try:
        folder.mkdir(exist_ok=True)
        lock = _lock(folder)
    except OSError as error:
        with suppress(OSError):
            folder.rmdir()  # nothing is in it where there was no room for the lock
        raise OutputError(f"{output.parent}: cannot write here: {error.strerror}") from error
    if lock is None:
        raise InUse(f"{output}: another inspection writes to it; wait for its end or choose another output")
    keep = False
    try:
        _prepare(folder, key, resume)
        yield folder
    except (Cancelled, ParameterError, RasterError):
        raise
    except Exception:
        keep = resume
        raise
    finally:
        if keep and any(folder.glob(ENTRIES)):
            with suppress(OSError):  # what cannot be removed does no harm
                _empty(folder, but=(*folder.glob(ENTRIES), folder / _KEY))
            lock.close()
        else:
            _remove(folder, lock)


def run_key(raster: Raster, model_hash: str, parameters: Mapping[str, Any]) -> str:
    """Hash of all that decides what a run finds: the raster, sampled at five places, model, parameters and version."""
    path, hashed = Path(raster.path), hashlib.sha256()
    file = [str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns] if path.is_file() else [raster.path]
    hashed.update(json.dumps([__version__, file, raster.describe(), model_hash, dict(parameters)]).encode())
    width, height = min(_SAMPLE, raster.width), min(_SAMPLE, raster.height)
    right, below = raster.width - width, raster.height - height
    for x, y in ((0, 0), (right, 0), (right // 2, below // 2), (0, below), (right, below)):
        for array in raster.read(x, y, width, height):
            hashed.update(array.tobytes())
    return hashed.hexdigest()


def _prepare(folder: Path, key: str, resume: bool) -> None:
    """Empty the folder unless what lies there can be gone on with."""
    note = folder / _KEY
    try:
        if not (resume and note.is_file() and note.read_text(encoding="ascii") == key):
            _empty(folder)
            note.write_text(key, encoding="ascii")
    except OSError as error:
        raise OutputError(f"{folder}: cannot write here: {error.strerror}") from error


def _empty(folder: Path, but: Sequence[Path] = ()) -> None:
    for file in folder.iterdir():
        if file.name != _LOCK and file not in but:
            file.unlink()


def _sweep(parent: Path, own: Path) -> None:
    """Remove what runs for other outputs have left behind long ago."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            if folder == own or not folder.is_dir() or time.time() - folder.stat().st_mtime < _ABANDONED:
                continue
            lock = _lock(folder)
        except OSError:
            continue
        if lock is not None:
            _remove(folder, lock)


def _remove(folder: Path, lock: BinaryIO) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()
    shutil.rmtree(folder, ignore_errors=True)  # Windows removes no open file


def _lock(folder: Path) -> BinaryIO | None:
    """Lock a folder until the file is closed or the process ends, however it does; None if another holds it."""
    file = (folder / _LOCK).open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # some network drives know no locks
        if error.errno in _HELD:
            file.close()
            return None
    return file
