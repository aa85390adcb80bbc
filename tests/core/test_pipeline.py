"""The stages joined; a model with known answers stands in for the network, so that what is tested is the joining."""

import threading
from functools import partial
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from affine import Affine
from shapely.affinity import affine_transform

from rsqi_core import merge, pipeline
from rsqi_core.classify import probabilities
from rsqi_core.errors import Cancelled, ParameterError, RasterError
from rsqi_core.examine import lowered
from rsqi_core.models import Description
from rsqi_core.parameters import Parameters, from_mapping
from rsqi_core.pipeline import inspect_raster
from rsqi_core.raster import Raster, open_raster
from rsqi_core.strips.journal import Journal
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, by_code

TILE = 64


class Oracle:
    """Sees cloud where a tile is bright, a seam where the red channel jumps; says stripes everywhere."""

    hash, provider, blind, lacking, warnings, batch = "none", "CPUExecutionProvider", (), (), (), 4
    card = SimpleNamespace(tile_size=TILE, constraint="absolute", stripe_gate=0.5, id="oracle", version="1", seams={})
    thresholds = np.full(10, 0.5, np.float32)

    def __init__(self):
        self.segmented = 0

    def describe(self, images):
        return Description(self.classify(images))

    def classify(self, images):
        logits = np.full((len(images), 10), -5, np.float32)
        logits[(images > 200).all(-1).any((1, 2)), 0] = 5
        logits[images[..., 0].std((1, 2)) > 45, 6] = 5
        logits[:, 8] = 5
        return logits

    def segment(self, images, described=None):
        self.segmented += len(images)
        bright = (images > 200).all(-1)
        logits = np.zeros((len(images), 7, *images.shape[1:3]), np.float32)
        logits[:, 0] = 1
        logits[:, 1] = np.where(bright, 6, -6)
        return logits


@pytest.fixture(scope="module")
def ground():
    return np.clip(landscape(256, seed=1), 20, 180)


@pytest.fixture
def run(write_raster, tmp_path):
    def run(rgb, valid=None, placed=True, model=None, **parameters):
        parameters = Parameters(**{"blocks": (64, 128)} | parameters)
        with open_raster(str(write_raster(rgb, valid=valid, placed=placed))) as raster:
            return inspect_raster(raster, parameters, tmp_path, model=model or Oracle())

    return run


def codes(found):
    return sorted({CODES[p.category_id - 1] for p in found.polygons})


def test_a_cloud_becomes_one_polygon_across_blocks_with_its_area(run, ground):
    rgb = ground.copy()
    rgb[40:140, 50:170] = 230
    model = Oracle()
    found = run(rgb, model=model, types=("cloud",))
    (cloud,) = found.polygons
    grown = 102 * 122 * 0.25  # one dilation by a pixel
    assert cloud.category_id == 1 and cloud.source == "model"
    assert cloud.area_m2 == pytest.approx(grown, rel=0.03)
    assert cloud.confidence > 0.9
    assert 0 < model.segmented < len(found.blocks)  # the clean blocks were spared the second step


def errors_at(found, x=0, y=0):
    """Outlines in pixels from (x, y) on, in the order of their types and places, with what is deducted for them."""
    back = Affine.translation(-found.window[0] - x, -found.window[1] - y) * ~found.transform
    return sorted(
        (p.category_id, p.pixels, p.block_size, affine_transform(p.geometry, back.to_shapely()).normalize().wkt, item)
        for p, item in zip(found.polygons, found.score.items)
    )


class Still(Oracle):
    """Says stripes nowhere, and sees blocks of 512 px as they are."""

    card = SimpleNamespace(**vars(Oracle.card) | {"tile_size": 512})

    def classify(self, images):
        logits = super().classify(images)
        logits[:, 8] = -5
        return logits


def test_the_same_ground_gives_the_same_errors_and_penalties_whatever_surrounds_it(run, ground):
    """Alone, within 24 times as much nodata, and in a mosaic ten times as large that is clean else."""
    rgb = ground.copy()
    rgb[100:112, 100:112] = 230  # cloud
    rgb[20:22, 200:203] = rgb[180, 40:42] = 220  # specks of it under the limit
    rgb[200:206, 30:36] = 230
    rgb[40:45, 30:35] = 0  # lost pixels
    parameters = {"model": Still(), "types": ("cloud", "pixel_missing"), "blocks": (512,)}
    alone = run(rgb, **parameters)
    assert codes(alone) == ["cloud", "pixel_missing"] and {p.pixels for p in alone.polygons} == {25, 14 * 14, 8 * 8}

    wide, valid = np.zeros((1280, 1280, 3), np.uint8), np.zeros((1280, 1280), bool)
    wide[512:768, 640:896], valid[512:768, 640:896] = rgb, True
    within = run(wide, valid=valid, **parameters)
    assert errors_at(within, 640, 512) == errors_at(alone)
    for name in ("score", "grade", "error_count", "valid_pixels", "diagonal_px", "count_cloud"):
        assert within.summary[name] == alone.summary[name], name
    assert within.summary["valid_area_m2"] == pytest.approx(alone.summary["valid_area_m2"], rel=1e-7)

    mosaic = np.concatenate([rgb if n == 3 else ground[::-1] if n % 2 else ground for n in range(10)], 1)
    part = run(mosaic, **parameters)
    assert errors_at(part, 3 * 256) == errors_at(alone)
    assert part.score.value == alone.score.value


def test_an_area_in_square_metres_takes_the_place_of_the_share_of_a_block(run, ground):
    rgb = ground.copy()
    rgb[100:110, 100:110] = 230  # 12 x 12 px of a quarter square metre each when found
    rgb[200:210, 30:40] = 0
    parameters = {"model": Still(), "types": ("cloud", "pixel_missing"), "blocks": (128,)}
    limits = {least: codes(run(rgb, min_area=least, **parameters)) for least in (None, 0, 35.9, 36.1, 1e6)}
    both, missing = ["cloud", "pixel_missing"], ["pixel_missing"]
    assert limits == {None: both, 0: both, 35.9: both, 36.1: missing, 1e6: missing}
    dropped = run(rgb, min_area=36.1, **parameters)
    assert set(np.unique(dropped.label_map.label)) == {0, 10}  # and from the mask as well


def test_types_that_are_not_wanted_are_not_found(run, ground):
    rgb = ground.copy()
    rgb[40:140, 50:170] = 230
    assert codes(run(rgb, types=("shadow",))) == []


def test_a_seam_marks_blocks_and_gives_way_to_a_cloud(run, ground):
    rgb = np.full_like(ground, 60)
    rgb[:, 128:, 0] = 190
    rgb[100:150, 100:160] = 230
    found = run(rgb, types=("cloud", "stitching_trace"))
    assert codes(found) == ["cloud", "stitching_trace"]
    label = found.label_map.label
    assert (label[101:149, 101:159] == 1).all()
    assert (label[20, 104:156] == 7).all()


def test_missing_pixels_are_found_without_a_model_and_nodata_is_not_missing(run, ground, tmp_path):
    rgb, valid = ground.copy(), np.ones((256, 256), bool)
    rgb[30:40, 30:50] = 0
    rgb[:, 200:] = 0
    valid[:, 200:] = False
    found = run(rgb, valid=valid, model=None, stages=("rules",), types=("pixel_missing",))
    (hole,) = found.polygons
    assert hole.pixels == 200 and hole.source == "rule"
    assert (found.label_map.label[:, 200:] == 255).all()
    assert found.summary["valid_pixels"] == 256 * 200
    assert found.summary["valid_area_m2"] == pytest.approx(256 * 200 * 0.25, rel=1e-3)


def test_a_scene_of_nodata_alone_is_refused(run, ground):
    with pytest.raises(RasterError, match="every pixel is nodata"):
        run(ground, valid=np.zeros((256, 256), bool))


def test_an_extent_limits_the_work_and_places_the_polygons(run, ground):
    rgb = ground.copy()
    rgb[60:80, 60:90] = 0
    extent = (500_000 + 20, 2_900_000 - 64, 500_000 + 64, 2_900_000 - 20)
    found = run(rgb, extent=extent, types=("pixel_missing",))
    assert found.window == (40, 40, 88, 88)
    (hole,) = found.polygons
    assert hole.geometry.bounds == pytest.approx((500_030, 2_899_960, 500_045, 2_899_970))


def test_an_extent_outside_is_refused(run, ground):
    with pytest.raises(ParameterError, match="outside"):
        run(ground, extent=(0, 0, 10, 10))


def test_a_raster_smaller_than_a_block_and_without_georeference(run):
    rgb = landscape(64, seed=2)[:40, :50]
    rgb[10:20, 10:20] = 255
    found = run(rgb, placed=False, types=("pixel_missing",))
    (hole,) = found.polygons
    assert hole.area_m2 == 100 and hole.geometry.bounds == (10, -20, 20, -10)


def test_cancelling_raises_at_once(write_raster, ground, tmp_path):
    with open_raster(str(write_raster(ground))) as raster, pytest.raises(Cancelled):
        inspect_raster(raster, Parameters(blocks=(64,)), tmp_path, cancelled=lambda: True, model=Oracle())


def test_progress_ends_complete_and_estimates_the_rest(write_raster, ground, tmp_path):
    seen = []
    with open_raster(str(write_raster(ground))) as raster:
        inspect_raster(raster, Parameters(blocks=(64,)), tmp_path, seen.append, model=Oracle())
    inspected = [p for p in seen if p.stage == "inspect"]
    assert inspected[-1].done == inspected[-1].total and inspected[-1].eta_s == 0
    assert all(a.done < b.done for a, b in zip(inspected, inspected[1:]))


def test_what_the_stages_cannot_find_counts_as_not_inspected():
    rules = Parameters(stages=("rules",))
    assert pipeline.inspected_types(rules, None) == ("stripe_noise", "pixel_missing")
    assert pipeline.inspected_types(Parameters(), Oracle()) == CODES


def test_types_the_model_is_blind_to_count_as_not_inspected(run, ground):
    class Blind(Oracle):
        blind = ("distortion",)

    found = run(ground, model=Blind())
    assert found.score.not_inspected == ("distortion",) and "distortion" not in found.summary["inspected"]
    assert "distortion" in run(ground, model=Blind(), threshold=0.5).summary["inspected"]


def test_what_the_network_has_no_output_for_is_never_inspected_but_by_rule(run, ground):
    class Lacking(Oracle):
        blind, lacking = ("distortion",), ("distortion", "stripe_noise")

        def classify(self, images):
            return np.full((len(images), 10), -5, np.float32)  # says stripes nowhere, as it knows none

    assert "distortion" not in run(ground, model=Lacking(), threshold=0.5).summary["inspected"]
    rgb = ground.copy()
    rgb[100:102, 40:160] = (250, 20, 20)
    assert codes(run(rgb, model=Lacking())) == ["stripe_noise"]


def test_a_run_for_types_that_the_model_leaves_out_has_no_score(run, ground):
    class Blind(Oracle):
        blind = ("distortion",)

    found = run(ground, model=Blind(), types=("distortion",))
    assert (found.score.value, found.score.grade, found.summary["inspected"]) == (None, "unscored", "")
    assert (found.summary["score"], found.summary["grade"], found.warnings) == (None, "unscored", ())


@pytest.mark.parametrize("value", [0, 90, 255])
def test_an_image_of_one_colour_has_no_score(run, value):
    valid = np.ones((256, 256), bool)
    valid[:, 100:] = False
    rgb = np.full((256, 256, 3), value, np.uint8)
    found = run(rgb, valid=valid, types=("blur", "stripe_noise"))
    assert (found.score.value, found.summary["grade"], found.summary["inspected"]) == (None, "unscored", "")
    assert [code for code, _ in found.warnings] == ["one_colour"]
    rgb[:, :100, 2] = np.arange(256, dtype=np.uint8)[:, None]  # one channel shows something
    shown = run(rgb, valid=valid, types=("blur", "stripe_noise"))
    assert shown.score.value is not None and not shown.warnings


def test_an_image_of_one_colour_with_errors_has_a_score(run):
    found = run(np.full((256, 256, 3), 255, np.uint8), types=("cloud",))
    assert codes(found) == ["cloud"] and found.score.grade == "rejected" and not found.warnings


def test_constraint_modes_differ_where_the_classifier_is_sure_of_nothing(run, ground):
    class Blind(Oracle):
        def classify(self, images):
            return np.full((len(images), 10), -2, np.float32)

    rgb = ground.copy()
    rgb[40:140, 50:170] = 230
    assert codes(run(rgb, model=Blind(), types=("cloud",), constraint="absolute")) == []
    assert codes(run(rgb, model=Blind(), types=("cloud",), constraint="lowering")) == ["cloud"]
    assert codes(run(rgb, model=Blind(), types=("cloud",), constraint="relative")) == ["cloud"]
    assert codes(run(rgb, model=Blind(), types=("cloud",), constraint="lowering", alpha=8.0)) == []
    assert codes(run(rgb, model=Blind(), types=("cloud",), constraint="absolute", threshold=0.05)) == ["cloud"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"types": ["fog"]}, "unknown error type"),
        ({"min_area": -1}, "min_area"),
        ({"nodata": float("inf")}, "nodata"),
        ({"min_area": float("nan")}, "min_area"),
        ({"colour": 1}, "unknown parameter 'colour'"),
        ({"overlap": 0.9}, "overlap"),
        ({"blocks": [8]}, "blocks"),
        ({"blocks": "many"}, "parameters"),
        ({"alpha": -1}, "alpha"),
        ({"constraint": "firm"}, "constraint"),
        ({"stages": ["segment"]}, "needs 'classify'"),
        ({"extent": [3, 0, 1, 1]}, "xmin"),
        ({"extent": [3, 0]}, "parameters"),
        ({"score_mode": "mean"}, "score_mode"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(values, message):
    with pytest.raises(ParameterError, match=message) as caught:
        from_mapping(values)
    assert "\n" not in str(caught.value)


def test_parameters_survive_json():
    given = Parameters(types=("cloud", "blur"), extent=(0, 0, 1, 2), threshold=0.3)
    assert from_mapping(given.as_dict()) == given


def test_the_oracle_is_sure():  # the other tests rest on it
    logits = Oracle().classify(np.full((1, TILE, TILE, 3), 230, np.uint8))
    assert probabilities(logits)[0, by_code("cloud").id - 1] > 0.99


class Vague(Oracle):
    """Sees cloud as `Oracle` does, but outlines only what is brighter than `level`; it says where its evidence is."""

    def __init__(self, level=255):
        super().__init__()
        self.level = level

    def describe(self, images):
        cells = (images > 200).all(-1).reshape(len(images), TILE // 8, 8, TILE // 8, 8).mean((2, 4))
        evidence = np.full((len(images), 10, *cells.shape[1:]), -5, np.float32)
        evidence[:, 0] = np.where(cells > 0.5, 3, -5)
        return Description(self.classify(images), evidence)

    def segment(self, images, described=None):
        logits = super().segment(images)
        logits[:, 1] = np.where((images > self.level).all(-1), 6, -6)
        return logits


def test_what_the_classifier_is_sure_of_is_outlined_where_the_segmenter_is_silent(run, ground):
    rgb = ground.copy()
    rgb[64:128, 96:160] = 230
    found = run(rgb, model=Vague(), types=("cloud",)).polygons
    assert [(p.category_id, p.source) for p in found] == [(1, "evidence")]
    assert found[0].pixels == pytest.approx(64 * 64, rel=0.3) and 0.5 < found[0].confidence < 0.99
    assert not run(rgb, model=Vague(), types=("shadow",)).polygons  # nobody asked for clouds
    silent = run(rgb, model=Oracle(), types=("cloud",)).polygons
    assert [p.source for p in silent] == ["model"]


def test_evidence_yields_to_what_the_segmenter_outlines(run, ground):
    rgb = ground.copy()
    rgb[60:132, 60:132] = 230
    rgb[80:110, 80:110] = 254
    found = run(rgb, model=Vague(250), types=("cloud",), blocks=(64,), overlap=0.5).polygons
    sure = max(found, key=lambda p: p.pixels)
    assert {p.source for p in found} <= {"model", "evidence"} and sure.pixels > 900
    alone = run(rgb, model=Vague(250), types=("cloud",), blocks=(256,), overlap=0.0).polygons
    assert [p.source for p in alone] == ["model"]  # one block, which the segmenter has not left empty


def test_the_stripe_rule_looks_only_where_the_classifier_lets_it(run, ground):
    class Deaf(Oracle):
        def classify(self, images):
            return np.full((len(images), 10), -5, np.float32)

    rgb = cv2.GaussianBlur(ground, (0, 0), 2)
    rgb[100:102, 60:160, 0] += 70
    assert codes(run(rgb, types=("stripe_noise",))) == ["stripe_noise"]
    assert codes(run(rgb, types=("stripe_noise",), model=Deaf())) == []
    assert "stripe_noise" in codes(run(rgb, types=("stripe_noise",), stages=("rules",)))


class Counting(Oracle):
    """Counts the tiles classified, and breaks down when told to."""

    def __init__(self, limit=10**9):
        super().__init__()
        self.classified, self.limit = 0, limit

    def classify(self, images):
        self.classified += len(images)
        if self.classified > self.limit:
            raise MemoryError
        return super().classify(images)


@pytest.fixture
def busy_raster(write_raster, ground):
    """Cloud, seam, stripe, lost pixels and nodata, across many blocks."""
    rgb = np.concatenate([ground, ground[::-1], ground], 0)
    valid = np.ones(rgb.shape[:2], bool)
    rgb[40:560, 50:170] = 230
    rgb[600:620, 30:60] = 0
    rgb[580:582, 60:200] = (250, 20, 20)
    rgb[:, 200:, 0] = np.minimum(rgb[:, 200:, 0] + 90, 190)
    valid[300:400, 100:] = False
    return write_raster(rgb, valid=valid)


def described(found):
    shapes = [(p.category_id, p.pixels, p.confidence, p.block_size, p.geometry.normalize().wkt) for p in found.polygons]
    blocks = [(r.block, r.probabilities.tolist()) for r in found.blocks]
    return shapes, blocks, found.label_map.label.tobytes(), found.summary["valid_pixels"], found.score.value


@pytest.mark.parametrize("limit", [3, 40, 90])
def test_a_run_that_broke_off_goes_on_to_the_same_result(busy_raster, tmp_path, limit):
    parameters = Parameters(blocks=(64, 128))
    with open_raster(str(busy_raster)) as raster:
        whole = Counting()
        expected = described(inspect_raster(raster, parameters, tmp_path, model=whole))
        folder = tmp_path / "journal"
        folder.mkdir()
        with pytest.raises(MemoryError):
            inspect_raster(raster, parameters, folder, model=Counting(limit), journal=Journal(folder))
        rest, seen = Counting(), []
        found = inspect_raster(raster, parameters, folder, seen.append, model=rest, journal=Journal(folder))
    assert described(found) == expected
    assert rest.classified < whole.classified or limit == 3
    assert whole.classified - rest.classified > limit - 2 * 10  # no more than a row of blocks is looked at again
    assert seen[-2].done == seen[-2].total and all(p.mpx_per_s is None or p.mpx_per_s > 0 for p in seen)


@pytest.mark.parametrize("rows", [7, 64, 1000])
def test_neither_strips_nor_bands_change_the_result(busy_raster, tmp_path, monkeypatch, rows):
    parameters = Parameters(blocks=(64, 128))
    with open_raster(str(busy_raster)) as raster:
        expected = described(inspect_raster(raster, parameters, tmp_path, model=Oracle()))
        monkeypatch.setattr(pipeline, "walk", partial(pipeline.walk, rows=rows))
        monkeypatch.setattr(merge, "_BAND", rows * 256)
        assert described(inspect_raster(raster, parameters, tmp_path, model=Oracle())) == expected
    assert {shape[0] for shape in expected[0]} >= {1, 7, 9, 10}


def test_a_coarse_block_marks_a_seam_only_where_no_finer_one_did(run):
    rgb = np.full((512, 512, 3), 60, np.uint8)
    rgb[:, 300:, 0] = 190
    found = run(rgb, types=("stitching_trace",))
    assert {p.block_size for p in found.polygons} == {64}


def test_every_stage_ends_when_the_raster_is_damaged(write_raster, ground, tmp_path, monkeypatch):
    read = Raster.read

    def torn(self, x, y, *size):
        if y >= 128:
            raise RasterError("torn")
        return read(self, x, y, *size)

    monkeypatch.setattr(Raster, "read", torn)
    monkeypatch.setattr(pipeline, "walk", partial(pipeline.walk, rows=64))
    with open_raster(str(write_raster(ground))) as raster, pytest.raises(RasterError, match="torn"):
        inspect_raster(raster, Parameters(blocks=(64,)), tmp_path, model=Oracle())
    assert not [t for t in threading.enumerate() if t.name.startswith("prefetch-")]


def test_sensitivity_lowers_every_threshold_by_the_same_odds():
    thresholds = np.array([0.5, 0.9, np.inf, 0.0], np.float32)
    assert lowered(thresholds, 1) is thresholds
    assert lowered(thresholds, 4) == pytest.approx([0.2, 9 / 13, np.inf, 0.0])


def test_a_sensitive_inspection_finds_what_the_thresholds_hide(run, ground):
    rgb = ground.copy()
    rgb[40:140, 50:170] = 230
    model = Oracle()
    model.thresholds = np.full(10, 0.999, np.float32)  # the oracle is sure by 0.993
    assert codes(run(rgb, model=model, types=("cloud",))) == []
    assert codes(run(rgb, model=model, types=("cloud",), sensitivity=10)) == ["cloud"]
