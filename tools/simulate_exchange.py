"""Five stations of different ground learn apart and together: what each gains, as a page of Markdown.

    python tools/simulate_exchange.py WORK --page docs/exchange.md

Every station has landscapes of its own ground and light with planted errors, trains the heads of the default model on
its own blocks, and sends the change. What was trained stays in WORK, so that the page can be made again quickly.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from rsqi_core.dataset.labelled_blocks import read_part
from rsqi_core.exchange.contribution import Noise
from rsqi_core.exchange.signed_file import new_key, read_contribution, write_contribution
from rsqi_core.exchange.station import Exchange, export_contribution, merge_contributions
from rsqi_core.imagery.picture import Picture
from rsqi_core.learning.comparison import Comparison, compare
from rsqi_core.learning.finetune import fine_tune
from rsqi_core.learning.order import FineTuning
from rsqi_core.learning.predictions import Predictions, predict
from rsqi_core.models import Model, load
from rsqi_core.models.card import graphs_of, write_card
from rsqi_core.synthesis.compose import Sample, compose, draw_codes
from rsqi_core.synthesis.defect import DEFECT
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import TYPES, by_code

SIDE, PARTS = 128, {"train": 64, "test": 64}  # px; blocks
EPOCHS, RATE = 6, 2e-3
NOISES = (0.003, 0.03)


@dataclass(frozen=True)
class Ground:
    """A station's ground and light: metres a pixel, gains of red, green and blue, haze and contrast."""

    name: str
    resolution: float
    gains: tuple[float, float, float]
    haze: float
    contrast: float

    def picture(self, seed: int) -> np.ndarray:
        plain = landscape(SIDE, seed, self.resolution).astype(np.float32)
        lit = (plain - 110) * self.contrast + 110
        hazy = lit * np.array(self.gains) * (1 - self.haze) + np.array([188, 196, 205]) * self.haze
        return np.clip(hazy.round(), 3, 250).astype(np.uint8)


GROUNDS = (
    Ground("town, 0.2 m", 0.2, (1.0, 1.0, 1.0), 0.0, 1.1),
    Ground("dry fields", 0.5, (1.25, 1.05, 0.75), 0.05, 0.9),
    Ground("hazy coast, 1 m", 1.0, (0.9, 1.0, 1.1), 0.35, 0.8),
    Ground("winter woods", 0.5, (0.6, 0.65, 0.7), 0.0, 0.8),
    Ground("bright plateau, 2 m", 2.0, (1.3, 1.25, 1.15), 0.1, 1.2),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="folder for datasets, models and files")
    parser.add_argument("--page", type=Path, help="Markdown to write")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    text = _page(options.work)
    print(text)
    if options.page:
        options.page.write_text(text, encoding="utf-8")


def _page(work: Path) -> str:
    base = base_model(work)
    stations = [_station(work / f"station{n}", ground, n, base) for n, ground in enumerate(GROUNDS, 1)]
    keys = [folder / "key.pub" for folder in stations]
    files = [folder / "change.safetensors" for folder in stations]
    merged = {"together": _merged(work / "together", files, keys, base)}
    for sigma in NOISES:
        noisy = [_noisy(folder, base, sigma) for folder in stations]
        merged[f"noise {sigma:g}"] = _merged(work / f"noise{sigma:g}", noisy, keys, base)
    models = {"before": base, **{f"station {n}": f / "alone" for n, f in enumerate(stations, 1)}, **merged}
    opened = {name: Model(folder, "cpu") for name, folder in models.items() if folder is not None}
    blocks = [read_part(folder / "data", "test") for folder in stations]
    found = {name: [predict(model, each) for each in blocks] for name, model in opened.items()}
    return "\n".join(
        [_head(), *_own(found, opened), "", *_everywhere(found, opened), "", *_refusals(work, files, keys)]
    )


def base_model(work: Path) -> Path:
    """The default model, told to look at blocks of these sizes."""
    folder, default = work / "base", load("default", "cpu")
    if not folder.exists():
        folder.mkdir()
        for name in graphs_of(default.card):
            shutil.copyfile(default.folder / name, folder / name)
        write_card(folder, replace(default.card, tile_size=SIDE))
    return folder


def _station(folder: Path, ground: Ground, number: int, base: Path) -> Path:
    """Make a station's dataset, model, key and file, unless they are there."""
    if not (folder / "data").exists():
        write_dataset(folder / "part", ground, number, PARTS)
        (folder / "part").rename(folder / "data")
    if not (folder / "alone").exists():
        print(f"station {number} learns", flush=True)
        fine_tune(
            FineTuning(folder / "data", folder / "alone", str(base), epochs=EPOCHS, rate=RATE, side=SIDE, heads=True,
                       rehearse=False, keep=True, device="cpu")
        )  # fmt: skip
    if not (folder / "key").exists():
        new_key(folder / "key")
    (folder / "change.safetensors").unlink(missing_ok=True)
    export_contribution(folder / "alone", str(base), folder / "key", f"station {number}", folder / "change.safetensors")
    return folder


def write_dataset(folder: Path, ground: Ground, number: int, parts: dict[str, int]) -> None:
    for part, count in parts.items():
        rng = np.random.default_rng((number, len(part)))
        target = folder / part
        target.mkdir(parents=True)
        rows = []
        for n in range(count):
            picture = Picture(ground.picture(100_000 * number + 1000 * (part == "test") + n))
            sample = compose(picture, rng, draw_codes(rng), collar=0.0)
            mask = _mask(sample)
            for kind, pixels in (("image", sample.image[..., ::-1]), ("mask", mask)):
                (target / f"{kind}{n}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
            labels = [t.id for t in TYPES if (mask == t.id).any()]
            rows.append({"file_name": f"image{n}.png", "mask_file_name": f"mask{n}.png", "labels": labels,
                         "raster": f"{part}{n}.tif", "x": 0, "y": 0, "size": SIDE})  # fmt: skip
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (target / "metadata.jsonl").write_text(text, encoding="utf-8")


def _mask(sample: Sample) -> np.ndarray:
    """All types of a sample in one plane, as a dataset has them."""
    mask = sample.segmentation.copy()
    for defect in sample.defects:
        mask[(mask == 0) & (defect.mask == DEFECT)] = by_code(defect.code).id
    return mask


def _merged(folder: Path, files: list[Path], keys: list[Path], base: Path) -> Path | None:
    """Merge files into a model; None if too few of them are taken."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        outcome = merge_contributions(Exchange(files, keys, str(base), folder, keep=True))
    except Exception as error:
        print(f"{folder.name}: {error}")
        return None
    for file, why in outcome.refused.items():
        print(f"{folder.name}: {file.parent.name}: {why}")
    return folder


def _noisy(folder: Path, base: Path, sigma: float) -> Path:
    file = folder / f"noise{sigma:g}.safetensors"
    file.unlink(missing_ok=True)
    export_contribution(folder / "alone", str(base), folder / "key", folder.name, file, Noise(1.0, sigma))
    return file


def _head() -> str:
    return f"""# Sharing what stations have learnt

Printed by `python tools/simulate_exchange.py WORK --page docs/exchange.md`. Five stations with procedural landscapes of
different ground and light, {PARTS["train"]} blocks each to learn from and {PARTS["test"]} others to compare on,
{SIDE} px a side, with planted errors. Each trains the heads of the default model alone (`rsqi finetune --heads`,
{EPOCHS} passes), *alone* is that model, *together* what `rsqi exchange merge` makes of the five changes. It is a
simulation: the ground is drawn, and the errors come from the recipes that the default model has learnt from.
"""


def _own(found: dict[str, list[Predictions]], models: dict[str, Model]) -> list[str]:
    lines = [
        "## On the blocks of each station\n",
        "| Station | F1 before | alone | together | IoU before | alone | together | better than before | beats alone |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for n, ground in enumerate(GROUNDS):
        alone, together = (
            _versus(found, models, "before", f"station {n + 1}", n),
            _versus(found, models, "before", "together", n),
        )
        between = _versus(found, models, f"station {n + 1}", "together", n)
        f1s = f"{alone.old_f1:.3f} | {alone.new_f1:.3f} | {together.new_f1:.3f}"
        ious = f"{alone.old_iou:.3f} | {alone.new_iou:.3f} | {together.new_iou:.3f}"
        kept = "yes" if together.better else "no"
        lines.append(f"| {ground.name} | {f1s} | {ious} | {kept} | {between.sure:.0%} |")
    lines += ["", *_summary(found, models), ""]
    lines += ["*Better than before* is the gate of each station: the merged model is written there only then.",
              "*Beats alone*: share of resamples in which the merged model has the higher F1."]  # fmt: skip
    return lines


def _summary(found: dict[str, list[Predictions]], models: dict[str, Model]) -> list[str]:
    """Say in words what the table comes to, whatever that is."""
    stations = range(len(GROUNDS))
    alone = [_versus(found, models, "before", f"station {n + 1}", n) for n in stations]
    together = [_versus(found, models, "before", "together", n) for n in stations]
    means = [np.mean([each.old_f1 for each in alone]), *(np.mean([e.new_f1 for e in s]) for s in (alone, together))]
    ahead = sum(one.new_f1 > other.new_f1 for one, other in zip(together, alone))
    behind = sum(one.new_f1 < other.new_f1 for one, other in zip(together, alone))
    rest = [
        [_versus(found, models, "before", name, n).new_f1 for n in stations if n != own]
        for own in stations
        for name in (f"station {own + 1}", "together")
    ]
    abroad = [np.mean(rest[0::2]), np.mean(rest[1::2])]
    return [
        f"Mean F1 of the stations: {means[0]:.3f} before, {means[1]:.3f} alone, {means[2]:.3f} together, which is",
        f"ahead of alone at {ahead} stations and behind at {behind}. On the ground of the others:",
        f"{abroad[0]:.3f} alone, {abroad[1]:.3f} together. With so few blocks, some hundredths may be chance.",
    ]


def _everywhere(found: dict[str, list[Predictions]], models: dict[str, Model]) -> list[str]:
    lines = [
        "## On the blocks of all stations\n",
        "| Model | F1 | IoU | clean blocks marked | surely ahead of before |",
        "|---|---|---|---|---|",
    ]
    for name in found:
        each = _versus(found, models, "before", name, None)
        lines.append(f"| {name} | {each.new_f1:.3f} | {each.new_iou:.3f} | {each.new_alarms:.1%} | {each.sure:.0%} |")
    most = NOISES[-1]
    lines += ["", "*noise S* is *together* with each change clipped to a norm of 1, and noise of that deviation;",
              f"epsilon is {Noise(1.0, most).epsilon:.0f} at {most:g}, which hides hardly anything."]  # fmt: skip
    return lines


def _refusals(work: Path, files: list[Path], keys: list[Path]) -> list[str]:
    """Poison the first station's change in five ways, and show what becomes of it."""
    first, _ = read_contribution(files[0], keys)
    folder = work / "poison"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    new_key(folder / "stranger")
    broken = {name: np.full_like(values, np.nan) for name, values in first.change.items()}
    poisons = {
        "scaled by 20": (replace(first, change={n: v * np.float32(20) for n, v in first.change.items()}), None),
        "sign turned": (replace(first, change={n: -v for n, v in first.change.items()}), None),
        "not a number": (replace(first, change=broken), None),
        "another model": (replace(first, base="0123456789abcdef"), None),
        "unknown key": (first, folder / "stranger"),
    }
    lines = ["## Poisoned changes of the first station\n", "| Change | What is said |", "|---|---|"]
    for name, (poison, key) in poisons.items():
        file, output = folder / f"{name.replace(' ', '_')}.safetensors", folder / "model"
        write_contribution(file, poison, key or files[0].parent / "key")
        shutil.rmtree(output, ignore_errors=True)
        job = Exchange([file, *files[1:]], keys, str(work / "base"), output, keep=True)
        refused = merge_contributions(job).refused
        lines.append(f"| {name} | {refused.get(file, '**taken**')} |")
        lines += [f"| {name}, of {other.parent.name} | {why} |" for other, why in refused.items() if other != file]
    return [*lines, ""]


def _versus(
    found: dict[str, list[Predictions]], models: dict[str, Model], old: str, new: str, station: int | None
) -> Comparison:
    def of(name: str) -> Predictions:
        parts = found[name] if station is None else [found[name][station]]
        return Predictions(*(np.concatenate([getattr(p, f) for p in parts]) for f in Predictions.__dataclass_fields__))

    return compare(models[old].card, of(old), models[new].card, of(new))


if __name__ == "__main__":
    main()
