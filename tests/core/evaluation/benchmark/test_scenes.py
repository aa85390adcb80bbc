"""The benchmark's scenes, on procedural pictures."""

from dataclasses import replace

import numpy as np
import pytest
from benchmark_entries import SCENE

from rsqi_core.evaluation.benchmark import scenes
from rsqi_core.evaluation.benchmark.scenes import PlantedObject, false_objects, overlap


def test_a_scene_notes_what_was_planted(tmp_path):
    scene = scenes.compose(SCENE, tmp_path)
    assert len(scene.objects) >= 3
    for planted in scene.objects:
        x, y, w, h = planted.box
        assert (scene.truth[y : y + h, x : x + w][planted.mask] > 0).all()
    spotless = scenes.compose(replace(SCENE, part="spotless"), tmp_path)
    assert not spotless.truth.any() and not spotless.objects


def test_overlap_of_objects_by_hand():
    found = np.zeros((100, 100), np.uint8)
    planted = PlantedObject("cloud", "strong", (10, 10, 20, 20), np.ones((20, 20), bool))
    assert overlap(planted, found) == 0
    found[10:30, 10:20] = 1  # half of it, and as much again outside
    found[10:30, 5:10] = 1
    assert overlap(planted, found) == pytest.approx(200 / 500)
    found[80:90, 80:90] = 1  # elsewhere: no part of this object
    assert overlap(planted, found) == pytest.approx(200 / 500)
    seam = PlantedObject("stitching_trace", "strong", (0, 50, 100, 4), np.ones((4, 100), bool))
    found[40:60, :50] = 7
    assert overlap(seam, found) == pytest.approx(0.5)  # of the seam; a marked block is wider than it by nature
    truth = np.zeros((100, 100), np.uint8)
    truth[10:30, 10:30] = 1
    assert false_objects(found, truth, "cloud") == (1, 2)
