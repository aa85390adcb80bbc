"""ONNX files that somebody made on purpose: they open no other file and bring no code."""

import shutil

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from rsqi_core.errors import ModelError
from rsqi_core.models import card as cards
from rsqi_core.models import load
from rsqi_core.models.card import CLASSIFIER, read_card, write_card
from rsqi_core.models.onnx_file import refuse_unsafe
from rsqi_core.resources import path as resource


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(resource("models", "default"), tmp_path / "model")


def outside(name="w"):
    """A tensor whose values lie in another file."""
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), name)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../secret.bin"
    return tensor


def save(file, nodes, initializers=()):
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("image", "logits")]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], initializers)
    file.write_bytes(helper.make_model(graph).SerializeToString())
    return file


def within(tensor):
    return helper.make_graph([helper.make_node("Identity", ["w"], ["logits"])], "inner", [], [], [tensor])


PLACES = {
    "weight": lambda: ([helper.make_node("Add", ["image", "w"], ["logits"])], [outside()]),
    "attribute": lambda: ([helper.make_node("Constant", [], ["logits"], value=outside())], []),
    "branch": lambda: (
        [helper.make_node("If", ["image"], ["logits"], then_branch=within(outside()), else_branch=within(outside()))],
        [],
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_weights_in_other_files_are_refused_wherever_they_hide(tmp_path, place):
    with pytest.raises(ModelError, match=r"net\.onnx: keeps weights in other files") as caught:
        refuse_unsafe(save(tmp_path / "net.onnx", *PLACES[place]()))
    assert "\n" not in str(caught.value)


def test_a_model_folder_with_such_a_file_is_refused_though_its_hashes_fit(folder):
    card = read_card(folder)
    save(folder / CLASSIFIER, *PLACES["weight"]())
    write_card(folder, card)
    with pytest.raises(ModelError, match="keeps weights in other files"):
        load(str(folder), "cpu")


def test_what_is_no_onnx_file_is_refused(tmp_path):
    file = tmp_path / "net.onnx"
    for data in (
        b"",
        b"\xff" * 40,
        b"\x3a\x7f\x01",
        resource("models", "default", CLASSIFIER).read_bytes()[:-9],
    ):
        file.write_bytes(data)
        with pytest.raises(ModelError, match="is no ONNX file, or damaged"):
            refuse_unsafe(file)


def test_an_operator_of_ones_own_is_refused(folder):
    card = read_card(folder)
    save(folder / CLASSIFIER, [helper.make_node("Evil", ["image"], ["logits"], domain="own.ops")])
    write_card(folder, card)
    with pytest.raises(ModelError, match="onnxruntime cannot open it") as caught:
        load(str(folder), "cpu").classify(np.zeros((1, 64, 64, 3), np.uint8))
    assert "\n" not in str(caught.value)


def test_files_larger_than_any_model_are_refused_unread(folder, monkeypatch):
    monkeypatch.setattr(cards, "file_hash", lambda file: pytest.fail("was read"))
    monkeypatch.setattr(cards, "LARGEST_GRAPH", 1000)
    with pytest.raises(ModelError, match="more than 1,000 bytes"):
        read_card(folder)
    monkeypatch.setattr(cards, "LONGEST_CARD", 10)
    with pytest.raises(ModelError, match="it is longer than"):
        read_card(folder)
