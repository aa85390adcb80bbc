"""A dataset of noise whose clouds are white squares."""

import json

import cv2
import numpy as np


def write_dataset(folder, parts=(("train", 24), ("test", 10)), side=64):
    """Blocks of noise, every other one with a white square that is called a cloud."""
    rng = np.random.default_rng(0)
    for part, count in parts:
        rows = []
        for kind in ("image", "mask"):
            (folder / part / kind).mkdir(parents=True)
        for n in range(count):
            image = rng.integers(40, 120, (side, side, 3), dtype=np.uint8)
            mask = np.zeros((side, side), np.uint8)
            if n % 2:
                image[8:48, 8:48], mask[8:48, 8:48] = 230, 1
            for kind, pixels in (("image", image), ("mask", mask)):
                (folder / part / kind / f"{n}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
            rows.append(
                {"file_name": f"image/{n}.png", "mask_file_name": f"mask/{n}.png", "labels": [1] * (n % 2),
                 "raster": f"{part}{n // 4}.tif", "x": 64 * (n % 4), "y": 0, "size": side}
            )  # fmt: skip
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / part / "metadata.jsonl").write_text(text, encoding="utf-8")
    return folder
