"""The real pictures of the benchmark, on stand-ins of them."""

from dataclasses import replace

import numpy as np
import pytest

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import frozen, real
from rsqi_core.evaluation.benchmark.real_figures import RESOLUTIONS
from rsqi_core.imagery import Picture, validation_names
from rsqi_core.metrics import confusion
from rsqi_core.taxonomy import IGNORED, by_code

CLOUD, SHADOW = (by_code(code).id - 1 for code in ("cloud", "shadow"))


def test_the_committed_list_holds_every_part_and_every_resolution():
    entries = frozen.read(frozen.REAL)
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names) > 200 and all(entry.digest for entry in entries)
    assert {entry.part for entry in entries} == {real.OUTLINED, real.WHOLE, real.SEAM, real.UNSPOILT}
    outlined = {entry.source.partition("/")[0] for entry in entries if entry.part == real.OUTLINED}
    for sets in RESOLUTIONS.values():
        assert outlined & set(sets)
    assert outlined <= {name for sets in RESOLUTIONS.values() for name in sets}
    assert not any(entry.codes for entry in entries if entry.part == real.UNSPOILT)


def test_training_sees_no_place_of_the_list():
    """The list of what is held out goes by place: whole scenes, whole flights, both twins."""
    held_out = validation_names()
    for entry in frozen.read(frozen.REAL):
        name = entry.source.partition("@")[0]
        assert name in held_out or name.rpartition("_")[0] in held_out, name


def test_no_ground_lies_under_planted_errors_and_is_clean_as_well():
    planted = {e.source.partition("@")[0] for file in (frozen.BLOCKS, frozen.SCENES) for e in frozen.read(file)}
    assert not planted & {e.source.partition("@")[0] for e in frozen.read(frozen.REAL) if e.part == real.UNSPOILT}


def test_pictures_match_their_hash_and_a_change_of_the_truth_shows(real_pictures):
    data, entries = real_pictures
    for entry in entries:
        picture = real.compose(entry, data)
        assert real.digest_of(picture) == entry.digest
        truth = real.truth_of(picture).copy()
        truth[0, 0] ^= 1
        assert real.digest_of(replace(picture, truth=truth)) != entry.digest


def test_a_window_is_the_part_of_the_picture_at_its_place(real_pictures):
    data, entries = real_pictures
    left, right = (real.compose(e, data) for e in entries if "@" in e.source)
    assert left.image.shape == right.image.shape == (96, 96, 3)
    assert np.array_equal(left.image[:, 32:], right.image[:, :-32])


def test_one_folder_may_hold_two_kinds_of_pictures(real_pictures):
    data, entries = real_pictures
    outlined, veiled = (real.compose(e, data) for e in entries if e.source.startswith("airbus/"))
    assert outlined.outlined == ("cloud",) and not outlined.whole
    assert veiled.whole == "cloud" and veiled.truth is None


def test_a_missing_picture_is_named(real_pictures):
    data, entries = real_pictures
    with pytest.raises(RsqiError, match="sparcs/elsewhere"):
        real.compose(replace(entries[0], source="sparcs/elsewhere"), data)


def picture(**known):
    return Picture(np.zeros((64, 64, 3), np.uint8), **known)


def test_labels_say_yes_no_and_nobody_knows():
    truth = np.zeros((64, 64), np.uint8)
    truth[:32] = 1
    labels = real.labels_of(picture(truth=truth, outlined=("cloud", "shadow"), unknown=("blur",)), real.OUTLINED)
    assert (labels[CLOUD], labels[SHADOW]) == (1, 0) and (np.delete(labels, [CLOUD, SHADOW]) == IGNORED).all()
    truth[40:, :] = IGNORED
    assert real.labels_of(picture(truth=truth, outlined=("cloud", "shadow")), real.OUTLINED)[SHADOW] == IGNORED
    speck = np.zeros((64, 64), np.uint8)
    speck[0, 0] = 1
    assert real.labels_of(picture(truth=speck, outlined=("cloud",)), real.OUTLINED)[CLOUD] == IGNORED
    clean = real.labels_of(picture(unknown=("shadow",)), real.UNSPOILT)
    assert clean[SHADOW] == IGNORED and not np.delete(clean, SHADOW).any()
    veiled = real.labels_of(picture(whole="cloud"), real.WHOLE)
    assert veiled[CLOUD] == 1 and (np.delete(veiled, CLOUD) == IGNORED).all()


def test_only_what_was_outlined_has_known_pixels():
    known = real.outlined_types(picture(outlined=("cloud",), unknown=("shadow",)), real.OUTLINED)
    assert known[CLOUD] and known.sum() == 1
    assert not real.outlined_types(picture(suspected=("shadow",)), real.UNSPOILT).any()  # dark places are no outlines


def test_what_was_filled_in_and_what_is_unknown_counts_nowhere():
    truth = np.zeros((64, 64), np.uint8)
    truth[:32], truth[32:40], truth[40:42] = 1, IGNORED, 7
    sample = real.as_sample(picture(truth=truth, outlined=("cloud",)), real.OUTLINED, 128)
    assert sample.image.shape == (128, 128, 3)
    everywhere = np.ones((128, 128), np.uint8)
    counted = confusion(sample.segmentation, everywhere)
    assert counted.sum() == 54 * 64 and counted[1, 1] == 32 * 64 and counted[0, 1] == 22 * 64
    for part in (real.WHOLE, real.SEAM, real.UNSPOILT):  # whose pixels are not compared
        assert confusion(real.as_sample(picture(truth=truth), part, 128).segmentation, everywhere).sum() == 0
