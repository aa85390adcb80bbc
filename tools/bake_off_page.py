"""The page of the bake-off: tables, the plot of quality over time, and the curves, from what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.ticker import LogLocator, NullLocator, ScalarFormatter

from rsqi_core.evaluation.benchmark.bake_off import (
    CANDIDATES,
    EQUAL,
    PIXEL_RUN,
    RUNS,
    THREADS,
    by_type,
    miou,
    resampled,
)
from rsqi_core.evaluation.benchmark.rule_results import RuleResult
from rsqi_core.evaluation.pages import tables
from rsqi_core.metrics import auroc, average_precision, bootstrap, iou_of
from rsqi_core.models.architectures import JOINT
from rsqi_core.taxonomy import CODES, REGION_TYPES
from rsqi_core.training.curve import ROWS
from rsqi_core.training.settings import Settings

IMAGES = "images"  # beside the page
PLOT, CURVES = "bake-off.svg", "bake-off-curves.svg"
BASE = "RSQI m, joint"
CHANGES = {  # one thing that differs from it, and the candidate in which it does
    "a network of its own for each task": "RSQI m, two networks",
    "no planes of texture": "RSQI m, no texture planes",
    "no random crops, flips and scales": "RSQI m, no augmentation",
    "a quarter of the weights": "RSQI s, joint",
}
SCORES = (("f1", "labels", "macro F1 of blocks"), ("miou", "segmentation", "mIoU of regions"),
          ("iou", "pixels", "IoU of pixel types"))  # fmt: skip
MEGAPIXELS = 0.512**2  # of a tile
BLUES = ("#4292c6", "#08306b", "#6a51a3", "#17a2b8", "#9ecae1")  # ours; others take matplotlib's colours
Results = dict[str, Any]


def write(results: Results, work: Path, page: Path) -> None:
    """Write the page and its two pictures.

    Parameters
    ----------
    results : dict
        ``results.json`` of `tools/bake_off.py`.
    work : pathlib.Path
        Folder of the runs, for their curves.
    """
    images = page.parent / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "rsqi", "font.size": 9})
    figures = {candidate.title: Figures(results, *candidate.names) for candidate in CANDIDATES}
    _plot(figures, images / PLOT)
    _curves(work, images / CURVES)
    page.write_text(_text(results, figures), encoding="utf-8")


class Figures:
    """What is known of a candidate, from the results of the runs that classify and segment."""

    def __init__(self, results: Results, classifier: str, segmenter: str):
        runs = [results["runs"][name] for name in dict.fromkeys((classifier, segmenter))]
        self.logits, self.truth = np.array(runs[0]["logits"]), np.array(results["truth"])
        self.confusions = np.array(runs[-1]["confusions"])
        self.auroc = self.mean_auroc()
        self.auroc_bounds = resampled(self.mean_auroc, len(self.truth))
        self.precision = float(np.nanmean(by_type(average_precision, self.logits, self.truth)))
        self.miou = float(miou(self.confusions.sum(0)))
        self.miou_bounds = bootstrap(miou, self.confusions)
        self.millions = sum(run["millions"] for run in runs)
        self.megabytes = sum(sum(run["megabytes"].values()) for run in runs)
        spent = {name: float(np.median(values)) for name, values in results["milliseconds"].items()}
        self.milliseconds = spent[f"{classifier} classifier"], spent[f"{segmenter} segmenter"]

    def mean_auroc(self, rows: Any = slice(None)) -> float:
        """Mean over the types, of some of the blocks."""
        return float(np.nanmean(by_type(auroc, self.logits[rows], self.truth[rows])))


def _text(results: Results, figures: dict[str, Figures]) -> str:
    terms, base = results["terms"], figures[BASE]
    best = {what: max(figures, key=lambda title: getattr(figures[title], what)) for what in ("auroc", "miou")}
    fastest = min(figures, key=lambda title: sum(figures[title].milliseconds))
    every = f" Trial: only every {terms['every']}th block was measured." if terms["every"] > 1 else ""
    equal = ", ".join(f"{name} {value}" for name, value in EQUAL.items())
    side = "" if terms["side"] == Settings.side else f" --side {terms['side']}"
    blocks = f"{len(results['truth'])} blocks of the frozen benchmark (defective, clean, hard negatives)"
    return f"""# Bake-off: architectures on equal terms

Written by `tools/bake_off.py` from {blocks};
for the mIoU {len(base.confusions)} of them, those with medium and strong errors only.{every}
Highest mean AUROC: {best["auroc"]}; highest mIoU: {best["miou"]}; fastest: {fastest}.

![Quality over time]({IMAGES}/{PLOT})

{_quality(figures)}
No figure depends on a threshold. *AUROC* and *AP*: block classification, mean of the ten types, subtle errors counted
neither way. *mIoU*: the segmenter alone, mean of background and the six region types. In brackets the 95 % interval
over the blocks. *MB*: classifier and segmenter as shipped, weights stored in half precision; a joint run is exported as
two files that both hold the encoder. *ms*: median for a tile of 512 px on {THREADS} threads of a CPU, all networks in
turns. An inspection segments only those blocks that the classifier marks.

## One change at a time

{_changes(figures, base)}
Differences to *{BASE}* with 95 % intervals over the same blocks; those that do not cross nought are bold. How much
another seed would change is not in them.

## Block classification by type

{_each(figures, "AUROC", auroc)}
{_each(figures, "AP", average_precision)}
## Segmentation by type

{_iou(figures)}
## Pixel types: a network against the rules

{tables.rules(_rule_results(results))}
{_speeds(results)}
The network `{PIXEL_RUN.name}` has {results["runs"][PIXEL_RUN.name]["millions"]:.3f} million weights.

## Training

![Training curves]({IMAGES}/{CURVES})

Validated on crops from seeds that no run draws, but on backgrounds that training knows.

## What was equal

All from random weights; the same stream of {terms["samples"]} crops of {terms["side"]} px, sample by sample, but for
the pixel network, which is shown more of its own types, and the run without augmentation; AdamW with
{equal};
the averaged weights with the best of 8 validations; export to ONNX and onnxruntime as shipped. Networks that two
candidates share were trained once.

## What it does not tell

* The runs are short: they favour networks that learn fast from nothing over those that would end higher. The default
  model sees many times as many crops.
* One rate for all is nobody's best rate, and the losses and stream were chosen with ours. No run begins with
  pretrained weights, from which the foreign families would gain most.
* One seed each. Differences within the intervals, or a point or two, are no ranking.
* Classifiers that average over the whole image were trained on crops of {terms["side"]} px and judge blocks of 384 and
  512 px, where small errors weigh less; ours pools its strongest cells. `--side 384` would tell how much of the
  difference that is. MobileViT's graphs take 512 px only: smaller blocks are mirrored to that size.
* Errors are synthetic, from recipes other than those of training. Milliseconds belong to one machine; compare ratios.

## How to reproduce

    python tools/bake_off.py --data ../shared/data --pool build/train/pool.npz --samples {terms["samples"]}{side}

It may be stopped and goes on; raw answers lie in `build/bake-off/results.json`, from which a further call draws this
page without measuring again. Other versions of the recipes (`rsqi_core/synthesis/`) compose other crops and give other
figures.
"""


def _quality(figures: dict[str, Figures]) -> str:
    rows = []
    for title, f in figures.items():
        sizes = f"{f.millions:.1f}", f"{f.megabytes:.1f}"
        times = (f"{value:.0f}" for value in (*f.milliseconds, sum(f.milliseconds)))
        area, iou = tables.interval(f.auroc, f.auroc_bounds), tables.interval(f.miou, f.miou_bounds)
        rows.append([title, area, f.precision, iou, *sizes, *times])
    header = ["classifier + segmenter", "mean AUROC", "mean AP", "mIoU", "million weights", "MB", "ms classify"]
    return tables.markdown([*header, "ms segment", "ms both"], rows)


def _changes(figures: dict[str, Figures], base: Figures) -> str:
    rows = []
    for what, title in CHANGES.items():
        other = figures[title]
        area = resampled(lambda rows, other=other: other.mean_auroc(rows) - base.mean_auroc(rows), len(base.truth))
        pair = np.stack([base.confusions, other.confusions], 1)
        iou = bootstrap(lambda sums: miou(sums[:, 1]) - miou(sums[:, 0]), pair)
        cells = [_difference(other.auroc - base.auroc, area), _difference(other.miou - base.miou, iou)]
        time = sum(other.milliseconds) / sum(base.milliseconds)
        rows.append([what, *cells, f"{time:.2f} x", f"{other.megabytes / base.megabytes:.2f} x"])
    return tables.markdown(["change", "mean AUROC", "mIoU", "ms", "MB"], rows)


def _difference(value: float, bounds: tuple[float, float]) -> str:
    text = f"{value:+.3f} ({bounds[0]:+.3f} to {bounds[1]:+.3f})"
    return f"**{text}**" if bounds[0] > 0 or bounds[1] < 0 else text


def _each(figures: dict[str, Figures], name: str, score: Any) -> str:
    rows = [[title, *map(float, by_type(score, f.logits, f.truth))] for title, f in figures.items()]
    return tables.markdown([name, *CODES], rows)


def _iou(figures: dict[str, Figures]) -> str:
    rows = [[title, *map(float, iou_of(f.confusions.sum(0)))] for title, f in figures.items()]
    return tables.markdown(["IoU", "background", *(t.code for t in REGION_TYPES)], rows)


def _rule_results(results: Results) -> list[RuleResult]:
    rows = results["rules"] + results["runs"][PIXEL_RUN.name]["rulings"]
    rule_results = [RuleResult(**row | {"counts": np.array(row["counts"]), "found": np.zeros(0, bool)}) for row in rows]
    return sorted(rule_results, key=lambda result: -CODES.index(result.code))


def _speeds(results: Results) -> str:
    spent = {name: np.median(values) for name, values in results["milliseconds"].items()}
    names = [name for name in spent if name.startswith((*CODES, PIXEL_RUN.name))]
    rows = [[name, f"{1000 * MEGAPIXELS / spent[name]:.1f}"] for name in names]
    return tables.markdown(["", f"Mpx/s on {THREADS} threads"], rows)


# Pictures -------------------------------------------------------------------------------------------------------------


def _plot(figures: dict[str, Figures], file: Path) -> None:
    """Quality over milliseconds: AUROC and mIoU beside each other."""
    figure, panels = pyplot.subplots(1, 2, figsize=(10, 4.6), sharex=True, layout="constrained")
    for k, (title, f) in enumerate(figures.items()):
        for axes, value, bounds in zip(panels, (f.auroc, f.miou), (f.auroc_bounds, f.miou_bounds)):
            reach = [[max(0.0, value - bounds[0])], [max(0.0, bounds[1] - value)]]
            axes.errorbar(sum(f.milliseconds), value, reach, color=(*BLUES, "C1", "C3", "C2", "C5")[k],
                          marker="osD^vPX*d"[k], markersize=8,
                          elinewidth=0.8, alpha=0.9, linestyle="none", label=title)  # fmt: skip
    for axes, name in zip(panels, ("mean AUROC of blocks", "mIoU of regions")):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7)))
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(f"ms for a tile of 512 px, classify and segment, {THREADS} threads")
        axes.set_title(name, fontsize=10)
        _quiet(axes)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    _save(figure, file)


def _curves(work: Path, file: Path) -> None:
    """Validation scores over losses of all runs, one column a task."""
    figure, grid = pyplot.subplots(2, 3, figsize=(12, 7.5), sharex=True, layout="constrained")
    for k, run in enumerate(RUNS):
        lines = (work / run.name / ROWS).read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        dash = "-" if run.task == JOINT else "--"
        style = {"color": f"C{k % 10}", "linestyle": dash, "linewidth": 1.3, "label": run.name}
        for column, names in zip(grid.T, SCORES):
            for axes, name in zip(column, names):
                points = [(row["step"] * EQUAL["batch"], row[name]) for row in rows if name in row]
                if points:
                    axes.plot(*zip(*points), marker=".", markersize=4, **style)
    for column, (_, loss, score) in zip(grid.T, SCORES):
        column[0].set_title(f"{score} (validation)", fontsize=10)
        column[1].set_title(f"loss: {loss} (training)", fontsize=10)
        column[0].set_ylim(bottom=0)
        column[1].set_xlabel("crops seen")
        column[1].legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
        for axes in column:
            _quiet(axes)
    _save(figure, file)


def _quiet(axes: Any) -> None:
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Any, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)
