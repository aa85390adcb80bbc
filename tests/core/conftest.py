"""Stand-ins for the real pictures of the benchmark, so that no test needs the imagery."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from rsqi_core.evaluation.benchmark import real
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.synthesis.landscape import landscape

SIDE = 96


def _entry(part, source, code="", side=0):
    name = f"{part}-{source.replace('/', '-').replace('@', '-').replace(',', '-')}"
    return Entry(name, part, source, "", (code,) if code else (), "", side, 0)


def _square(side=SIDE):
    """A mask whose middle is an error."""
    mask = np.zeros((side, side), np.uint8)
    mask[side // 4 : side // 2, side // 4 : side // 2] = 255
    return mask


@pytest.fixture(scope="session")
def real_pictures(tmp_path_factory):
    """Return a folder of imagery sets and the entries of its pictures, one of each kind, with their hashes."""
    data = tmp_path_factory.mktemp("imagery")
    masks = {
        "shadow/sparcs/scene": ("shadow",),
        "cloud/airbus/sea": ("cloud",),
        "cloud/airbus/grey_overcast": (),
        "seam/xiation_drone_mosaic/field": ("seam",),
        "clean/rsscn7/grass_a": (),
        "clean/dubai/t1_wide": (),
    }
    for k, (file, kinds) in enumerate(masks.items()):
        ground = landscape(128, seed=k)[:SIDE, : 128 if "wide" in file else SIDE]
        (data / file).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(data / f"{file}.webp"), ground, [cv2.IMWRITE_WEBP_QUALITY, 101])
        for kind in kinds:
            cv2.imwrite(str(data / f"{file}_{kind}.png"), _square())
    entries = [
        _entry(real.OUTLINED, "sparcs/scene", "shadow"),
        _entry(real.OUTLINED, "airbus/sea", "cloud"),
        _entry(real.WHOLE, "airbus/grey_overcast", "cloud"),
        _entry(real.SEAM, "xiation_drone_mosaic/field", "stitching_trace"),
        _entry(real.UNSPOILT, "rsscn7/grass_a"),
        _entry(real.UNSPOILT, "dubai/t1_wide@0,0", side=SIDE),
        _entry(real.UNSPOILT, "dubai/t1_wide@32,0", side=SIDE),
    ]
    return data, [replace(e, digest=real.digest_of(real.compose(e, data))) for e in entries]
