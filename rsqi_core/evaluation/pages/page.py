"""The benchmark's page: every table in its section, with plots and examples beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...classify import probabilities
from ...errors import OutputError
from ...files.atomic import reason, write_whole
from ...files.earlier import refuse_foreign
from ...metrics import auroc, f1_of_counts, iou_of, mean, precision_of, region_quality
from ...models import Model
from ...rules import PIXEL_MISSING, STRIPE_NOISE
from ...taxonomy import BOUNDARY_TYPES, CODES, IGNORED, REGION_TYPES, ErrorClass, by_code
from ..benchmark import scenes
from ..benchmark.marks import count_marks, marks_of_classifier, marks_of_inspection
from ..benchmark.measure import MIXED, Measured
from ..benchmark.real_results import RealResults
from ..benchmark.run_model import INSPECTION, ONE_STEP, ModelResult, as_inspected
from ..benchmark.seam_results import SeamResult
from ..benchmark.unusual_results import UnusualResults
from . import tables
from .examples import Example, may_be_shown, names_of_examples, write_examples
from .plots import PLOTS
from .real_tables import real_goals, real_section
from .seam_tables import seam_goals, seam_section
from .unusual_tables import unusual_page

IMAGES = "images/benchmark"  # beside the page
_MARK = "Reproduce with `rsqi evaluate"  # in every page
_ALONE = (
    "\nGive `--against FOLDER` for models that were trained otherwise; `tools/bake_off.py` compares training with and "
    "without augmentation on equal terms.\n"
)
_BUT_SEAMS = [k for k, code in enumerate(CODES) if by_code(code) not in BOUNDARY_TYPES]
_DEFAULT_RULE = {"stripe_noise": "oriented", "pixel_missing": "isolated"}


def write_page(measured: Measured, page: Path | None) -> str:
    """Return the benchmark's page as Markdown; with `page` write it there, plots and examples beside it."""
    return _written(_sections(measured, page), page)


def write_real_page(found: RealResults, page: Path | None) -> str:
    """Return a page of the real pictures alone as Markdown; with `page` write it there."""
    subject = found.model_result.name if found.model_result else "the rules alone"
    total = len(found.entries)
    changed = f"{found.differing} of {total} differ from" if found.differing else f"all {total} match"
    sections = ["# Benchmark: its real pictures alone\n"]
    sections.append(
        f"Subject: {subject}. Reproduce with `rsqi evaluate --parts real --data FOLDER`. The list "
        f"`resources/benchmark/real.csv` freezes pictures and hashes: {changed} their hash.\n"
    )
    if found.model:
        sections += ["## Where the model stands\n", tables.goals(real_goals(found))]
    return _written([*sections, "## Real images\n", _real_images(found)], page)


def write_seam_page(found: list[SeamResult], page: Path | None) -> str:
    """Return a page of the seams alone as Markdown; with `page` write it there."""
    sections = ["# Benchmark: its seams alone\n", "Reproduce with `rsqi evaluate --parts seams --data FOLDER`.\n"]
    return _written([*sections, tables.goals(seam_goals(found)), seam_section(found)], page)


def write_unusual_page(found: UnusualResults, page: Path | None) -> str:
    """Return a page of what a memory of clean images finds unusual as Markdown; with `page` write it there."""
    return _written(unusual_page(found), page)


def refuse_other_page(page: Path, pictures: bool = True) -> None:
    """Refuse to write over a text that is no page of the benchmark, or over pictures without such a page.

    Raises
    ------
    OutputError
    """
    refuse_foreign([page], _is_page)
    if pictures and not page.exists():
        names = (*PLOTS, *names_of_examples())
        refuse_foreign((page.parent / IMAGES / name for name in names), lambda _: False)


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK.encode() in file.read(4096)


def _written(sections: list[str], page: Path | None) -> str:
    text = "\n".join(part for part in sections if part).rstrip() + "\n"
    if page:
        try:
            page.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{page.parent}: cannot make this folder: {reason(error)}") from error
        write_whole(page, text.encode("utf-8"))
    return text


def _sections(m: Measured, page: Path | None) -> list[str]:
    sections = ["# Benchmark\n", _make_up(m)]
    if m.model:
        sections += ["## Where the model stands\n", _goals(m, m.model)]
        sections += ["## Table 3: block classification\n", _classification(m)]
        sections += ["## Table 4: with and without\n", _comparison(m)]
        sections += ["## Table 5: segmentation of regions\n", _segmentation(m)]
    sections += ["## Table 6: pixel errors by rule\n", tables.rules(m.rule_results)]
    if m.model:
        sections += ["## Table 7: one step against two\n", _integration(m, m.model)]
        sections += ["## Detection by type\n", _detection(m)]
    sections += ["## Whole scenes, as a station inspects them\n", _scenes(m)]
    if m.model:
        sections += ["## Real clouds and real seams\n", _real(m)]
    sections += ["## Real images\n", _real_images(m.real)]
    if m.seams:
        sections += ["## Seams as lines\n", seam_section(m.seams)]
    if m.model:
        sections += ["## Size and speed\n", _cost(m, m.model)]
        sections.append(_pictures(m, m.model, page) if page else "")
    return sections


def _make_up(m: Measured) -> str:
    parts = Counter(entry.part for entry, _ in m.blocks)
    sets = Counter(entry.source.split("/")[0] for entry, _ in m.blocks)
    planted = [result for result in m.scene_results if result.part == "planted"]
    subject = m.model_results[0].name if m.model_results else "the rules alone"
    total = len(m.blocks) + len(m.scene_results) + len(m.real.entries)
    changed = f"{m.differing} of {total} differ from" if m.differing else f"all {total} match"
    pictures = ", ".join(f"{name} {count}" for name, count in sets.most_common())
    return (
        f"Subject: {subject}. Reproduce with `rsqi evaluate --data FOLDER --output docs/benchmark.md`. "
        f"The lists `resources/benchmark/*.csv` freeze pictures, seeds and hashes: {changed} their hash.\n\n"
        + tables.markdown(
            ["part", "blocks", "what"],
            [
                [
                    "defect",
                    parts["defect"],
                    "ten types x three severities, a fifth with a second type; what the ground hides is subtle",
                ],
                ["clean", parts["clean"], "held-out pictures without an error"],
                ["decoy", parts["decoy"], "hard negatives: what looks like one of the ten types and is none"],
                ["dates", parts["dates"], "true seams between two dates of one place (NAIP)"],
                ["cloud", parts["cloud"], "real clouds with a mask (Sentinel-2 twins, Landsat 8)"],
                ["veil", parts["veil"], "real or published haze, known by image only"],
                [
                    "scenes",
                    len(planted),
                    f"{sum(f.megapixels for f in planted):.0f} Mpx with many errors, with one or two, and with none",
                ],
                ["real", len(m.real.entries), "real clouds, shadows, veils and seams, and clean pictures as they are"],
            ],
        )
        + f"\nPictures: {pictures}. Training sees none of them, and no threshold was set on them. The errors come from "
        "recipes and ranges of their own (`rsqi_core/evaluation/recipes`), which share no code with those that "
        "training shows. Blocks have 384 px where the picture has 400, else 512 (real clouds 256). No set holds real "
        "stripe noise, real motion blur or real misalignment: these are synthetic only.\n"
    )


def _classification(m: Measured) -> str:
    mixed = m.where(*MIXED)
    all_truth, seen = m.truth()[mixed], m.truth(subtle=False)[mixed]
    rows = {}
    for model_result in m.model_results:
        found = marks_of_classifier(model_result)[mixed]
        rows[f"{model_result.name}, medium and strong"] = (found, seen)
        rows[f"{model_result.name}, all"] = (found, all_truth)
    rows["inspection (rules for pixel types, lines for seams), medium and strong"] = (marks_of_inspection(m), seen)
    return tables.classification(rows) + (
        "\nDefective, clean and hard negative blocks; F1 by type. *Medium and strong*: what a person sees at 100 %; "
        "subtle errors count neither way there.\n"
    )


def _comparison(m: Measured) -> str:
    mixed = m.where(*MIXED)
    seen = m.truth(subtle=False)[mixed]
    rows = []
    for model_result in m.model_results:
        each = f1_of_counts(count_marks(marks_of_classifier(model_result)[mixed], seen).sum(0))
        iou = iou_of(model_result.confusions[ONE_STEP][m.where("defect")].sum(0))
        rows.append([model_result.name, float(each.mean()), float(np.nanmean(iou))])
    note = "" if len(rows) > 1 else _ALONE
    return tables.markdown(["trained", "macro F1", "mIoU, one step"], rows) + note


def _segmentation(m: Measured) -> str:
    defect, seen = m.where("defect"), m.where("defect") & m.without_subtle()
    rows = {}
    for model_result in m.model_results:
        rows[f"{model_result.name}, one step, medium and strong"] = model_result.confusions[ONE_STEP][seen]
        rows[f"{model_result.name}, one step, all"] = model_result.confusions[ONE_STEP][defect]
        rows[f"{model_result.name}, {INSPECTION}, medium and strong"] = model_result.confusions[INSPECTION][seen]
    return tables.segmentation(rows) + "\nBlocks with errors only, as in the paper; mean over seven classes.\n"


def _integration(m: Measured, model: Model) -> str:
    mixed = m.where(*MIXED)
    negatives = m.where("clean", "decoy").sum() / mixed.sum()
    text = tables.integration(m.model_results[0], mixed & m.without_subtle(), model.card.constraint)
    return (
        text + f"\nMedium and strong errors with clean and hard negative blocks ({100 * negatives:.0f} % negatives).\n"
    )


def _detection(m: Measured) -> str:
    mixed = m.where(*MIXED)
    spotless = m.where("clean")
    model_result = m.model_results[0]
    part = ModelResult(
        model_result.name, model_result.logits[mixed], {}, model_result.scores, model_result.thresholds, (0.0, 0.0)
    )
    found = marks_of_classifier(model_result)
    rows = []
    for part_name in ("clean", "decoy"):
        marked, known = found[m.where(part_name)], m.truth()[m.where(part_name)] != IGNORED
        each = [float(found[known].mean()) for found, known in zip(marked.T, known.T)]
        rows.append([part_name, float((marked & known).any(1).mean()), *each])
    return (
        tables.detection(part, m.truth()[mixed], spotless[mixed])
        + "\nBlocks by the classifier; pixels by the segmenter alone. PRO up to a false positive rate of 0.3. "
        "Shadows of trees and houses and soft focus that a picture may hold of itself count neither way.\n\n"
        + tables.markdown(["blocks marked by the classifier", "with anything", *CODES], rows)
    )


def _recall(m: Measured) -> dict[str, list[float]]:
    defect = m.where("defect")
    entries = [entry for (entry, _), inside in zip(m.blocks, defect) if inside]
    found = marks_of_classifier(m.model_results[0])[defect]
    return tables.recall_by_severity(found, [e.codes[0] for e in entries], [e.severity for e in entries])


def _scenes(m: Measured) -> str:
    text = tables.objects(m.scene_results) + "\n" + tables.scores(m.scene_results)
    p = np.concatenate([result.block_p for result in m.scene_results])
    if m.model and len(p):
        truth = np.concatenate([result.block_truth for result in m.scene_results])
        each = f1_of_counts(count_marks(p >= m.model.thresholds, truth).sum(0))
        text += "\n" + tables.markdown(
            ["F1 of the `blocks` layer", "macro", *CODES], [["", float(each.mean()), *map(float, each)]]
        )
    return text + (
        "\nEvery scene goes through `rsqi inspect --mask` whole; mask and `blocks` layer are compared with the truth. "
        f"Seams count as found if marked blocks cover {100 * scenes.COVERED:.0f} % of their band. The score is "
        "compared with that of the truth, by the same scheme and for the types that the model inspects.\n"
    )


def _real(m: Measured) -> str:
    cloud = by_code("cloud")
    model_result = m.model_results[0]
    found = marks_of_classifier(model_result)[:, cloud.id - 1]
    rows = []
    for title, source in (("Sentinel-2, 10 m", "sen12"), ("Landsat 8, 60 m", "landsat8")):
        where = np.array([entry.part == "cloud" and entry.source.startswith(source) for entry, _ in m.blocks])
        truth = m.truth()[where, cloud.id - 1]
        for setting in (ONE_STEP, INSPECTION):
            iou, precision, recall = region_quality(model_result.confusions[setting][where])
            rows.append([title, setting, int(where.sum()), iou, precision, recall, mean(found[where][truth == 1]),
                         mean(found[where][truth == 0])])  # fmt: skip
    header = [
        "real clouds",
        "steps",
        "tiles",
        "IoU",
        "pixel precision",
        "pixel recall",
        "cloudy tiles marked",
        "clear tiles marked",
    ]
    veil, dates = m.where("veil"), m.where("dates")
    trace = marks_of_classifier(model_result)[dates, CODES.index("stitching_trace")]
    return tables.markdown(header, rows) + (
        f"\nOf {veil.sum()} veiled tiles {found[veil].sum()} are marked as cloudy; of {dates.sum()} true two-date "
        f"seams {trace.sum()} are marked as stitching trace. Landsat: the automatic mask, a weak truth.\n"
    )


def _real_images(found: RealResults) -> str:
    return real_section(found) + (
        "\nHeld-out pictures of places that training never sees, as they are, large ones in windows of 512 px; each is "
        "shown to the networks as an inspection shows it. Unknown pixels (rims, veils around outlined clouds, dark "
        "places that nobody outlined) and types that nobody looked for count neither way. AUROC: against the "
        "pictures that are known to hold none of the type. Clean pictures go through `rsqi inspect` whole, rules and "
        "all. At 60 m little ground is known to be clear, so that precision flatters there.\n"
    )


def _goals(m: Measured, model: Model) -> str:
    mixed, seen = m.where(*MIXED), m.without_subtle()
    each = f1_of_counts(count_marks(marks_of_inspection(m), m.truth(subtle=False)[mixed]).sum(0))
    model_result = m.model_results[0]
    positives = model_result.confusions[INSPECTION][m.where("defect") & seen].sum(0)
    one, two = (model_result.confusions[s][mixed & seen].sum(0) for s in (ONE_STEP, INSPECTION))
    p, truth = probabilities(model_result.logits)[mixed], m.truth(subtle=False)[mixed]
    aurocs = [auroc(p[truth[:, k] != 255, k], truth[truth[:, k] != 255, k] == 1) for k in _BUT_SEAMS]
    left_out = [CODES[k] for k in _BUT_SEAMS if CODES[k] in model.blind]
    iou = {r.code: r.iou() for r in m.rule_results if r.rule == _DEFAULT_RULE[r.code]}
    spotless = [f for f in m.scene_results if f.part == "spotless"]
    touched = sum(f.touched for f in spotless) / max(sum(f.blocks for f in spotless), 1)
    return (
        tables.goals(
            [
                ("block classification, macro F1", float(each.mean()), ">=", 0.75),
                ("block AUROC, worst type but the two of seams", float(np.nanmin(aurocs)), ">=", 0.85),
                ("types left out, but the two of seams", len(left_out), "<=", 0),
                ("region mIoU, seven classes", float(np.nanmean(iou_of(positives))), ">=", 0.66),
                ("stripe noise IoU", iou["stripe_noise"], ">=", 0.65),
                ("pixel missing IoU", iou["pixel_missing"], ">=", 0.95),
                ("clean 512-px blocks of scenes marked with anything", touched, "<=", 0.01),
                ("two steps against one, mIoU", float(np.nanmean(iou_of(two)) - np.nanmean(iou_of(one))), ">=", 0.01),
                ("two steps against one, pixel precision", float(precision_of(two) - precision_of(one)), ">=", 0.05),
                *real_goals(m.real),
                *(seam_goals(m.seams) if m.seams else ()),
            ]
        )
        + "\nMedium and strong errors.\n"
    )


def _cost(m: Measured, model: Model) -> str:
    times = m.model_results[0].milliseconds
    rows = []
    for part, size, cost in zip(("classifier", "segmenter"), model.sizes, times):
        rows.append([part, f"{size / 1e6:.1f} MB", f"{cost:.0f} ms"])
    return tables.markdown(["network", "size", f"median a block, {model.provider}"], rows)


def _pictures(m: Measured, model: Model, page: Path) -> str:
    from .plots import write_plots

    mixed, spotless = m.where(*MIXED), m.where("clean", "decoy")
    folder = page.parent / IMAGES
    recall = _recall(m)
    model_result = m.model_results[0]
    plots = write_plots(folder, recall, model_result.logits[mixed], m.truth()[mixed], spotless[mixed])
    names = write_examples(folder, list(_examples(m, model)))
    lines = [
        "## Recall by severity\n",
        tables.markdown(
            ["type", *tables.SEVERITIES, "planted, as seen on their ground"],
            [[code, *shares, _severities(m, code)] for code, shares in recall.items()],
        ),
    ]
    lines += [f"![{caption}]({IMAGES}/{name})\n\n*{caption}.*\n" for name, caption in plots]
    lines.append(
        "## Found and missed\n\nThree columns each: image, planted (red), marked (white). The surest finds and the "
        "clearest misses, of the pictures that may be shown (CC0, public domain, procedural).\n"
    )
    lines += [f"### {by_code(code).en}\n\n![{code}]({IMAGES}/{name})\n" for code, name in names.items()]
    return "\n".join(lines)


def _severities(m: Measured, code: str) -> str:
    """How many blocks with a type are of each severity, such as ``14 + 6 + 10``."""
    counts = Counter(entry.severity for entry, _ in m.blocks if entry.part == "defect" and entry.codes[0] == code)
    return " + ".join(str(counts[severity]) for severity in tables.SEVERITIES)


def _examples(m: Measured, model: Model) -> Iterator[Example]:
    """Yield what was marked in every defective block that may be shown."""
    model_result = m.model_results[0]
    found, p = marks_of_classifier(model_result), probabilities(model_result.logits)
    regions = {t.code for t in REGION_TYPES}
    for i, (entry, sample) in enumerate(m.blocks):
        if entry.part != "defect" or not may_be_shown(entry):
            continue
        code = entry.codes[0]
        k = CODES.index(code)
        hit = bool(found[i, k])
        if code in regions:
            described = model.describe(sample.image[None])
            pixels = model.segment(sample.image[None], described)[0]
            shown = as_inspected(model, described, pixels, sample.valid.shape) == k + 1
        elif by_code(code).error_class is ErrorClass.BOUNDARY:
            shown = np.full(sample.valid.shape, hit)
        else:
            rule = (STRIPE_NOISE | PIXEL_MISSING)[_DEFAULT_RULE[code]]
            shown = rule(sample.image, sample.valid)
            hit = bool((shown & (next(d.mask for d in sample.defects if d.code == code) == 1)).any())
        yield Example(entry, sample, float(p[i, k]), hit, shown)
