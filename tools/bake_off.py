"""Train every candidate on equal terms, measure it on the frozen benchmark, and write the page with its plots.

    python tools/bake_off.py --data ../shared/data --pool build/train/pool.npz --samples 8000

May be stopped at any time: the same command goes on. What is finished is neither trained nor measured again, so that
one more call only draws the page anew. ``--retime`` takes the times again, for when the machine was not idle.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bake_off_page
import cv2
import numpy as np

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import bake_off, blocks, frozen
from rsqi_core.evaluation.benchmark.bake_off import EQUAL, RUNS, THREADS, Graph, Run
from rsqi_core.evaluation.benchmark.measure import MIXED
from rsqi_core.evaluation.benchmark.rule_results import RuleResult, run_rules
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.rules import PIXEL_MISSING, STRIPE_NOISE
from rsqi_core.synthesis.compose import medium_and_strong
from rsqi_core.training.checkpoint import load_network
from rsqi_core.training.loop import train
from rsqi_core.training.pool import pack
from rsqi_core.training.settings import Settings
from rsqi_core.training.stream import Material, SampleStream

LEVELS = (0.5, 0.9)  # probabilities from which the pixel network marks
TILE = 512  # px
RULES = {f"{code} {name}": rule for code, rules in (("stripe_noise", STRIPE_NOISE), ("pixel_missing", PIXEL_MISSING))
         for name, rule in rules.items()}  # fmt: skip
PROBES = 200  # samples that tell whether the stream is still the same
VALIDATIONS = 8  # of a run
Results = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the imagery sets")
    parser.add_argument("--pool", type=Path, default=Path("build/train/pool.npz"), help="packed from --data if missing")
    parser.add_argument("--samples", type=int, default=8000, help="crops that each run sees")
    parser.add_argument("--side", type=int, default=192, help="px of a crop")
    parser.add_argument("--every", type=int, default=1, help="measure every so many blocks only, to try things out")
    parser.add_argument("--output", type=Path, default=Path("docs/bake-off.md"))
    parser.add_argument("--work", type=Path, default=Path("build/bake-off"), help="runs and results.json")
    parser.add_argument("--retime", action="store_true", help="take the times again")
    options = parser.parse_args()
    if not options.pool.exists():
        print(f"packing {options.pool}", flush=True)
        pack(options.data, options.pool)
    _check_stream(options)
    for k, run in enumerate(RUNS, 1):
        print(f"{k}/{len(RUNS)} {run.name}", flush=True)
        _export(_train(run, options), options.work / run.name / "onnx")
    store = options.work / "results.json"
    results = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    terms = {name: vars(options)[name] for name in ("samples", "side", "every")}
    if results.get("terms") != terms:
        results = {"terms": terms, "runs": {}}
    _measure(results, options, lambda: _keep(results, store))
    bake_off_page.write(results, options.work, options.output)
    print(options.output)


def _check_stream(options: argparse.Namespace) -> None:
    """Refuse to go on after the recipes of training were changed: the rest would see other samples than the first."""
    settings = Settings(samples=options.samples, side=options.side)
    stream = SampleStream(Material(options.pool), settings)
    digest = frozen.digest(*(stream[k]["image"] for k in range(min(PROBES, len(stream)))))
    file = options.work / "stream"
    if not file.exists():
        options.work.mkdir(parents=True, exist_ok=True)
        file.write_text(digest, encoding="utf-8")
    if file.read_text(encoding="utf-8") != digest:
        raise RsqiError(f"{options.work}: begun with other samples than are composed now; choose another --work")


def _train(run: Run, options: argparse.Namespace) -> Path:
    """Train a network, or go on with it, and return the file with its best weights."""
    settings = Settings(
        task=run.task,
        arch=run.arch,
        size=run.size,
        augment=run.augment,
        samples=options.samples,
        side=options.side,
        checkpoint_every=max(1, options.samples // EQUAL["batch"] // VALIDATIONS),
        validation=min(Settings.validation, options.samples),
        **EQUAL,
    )
    shown = ("step", "steps", "samples_per_second", "eta_s", "f1", "miou", "iou")

    def show(event: str, **row: Any) -> None:
        print("   ", *(f"{name} {row[name]:.4g}" for name in shown if name in row), flush=True)

    return train(Material(options.pool), options.work / run.name, settings, "cpu", emit=show)


def _export(weights: Path, folder: Path) -> None:
    """Write the graphs of a run, unless there are some that are newer than its weights."""
    if folder.exists() and folder.stat().st_mtime > weights.stat().st_mtime:
        return
    beside = folder.with_suffix(".part")
    for old in (folder, beside):
        shutil.rmtree(old, ignore_errors=True)
    write_uncalibrated(load_network(weights), beside)
    beside.rename(folder)


def _keep(results: Results, store: Path) -> None:
    beside = store.with_suffix(".part")
    beside.write_text(json.dumps(results), encoding="utf-8")
    beside.replace(store)


def _measure(results: Results, options: argparse.Namespace, keep: Callable[[], None]) -> None:
    """Fill in what is missing or of other weights, and keep it after each network."""
    files = {run: sorted((options.work / run.name / "onnx").glob("*.onnx")) for run in RUNS}
    digests = {run: hashlib.sha256(b"".join(file.read_bytes() for file in files[run])).hexdigest() for run in RUNS}
    missing = [run for run in RUNS if results["runs"].get(run.name, {}).get("digest") != digests[run]]
    if not missing and "milliseconds" in results and not options.retime:
        return
    entries = [entry for entry in frozen.read(frozen.BLOCKS) if entry.part in MIXED][:: options.every]
    print(f"composing {len(entries)} blocks", flush=True)
    made = [(entry, blocks.compose(entry, options.data)) for entry in entries]
    samples = [sample for _, sample in made]
    positive = [s for e, s in made if e.part == "defect" and all(d.severity != "subtle" for d in s.defects)]
    cv2.setNumThreads(THREADS)
    if "rules" not in results:
        print("running the rules", flush=True)
        results["truth"] = [medium_and_strong(sample).tolist() for sample in samples]
        results["rules"] = [_row(result) for result in run_rules(made)]
        keep()
    graphs = {run: {file.stem: Graph(file) for file in files[run]} for run in RUNS}
    for run in missing:
        print(f"measuring {run.name}", flush=True)
        weights = load_network(options.work / run.name).parameters()
        found: Results = {"digest": digests[run], "millions": sum(p.numel() for p in weights) / 1e6}
        found["megabytes"] = {file.stem: file.stat().st_size / 1e6 for file in files[run]}
        if classifier := graphs[run].get("classifier"):
            found["logits"] = bake_off.classify(classifier, samples).round(4).tolist()
        if segmenter := graphs[run].get("segmenter"):
            found["confusions"] = bake_off.segment(segmenter, positive).tolist()
        if marker := graphs[run].get("pixel"):
            found["rulings"] = [_row(result) for result in bake_off.mark(marker, made, LEVELS, run.name)]
        results["runs"][run.name] = found
        results.pop("milliseconds", None)
        keep()
    print("timing", flush=True)
    calls: dict[str, Callable] = {f"{run.name} {stem}": graph for run in RUNS for stem, graph in graphs[run].items()}
    calls |= {name: lambda tile, rule=rule: rule(tile, np.ones(tile.shape[:2], bool)) for name, rule in RULES.items()}
    tiles = [s.image for e, s in made if e.part == "clean" and s.image.shape[:2] == (TILE, TILE)]
    results["milliseconds"] = bake_off.milliseconds(calls, tiles)
    keep()


def _row(result: RuleResult) -> Results:
    return {"code": result.code, "rule": result.rule, "counts": result.counts.tolist(), "clean_area": result.clean_area,
            "clean_blocks": result.clean_blocks, "decoy_blocks": result.decoy_blocks, "found": []}  # fmt: skip


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on")
    except RsqiError as error:
        sys.exit(str(error))
