"""Outputs that appear whole or not at all: written under a hidden name beside their place, then renamed.

The one module of the program that does this, so that nobody ever meets half a file and no failure leaves one behind.
Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterable, Iterator

from ..errors import OutputError

PREFIX = ".rsqi-"  # of the name of everything unfinished
REMEDY = "check the folder, the free space and that no program has it open"


@contextmanager
def whole_file(
    path: Path,
    what: str = "this file",
    remedy: str = REMEDY,
    errors: tuple[type[Exception], ...] = (),
) -> Iterator[Path]:
    """Lend a hidden path; the file written there takes the place of `path` once the block ends without an error.

    On any error, an interruption included, the older file stays as it is, and what was written is removed together
    with files that a driver has put beside it (``-wal``, ``.aux.xml``).

    Parameters
    ----------
    path : pathlib.Path
        Replaced if it exists.
    what, remedy : str
        For the message: ``"PATH: cannot write WHAT (reason); REMEDY"``.
    errors : tuple of exception classes
        What the writing library raises beside `OSError`.

    Raises
    ------
    OutputError
        For an `OSError` or one of `errors`.
    """
    part = path.with_name(f"{PREFIX}{uuid.uuid4().hex}{path.suffix}")  # drivers go by the suffix
    try:
        with _as_output_error(path, what, remedy, errors):
            yield part
            part.replace(path)
    finally:
        with suppress(OSError):  # what cannot be removed does no harm
            for left in part.parent.glob(f"{part.stem}*"):
                left.unlink()


@contextmanager
def whole_files(
    path: Path,
    older: Iterable[Path] = (),
    what: str = "these files",
    remedy: str = REMEDY,
    errors: tuple[type[Exception], ...] = (),
) -> Iterator[Path]:
    """Lend a hidden folder; the files written there go beside `path` together once the block ends without an error.

    Parameters
    ----------
    path : pathlib.Path
        The one that gives the set its name and its place.
    older : iterable of pathlib.Path
        Files of an older set that go, beside those of the same names; on failure all of them are put back.
    what, remedy, errors
        As for :func:`whole_file`.

    Raises
    ------
    OutputError
        For an `OSError` or one of `errors`.
    """
    with (
        _as_output_error(path, what, remedy, errors),
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=path.parent) as name,
    ):
        new, old = Path(name) / "new", Path(name) / "old"
        new.mkdir()
        yield new
        old.mkdir()
        _exchange(new, old, path.parent, older)


@contextmanager
def whole_folder(
    path: Path, what: str = "this folder", remedy: str = REMEDY, errors: tuple[type[Exception], ...] = ()
) -> Iterator[Path]:
    """Lend an empty hidden folder, which becomes `path` once the block ends without an error.

    Its parent, hidden and removed at the end as well, has room for what is needed on the way only.

    Parameters
    ----------
    path : pathlib.Path
        A folder that does not exist or is empty; folders above it are made.
    what, remedy, errors
        As for :func:`whole_file`.

    Raises
    ------
    OutputError
        For an `OSError` or one of `errors`.
    """
    with _as_output_error(path, what, remedy, errors):
        path = path.resolve()  # a link stays, and the folder it leads to is replaced
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=path.parent) as name:
            new = Path(name) / "new"
            new.mkdir()
            yield new
            if path.exists():
                path.rmdir()
            new.rename(path)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is ready in memory.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with whole_file(path) as part:
        part.write_bytes(data)


def reason(error: BaseException) -> str:
    """Return in one line why something could not be written or read."""
    return " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())


@contextmanager
def _as_output_error(path: Path, what: str, remedy: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    failures: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        yield
    except failures as error:
        raise OutputError(f"{path}: cannot write {what} ({reason(error)}); {remedy}") from error


def _exchange(new: Path, old: Path, folder: Path, older: Iterable[Path]) -> None:
    """Put the files of `new` into `folder`, those in their way into `old`; on failure all is as it was."""
    files = sorted(new.iterdir())
    moved, placed = [], []
    try:
        for present in dict.fromkeys([*older, *(folder / file.name for file in files)]):
            if present.exists():
                moved.append((present.replace(old / present.name), present))
        for file in files:
            placed.append(file.replace(folder / file.name))
    except OSError:
        for file in placed:
            file.unlink(missing_ok=True)
        for backup, present in moved:
            shutil.move(backup, present)
        raise
