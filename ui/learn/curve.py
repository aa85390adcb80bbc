"""The curve of a training: the loss that falls, and the score that should rise."""

from __future__ import annotations

from dataclasses import dataclass

LOSSES = ("labels", "evidence", "segmentation")  # of a row; their sum is what training lowers


@dataclass(frozen=True)
class Curves:
    """Points (step, value) of a training.

    Attributes
    ----------
    steps : int
        Of the whole training.
    loss : tuple
        Summed losses, smoothed.
    score : tuple
        0-1, on blocks that are not learned from.
    """

    steps: int = 1
    loss: tuple = ()
    score: tuple = ()


def curves(rows: list[dict], weight: float = 0.3) -> Curves:
    """Return the points of the rows of a curve; `weight` is that of the newest loss in the smoothed one, 0-1."""
    loss, score = {}, {}
    smooth = None
    for row in sorted(rows, key=lambda row: row["step"]):
        if any(name in row for name in LOSSES):
            value = sum(row.get(name, 0.0) for name in LOSSES)
            smooth = value if smooth is None else weight * value + (1 - weight) * smooth
            loss[row["step"]] = smooth
        if "score" in row:
            score[row["step"]] = row["score"]
    steps = max([row.get("steps", row["step"]) for row in rows] or [1])
    return Curves(steps, tuple(loss.items()), tuple(score.items()))


def place(points: tuple, steps: int, top: float, box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """Return where points lie in a box (left, top, width, height) whose upper rim stands for `top`."""
    left, upper, width, height = box
    return [
        (left + width * step / max(1, steps), upper + height * (1 - min(1.0, value / top))) for step, value in points
    ]
