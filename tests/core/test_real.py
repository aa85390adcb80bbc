"""The real part of the benchmark, on stand-ins of its pictures."""

import re
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import frozen, real
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.evaluation.benchmark.measure import measure_real_part
from rsqi_core.evaluation.benchmark.real_figures import RESOLUTIONS, real_figures
from rsqi_core.evaluation.benchmark.real_results import RealResults, false_marks, measure_real
from rsqi_core.evaluation.benchmark.run_model import INSPECTION, ONE_STEP, ModelResult
from rsqi_core.evaluation.pages.page import write_real_page
from rsqi_core.evaluation.pages.real_tables import real_goals, real_section
from rsqi_core.imagery import Picture, validation_names
from rsqi_core.metrics import confusion, region_quality
from rsqi_core.parameters import Parameters
from rsqi_core.taxonomy import CODES, IGNORED, by_code

CLOUD, SHADOW, TRACE = (by_code(code).id - 1 for code in ("cloud", "shadow", "stitching_trace"))


# The list -------------------------------------------------------------------------------------------------------------


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


# Pictures and what is known of them -----------------------------------------------------------------------------------


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


# False marks ----------------------------------------------------------------------------------------------------------


def marks_on(image, truth=None, suspected=()):
    found = false_marks(Picture(image, truth, suspected=suspected), Parameters(stages=("rules",)), None)
    return {code for code, marked in zip(CODES, found) if marked}


def test_a_dark_place_excuses_a_shadow_and_no_missing_pixel(monkeypatch):
    image = np.full((64, 64, 3), 120, np.uint8)
    truth = np.zeros((64, 64), np.uint8)
    truth[10:20, 10:20] = IGNORED

    class Inspected:
        """Shadows and missing pixels everywhere in the dark place."""

        def __init__(self, path):
            self.path = path

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def read(self, band):
            found = np.zeros((64, 64), np.uint8)
            found[12:18, 12:15], found[12:18, 15:18] = by_code("shadow").id, by_code("pixel_missing").id
            return found

    module = "rsqi_core.evaluation.benchmark.real_results"
    monkeypatch.setattr(f"{module}.run", lambda job, model: {"outputs": {"mask": "mask.tif"}})
    monkeypatch.setattr(f"{module}.rasterio.open", Inspected)
    monkeypatch.setattr(f"{module}.write_raster", lambda path, image: path)
    assert marks_on(image, truth, ("shadow",)) == {"pixel_missing"}
    assert marks_on(image) == {"shadow", "pixel_missing"}


def test_the_whole_inspection_marks_what_is_there():
    rng = np.random.default_rng(0)
    image = rng.integers(90, 160, (128, 128, 3), dtype=np.uint8)
    image = cv2.GaussianBlur(image, (0, 0), 1.5)
    assert marks_on(image) == set()
    image[40:60, 40:60] = 0
    assert marks_on(image) == {"pixel_missing"}


# Tables ---------------------------------------------------------------------------------------------------------------

# Part, source, types that the picture holds, logits of cloud, shadow and trace.
MADE_UP = (
    (real.OUTLINED, "airbus/a", {"cloud": 1}, (3, -3, -3)),
    (real.OUTLINED, "sparcs/b", {"cloud": 1, "shadow": 1}, (3, 3, -3)),
    (real.OUTLINED, "sparcs/c", {"cloud": 0, "shadow": 0}, (-3, 2, -3)),
    (real.WHOLE, "rice1_haze/d", {"cloud": 1}, (3, -3, -3)),
    (real.WHOLE, "rice2_veil/e", {"cloud": 1}, (-3, -3, -3)),
    (real.SEAM, "rice1_google/f", {"stitching_trace": 1}, (-3, -3, 1)),
    (real.UNSPOILT, "rsicd/g", dict.fromkeys(CODES, 0) | {"stitching_trace": IGNORED}, (-3, -3, -3)),
    (real.UNSPOILT, "dubai/h@0,0", dict.fromkeys(CODES, 0) | {"shadow": IGNORED}, (-3, -3, 2)),
)


def made_up():
    n = len(MADE_UP)
    labels, logits = np.full((n, 10), IGNORED, np.uint8), np.full((n, 10), -3.0, np.float32)
    outlined, absent, false = (np.zeros((n, 10), bool) for _ in range(3))
    for k, (part, _, held, said) in enumerate(MADE_UP):
        for code, label in held.items():
            labels[k, CODES.index(code)] = label
            outlined[k, CODES.index(code)] = part == real.OUTLINED
        logits[k, [CLOUD, SHADOW, TRACE]] = said
        absent[k] = part == real.UNSPOILT
    absent[6, TRACE] = False
    false[7, CODES.index("pixel_missing")] = True
    two = np.zeros((n, 7, 7), np.int64)
    two[0, 1, 1], two[0, 1, 0], two[0, 0, 1] = 60, 20, 20  # IoU .6 at 1.5 m
    two[1, 1, 1], two[1, 2, 2], two[1, 2, 0] = 80, 30, 10
    two[2, 0, 1] = two[2, 0, 2] = 20  # 30 m: cloud .8, shadow .5
    model_result = ModelResult(
        "made up", logits, {ONE_STEP: two * 0, INSPECTION: two}, {}, np.full(10, 0.5), (1.0, 1.0)
    )
    entries = [Entry(source, part, source, "", (), "", 0, 0) for part, source, *_ in MADE_UP]
    model = SimpleNamespace(card=SimpleNamespace(constraint="absolute"))
    return RealResults(entries, labels, outlined, absent, false, 0, model, model_result)


def rows_of(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_region_quality_by_hand():
    matrix = np.zeros((1, 7, 7), np.int64)
    matrix[0, 2, 2], matrix[0, 2, 0], matrix[0, 0, 2], matrix[0, 1, 2] = 6, 2, 1, 1
    assert region_quality(matrix, 2) == (0.6, 0.75, 0.75)


def test_figures_are_means_of_the_resolutions():
    figures = real_figures(made_up())
    assert figures.cloud == pytest.approx((0.6 + 0.8) / 2) and figures.shadow == pytest.approx(0.5)
    assert figures.shadow_auroc == 1  # 3 against 2 and -3; a picture with dark places is no negative
    assert figures.seam_auroc == 0  # dubai looks more like one; rsicd may hold seams
    assert (figures.veils, figures.seams) == (0.5, 1)
    assert (figures.clean_worst, figures.clean_any) == (0.5, 0.5)


def test_rows_of_the_tables():
    rows = {(row[0], row[1]): row[2:] for row in rows_of(real_section(made_up()))}
    assert rows["up to 4 m", "as inspected"] == ["1", "0.600", "0.750", "0.750", "1.000"]
    assert rows["mean of the resolutions", "as inspected"][1] == "0.500"  # the shadows' table comes second
    assert rows["30 m", "one step"][0] == "2" and rows["30 m", "one step"][1] == "0.000"
    assert rows["veil", "rice1_haze"] == ["1", "1.000", "1.000", "0.000"]
    assert rows["veil", "all"][::2] == ["2", "0.500"] and rows["stitching trace", "rice1_google"][0] == "1"
    assert rows["rsicd", "1"][0] == "0.000" and rows["dubai", "1"][0] == "1.000"
    assert rows["rsicd", "1"][1 + TRACE] == "–"  # not absent there
    assert ("10 m", "one step") not in rows and ("60 m", "one step") not in rows


def test_bars_of_the_real_part():
    bars = {what: (value, bar) for what, value, _, bar in real_goals(made_up())}
    assert bars["real cloud IoU"] == (pytest.approx(0.7), 0.8) and bars["real shadow IoU"][1] == 0.45
    assert [bar for _, bar in list(bars.values())[2:]] == [0.01, 0.02]


def test_the_page_says_how_many_pictures_have_changed():
    text = write_real_page(made_up(), None)
    assert "all 8 match their hash" in text and "| real cloud IoU | 0.700 | >= 0.8 | no |" in text
    assert "3 of 8 differ from their hash" in write_real_page(replace(made_up(), differing=3), None)


# The run --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(real_pictures, monkeypatch):
    data, entries = real_pictures
    monkeypatch.setattr(frozen, "read", lambda file: entries)
    return data


def test_the_rules_alone_mark_clean_pictures_only(listed):
    found = measure_real(listed, None)
    assert found.model_result is None and found.differing == 0
    assert found.absent.any(1).tolist() == found.where(real.UNSPOILT).tolist()
    assert found.labels.shape == found.outlined.shape == found.false.shape == (7, 10)
    assert "with anything" in real_section(found) and "real clouds" not in real_section(found)


def test_the_default_model_runs_through_every_picture(listed):
    found = measure_real_part(listed, "default")
    assert found.model_result.logits.shape == (7, 10)
    assert found.model_result.confusions[ONE_STEP][~found.outlined.any(1)].sum() == 0
    assert not found.false[~found.where(real.UNSPOILT)].any()
    assert np.isfinite(real_figures(found).cloud)


def test_the_command_prints_the_real_part_alone(listed, tmp_path, capsys):
    page = tmp_path / "real.md"
    command = ["evaluate", "--parts", "real", "--model", "rules", "--data", str(listed), "--output", str(page)]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert page.read_text(encoding="utf-8").strip() == printed.strip()
    assert re.search(r"^\| all \| 3 \|", printed, re.MULTILINE)


def test_a_card_needs_the_whole_benchmark(listed, tmp_path, capsys):
    command = ["evaluate", "--parts", "real", "--data", str(listed), "--card", str(tmp_path / "card.md")]
    assert main(command) == 2 and "whole benchmark" in capsys.readouterr().err
