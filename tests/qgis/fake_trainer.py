"""A worker that cuts and trains nothing: it answers `dataset` and `finetune` in the protocol, in a moment.

FAKE_TRAINER says how: ``better`` (default), ``worse``, ``slow`` (but it obeys a cancel), ``bare`` (no PyTorch).
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

ROWS = [
    {"code": "cloud", "blocks": 6, "old_f1": 0.5, "new_f1": 0.8, "old_iou": 0.4, "new_iou": 0.6},
    {"code": "blur", "blocks": 4, "old_f1": 0.6, "new_f1": 0.55, "old_iou": 0.3, "new_iou": 0.3},
    {"code": "distortion", "blocks": 0, "old_f1": None, "new_f1": None, "old_iou": None, "new_iou": None},
]


def say(event, **values):
    print(json.dumps({"event": event, **values}, ensure_ascii=False), flush=True)


def wait_for_cancel():
    for line in sys.stdin:
        if '"cancel"' in line:
            break
    say("error", code="cancelled", message="cancelled")
    os._exit(130)


def make_dataset(request):
    for part, count in (("train", 30), ("test", 8)):
        folder = Path(request["output"]) / part
        folder.mkdir(parents=True)
        (folder / "metadata.jsonl").write_text('{"labels": [1]}\n' * count, encoding="utf-8")
    say("warning", code="dataset", message="a.gpkg: not used because unreviewed: 1 of 5 errors")
    say("progress", stage="dataset", done=1, total=1, eta_s=None)
    say("result", output=request["output"], totals={"train": 30, "test": 8}, counts={}, rejected=3, failed=0)


def fine_tune(request, mode):
    if mode == "bare":
        say("error", code="library", message="torch is missing; install it with: pip install 'rsqi[train]'")
        return
    for step in range(5, 55, 5):
        time.sleep(3 if mode == "slow" else 0.01)
        row = {"step": step, "steps": 50, "labels": 2 / step, "evidence": 5 / step, "segmentation": 4 / step}
        if step % 10 == 0:
            row["score"] = 0.3 + step / 200
        say("curve", **row)
        say("progress", stage="train", done=step, total=50, eta_s=50.0 - step)
    better = mode != "worse"
    verdict = {
        "blocks": 20, "clean": 10, "rows": ROWS, "old_f1": 0.55, "new_f1": 0.675 if better else 0.5, "old_iou": 0.35,
        "new_iou": 0.45, "old_alarms": 0.1, "new_alarms": 0.05, "sure": 0.93, "better": better,
    }  # fmt: skip
    output = Path(request["output"])
    if better:
        output.mkdir(parents=True)
        (output / "card.json").write_text("{}")
        (output / "verdict.json").write_text(json.dumps(verdict))
    say("result", output=str(output) if better else None, verdict=verdict)


def fit_thresholds(request, mode):
    moved, output = mode != "worse", Path(request["output"])
    say("progress", stage="verdicts", done=1, total=1, eta_s=None)
    cloud = {"code": "cloud", "verdicts": 40, "real": 25, "before": 0.5, "after": 0.5 + 0.12 * moved,
             "spared": 9 * moved, "lost": 1 * moved, "outcome": "moved" if moved else "no_gain"}  # fmt: skip
    blur = {"code": "blur", "verdicts": 3, "real": 1, "before": 0.6, "after": 0.6, "spared": 0, "lost": 0,
            "outcome": "few"}  # fmt: skip
    if moved:
        output.mkdir(parents=True)
        (output / "card.json").write_text('{"training": {"station_thresholds": {}}}')
    say("result", output=str(output) if moved else None, rows=[cloud, blur])


def evaluate(request, mode):
    total = 10 * len(request["models"])
    for done in range(0, total + 1, 5):
        time.sleep(3 if mode == "slow" else 0.01)
        say("progress", stage="evaluate", done=done, total=total, eta_s=None)
    page = Path(request["output"])
    pictures = page.with_name(f"{page.stem}_pictures")
    pictures.mkdir(exist_ok=True)
    square = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40"/></svg>'
    (pictures / "worst.svg").write_text(square)
    table = "| type | F1 |\n|---|---|\n| cloud | 0.8 |\n"
    page.write_text(f"# Measured\n\n{table}\n![worst]({pictures.name}/worst.svg)\n\n<!-- RSQI -->\n")
    figures = [
        {"name": str(n), "f1": 0.5 + 0.1 * n, "iou": 0.4 if n else None, "clean_marked": 0.02, "seconds": 20.0 + n}
        for n in range(len(request["models"]))
    ]
    say("result", output=str(page), figures=figures, lacking=[])


def main():
    request = json.loads(sys.stdin.readline())
    if "FAKE_TRAINER_SEEN" in os.environ:
        Path(os.environ["FAKE_TRAINER_SEEN"]).write_text(json.dumps(request), encoding="utf-8")
    threading.Thread(target=wait_for_cancel, daemon=True).start()
    if request["command"] == "dataset":
        make_dataset(request)
    elif request["command"] == "thresholds":
        fit_thresholds(request, os.environ.get("FAKE_TRAINER", "better"))
    elif request["command"] == "evaluate":
        evaluate(request, os.environ.get("FAKE_TRAINER", "better"))
    else:
        fine_tune(request, os.environ.get("FAKE_TRAINER", "better"))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
