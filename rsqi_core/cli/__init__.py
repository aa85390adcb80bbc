"""The command line ``rsqi``: every command a thin wrapper that turns words into a call and errors into one line.

Only what needs no library is imported before a command is called, so that one that cannot be
loaded is one line too.
"""

from __future__ import annotations

import argparse
import codecs
import io
import os
import signal
import sys
from pathlib import Path
from typing import Sequence

from .. import __version__
from ..errors import Cancelled, ParameterError, RsqiError
from ..files.earlier import refuse_bytes
from ..imports import broken_import
from .command import CANCELLED, FAILED, WRONG_USAGE

# What another GDAL or PROJ was told (QGIS, OSGeo4W, conda) is not for ours, whose coordinate systems would be lost with
# a proj.db of another version. How to reach a server changes no result.
_OTHER_SOFTWARE = ("PROJ_", "GDAL_", "OGR_", "CPL_")
_NETWORK = ("GDAL_HTTP_", "CPL_VSIL_CURL_", "CPL_CURL_")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled."""
    _leave_other_software()
    _make_printable()
    debug = "--debug" in (sys.argv if arguments is None else arguments)
    try:
        return _run(arguments)
    except (KeyboardInterrupt, Cancelled):
        print("rsqi: cancelled; nothing was written", file=sys.stderr)
        return CANCELLED
    except ParameterError as error:
        return _fail(error, debug, WRONG_USAGE)
    except RsqiError as error:
        return _fail(error, debug)
    except MemoryError:
        return _fail(RsqiError("out of memory; inspect a smaller extent"), debug)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        text = broken_import(error) or f"internal error: {type(error).__name__}: {error}"
        failure = RsqiError(text)
        failure.__cause__ = error
        return _fail(failure, debug)


def _leave_other_software() -> None:
    """Forget what other software has set for its own GDAL and PROJ, before ours are loaded."""
    for name in list(os.environ):
        if name.upper().startswith(_OTHER_SOFTWARE) and not name.upper().startswith(_NETWORK):
            del os.environ[name]


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for value in vars(options).values():
        for path in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(path, Path):
                refuse_bytes(path)
    return options.run(options)


def _fail(error: Exception, debug: bool, code: int = FAILED) -> int:
    if debug:
        raise error
    print(f"rsqi: {str(error).splitlines()[0] if str(error) else type(error).__name__}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    from .ask import add_ask
    from .augment import add_augment
    from .batch import add_batch
    from .cluster import add_cluster
    from .conversion import add_convert
    from .dataset import add_dataset
    from .doctor import add_doctor
    from .evaluation import add_evaluate
    from .evidence import add_evidence
    from .exchange import add_exchange
    from .export import add_export
    from .find import add_find
    from .findings import add_describe, add_score
    from .finetuning import add_finetune
    from .inspection import add_inspect
    from .memory import add_memory
    from .outlining import add_outline
    from .quantization import add_quantize
    from .reporting import add_report
    from .seams import add_seams
    from .synthesis import add_synthesize
    from .thresholds import add_thresholds
    from .training import add_train

    parser = argparse.ArgumentParser(prog="rsqi", description="Inspect remote-sensing images for quality errors.")
    parser.add_argument("--version", action="version", version=f"rsqi {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        add_inspect,
        add_batch,
        add_cluster,
        add_seams,
        add_outline,
        add_score,
        add_describe,
        add_report,
        add_evidence,
        add_find,
        add_memory,
        add_ask,
        add_dataset,
        add_synthesize,
        add_train,
        add_finetune,
        add_thresholds,
        add_exchange,
        add_augment,
        add_export,
        add_convert,
        add_quantize,
        add_evaluate,
        add_doctor,
    ):
        add(commands)
    return parser


def _make_printable() -> None:
    """Have both streams take any file name: bytes that are no text, and what the console cannot show, as escapes."""
    codecs.register_error("rsqi", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="rsqi")


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    shown = (f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else ascii(c)[1:-1] for c in text)
    return "".join(shown), error.end
