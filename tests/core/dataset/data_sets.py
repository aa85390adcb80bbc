"""Small data sets as other tools keep them: landscapes with white squares for clouds."""

import json

import cv2
import numpy as np

from rsqi_core.synthesis.landscape import landscape

SIDE = 128
SQUARE = (slice(32, 80), slice(40, 88))  # rows, columns


def picture(seed, cloudy, side=SIDE):
    image = landscape(side, seed=seed)
    if cloudy:
        image[SQUARE] = 245
    return image


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imencode(path.suffix, pixels[..., ::-1] if pixels.ndim == 3 else pixels)[1].tofile(path)
    return path


def mask(cloudy, value=1, side=SIDE):
    drawn = np.zeros((side, side), np.uint8)
    if cloudy:
        drawn[SQUARE] = value
    return drawn


def write_folders(root, scenes=6, names=("cloud", "clean"), first=0):
    """Four tiles of each scene: two cloudy, two clean."""
    for n in range(scenes):
        for k in range(4):
            write(root / names[k % 2] / f"scene{n}_{k // 2}_{k % 2}.png", picture(first + 4 * n + k, k % 2 == 0))
    return root


def write_coco(root, scenes=6, name="云"):
    corners = [40, 32, 88, 32, 88, 80, 40, 80]
    images, annotations = [], []
    for n in range(scenes):
        write(root / "images" / f"scene{n}.jpg", picture(n, n % 3 < 2))
        images.append({"id": n, "file_name": f"scene{n}.jpg", "width": SIDE, "height": SIDE})
        if n % 3 < 2:
            annotations.append({"id": n, "image_id": n, "category_id": 7, "segmentation": [corners]})
    values = {"images": images, "annotations": annotations, "categories": [{"id": 7, "name": name}]}
    (root / "annotations.json").write_text(json.dumps(values), encoding="utf-8")
    return root


def write_labelme(root, scenes=6, name="cloud"):
    for n in range(scenes):
        write(root / f"scene{n}.png", picture(n, n % 3 < 2))
        square = {"label": name, "points": [[40, 32], [88, 80]], "shape_type": "rectangle"}
        values = {"shapes": [square] if n % 3 < 2 else [], "imagePath": f"scene{n}.png"}
        (root / f"scene{n}.json").write_text(json.dumps(values), encoding="utf-8")
    return root


def write_pairs(root, scenes=6, value=1):
    for n in range(scenes):
        write(root / "images" / "2020" / f"scene{n}.jpg", picture(n, n % 3 < 2))
        write(root / "masks" / "2020" / f"scene{n}.png", mask(n % 3 < 2, value))
    return root
