import numpy as np
import pytest

from rsqi_core.evaluation.benchmark import own_errors as own
from rsqi_core.evaluation.benchmark.blocks import compose
from rsqi_core.evaluation.benchmark.frozen import BLOCKS, read
from rsqi_core.taxonomy import CODES, IGNORED, by_code

SHADOW = by_code("shadow").id
AT = CODES.index("shadow")


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """A clean block of a drawn landscape, and where it is dark; landscapes need no imagery."""
    data = tmp_path_factory.mktemp("data")
    for entry in read(BLOCKS):
        if entry.part == "clean" and entry.source.startswith("landscape/"):
            places = own.own_errors(entry, data)
            if set(places) == {"shadow"} and places["shadow"].mean() > 0.02:
                return compose(entry, data), places["shadow"]
    pytest.fail("no drawn landscape of the benchmark has shadows of its own")


def test_nobody_knows_of_shadow_in_dark_places_and_everybody_of_the_other_types(village):
    sample, dark = village
    known = own.unknown_in(sample, {"shadow": dark})
    assert known.labels[AT] == IGNORED
    assert (np.delete(known.labels, AT) == np.delete(sample.labels, AT)).all()
    assert (known.segmentation[dark] == IGNORED).all()
    assert (known.segmentation[~dark] == sample.segmentation[~dark]).all()


def test_a_block_without_such_places_or_with_a_planted_shadow_stays_as_it_is(village):
    sample, dark = village
    assert own.unknown_in(sample, {}) is sample
    assert own.unknown_in(sample, {"shadow": np.zeros_like(dark)}) is sample
    labels = sample.labels.copy()
    labels[AT] = 1
    planted = own.replace(sample, labels=labels)
    assert own.unknown_in(planted, {"shadow": dark}) is planted


def test_pictures_whose_dark_places_are_water_are_known_to_hold_no_shadow(tmp_path):
    pond = next(entry for entry in read(BLOCKS) if entry.part == "clean" and entry.source.startswith("naip/"))
    assert own.own_errors(pond, tmp_path) == {}


def test_only_what_touches_its_places_and_nothing_planted_is_taken_out():
    found, truth, dark = np.zeros((3, 40, 40), np.uint8)
    for x in (2, 12, 22):
        found[2:6, x : x + 4] = SHADOW
    found[30:34, 2:6] = by_code("cloud").id
    dark[4:6, 2:4] = dark[4:6, 22:24] = dark[30:34, 2:6] = 1
    truth[2:6, 22:26] = SHADOW
    left = own.without_own(found, truth, {"shadow": dark.astype(bool)})
    assert not left[2:6, 2:6].any() and left[2:6, 12:16].all() and left[2:6, 22:26].all() and left[30:34, 2:6].all()
