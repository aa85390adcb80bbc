"""A model in eight bits: what is put into them, what it says, and when it is kept."""

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
from noise_dataset import write_dataset
from test_architectures import tiny
from test_export import card, trained

from rsqi_core.cli import main
from rsqi_core.dataset.labelled_blocks import read_part
from rsqi_core.errors import ModelError
from rsqi_core.evaluation.calibration.calibration_blocks import CalibrationBlocks
from rsqi_core.imagery import Picture
from rsqi_core.learning import quantized_model
from rsqi_core.learning.quantized_model import Price
from rsqi_core.models import Model, load
from rsqi_core.models.architectures import JOINT, architecture
from rsqi_core.models.card import model_hash, read_card
from rsqi_core.models.export import export
from rsqi_core.models.half_storage import halve_storage, single_storage
from rsqi_core.models.onnx_network import OnnxNetwork
from rsqi_core.synthesis.landscape import landscape

WORTH_IT = Price(4, 0.8, 0.795, 0.7, 0.691, 1.31)


@pytest.fixture(autouse=True, scope="module")
def blocks():
    given = CalibrationBlocks([Picture(landscape(384, seed=1))], [])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(quantized_model, "read_calibration_blocks", lambda data: given)
        for name in ("SEEN_DEFECTIVE", "SEEN_CLEAN", "DEFECTIVE_COMPARED", "CLEAN_COMPARED"):
            patched.setattr(quantized_model, name, 1)
        yield


def write(folder, name="lite0"):
    return export(trained(tiny(architecture(JOINT, name))), folder / "model", card(64))


@pytest.fixture(scope="module", params=["lite0", "rsqi"])
def both(request, tmp_path_factory):
    """A model, and the same in eight bits."""
    folder = tmp_path_factory.mktemp(request.param)
    model = write(folder, request.param)
    assert quantize(model.folder, folder / "small", "--force") == 0
    return model, load(str(folder / "small"), "cpu")


@pytest.fixture
def model(both, tmp_path):
    return Model(Path(shutil.copytree(both[0].folder, tmp_path / "model")), "cpu")


@pytest.fixture
def copied(monkeypatch):
    """Put nothing into eight bits, which takes seconds, but copy the graph."""
    monkeypatch.setattr(quantized_model, "quantize", lambda file, output, images: shutil.copyfile(file, output))


def quantize(model, output, *words):
    return main(["quantize", str(model), "--data", ".", "--output", str(output), *words])


def operators(file):
    graph = onnx.load(str(file)).graph
    return graph, Counter(node.op_type for node in graph.node)


def test_a_model_in_eight_bits_says_nearly_the_same(both):
    model, new = both
    assert new.card.precision == "int8" and new.card.id == "small" and new.hash != model.hash
    assert new.card.training["int8"]["of"] == model.hash and new.card.training["int8"]["blocks"] == 2
    assert new.card.thresholds == model.card.thresholds and new.card.features == model.card.features
    images = np.stack([landscape(384, seed=k) for k in (5, 6)])
    one, other = model.describe(images), new.describe(images)
    assert 0 < np.abs(one.logits - other.logits).mean() < 0.25 * np.abs(one.logits).mean() + 0.05
    assert np.corrcoef(model.segment(images, one).ravel(), new.segment(images, other).ravel())[0, 1] > 0.95


def test_fine_detail_and_heads_stay_in_floating_point(both):
    model, new = both
    graph, counted = operators(new.folder / "classifier.onnx")
    scaled = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    eight = {node.name for node in graph.node if node.op_type == "Conv" and node.input[1] in scaled}
    plain = {node.name for node in graph.node if node.op_type == "Conv"} - eight
    assert len(eight) > 0.6 * counted["Conv"] and any("evidence" in name for name in plain)
    kept = {tensor.name: tensor for tensor in graph.initializer}
    scales = [node.input[1] for node in graph.node if node.op_type == "DequantizeLinear"]
    assert {kept[name].data_type for name in scales} == {onnx.TensorProto.FLOAT}
    if model.card.features:
        assert {name.split("/")[1] for name in eight} >= {"encoder", "low4", "up8", "join16"}
        assert {name.split("/")[1] for name in plain} >= {"detail", "stem", "mix4", "evidence"}
        before = (model.folder / "segmenter.onnx").read_bytes()
        assert (new.folder / "segmenter.onnx").read_bytes() == before


@pytest.mark.parametrize(
    ("price", "kept"),
    [
        (WORTH_IT, True),
        (Price(4, 0.8, 0.785, 0.7, 0.7, 2.0), False),
        (Price(4, 0.8, 0.8, 0.7, 0.689, 2.0), False),
        (Price(4, 0.8, 0.9, 0.7, 0.8, 1.2), False),
    ],
)
def test_it_is_written_where_it_is_worth_it(price, kept, copied, model, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(quantized_model, "measure", lambda old, new, shown: price)
    assert quantize(model.folder, tmp_path / "small") == (0 if kept else 1)
    said = capsys.readouterr()
    assert price.line in (said.out if kept else said.err)
    assert {path.name for path in tmp_path.iterdir()} == ({"model", "small"} if kept else {"model"})
    if not kept:
        assert said.err.splitlines()[-1].startswith(f"rsqi: {tmp_path / 'small'}: not written")
        assert quantize(model.folder, tmp_path / "small", "--force") == 0
        assert read_card(tmp_path / "small").training["int8"]["gain"] == price.gain


def test_what_cannot_be_put_into_eight_bits_is_refused_in_one_line(copied, model, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(quantized_model, "measure", lambda old, new, shown: WORTH_IT)
    assert quantize(model.folder, tmp_path / "small") == 0
    capsys.readouterr()
    for source, output, text in (
        ("small", "again", "in eight bits already"),
        ("model", "small", "exists already"),
        ("gone", "again", "no model here"),
    ):
        assert quantize(tmp_path / source, tmp_path / output) == 1
        error = capsys.readouterr().err
        assert text in error and error.count("\n") == 1
    assert not (tmp_path / "again").exists()
    with pytest.raises(ModelError, match="in eight bits, which cannot learn"):
        OnnxNetwork(tmp_path / "small")


def test_a_card_from_before_there_were_eight_bits_is_read(model):
    file = model.folder / "card.json"
    values = json.loads(file.read_text())
    hash_before = model_hash(model.folder)
    del values["precision"]
    file.write_text(json.dumps(values))
    assert read_card(model.folder).precision == "" and model_hash(model.folder) == hash_before


def test_storage_in_half_precision_is_undone(model):
    graph = onnx.load(str(model.folder / "classifier.onnx"))
    single_storage(graph)
    onnx.checker.check_model(graph)
    assert onnx.TensorProto.FLOAT16 not in {tensor.data_type for tensor in graph.graph.initializer}
    again = onnx.ModelProto()
    again.CopyFrom(graph)
    halve_storage(again)
    single_storage(again)
    stored = [{t.name: t.raw_data for t in each.graph.initializer} for each in (graph, again)]
    assert stored[0] == stored[1]


def test_a_station_compares_on_the_test_part_of_its_dataset(copied, model, tmp_path, monkeypatch, capsys):
    data = write_dataset(tmp_path / "data")
    words = ["quantize", str(model.folder), "--dataset", str(data), "--output", str(tmp_path / "small"), "--force"]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "30 of the latter are needed" in said and said.count("\n") == 1 and not (tmp_path / "small").exists()
    monkeypatch.setattr(quantized_model, "LEAST", 2)
    assert main(words) == 0
    price = read_card(tmp_path / "small").training["int8"]
    assert price["blocks"] == len(read_part(data, "test")) and price["old_iou"] == price["new_iou"]
    with pytest.raises(SystemExit):
        main([*words, "--data", "."])
