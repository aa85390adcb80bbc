"""The graphs of a model folder in torch: they say what onnxruntime says, and what they learn comes back as graphs."""

import shutil
from dataclasses import replace

import onnx
import pytest
import torch
from onnx import helper

from rsqi_core.errors import ModelError
from rsqi_core.models import Model
from rsqi_core.models.architectures import architecture
from rsqi_core.models.backend import load
from rsqi_core.models.card import graphs_of, read_card, write_card
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.onnx_network import OnnxNetwork

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model folder of today's network, small, with measured statistics like a trained one's."""
    torch.manual_seed(0)
    network = architecture("joint").build("s")
    network.train()
    with torch.no_grad():
        network(torch.randn(2, 3, 64, 64))
    for number, parameter in enumerate(network.parameters()):
        parameter.data.add_(0.01 * torch.randn_like(parameter) + 1e-3 * number)
    folder = tmp_path_factory.mktemp("model")
    write_uncalibrated(network.eval(), folder)
    return folder


def images(n=1, height=96, width=64):
    found = torch.randn(n, 3, height, width, generator=torch.Generator().manual_seed(1))
    found[:, :, 8:24, 8:24] = -2.2  # darker than any pixel: lost
    return found


@pytest.mark.parametrize("which", ["default", "today"])
@torch.no_grad()
def test_it_says_what_onnxruntime_says(folder, which):
    import onnxruntime

    path = load().folder if which == "default" else folder
    network, x = OnnxNetwork(path).eval(), images()
    given = {"image": x.numpy()}  # and what the first graph hands to the second
    for head, file in (("classify", "classifier.onnx"), ("segmentation", "segmenter.onnx")):
        session = onnxruntime.InferenceSession(str(path / file), providers=["CPUExecutionProvider"])
        found = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})
        given |= {each.name: array for each, array in zip(session.get_outputs(), found)}
        expected = found[0]
        torch.testing.assert_close(getattr(network, head)(x), torch.from_numpy(expected), atol=1e-4, rtol=1e-4)


def test_both_graphs_share_the_encoder(folder):
    network = OnnxNetwork(folder)
    one = sum(p.numel() for p in architecture("joint").build("s").parameters())
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(one, rel=0.01)


def test_training_sees_evidence_and_reaches_every_weight(folder):
    network = OnnxNetwork(folder)
    outputs = network(images(2, 64, 64))
    assert {name: tuple(part.shape) for name, part in outputs.items()} == {
        "labels": (2, 10), "evidence": (2, 10, 8, 8), "segmentation": (2, 7, 64, 64)
    }  # fmt: skip
    sum(part.square().mean() for part in outputs.values()).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_untouched_weights_come_back_to_the_byte(folder, tmp_path):
    OnnxNetwork(folder).write(tmp_path)
    for file in ("classifier.onnx", "segmenter.onnx"):
        assert (tmp_path / file).read_bytes() == (folder / file).read_bytes()


@torch.no_grad()
def test_what_was_learned_comes_back_as_a_model(folder, tmp_path):
    network = OnnxNetwork(folder)
    for parameter in network.parameters():
        parameter.mul_(1.02)
    network.write(tmp_path)
    for name in ("card.json", "card.sha256"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(ModelError, match="does not match"):
        Model(tmp_path, "cpu")  # the hashes are still those of the old weights
    from rsqi_core.models.card import write_card

    write_card(tmp_path, network.card)
    again = OnnxNetwork(tmp_path)
    x = images()
    torch.testing.assert_close(again.classify(x), network.classify(x), atol=0.03, rtol=0.03)
    assert again.origin != network.origin


def test_a_network_of_seams_goes_along_as_it_is(folder, tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    (whole / "seams.onnx").write_bytes(b"a graph")
    write_card(whole, replace(read_card(whole), seams={"low": 0.3, "enough": 30.0}))
    OnnxNetwork(whole).write(tmp_path / "new")
    write_card(tmp_path / "new", read_card(whole))
    assert graphs_of(read_card(tmp_path / "new")) == ("classifier.onnx", "segmenter.onnx", "seams.onnx")
    assert (tmp_path / "new" / "seams.onnx").read_bytes() == b"a graph"


def test_an_operator_that_is_not_ours_is_named(folder, tmp_path):
    for name in ("card.json", *graphs_of(read_card(folder))):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    graph = onnx.load(tmp_path / "classifier.onnx")
    last = graph.graph.node[-1]
    out, last.output[0] = last.output[0], "before"
    graph.graph.node.append(helper.make_node("Erf", ["before"], [out]))
    onnx.save(graph, tmp_path / "classifier.onnx")
    from rsqi_core.models.card import Card, write_card

    values = OnnxNetwork(folder).card
    assert isinstance(values, Card)
    write_card(tmp_path, values)
    with pytest.raises(ModelError, match="the operator Erf of this model cannot be trained on"):
        OnnxNetwork(tmp_path)
