"""``rsqi memory``: remember what clean images look like, so that an inspection can mark what is unlike all of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..limits import DEVICES, MEMORY_PATCHES, MODEL
from .command import DONE, command
from .reporter import Reporter


def add_memory(commands: Any) -> None:
    """Announce ``rsqi memory``."""
    parser = command(commands, "memory", "remember what clean images look like", lambda options: DONE)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    build = command(actions, "build", "make a memory from a folder of clean images", _build)
    build.add_argument("folder", metavar="CLEAN_FOLDER", help="searched with all folders in it")
    build.add_argument("--output", required=True, type=Path, metavar="FILE", help="ends in .safetensors")
    build.add_argument("--model", default=MODEL, metavar=f"{MODEL}|FOLDER",
                       help="that inspections with the memory will use")  # fmt: skip
    build.add_argument("--patches", type=int, default=MEMORY_PATCHES, metavar="N",
                       help=f"remembered at most ({MEMORY_PATCHES})")  # fmt: skip
    build.add_argument("--device", choices=DEVICES, default=DEVICES[0])
    build.add_argument("--overwrite", action="store_true", help="replace a file that is no memory")
    build.add_argument("--progress", choices=("bar", "json", "none"), default="bar")


def _build(options: argparse.Namespace) -> int:
    from ..jobs.memory import MemoryJob, run

    job = MemoryJob(options.folder, options.output, options.model, options.device, options.patches, options.overwrite)
    emit = Reporter(options.progress, options.folder, set())
    answer = run(job, emit)
    emit.end()
    if options.progress == "json":
        emit("result", **answer)
        return DONE
    size = answer["bytes"] / 2**20
    print(
        f"{options.folder}: {answer['patches']} patches of {answer['blocks']} blocks in {answer['images']} images "
        f"({size:.1f} MB) -> {answer['output']}"
    )
    return DONE
