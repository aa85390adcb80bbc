"""How the course of a training run is shown in a shell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..training.loss import WEIGHTS

_SCORES = {
    "held_out": "held out",
    "same_noise": "on the same noise",
    "f1": "F1",
    "miou": "mIoU",
    "iou": "IoU",
    "score": "score",
}
_BAR = 40  # characters that a score of 1 is long


class JsonLines:
    """One line of JSON an event of training, for other programs."""

    def __call__(self, event: str, **row: Any) -> None:
        """Print an event's values as a line of JSON."""
        print(json.dumps(row, ensure_ascii=False), flush=True)


class Lines:
    """One sentence an event of training, for people; a validation ends it in a bar, so that the bars are a curve.

    Parameters
    ----------
    batch : int
        Crops a step.
    unit : str
        What is counted.
    """

    def __init__(self, batch: int, unit: str = "crops"):
        self._batch, self._unit = batch, unit

    def __call__(self, event: str, **row: Any) -> None:
        """Print a row of the curve in words."""
        print(row["init"] if event == "init" else self.text(row), flush=True)

    def text(self, row: Mapping[str, Any]) -> str:
        """Say a row of the curve."""
        done, all_of_them = (f"{row[name] * self._batch:,}".replace(",", " ") for name in ("step", "steps"))
        loss = row.get("words", row.get("noise", sum(WEIGHTS[name] * row[name] for name in WEIGHTS if name in row)))
        parts = [f"{done:>{len(all_of_them)}} of {all_of_them} {self._unit}",
                 f"{row['samples_per_second']:.0f} a second", f"{_time(row['eta_s'])} left",
                 f"loss {loss:.3f}"]  # fmt: skip
        parts += [f"{name} {row[key]:.3f}" for key, name in _SCORES.items() if key in row]
        bar = f" {'#' * round(_BAR * row['score'])}" if "score" in row else ""
        return ", ".join(parts) + bar


def _time(seconds: float) -> str:
    minutes = -(-int(seconds) // 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
