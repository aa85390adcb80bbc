"""Short training runs and small datasets that several groups of tests share."""

import json

import cv2
import numpy as np
import torch

from rsqi_core.training.settings import settings_for


def tiny_settings(**values):
    """Settings of a run of seconds."""
    arch = "" if values.get("task") == "pixel" else "rsqi"
    usual = {"arch": arch, "size": "s", "samples": 24, "batch": 4, "side": 64, "rate": 1e-3, "workers": 0,
             "validation": 4, "checkpoint_every": 3, "precision": "fp32"}  # fmt: skip
    return settings_for(**{"task": "joint", **usual, **values})


class Stopped(Exception):
    """Stands for the user's Ctrl-C."""


def collect(rows):
    """Return a callback for events that appends their values to a list."""
    return lambda event, **values: rows.append(values)


def stop_after(step):
    """Return a callback for events that stops a run after a step."""

    def stop(event, **row):
        if row["step"] > step:  # beyond the checkpoint, so that steps are done again
            raise Stopped

    return stop


def same(a, b):
    """Are these the same tensors by the same names?"""
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def write_dataset(folder):
    """What `rsqi dataset` writes: two blocks with a cloud, a small one with stripes, one without error, one to test."""
    rng = np.random.default_rng(0)
    for part, names in (("train", "abcd"), ("test", "e")):
        rows = []
        for name in names:
            side = 40 if name == "c" else 128
            image = rng.integers(40, 120, (side, side, 3), np.uint8)
            mask = np.zeros((side, side), np.uint8)
            if name in "abe":
                image[:96, :96], mask[:96, :96] = 250, 1
                mask[100:, :] = 255
            if name == "c":
                image[10:12], mask[10:12] = 0, 9
            for kind, pixels in (("image", image), ("mask", mask)):
                (folder / part / kind).mkdir(parents=True, exist_ok=True)
                cv2.imencode(".png", pixels)[1].tofile(folder / part / kind / f"{name}.png")
            labels = sorted({1, 9} & set(mask.ravel().tolist()))
            rows.append({"file_name": f"image/{name}.png", "mask_file_name": f"mask/{name}.png", "labels": labels})
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / part / "metadata.jsonl").write_text(text)
    return folder
