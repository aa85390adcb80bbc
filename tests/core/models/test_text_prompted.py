"""Segmenters that are told in words what to look for: tiny ones, with random weights, counted call by call."""

import json
import shutil
from contextlib import contextmanager

import numpy as np
import pytest
import tiny_text_models
from test_huggingface import write_classifier

from rsqi_core.constrain import constrain
from rsqi_core.errors import ModelError, ParameterError
from rsqi_core.limits import CONSTRAINTS, INPUT_SIDE
from rsqi_core.models import load
from rsqi_core.models.huggingface import ABSENT
from rsqi_core.models.prompts import PROMPTS, read_prompts, write_thresholds
from rsqi_core.parameters import Parameters
from rsqi_core.pipeline import inspect_raster
from rsqi_core.raster import open_raster
from rsqi_core.segment import labels
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, REGION_TYPES

SEEN = [6, 6, -6, -6, -6, -6, -6, -6, -6]  # logits of a classifier that sees cloud and shadow everywhere


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("text")
    for name in ("clipseg", "groupvit"):
        tiny_text_models.MAKERS[name](folder / name / "segmenter")
        write_classifier(folder / name / "swin", answers=SEEN)
    return folder


@pytest.fixture(params=["clipseg", "groupvit"])
def folder(request, made, tmp_path):
    return shutil.copytree(made / request.param, tmp_path / request.param)


@pytest.fixture
def clipseg(made, tmp_path):
    return shutil.copytree(made / "clipseg", tmp_path / "clipseg")


def images(count=2, side=96):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)


@contextmanager
def counted(monkeypatch):
    """Count the texts that go through the encoder, and the pairs of image and text that the decoder gets."""
    from transformers import CLIPSegTextModel
    from transformers.models.clipseg.modeling_clipseg import CLIPSegDecoder

    calls = {"text": [], "decoder": []}
    encode, decode = CLIPSegTextModel.forward, CLIPSegDecoder.forward

    def encoded(self, input_ids=None, **more):
        calls["text"].append(len(input_ids))
        return encode(self, input_ids=input_ids, **more)

    def decoded(self, hidden_states, conditional_embeddings, **more):
        calls["decoder"].append(len(conditional_embeddings))
        return decode(self, hidden_states, conditional_embeddings, **more)

    with monkeypatch.context() as patch:
        patch.setattr(CLIPSegTextModel, "forward", encoded)
        patch.setattr(CLIPSegDecoder, "forward", decoded)
        yield calls


def inspected(folder, raster, tmp_path, **parameters):
    with open_raster(str(raster)) as source:
        given = Parameters(model=str(folder), device="cpu", blocks=(512,), **parameters)
        return inspect_raster(source, given, tmp_path, model=load(str(folder), "cpu"))


def test_the_text_encoder_runs_once_and_dead_prompts_are_left_out(clipseg, write_raster, tmp_path, monkeypatch):
    raster = write_raster(landscape(900, seed=3))  # four blocks
    prompts = read_prompts(clipseg)
    every = sum(map(len, prompts.texts.values()))
    with counted(monkeypatch) as calls:
        inspected(clipseg, raster, tmp_path)
        assert calls == {"text": [every], "decoder": [3] * 4}  # cloud, shadow and the background, in each block
    with counted(monkeypatch) as calls:
        inspected(clipseg, raster, tmp_path, constraint="absolute")
        assert calls == {"text": [every], "decoder": [7] * 4}


def test_what_nobody_sees_is_not_segmented(clipseg, write_raster, tmp_path, monkeypatch):
    write_classifier(clipseg / "swin", answers=[-6] * 9)
    with counted(monkeypatch) as calls:
        found = inspected(clipseg, write_raster(landscape(512, seed=3)), tmp_path)
    assert calls == {"text": [], "decoder": []} and not [p for p in found.polygons if p.category_id <= 6]


def test_the_input_side_finds_what_the_absolute_constraint_leaves(folder):
    model = load(str(folder), "cpu")
    assert model.card.constraint == INPUT_SIDE and model.prompted and model.lacking == ("pixel_missing",)
    described = model.describe(images())
    living = np.array([[True, True] + [False] * 4] * 2)
    pixels, asked = model.segment(images(), described), model.segment(images(), described, living)
    assert pixels.shape == asked.shape == (2, 7, 96, 96) and pixels.dtype == np.float32
    assert np.allclose(asked[:, :3], pixels[:, :3], atol=1e-4) and (asked[:, 3:] <= ABSENT / 2).all()
    for i, block in enumerate(described.logits):
        of_all = labels(constrain(pixels[i], block, "absolute"), (96, 96))[0]
        of_some = labels(constrain(asked[i], block, INPUT_SIDE), (96, 96))[0]
        assert (of_all == of_some).all()


@pytest.mark.parametrize("mode", [*CONSTRAINTS, INPUT_SIDE])
def test_every_mode_may_be_chosen(folder, write_raster, tmp_path, mode):
    found = inspected(folder, write_raster(landscape(512, seed=3)), tmp_path, constraint=mode)
    noted = json.loads(found.summary["parameters"])
    assert noted["constraint"] == mode and "segmenter" in found.summary["model_id"]


def test_a_model_of_fixed_classes_has_no_input_side(write_raster, tmp_path):
    with pytest.raises(ParameterError, match="takes words"):
        inspected("default", write_raster(landscape(512, seed=3)), tmp_path, constraint=INPUT_SIDE)


def test_the_default_model_classifies_for_a_segmenter_that_stands_alone(clipseg):
    model, default = load(str(clipseg / "segmenter"), "cpu"), load("default", "cpu")
    assert model.card.id == "swin + segmenter"  # the one beside it counts first
    shutil.rmtree(clipseg / "swin")
    model = load(str(clipseg), "cpu")
    assert model.card.id == f"{default.card.id} + segmenter" and model.card.seams
    assert np.array_equal(model.classify(images(1, 512)), default.classify(images(1, 512)))
    assert model.hash != default.hash and model.sizes[0] == default.sizes[0]


def test_prompts_are_edited_in_the_folder_and_decide_the_hash(clipseg, monkeypatch):
    before = load(str(clipseg), "cpu")
    own = {"language": "both", "background": "photo", "types": {"cloud": {"en": ["cloud", "haze"], "zh": "云"}}}
    (clipseg / PROMPTS).write_text(json.dumps(own))
    model = load(str(clipseg), "cpu")
    assert model.prompts.texts == {"cloud": ("云", "cloud", "haze"), "background": ("photo",)}
    assert model.hash != before.hash and set(model.blind) == {t.code for t in REGION_TYPES} - {"cloud"}
    with counted(monkeypatch) as calls:
        pixels = model.segment(images())
    assert calls == {"text": [4], "decoder": [2, 2]} and (pixels[:, 2:] == ABSENT).all()


def test_a_threshold_moves_the_logit_of_its_type_alone(clipseg):
    model = load(str(clipseg), "cpu")
    before = model.segment(images())
    write_thresholds(model.prompts, clipseg, {"cloud": 0.9})
    moved = load(str(clipseg), "cpu").segment(images()) - before
    assert moved[:, 1] == pytest.approx(-np.log(9), abs=1e-5) and np.abs(moved[:, [0, 2, 3, 4, 5, 6]]).max() < 1e-6


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"language": "fr"}, "language"),
        ({"types": {"smoke": {"en": ["smoke"]}}}, "no region type"),
        ({"types": {"cloud": {"en": [3]}}}, "texts by language"),
        ({"types": {"cloud": {"zh": ["云"]}}}, "no text in language"),
        ({"types": {"cloud": "cloud"}, "thresholds": {"cloud": 1.5}}, "between 0 and 1"),
        ({"types": []}, "must be an object"),
    ],
)
def test_prompts_that_make_no_sense_are_one_line(clipseg, values, said):
    (clipseg / PROMPTS).write_text(json.dumps(values))
    with pytest.raises(ModelError, match=said) as error:
        load(str(clipseg), "cpu")
    assert PROMPTS in str(error.value) and "\n" not in str(error.value)


def test_groupvit_needs_something_to_compare_with(made, tmp_path):
    folder = shutil.copytree(made / "groupvit", tmp_path / "model")
    (folder / PROMPTS).write_text(json.dumps({"types": {"cloud": "cloud"}}))
    with pytest.raises(ModelError, match="background"):
        load(str(folder), "cpu")


def test_a_folder_that_cannot_be_used_is_one_line(clipseg):
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (clipseg / "segmenter" / name).unlink()
    model = load(str(clipseg), "cpu")
    with pytest.raises(ModelError, match="tokenizer") as error:
        model.segment(images())
    assert "\n" not in str(error.value)
    shutil.copytree(clipseg / "segmenter", clipseg / "again")
    with pytest.raises(ModelError, match="more than one segmenter"):
        load(str(clipseg), "cpu")
    shutil.rmtree(clipseg / "again")
    (clipseg / "segmenter" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no model"):
        load(str(clipseg), "cpu")


def test_the_default_prompts_name_every_type_in_both_languages():
    file = read_prompts().file
    types = json.loads(file.read_text(encoding="utf-8"))["types"]
    assert list(types) == list(CODES[:6]) and all(each["zh"] and each["en"] for each in types.values())
