"""From which evidence on a line is a seam."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from rsqi_core.evaluation.calibration import seam_limits as limits
from rsqi_core.seams.trace import Traced
from rsqi_core.synthesis.compose import sample_of
from rsqi_core.synthesis.defect import Defect
from rsqi_core.taxonomy import CODES

SIDE = 512


class SeesBrightness:
    """Stands for a model: its network of seams is as sure as a picture is bright."""

    @staticmethod
    def seams(images):
        bright = cv2.resize(images[0, :, :, 0], (64, 64), interpolation=cv2.INTER_AREA)
        return (bright.astype(np.float32)[None] - 128) / 20


class Blocks:
    """Grounds with bright lines: seams from rim to rim where there are errors, and short ones where there are none."""

    def __init__(self, clean, decoy):
        self._lengths = {"clean": clean, "decoy": decoy}

    def _block(self, length):
        image = np.full((SIDE, SIDE, 3), 40, np.uint8)
        image[240:256, 64 : 64 + length] = 160
        return image

    def clean(self, k):
        return sample_of(self._block(self._lengths["clean"] if k == 0 else 0), [], np.ones((SIDE, SIDE), bool))

    def decoy(self, k):
        return sample_of(self._block(self._lengths["decoy"] if k == 0 else 0), [], np.ones((SIDE, SIDE), bool))

    def defective(self, k):
        assert CODES[k % 10].startswith("stitching"), "the others hold no seam"
        image = np.full((SIDE, SIDE, 3), 40, np.uint8)
        image[240:256] = 160
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[242:254] = 1
        severity = "subtle" if k > 10 else "strong"
        defect = Defect("stitching_trace", image, mask, severity, {})
        return sample_of(image, [defect], np.ones((SIDE, SIDE), bool))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    for name, count in (("CLEAN", 10), ("DECOYS", 10), ("DEFECTIVE", 18)):
        monkeypatch.setattr(limits, name, count)


def test_seams_are_found_that_are_longer_than_what_clean_blocks_show():
    found = limits.seam_limits(SeesBrightness(), Blocks(clean=128, decoy=192), 0.05)
    assert found["found"] == 1 and found["enough"] > 10 and found["false_alarms"] == 0.05


def test_neither_clean_blocks_nor_hard_negatives_show_more_than_their_share():
    few_, more = (limits.seam_limits(SeesBrightness(), Blocks(64, decoy), 0.05)["enough"] for decoy in (96, 224))
    assert more > 1.5 * few_
    assert limits.seam_limits(SeesBrightness(), Blocks(64, 224), 0.1)["enough"] < 1, "one of ten may show a line"


def test_where_clean_blocks_look_like_seams_none_is_found():
    blocks = Blocks(0, 0)
    looking_alike = SimpleNamespace(clean=lambda k: blocks.defective(6), decoy=blocks.decoy, defective=blocks.defective)
    found = limits.seam_limits(SeesBrightness(), looking_alike, 0.05)
    assert found["found"] == 0


def test_the_strongest_line_of_a_picture_counts():
    def lines(*evidence):
        return [Traced(np.zeros((2, 2)), each) for each in evidence]

    traced = [lines(3, 9), lines(5), lines(), lines(7)]
    assert [round(limits.enough_for(traced, share)) for share in (0, 0.25, 0.5, 0.75, 1)] == [9, 7, 5, 0, 0]
