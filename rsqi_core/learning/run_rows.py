"""The rows of a run of `transformers.Trainer`: into its curve, and on as events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..progress import Emit, Progress
from ..training.curve import Curve
from ..training.resumable import steps_so_far


def rows_taker(run: Path, total: int, emit: Emit) -> Callable[[dict[str, Any]], None]:
    """Return what takes the rows of a run of `total` steps, into its curve and on as events; tell if it is resumed."""
    step = steps_so_far(run)
    curve = Curve(run, step)
    if step:
        emit("resumed", step=step)

    def take(row: dict[str, Any]) -> None:
        curve.add(row)
        emit("curve", **row)
        emit("progress", **asdict(Progress("train", row["step"], total, row["eta_s"])))

    return take
