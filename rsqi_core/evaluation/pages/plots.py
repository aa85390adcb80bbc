"""The benchmark's plots: recall by severity, precision over recall, and what a lower threshold would cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...classify import probabilities
from ...errors import RsqiError
from ...files.atomic import whole_file
from ...taxonomy import CODES, TYPES
from .tables import SEVERITIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOTS = ("recall.svg", "precision-recall.svg", "cost.svg")  # names of the files
_GREYS = ("#cfd8dc", "#78909c", "#263238")


def write_plots(
    folder: Path, recall: dict[str, list[float]], logits: np.ndarray, truth: np.ndarray, spotless: np.ndarray
) -> list[tuple[str, str]]:
    """Write the plots as SVG and return (file name, caption).

    Parameters
    ----------
    recall : dict
        Recall of subtle, medium and strong errors by code.
    logits, truth : numpy.ndarray
        float [N, 10] and uint8 [N, 10] with 255 for unknown.
    spotless : numpy.ndarray
        bool [N]: blocks without any error.
    """
    try:
        import matplotlib
    except ImportError:
        raise RsqiError("plots need matplotlib; install it with: pip install 'rsqi[train]'") from None
    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["svg.hashsalt"] = "rsqi"  # the same figures give the same file
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    p = probabilities(logits)
    plots: list[tuple[str, Callable[[Axes], None]]] = [
        ("Recall of the block classifier by severity", lambda axes: _recall(axes, recall)),
        ("Precision over recall of each type, over all thresholds", lambda axes: _precision(axes, p, truth)),
        (
            "Recall of each type against the share of clean blocks it marks",
            lambda axes: _cost(axes, p, truth, spotless),
        ),
    ]
    for name, (_, draw) in zip(PLOTS, plots):
        figure, axes = pyplot.subplots(figsize=(8, 4.2), layout="constrained")
        draw(axes)
        with whole_file(folder / name) as part:
            figure.savefig(part, metadata={"Date": None})
        pyplot.close(figure)
    return [(name, caption) for name, (caption, _) in zip(PLOTS, plots)]


def _recall(axes: Axes, recall: dict[str, list[float]]) -> None:
    for k, severity in enumerate(SEVERITIES):
        values = [recall[code][k] for code in CODES]
        axes.bar(np.arange(len(CODES)) + 0.27 * (k - 1), values, 0.25, label=severity, color=_GREYS[k])
    axes.set_xticks(range(len(CODES)), [code.replace("_", "\n") for code in CODES], fontsize=7)
    axes.set_ylabel("recall")
    axes.set_ylim(0, 1)
    axes.legend(frameon=False)


def _precision(axes: Axes, p: np.ndarray, truth: np.ndarray) -> None:
    for i, error_type in enumerate(TYPES):
        known = truth[:, i] != 255
        order = np.argsort(-p[known, i], kind="stable")
        hits = np.cumsum((truth[known, i] == 1)[order])
        if hits.any():
            axes.plot(hits / hits[-1], hits / np.arange(1, len(hits) + 1), label=error_type.code, **_line(i))
    axes.set_xlabel("recall")
    axes.set_ylabel("precision")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))


def _cost(axes: Axes, p: np.ndarray, truth: np.ndarray, spotless: np.ndarray) -> None:
    for i, error_type in enumerate(TYPES):
        real = truth[:, i] == 1
        limits = np.quantile(p[:, i], np.linspace(0, 1, 200))
        clear = spotless & (truth[:, i] == 0)
        clean = [(p[clear, i] >= limit).mean() if clear.any() else np.nan for limit in limits]
        recall = [(p[real, i] >= limit).mean() if real.any() else np.nan for limit in limits]
        axes.plot(clean, recall, label=error_type.code, **_line(i))
    axes.set_xscale("symlog", linthresh=0.01)
    axes.set_xlabel("share of clean blocks marked")
    axes.set_ylabel("recall")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))


def _line(i: int) -> dict[str, Any]:
    """Colour and dash of a type: the map's colours are too light for paper."""
    return {"color": f"C{i}", "linestyle": ("-", "--")[i % 2], "linewidth": 1.4}
