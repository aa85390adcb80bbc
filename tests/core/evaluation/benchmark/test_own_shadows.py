import numpy as np
import pytest

from rsqi_core.evaluation.benchmark import own_shadows as shadows
from rsqi_core.evaluation.benchmark.blocks import compose
from rsqi_core.evaluation.benchmark.frozen import BLOCKS, read
from rsqi_core.taxonomy import CODES, IGNORED, by_code

SHADOW = by_code("shadow").id


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """A clean block of a drawn landscape, and where it is dark; landscapes need no imagery."""
    data = tmp_path_factory.mktemp("data")
    for entry in read(BLOCKS):
        if entry.part == "clean" and entry.source.startswith("landscape/"):
            dark = shadows.own_shadows(entry, data)
            if dark is not None and dark.mean() > 0.02:
                return compose(entry, data), dark
    pytest.fail("no drawn landscape of the benchmark has shadows of its own")


def test_nobody_knows_of_shadow_in_dark_places_and_everybody_of_the_other_types(village):
    sample, dark = village
    known = shadows.unknown_in(sample, dark)
    assert known.labels[CODES.index("shadow")] == IGNORED
    assert (np.delete(known.labels, CODES.index("shadow")) == np.delete(sample.labels, CODES.index("shadow"))).all()
    assert (known.segmentation[dark] == IGNORED).all() and (
        known.segmentation[~dark] == sample.segmentation[~dark]
    ).all()


def test_a_block_without_dark_places_or_with_a_planted_shadow_stays_as_it_is(village):
    sample, dark = village
    assert shadows.unknown_in(sample, None) is sample
    assert shadows.unknown_in(sample, np.zeros_like(dark)) is sample
    labels = sample.labels.copy()
    labels[CODES.index("shadow")] = 1
    planted = shadows.replace(sample, labels=labels)
    assert shadows.unknown_in(planted, dark) is planted


def test_pictures_whose_dark_places_are_water_are_known_to_hold_no_shadow(tmp_path):
    pond = next(entry for entry in read(BLOCKS) if entry.part == "clean" and entry.source.startswith("naip/"))
    assert shadows.own_shadows(pond, tmp_path) is None


def test_only_shadows_that_touch_dark_places_and_no_planted_one_are_taken_out():
    found, truth, dark = np.zeros((3, 40, 40), np.uint8)
    for x in (2, 12, 22):
        found[2:6, x : x + 4] = SHADOW
    found[30:34, 2:6] = by_code("cloud").id
    dark[4:6, 2:4] = dark[4:6, 22:24] = dark[30:34, 2:6] = 1
    truth[2:6, 22:26] = SHADOW
    left = shadows.without_own_shadows(found, truth, dark.astype(bool))
    assert not left[2:6, 2:6].any() and left[2:6, 12:16].all() and left[2:6, 22:26].all() and left[30:34, 2:6].all()
