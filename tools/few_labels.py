"""What few corrected errors are worth: the heads of the default model trained on 5, 20 and 100 of them, as a table.

    python tools/few_labels.py WORK [--page docs/few-labels.md]

One station of `simulate_exchange`, with as many blocks without errors as with one. What was trained stays in WORK.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
from simulate_exchange import GROUNDS, base_model, write_dataset

from rsqi_core.learning.finetune import fine_tune
from rsqi_core.learning.order import FineTuning
from rsqi_core.learning.unfinished import VERDICT

COUNTS = (5, 20, 100)
GROUND, STEPS, BATCH = 4, 24, 16  # winter woods; steps of training, however few the errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="folder for datasets and models")
    parser.add_argument("--page", type=Path, help="Markdown to write")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    text = _page(options.work)
    print(text)
    if options.page:
        options.page.write_text(text, encoding="utf-8")


def _page(work: Path) -> str:
    base, whole = base_model(work), work / "whole"
    if not whole.exists():
        write_dataset(work / "part", GROUNDS[GROUND - 1], GROUND + 10, {"train": 330, "test": 96})
        (work / "part").rename(whole)
    rows = []
    for count in COUNTS:
        data, model = _first(whole, work / f"data{count}", count), work / f"heads{count}"
        if not model.exists():
            print(f"{count} errors", flush=True)
            epochs = max(1, STEPS * BATCH // (2 * count))
            fine_tune(
                FineTuning(data, model, str(base), epochs=epochs, rate=2e-3, side=128, batch=BATCH, heads=True,
                           rehearse=False, keep=True, device="cpu")
            )  # fmt: skip
        verdict = json.loads((model / VERDICT).read_text(encoding="utf-8"))
        rows.append(
            f"| {count} | {verdict['old_f1']:.3f} | {verdict['new_f1']:.3f} | {verdict['old_iou']:.3f} | "
            f"{verdict['new_iou']:.3f} | {verdict['new_alarms']:.1%} | {verdict['sure']:.0%} | "
            f"{'yes' if verdict['better'] else 'no'} |"
        )
    return "\n".join([
        "# What few corrected errors are worth\n",
        "Printed by `python tools/few_labels.py WORK --page docs/few-labels.md`: one station of",
        f"[exchange.md](exchange.md), {GROUNDS[GROUND - 1].name}; the heads of the default model trained for about",
        f"{STEPS} steps on so many blocks of 128 px with planted errors and as many without, compared on 96 others.",
        "*Kept* is the gate of `rsqi finetune`.\n",
        "| Errors | F1 before | after | IoU before | after | clean blocks marked | surely ahead | kept |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip


def _first(whole: Path, folder: Path, count: int) -> Path:
    """A dataset of the first blocks with an error and without one, and the whole test part."""
    for part in ("train", "test"):
        rows = [json.loads(line) for line in (whole / part / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
        if part == "train":
            rows = [row for kind in (True, False) for row in [r for r in rows if bool(r["labels"]) == kind][:count]]
        for row in rows:
            for name in ("file_name", "mask_file_name"):
                row[name] = str((whole / part / row[name]).resolve())
        (folder / part).mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / part / "metadata.jsonl").write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
