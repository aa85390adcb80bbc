"""The first benchmark: blocks, regions, rules, real clouds and speed, on pictures that training never sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..classify import probabilities
from ..constrain import constrain
from ..models import Model, load
from ..models.card import CLASSIFIER, SEGMENTER
from ..rules import PIXEL_MISSING, STRIPE_NOISE
from ..segment import labels
from ..synthesis.compose import Sample
from ..taxonomy import CODES, REGION_TYPES, by_code
from .answers import ONE_STEP, Answers, ask, by_constraint
from .heldout import SIDE, clean, defective, held_out, real_clouds
from .metrics import Confusion, auroc, average_precision, f1


def run_benchmark(data: Path, model_name: str, count: int, say: Callable[[str], None] = lambda line: None) -> str:
    """Measure a model and the rules; return the tables as Markdown.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the imagery sets.
    count : int
        Blocks with errors; as many clean ones are added.
    """
    model = load(model_name, "cpu")
    source = held_out(data, "test")
    say(f"composing {2 * count} blocks of {SIDE} px on {len(source.backgrounds)} held-out backgrounds")
    planted, spotless = defective(source, count), clean(source, count)
    say("classifying and segmenting")
    answers = ask(model, planted + spotless)
    name = "default" if model_name == "default" else Path(model_name).name
    parts = [
        "# Benchmark\n",
        f"Model: {model.card.id} {model.card.version} ({model.hash}); reproduce with "
        f"`rsqi evaluate --data FOLDER --model {name} --scenes {count} --output docs/benchmark.md`.\n",
        f"{count} blocks of {SIDE} px with synthetic errors (same recipes as training, other pictures, other seeds: a "
        f"favourable test) and {count} clean blocks. No set holds real stripe noise, real motion blur or real "
        "misalignment, so these are measured on synthetic errors only.\n",
        "## Blocks (classifier)\n",
        _classification(answers.blocks, planted + spotless, count, model.thresholds),
        "\n## Regions (segmenter under the classifier's constraint)\n",
        _segmentation(model, answers, planted + spotless),
        "\n## Pixel rules\n",
        _rules(planted, spotless),
        "\n## Real clouds\n",
        _clouds(model, data),
        "\n## Size and speed\n",
        _cost(model, answers.milliseconds),
    ]
    return "\n".join(parts).rstrip() + "\n"


def table(header: list[str], rows: list[list[object]]) -> str:
    """Format a Markdown table; floats get three decimals."""
    cells = [[f"{v:.3f}" if isinstance(v, float) else str(v) for v in row] for row in rows]
    lines = [header, ["---"] * len(header), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _classification(logits: np.ndarray, samples: list[Sample], count: int, thresholds: np.ndarray) -> str:
    truth = np.stack([sample.labels for sample in samples])
    p = probabilities(logits)
    found = p >= thresholds
    rows, scores = [], []
    for i, code in enumerate(CODES):
        known = truth[:, i] != 255
        y = truth[known, i] == 1
        value, precision, recall = f1(found[known, i], y)
        scores.append(value)
        area, ap = auroc(p[known, i], y), average_precision(p[known, i], y)
        rows.append([code, int(y.sum()), area, ap, value, precision, recall, float(found[count:, i].mean())])
    exact = ((truth == 255) | (found == (truth == 1))).all(1).mean()
    header = ["type", "blocks", "AUROC", "AP", "F1", "precision", "recall", "clean blocks marked"]
    return table(header, rows) + (
        f"\nMacro F1 {np.mean(scores):.3f}; all ten labels right {exact:.3f}; "
        f"clean blocks marked with anything {found[count:].any(1).mean():.3f}.\n"
    )


def _segmentation(model: Model, answers: Answers, samples: list[Sample]) -> str:
    rows = []
    for mode, confusion in by_constraint(answers, samples, model.thresholds).items():
        iou = confusion.iou()
        shown = f"**{mode}**" if mode == model.card.constraint else mode
        rows.append([shown, float(np.nanmean(iou)), confusion.pixel_precision(), *map(float, iou)])
    header = ["constraint", "mIoU", "pixel precision", "background", *(t.code for t in REGION_TYPES)]
    return table(header, rows) + "\n`none` is the one-step method; the default is bold. Defective and clean blocks.\n"


def _rules(planted: list[Sample], spotless: list[Sample]) -> str:
    rows = []
    for code, rules in (("pixel_missing", PIXEL_MISSING), ("stripe_noise", STRIPE_NOISE)):
        wanted = [(s, next(d for d in s.defects if d.code == code)) for s in planted if code in _codes(s)]
        for name, rule in rules.items():
            confusion = Confusion(2)
            for sample, defect in wanted:
                valid = _valid(sample)
                truth = np.where(valid, defect.mask, 255)
                confusion.add(truth, rule(sample.image, valid).astype(np.uint8))
            marked = [rule(sample.image, _valid(sample)) for sample in spotless]
            area = float(np.mean([m.mean() for m in marked]))
            rows.append([code, name, len(wanted), float(confusion.iou()[1]), confusion.pixel_precision(),
                         f"{100 * area:.3f} %", float(np.mean([m.any() for m in marked]))])  # fmt: skip
    header = ["type", "rule", "blocks", "IoU", "pixel precision", "clean area marked", "clean blocks marked"]
    return table(header, rows) + "\nThe rules alone, on every block, without the classifier's help.\n"


def _codes(sample: Sample) -> set[str]:
    return {defect.code for defect in sample.defects}


def _valid(sample: Sample) -> np.ndarray:
    """The part inside the footprint: the collar is the large ignored part that is black."""
    from skimage.measure import label

    black = (sample.image == 0).all(-1) & (sample.segmentation == 255)
    regions = label(black, connectivity=1)
    sizes = np.bincount(regions.ravel())
    sizes[0] = 0
    return ~(sizes > 400)[regions]


def _clouds(model: Model, data: Path) -> str:
    pairs = real_clouds(data)
    if not pairs:
        return "No real clouds at hand.\n"
    cloud = by_code("cloud").id
    rows = []
    for mode in (ONE_STEP, model.card.constraint):
        confusion, marked = Confusion(2), []
        for image, truth in pairs:
            y = model.classify(image[None])[0]
            marked.append(probabilities(y)[cloud - 1] >= model.thresholds[cloud - 1])
            logits = model.segment(image[None])[0]
            if mode != ONE_STEP:
                logits = constrain(logits, y, mode, 1.0, model.thresholds)
            found = labels(logits, image.shape[:2])[0] == cloud
            confusion.add(truth.astype(np.uint8), found.astype(np.uint8))
        rows.append([mode, float(confusion.iou()[1]), confusion.pixel_precision()])
    cover = np.array([truth.mean() for _, truth in pairs])
    cloudy, hits = int((cover > 0.05).sum()), int((np.array(marked) & (cover > 0.05)).sum())
    return (
        table(["constraint", "IoU", "pixel precision"], rows)
        + f"\n{len(pairs)} Landsat 8 tiles at 60 m against their automatic cloud mask, a sensor and a scale that "
        f"training never saw. Of {cloudy} tiles with more than 5 % cloud, {hits} were marked as cloudy.\n"
    )


def _cost(model: Model, milliseconds: tuple[float, float]) -> str:
    rows = []
    for file, cost in zip((CLASSIFIER, SEGMENTER), milliseconds):
        rows.append([file, f"{(model.folder / file).stat().st_size / 1e6:.1f} MB", f"{cost:.0f} ms"])
    header = ["file", "size", f"median a {SIDE}-px block, {model.provider}"]
    return table(header, rows)
