"""``rsqi inspect``: find the errors of one raster or several."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Sequence

from ..errors import Cancelled, ParameterError, RsqiError
from .command import DONE, FAILED, command
from .inspect_options import add_options, parameters_of
from .reporter import Reporter


def add_inspect(commands: Any) -> None:
    """Announce ``rsqi inspect``."""
    parser = command(commands, "inspect", "find the errors of rasters", _inspect)
    parser.add_argument("raster", nargs="+", metavar="RASTER")
    parser.add_argument("--output", required=True, type=Path, metavar="PATH",
                        help="the .gpkg of one raster, or a folder for several")  # fmt: skip
    add_options(parser)
    parser.add_argument("--heat", action="store_true",
                        help="with --memory: also write <stem>_unusual_heat.tif")  # fmt: skip
    parser.add_argument("--resume", action="store_true",
                        help="go on with a run that was killed or broke off, and keep what was found if this one "
                             "breaks off, as on a full disk")  # fmt: skip


def _inspect(options: argparse.Namespace) -> int:
    from ..job import Job, refuse_outputs_that_are_read, run
    from ..models import load

    parameters = parameters_of(options)
    outputs = _outputs(options.raster, options.output)
    files = options.mask, options.report, options.shapefile, parameters, options.resume
    more = {"language": options.language, "overwrite": options.overwrite, "heat": options.heat}
    jobs = [Job(raster, output, *files, **more) for raster, output in zip(options.raster, outputs)]
    refuse_outputs_that_are_read(jobs)
    model = load(parameters.model, parameters.device) if "classify" in parameters.stages else None
    failed, said = 0, set[str]()
    for job in jobs:
        emit = Reporter(options.progress, job.raster, said)
        try:
            emit("result", **run(job, emit, model=model))
        except Cancelled:
            raise
        except RsqiError as error:  # of a parameter too, such as an extent, that does not fit this raster
            if len(outputs) == 1:
                raise
            failed += 1
            emit.end()
            print(f"rsqi: {error}", file=sys.stderr)
    return FAILED if failed else DONE


def _outputs(rasters: Sequence[str], output: Path) -> list[Path]:
    """Where the result of each raster goes."""
    if len(rasters) == 1 and output.suffix.lower() == ".gpkg":
        return [output]
    if output.suffix.lower() == ".gpkg":
        raise ParameterError(f"{output}: several rasters need a folder as output")
    stems = [Path(raster).stem for raster in rasters]
    if len(set(stems)) < len(stems):
        twice = next(stem for stem in stems if stems.count(stem) > 1)
        raise ParameterError(f"two rasters are named '{twice}'; inspect them one by one")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RsqiError(f"{output}: cannot make this folder: {error.strerror}") from error
    return [output / f"{stem}.gpkg" for stem in stems]
