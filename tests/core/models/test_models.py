import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from rsqi_core.classify import as_tile, probabilities
from rsqi_core.errors import ModelError
from rsqi_core.models import load
from rsqi_core.models.card import CARD, HASHES, SEGMENTER, model_hash, read_card, write_card
from rsqi_core.resources import path as resource
from rsqi_core.segment import labels
from rsqi_core.taxonomy import CODES

DEFAULT = resource("models", "default")


def change(folder, **values):
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(card | values))


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DEFAULT, tmp_path / "model")


def test_the_default_model_classifies_and_segments():
    model = load(device="cpu")
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), np.uint8)
    blocks, pixels = model.classify(images), model.segment(images)
    assert blocks.shape == (2, 10) and pixels.shape == (2, 7, 64, 96)
    assert np.isfinite(blocks).all() and np.isfinite(pixels).all()
    assert np.allclose(model.classify(images[1:])[0], blocks[1], atol=1e-3)  # a batch changes nothing
    assert model.provider == "CPUExecutionProvider"
    assert model.lacking == model.warnings == () and sum(model.sizes) > 1e6 and min(model.sizes) > 1e4


def test_the_default_models_fit_the_plugin():
    files = [file for file in DEFAULT.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 20e6


def test_deepness_can_read_the_metadata():
    import onnxruntime

    session = onnxruntime.InferenceSession(str(DEFAULT / SEGMENTER), providers=["CPUExecutionProvider"])
    meta = {key: json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items()}
    assert meta["class_names"]["0"] == "background" and len(meta["class_names"]) == 7
    assert {"resolution", "tile_size", "tiles_overlap", "standardization_mean", "standardization_std"} <= set(meta)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / CARD).unlink(), "no model here"),
        (lambda f: (f / CARD).write_text("{"), "not a valid model card"),
        (lambda f: change(f, types=["cloud"]), "types"),
        (lambda f: (f / SEGMENTER).write_bytes(b"other"), "does not match"),
        (lambda f: (f / HASHES).unlink(), "incomplete"),
    ],
)
def test_a_damaged_folder_is_refused_in_one_line(folder, damage, message):
    damage(folder)
    with pytest.raises(ModelError, match=message) as caught:
        read_card(folder)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_and_a_missing_device_are_refused(tmp_path):
    with pytest.raises(ModelError, match="no model here"):
        load(str(tmp_path / "nothing"))
    with pytest.raises(ModelError, match="CUDA"):
        load(device="cuda").classify(np.zeros((1, 32, 32, 3), np.uint8))


def test_a_card_without_a_threshold_is_refused(folder):
    change(folder, thresholds={code: 0.5 for code in CODES if code != CODES[3]})
    with pytest.raises(ModelError, match=CODES[3]):
        read_card(folder)


def test_the_hash_tells_of_thresholds_too_and_not_of_a_name(folder):
    card, first = read_card(folder), model_hash(folder)
    write_card(folder, replace(card, version="another", training={}))
    assert model_hash(folder) == first
    write_card(folder, replace(card, thresholds={**card.thresholds, "cloud": 0.5}))
    assert model_hash(folder) != first


def test_half_precision_storage_gives_the_same_graph():
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    from rsqi_core.models.half_storage import halve_storage

    weight = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8])],
        [numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    size = len(model.SerializeToString())
    halve_storage(model)
    onnx.checker.check_model(model)
    assert len(model.SerializeToString()) < size
    x = np.ones((1, 8), np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": x})
    assert np.allclose(y, x @ weight, atol=0.01)


def test_probabilities_do_not_overflow():
    assert probabilities(np.array([-1e4, 0.0, 1e4])).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("shape", [(1, 1), (5, 64), (64, 64), (40, 3)])
def test_small_blocks_are_padded_by_reflection(shape):
    block = np.random.default_rng(0).integers(1, 256, (*shape, 3), np.uint8)
    tile = as_tile(block, 64)
    assert tile.shape == (64, 64, 3) and tile.min() > 0
    assert np.array_equal(tile[: shape[0], : shape[1]], block)


def test_labels_are_enlarged_to_the_block():
    logits = np.zeros((7, 16, 16), np.float32)
    logits[0] = 1
    logits[3, :, 8:] = 6
    label, confidence = labels(logits, (64, 64))
    assert label.shape == (64, 64) and set(np.unique(label)) == {0, 3}
    assert (label[:, 40:] == 3).all() and (label[:, :24] == 0).all()
    assert confidence[0, 63] == pytest.approx(np.exp(6) / (np.exp(6) + np.exp(1)), abs=1e-3)


def test_labels_of_an_empty_block_cost_nothing():
    logits = np.zeros((7, 16, 16), np.float32)
    logits[0] = 1
    label, confidence = labels(logits, (32, 20))
    assert not label.any() and label.shape == confidence.shape == (32, 20)
