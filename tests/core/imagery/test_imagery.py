"""Which pictures there are, how they are split, and what is known of each."""

import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from rsqi_core.errors import RsqiError
from rsqi_core.imagery import CLEAN, MATTES, REAL, ImagerySet, clean_files, files, read_picture, twins, validation_names
from rsqi_core.imagery.cut import Cut, draw_cut
from rsqi_core.imagery.picture import Picture, dark_places
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, by_code

DATA = Path(__file__).parents[4] / "shared" / "data"
CLOUD, SHADOW, SEAM, UNKNOWN = (*(by_code(code).id for code in ("cloud", "shadow", "stitching_trace")), 255)


def named(folder):
    return next(kind for kind in (*REAL, *CLEAN) if kind.folder == folder)


def write(folder, name, image):
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imencode(Path(name).suffix, image[..., ::-1] if image.ndim == 3 else image)[1].tofile(folder / name)
    return folder / name


def box(*where, side=128):
    mask = np.zeros((side, side), np.uint8)
    y, x, h, w = where
    mask[y : y + h, x : x + w] = 255
    return mask


# Sets ---------------------------------------------------------------------------------------------------------------


def test_the_sets_name_known_types_and_no_folder_twice():
    for table in (CLEAN, REAL, MATTES):
        assert len({(kind.folder, kind.image) for kind in table}) == len(table)
        for kind in table:
            assert {*kind.unknown, *filter(None, [kind.whole])} <= set(CODES) and kind.weight > 0
            assert not kind.whole or not kind.outlined
            re.compile(kind.skip), re.compile(kind.shaded)
    assert not any(kind.outlined or kind.whole for kind in CLEAN)
    assert all(kind.outlined or kind.whole for kind in REAL)


def test_pictures_are_those_of_the_pattern_without_what_is_skipped(tmp_path):
    for name in ("b_clear.webp", "a_clear.webp", "84_clear.webp", "a_hazy.webp", "84_hazy.webp"):
        write(tmp_path / "cloud" / "rice1_haze", name, np.zeros((8, 8, 3), np.uint8))
    kinds = [kind for kind in (*CLEAN, *REAL) if kind.name == "rice1_haze"]
    found = [[file.name for file in files(tmp_path, kind, validation=False)] for kind in kinds]
    assert found == [["a_clear.webp", "b_clear.webp"], ["a_hazy.webp"]]
    assert files(tmp_path, named("clean/rsscn7"), validation=False) == []


def test_a_held_out_place_is_so_under_all_its_names(tmp_path):
    held = sorted(name for name in validation_names() if name.startswith("rice2_pairs/"))[0].split("/")[1]
    for stem in (held, "seen"):
        for suffix in ("cloudy", "clear"):
            write(tmp_path / "cloud" / "rice2_pairs", f"{stem}_{suffix}.webp", np.zeros((8, 8, 3), np.uint8))
    for kind in (kind for kind in (*CLEAN, *REAL) if kind.name == "rice2_pairs"):
        split = {part: [file.stem for file in files(tmp_path, kind, part)] for part in (True, False)}
        assert [stem.rpartition("_")[0] for stem in split[True] + split[False]] == [held, "seen"]
    (pair,) = twins(tmp_path, MATTES[1], validation=False)
    assert [file.name for file in pair] == ["seen_cloudy.webp", "seen_clear.webp"]


def test_clean_pictures_are_those_without_a_cloudy_twin(tmp_path):
    write(tmp_path / "clean" / "rsscn7", "field.webp", np.zeros((8, 8, 3), np.uint8))
    write(tmp_path / "cloud" / "rice2_pairs", "x_clear.webp", np.zeros((8, 8, 3), np.uint8))
    assert [file.stem for file in clean_files(tmp_path, validation=False)] == ["field"]


def test_the_split_keeps_held_out_names_from_training(tmp_path):
    """Whatever set and table a held-out name belongs to, no list for training has it."""
    known = {kind.name: kind for kind in (*MATTES, *REAL, *CLEAN)}
    for name in validation_names():
        folder, stem = name.split("/")
        for end in (".webp", "_cloudy.webp", "_clear.webp", "_hazy.webp", "_cloudy.png", "_clear.png"):
            file = tmp_path / known[folder].folder / f"{stem}{end}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    for kind in (*CLEAN, *REAL, *MATTES):
        assert files(tmp_path, kind, validation=False) == []
    assert len(clean_files(tmp_path, validation=True)) > 300


@pytest.mark.skipif(not DATA.is_dir(), reason="no imagery beside the checkout")
def test_scenes_and_places_are_not_divided_between_training_and_validation():
    """Crops of one scene look alike: a part of it in training would give away the other."""
    of_scene = {"sparcs": r"^(.{9})", "dubai": r"^(t\d+)_", "rice1_google": r"^(\d+)h?", "cloudsen12_fig": "^()"}
    for kind in (*CLEAN, *REAL):
        if pattern := of_scene.get(kind.name):
            seen, held = (
                {re.match(pattern, file.stem)[1] for file in files(DATA, kind, part)} for part in (False, True)
            )
            assert seen | held and not seen & held, kind.name
    for name in validation_names():
        assert list(DATA.glob(f"*/{name}*")), f"{name} is held out, but there is no such picture"


# Pictures -----------------------------------------------------------------------------------------------------------


def test_outlines_become_types_with_a_rim_in_which_nobody_could_say(tmp_path):
    kind = named("shadow/s2_alberta")
    ground = np.full((128, 128, 3), 120, np.uint8)
    file = write(tmp_path, "day.webp", ground)
    write(tmp_path, "day_cloud.png", box(20, 20, 40, 40))
    write(tmp_path, "day_shadow.png", box(50, 50, 40, 40))
    picture = read_picture(file, kind)
    truth = picture.truth
    assert truth[40, 40] == truth[52, 52] == CLOUD  # what lies over a shadow hides it
    assert truth[80, 80] == SHADOW and truth[110, 110] == 0
    assert (truth[40, :30] == UNKNOWN).sum() == kind.rim and truth[40, 15] == 0
    assert picture.outlined == ("cloud", "shadow") and picture.unknown == () and picture.real


def test_a_type_whose_mask_is_missing_is_unknown(tmp_path):
    file = write(tmp_path, "day.webp", np.full((128, 128, 3), 120, np.uint8))
    write(tmp_path, "day_cloud.png", box(20, 20, 40, 40))
    picture = read_picture(file, named("shadow/s2_alberta"))
    assert (picture.outlined, picture.unknown) == (("cloud",), ("shadow",))
    picture = read_picture(file, named("shadow/ukis"))
    assert picture.unknown == ("shadow", "spectral_overflow")


def test_what_the_masks_are_unsure_of_is_unknown_but_for_cloud(tmp_path):
    file = write(tmp_path, "day.webp", np.full((128, 128, 3), 120, np.uint8))
    write(tmp_path, "day_cloud.png", box(20, 20, 40, 40))
    write(tmp_path, "day_shadow.png", box(0, 0, 1, 1))
    write(tmp_path, "day_unsure.png", box(30, 30, 60, 60))
    truth = read_picture(file, named("shadow/sparcs")).truth
    assert truth[45, 45] == CLOUD and truth[80, 80] == UNKNOWN and truth[100, 100] == 0


def test_a_veil_beside_thick_cloud_is_unknown(tmp_path):
    """The mask of such a pair has thick cloud only; its thin rim is seen from the difference to the clear twin."""
    clear = landscape(128, seed=3)
    cloudy = clear.copy()
    cloudy[20:60, 20:60] = 245
    cloudy[60:100, 20:60] = cv2.add(clear[60:100, 20:60], (40, 40, 40, 0))
    file = write(tmp_path, "place_cloudy.webp", cloudy)
    write(tmp_path, "place_clear.webp", clear)
    write(tmp_path, "place_cloud.png", box(20, 20, 40, 40))
    picture = read_picture(file, named("cloud/rice2_pairs"))
    assert picture.truth[40, 40] == CLOUD and picture.truth[80, 40] == UNKNOWN
    assert picture.truth[40, 100] == 0 and picture.unknown == ("blur", "shadow") and picture.false_colour


def test_a_brighter_day_is_no_veil(tmp_path):
    """The whole twin is brighter by more than a veil is; what is brighter still is one."""
    clear = landscape(128, seed=3) // 2
    cloudy = clear + 25
    cloudy[60:100, 20:60] = cv2.add(cloudy[60:100, 20:60], (40, 40, 40, 0))
    file = write(tmp_path, "sea_cloudy.webp", cloudy)
    write(tmp_path, "sea_clear.webp", clear)
    write(tmp_path, "sea_cloud.png", box(20, 20, 30, 30))
    truth = read_picture(file, named("cloud/rice2_pairs")).truth
    assert truth[80, 40] == UNKNOWN and (truth[:, 70:] == 0).all()


def test_seams_keep_their_width(tmp_path):
    file = write(tmp_path, "farm.webp", np.full((128, 128, 3), 200, np.uint8))
    write(tmp_path, "farm_seam.png", box(60, 0, 7, 128))
    picture = read_picture(file, replace(named("seam/adityajain07_drone_mosaic"), shaded=""))
    assert (picture.truth[:, 64] == SEAM).sum() == 7
    assert picture.truth[58, 64] == picture.truth[68, 64] == UNKNOWN and picture.truth[80, 64] == 0
    assert (picture.outlined, picture.unknown) == (("stitching_trace",), ("stitching_misalignment",))


def test_what_holds_an_error_all_over_has_no_outline(tmp_path):
    picture = read_picture(write(tmp_path, "a_hazy.webp", landscape(64, seed=1)), named("cloud/rice2_veil"))
    assert (picture.whole, picture.truth, picture.outlined) == ("cloud", None, ()) and picture.real


def test_dark_places_are_those_much_darker_than_the_ground_around():
    image = np.full((256, 256, 3), 130, np.uint8)
    image[100:120, 100:120] = 30  # a shadow
    image[:60] = 30  # water, as dark but wide
    image[200, 200] = 30  # a speck
    image[180:200, 20:40] = 90  # a darker field
    found = dark_places(image)
    assert found[102:118, 102:118].all() and not found[10:40].any()
    assert not found[195:205, 195:205].any() and not found[180:200, 20:40].any()
    assert found[150:].sum() == 0


def test_dark_places_without_outlines_are_unknown_for_shadow_where_they_may_be_some(tmp_path):
    image = np.full((256, 256, 3), 130, np.uint8)
    image[100:120, 100:120] = 30
    kind = named("clean/rsscn7")
    built, open_ground = (read_picture(write(tmp_path, f"{n}_a1.webp", image), kind) for n in ("resident", "grass"))
    assert set(np.unique(built.truth)) == {0, UNKNOWN} and built.truth[110, 110] == UNKNOWN
    assert (built.suspected, built.outlined) == (("shadow",), ()) and not built.real
    assert open_ground.truth is None and open_ground.suspected == () and not open_ground.real


def test_a_picture_whose_shadows_somebody_outlined_is_real(tmp_path):
    file = write(tmp_path, "roof.webp", np.full((128, 128, 3), 120, np.uint8))
    write(tmp_path, "roof_shadow.png", box(20, 20, 40, 40))
    picture = read_picture(file, named("shadow/building"))
    assert picture.real and (picture.outlined, picture.suspected) == (("shadow",), ())


def test_a_mask_of_another_size_and_what_is_no_picture_are_refused_in_one_line(tmp_path):
    file = write(tmp_path, "day.webp", np.zeros((128, 128, 3), np.uint8))
    write(tmp_path, "day_cloud.png", box(0, 0, 9, 9, side=64))
    with pytest.raises(RsqiError, match=r"day_cloud\.png: not as large as its picture"):
        read_picture(file, named("shadow/ukis"))
    (tmp_path / "day_cloud.png").write_bytes(b"")
    with pytest.raises(RsqiError, match=r"day_cloud\.png: not a picture"):
        read_picture(file, named("shadow/ukis"))
    file.write_bytes(b"RIFF")
    with pytest.raises(RsqiError, match=r"day\.webp: not a picture"):
        read_picture(file, named("shadow/ukis"))
    with pytest.raises(RsqiError, match=r"gone\.webp: cannot be read"):
        read_picture(tmp_path / "gone.webp", ImagerySet("x"))


# Cuts ---------------------------------------------------------------------------------------------------------------


def test_a_cut_shows_the_same_place_in_the_picture_and_in_its_truth():
    rng = np.random.default_rng(2)
    truth = (box(30, 90, 50, 70, side=200) > 0).astype(np.uint8)
    picture = Picture(np.repeat(truth[..., None] * 200, 3, 2), truth, ("cloud",), false_colour=True)
    for _ in range(20):
        seen = picture.cut(draw_cut(picture.image.shape, rng, 96))
        assert seen.image.shape == (96, 96, 3) and seen.outlined == ("cloud",) and seen.false_colour
        assert set(np.unique(seen.truth)) <= {0, 1}
        assert ((seen.image[..., 0] > 100) != (seen.truth == 1)).mean() < 0.02  # but for half a pixel at the edges
    assert picture.cut(Cut(10, 20, 96, 0, False, 96)).image.tobytes() == picture.image[20:116, 10:106].tobytes()
