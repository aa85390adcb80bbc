"""The command line ``rsqi``: every command a thin wrapper that turns words into a call and errors into one line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Sequence

from .. import __version__
from ..errors import Cancelled, ParameterError, RsqiError
from .command import CANCELLED, FAILED, WRONG_USAGE
from .dataset import add_dataset
from .doctor import add_doctor
from .evaluation import add_evaluate
from .export import add_export
from .findings import add_describe, add_score
from .finetuning import add_finetune
from .inspection import add_inspect
from .reporting import add_report
from .synthesis import add_synthesize
from .training import add_train

_COMMANDS = (
    add_inspect,
    add_score,
    add_describe,
    add_report,
    add_dataset,
    add_synthesize,
    add_train,
    add_finetune,
    add_export,
    add_evaluate,
    add_doctor,
)


# What another GDAL or PROJ was told (QGIS, OSGeo4W, conda) is not for ours, whose coordinate systems would be lost with
# a proj.db of another version. How to reach a server changes no result.
_OTHER_SOFTWARE = ("PROJ_", "GDAL_", "OGR_", "CPL_")
_NETWORK = ("GDAL_HTTP_", "CPL_VSIL_CURL_", "CPL_CURL_")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled."""
    _leave_other_software()
    parser = _parser()
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return options.run(options)
    except (KeyboardInterrupt, Cancelled):
        print("rsqi: cancelled; nothing was written", file=sys.stderr)
        return CANCELLED
    except ParameterError as error:
        return _fail(error, options, WRONG_USAGE)
    except RsqiError as error:
        return _fail(error, options, FAILED)
    except MemoryError:
        return _fail(RsqiError("out of memory; inspect a smaller extent"), options, FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _fail(RsqiError(f"internal error: {type(error).__name__}: {error}"), options, FAILED)


def _leave_other_software() -> None:
    """Forget what other software has set for its own GDAL and PROJ, before ours are loaded."""
    for name in list(os.environ):
        if name.upper().startswith(_OTHER_SOFTWARE) and not name.upper().startswith(_NETWORK):
            del os.environ[name]


def _fail(error: Exception, options: argparse.Namespace, code: int) -> int:
    if options.debug:
        raise error
    print(f"rsqi: {str(error).splitlines()[0] if str(error) else type(error).__name__}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rsqi", description="Inspect remote-sensing images for quality errors.")
    parser.add_argument("--version", action="version", version=f"rsqi {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in _COMMANDS:
        add(commands)
    return parser
