"""rasterio under our options: damage is an error, and every error is one line that names the file and the remedy."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import rasterio
from rasterio.errors import NotGeoreferencedWarning

from ..errors import RasterError, RsqiError
from ..locate import is_pipe_or_device
from .sources import missing_source
from .trust import network_options

CACHE = 256 * 2**20  # bytes of decoded tiles that GDAL may keep; by default it takes a twentieth of all memory

# By default libjpeg only warns of damage, the fast PNG path swallows a missing tail, and a server that falls silent,
# which a mosaic may name, is waited for.
OPTIONS = {
    "GDAL_CACHEMAX": CACHE,
    "GDAL_ERROR_ON_LIBJPEG_WARNING": True,
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": False,
    "GDAL_HTTP_CONNECTTIMEOUT": 20,
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
    "GDAL_HTTP_LOW_SPEED_TIME": 30,
    # A mosaic may hold functions in Python, which are not run, and raw bands, which may be of its own folder only.
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "SIBLING_OR_CHILD_OF_VRT_PATH",
}

# Formats whose drivers a GDAL may be built without, and the drivers that read them.
_JPEG2000 = ("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID")
_LICENSED = {".ecw": ("ECW",), ".sid": ("MrSID",), ".jp2": _JPEG2000, ".j2k": _JPEG2000}

# Without a handler of its own, Python prints rasterio's log to stderr; an application's own handlers still get it.
_LOG = logging.getLogger("rasterio")
_LOG.addHandler(logging.NullHandler())


@contextmanager
def guarded(name: str, verb: str) -> Iterator[None]:
    """Run rasterio on the file `name`; `verb`, ``"open"`` or ``"read"``, says what for.

    Raises
    ------
    RasterError
        For whatever rasterio raises.
    """
    hooks = sys.excepthook, sys.unraisablehook
    sys.excepthook, sys.unraisablehook = _print_exception, _print_unraisable
    try:
        with rasterio.Env(**OPTIONS, **network_options(name)):
            yield
    except (RsqiError, MemoryError):
        raise
    except Exception as error:
        raise RasterError(f"cannot {verb} {name}: {_fault(name, verb, error)}") from error
    finally:
        sys.excepthook, sys.unraisablehook = hooks


@contextmanager
def cache(size: int) -> Iterator[None]:
    """Let GDAL keep `size` bytes of decoded tiles, in all of the process, instead of `CACHE`."""
    OPTIONS["GDAL_CACHEMAX"] = size
    try:
        yield
    finally:
        OPTIONS["GDAL_CACHEMAX"] = CACHE


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back Python's warning of a missing georeference, for those who tell of it themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


@contextmanager
def hushed() -> Iterator[None]:
    """Log what libraries print to stderr by themselves, as libtiff does with a seek that fails, beside their error.

    All of the process is hushed: for short calls only.
    """
    with ExitStack() as stack:
        try:
            said, stderr = stack.enter_context(tempfile.TemporaryFile()), os.dup(2)
        except OSError:  # there is none, or no place to keep it
            yield
            return
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            said.seek(0)
            for line in said.read().decode(errors="replace").splitlines():
                _LOG.info("%s", line)


def refuse_incomplete(name: str) -> None:
    """Refuse a mosaic of which a file is gone: GDAL opens it, and may read zeros without a word.

    Raises
    ------
    RasterError
    """
    if (gone := missing_source(name)) is not None:
        raise RasterError(f"cannot open {name}: {_incomplete(gone)}")


def refuse_pipe(path: str | Path) -> None:
    """Refuse what is neither file nor folder: to open it could wait for ever.

    Raises
    ------
    RasterError
    """
    if is_pipe_or_device(path):
        raise RasterError(f"{path}: this is a pipe or a device; give a file")


def _fault(name: str, verb: str, error: Exception) -> str:
    """Say what is wrong, and the remedy."""
    if (gone := missing_source(name)) is not None:
        return _incomplete(gone)
    remedy = _how_to_open(name) if verb == "open" else "the file may be damaged or truncated, copy it again"
    return f"{_reason(name, error)}; {remedy}"


def _incomplete(gone: str) -> str:
    return f"it is made of {gone}, which is gone; put it back, or build the mosaic anew"


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it holds bytes that are no text where a name should be"
    if isinstance(error, UnicodeEncodeError):
        return "its own name holds bytes that are no text; rename it"
    # rasterio's own text often only points at its cause, which names the strip or tile
    text = " ".join(str(error.__cause__ or error).split())
    return text.removeprefix(f"{name}: ").rstrip(".") or type(error).__name__


# GDAL quotes damaged files in its messages. rasterio logs these from a callback that cannot raise, so Python prints, by
# both of its hooks, that the bytes are no text; that is of no use to anyone.


def _print_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, UnicodeDecodeError):
        sys.__excepthook__(kind, error, trace)


def _print_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    if not issubclass(unraisable.exc_type, UnicodeDecodeError):
        sys.__unraisablehook__(unraisable)


def _how_to_open(name: str) -> str:
    """Return the remedy for a file that GDAL does not open."""
    path = Path(name)
    if path.is_dir():
        return "this is a folder; give a raster file"
    suffix = path.suffix.lower()
    if suffix == ".zip" and path.is_file():
        return f"give the raster inside it, as /vsizip/{path.resolve()}/NAME.tif"
    if suffix in _LICENSED:
        with rasterio.Env() as environment:
            known = environment.drivers()
        if not known.keys() & _LICENSED[suffix]:
            return f"no driver for {suffix} files is installed; save it as GeoTIFF in QGIS and inspect that"
    if path.is_file():
        return "give a raster that GDAL reads, or copy this one again if it is damaged or truncated"
    return "give an existing raster file that GDAL reads"
