"""The curve of a run: JSON rows of losses and scores, and their plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files.atomic import reason, whole_file, write_whole

ROWS, DRAWING = "curve.jsonl", "curve.svg"
_LOSSES = ("labels", "evidence", "segmentation", "pixels", "taught_labels", "taught_segmentation")
_SCORES = ("f1", "miou", "iou", "score")


class Curve:
    """Rows in ``curve.jsonl`` of a run's folder.

    Parameters
    ----------
    folder : pathlib.Path
        Of the run.
    step : int
        Step that the run is resumed at; later rows are dropped, as they are written again.
    before : pathlib.Path, optional
        Folder of the run that this one was initialised from. Its rows come first, with its last step as step 0.
    """

    def __init__(self, folder: Path, step: int = 0, before: Path | None = None):
        self._folder = folder
        rows = _read(folder)
        if not rows and before:
            earlier = _read(before)
            rows = [row | {"step": row["step"] - earlier[-1]["step"]} for row in earlier]
        self.rows: list[dict[str, Any]] = [row for row in rows if row["step"] <= step]
        write_whole(folder / ROWS, "".join(json.dumps(row) + "\n" for row in self.rows).encode("utf-8"))

    def add(self, row: dict[str, Any]) -> None:
        """Append a row, which has a ``step``."""
        self.rows.append(row)
        try:
            with (self._folder / ROWS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        except OSError as error:
            raise OutputError(f"{self._folder / ROWS}: cannot be written: {reason(error)}") from error

    def draw(self) -> None:
        """Draw losses and validation scores over the steps as ``curve.svg``, if matplotlib is installed."""
        try:
            from matplotlib.backends.backend_svg import FigureCanvasSVG
            from matplotlib.figure import Figure
        except ImportError:
            return  # a run must not fail for lack of a plot
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        FigureCanvasSVG(figure)
        panels = zip(figure.subplots(1, 2), (_LOSSES, _SCORES), ("loss (training)", "score (validation)"))
        for axes, names, title in panels:
            for name in names:
                points = [(row["step"], row[name]) for row in self.rows if name in row]
                if points:
                    mark = "." if len(points) == 1 else ""
                    axes.plot(*zip(*points), label=name, marker=mark, linewidth=2 if name == "score" else 1.2)
            axes.set_title(title, fontsize=10)
            axes.set_xlabel("step")
            axes.locator_params(axis="x", nbins=5)  # steps of a long run are long numbers
            if self.rows and self.rows[0]["step"] < 0:
                axes.axvline(0, color="#a0a0a0", linewidth=0.8, linestyle=":")  # before it, the runs it goes on from
            axes.grid(color="#e0e0e0", linewidth=0.6)
            axes.spines[["top", "right"]].set_visible(False)
            if axes.lines:
                axes.legend(frameon=False, fontsize=8)
        figure.axes[0].set_ylim(bottom=0)
        figure.axes[1].set_ylim(0, 1)
        with whole_file(self._folder / DRAWING) as part:
            figure.savefig(part, metadata={"Date": None})


def _read(folder: Path) -> list[dict[str, Any]]:
    file = folder / ROWS
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [row for line in lines if (row := _row(line))]


def _row(line: str) -> dict[str, Any] | None:
    """Read a row; the last one of a run that was killed may be cut."""
    try:
        return json.loads(line)
    except ValueError:
        return None
