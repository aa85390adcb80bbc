"""What the paper's tables do not show of a station's own data: objects, confusion and calibration, as Markdown."""

from __future__ import annotations

import numpy as np

from ...classify import probabilities
from ...metrics import bootstrap, calibration_error, mean, reliability
from ...scoring import load_scheme
from ...taxonomy import CODES, IGNORED, REGION_TYPES, TYPES
from ..benchmark.run_model import INSPECTION, ModelResult
from ..pages.tables import interval, markdown
from .measure import Measured, ModelOnDataset
from .objects import FALSE, FOUND, FOUND_WELL, MATCHES, TRUE
from .scores import NEAR, grade_of


def counts(m: Measured) -> str:
    """Blocks of each part by type."""
    rows = [[name, *(m.counts[part][n] for part in m.counts)] for n, name in _names() if _any(m, n)]
    return markdown(["blocks with", *m.counts], rows)


def objects(m: Measured) -> str:
    """Object recall by type with its interval, and false objects for 100 Mpx, side by side."""
    inside = m.outlined
    area = float(m.megapixels.sum())
    rows: list[list[object]] = []
    for k, code in enumerate(CODES):
        tables = [found.objects[inside][:, k] for found in m.models]
        if not any(table.any() for table in tables):
            continue
        row: list[object] = [code, int(tables[0][:, TRUE].sum())]
        for table in tables:
            row += [_recall(table, FOUND), _share(table, FOUND_WELL), f"{100 * table[:, FALSE].sum() / area:.1f}"]
        rows.append(row)
    header = ["type", "objects"]
    for found in m.models:
        name = found.result.name
        header += [f"{name}: recall at IoU {MATCHES[0]} (95 %)", f"at {MATCHES[1]}", "false for 100 Mpx"]
    return markdown(header, rows)


def _recall(table: np.ndarray, column: int) -> str:
    if not table[:, TRUE].any():
        return "–"

    def recall(sums: np.ndarray) -> np.ndarray:
        real, hits = sums[..., TRUE], sums[..., column]
        return np.divide(hits, real, out=np.full(real.shape, np.nan), where=real > 0)

    return interval(_share(table, column), bootstrap(recall, table))


def _share(table: np.ndarray, column: int) -> float:
    total = int(table[:, TRUE].sum())
    return float(table[:, column].sum() / total) if total else float("nan")


def scores(m: Measured) -> str:
    """How far the score of a block by what is found in it lies from that by what is drawn there."""
    rows: list[list[object]] = []
    scheme = load_scheme()
    for found in m.models:
        known = ~(np.isnan(m.scores) | np.isnan(found.scores))
        away = found.scores[known] - m.scores[known]
        table = np.column_stack([np.abs(away), np.ones(len(away))])
        bounds = bootstrap(lambda sums: sums[..., 0] / sums[..., 1], table)
        same = [grade_of(a, scheme) == grade_of(b, scheme) for a, b in zip(found.scores[known], m.scores[known])]
        error = interval(mean(np.abs(away)), bounds)
        rows.append([found.result.name, int(known.sum()), error, mean(away), mean(np.abs(away) <= NEAR), mean(same)])
    header = ["", "blocks", "mean error, points (95 %)", "found less drawn", f"within {NEAR} points", "same grade"]
    return markdown(header, rows)


def confusion_of_blocks(found: ModelOnDataset, truth: np.ndarray) -> str:
    """Of the blocks with a type (a row), the share that is marked with each (a column); the last row are clean ones."""
    rows: list[list[object]] = []
    clean = (truth == 0).all(1)
    for k, code in [*enumerate(CODES), (-1, "no error")]:
        here = clean if k < 0 else truth[:, k] == 1
        if here.any():
            marked = found.marked[here]
            rows.append([code, int(here.sum()), *map(float, marked.mean(0)), float((~marked.any(1)).mean())])
    return markdown(["blocks with", "", *CODES, "nothing"], rows)


def confusion_of_pixels(result: ModelResult) -> str:
    """Of the pixels of a class (a row), the share that an inspection gives each class (a column)."""
    total = result.confusions[INSPECTION].sum(0)
    names = ["background", *(t.code for t in REGION_TYPES)]
    rows = [[name, *map(float, row / row.sum())] for name, row in zip(names, total) if row.sum()]
    return markdown(["pixels of", *names], rows)


def calibration_of(found: ModelOnDataset, truth: np.ndarray) -> np.ndarray:
    """Return `reliability` of all types that the model has a say in, over all blocks where they are known."""
    decided = np.array([code not in found.model.lacking for code in CODES])
    known = (truth != IGNORED) & decided
    return reliability(probabilities(found.result.logits)[known], truth[known] == 1)


def calibration(m: Measured) -> str:
    """How often what a classifier says with some probability is so."""
    curves = [calibration_of(found, m.truth) for found in m.models]
    rows: list[list[object]] = []
    for n in range(len(curves[0])):
        row: list[object] = [f"{n / 10:.1f}–{(n + 1) / 10:.1f}"]
        for curve in curves:
            row += [int(curve[n, 2]), float(curve[n, 0]), float(curve[n, 1])]
        rows.append(row)
    last: list[object] = ["mean distance"]
    for curve in curves:
        last += [None, None, calibration_error(curve)]
    header = ["probability"]
    for found in m.models:
        header += [f"{found.result.name}: labels", "said", "true"]
    return markdown(header, [*rows, last])


def _names() -> list[tuple[int, str]]:
    return [*((t.id, t.code) for t in TYPES), (0, "no error")]


def _any(m: Measured, n: int) -> bool:
    return any(found[n] for found in m.counts.values())
