import json
import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from test_architectures import TINY, named, tiny
from test_huggingface import change, write_classifier, write_segmenter

from rsqi_core.cli import main
from rsqi_core.errors import ModelError
from rsqi_core.models import load
from rsqi_core.models.architectures import ARCHITECTURES, CLASSIFIER, JOINT, SEGMENTER, architecture
from rsqi_core.models.card import Card, read_card
from rsqi_core.models.export import export, write_graphs, write_uncalibrated
from rsqi_core.models.network import MEAN, STD, Network, Pair
from rsqi_core.taxonomy import CODES
from rsqi_core.training.checkpoint import load_network

FIXED = ("swinv2", "mobilevit")


def card(side=64):
    return Card("test", "1", side, MEAN, STD, dict.fromkeys(CODES, 0.5), dict.fromkeys(CODES, 1.0))


def trained(network):
    """Give the batch normalisations statistics, as training does; with those of the start nearly nothing passes."""
    network.train()
    with torch.no_grad():
        for _ in range(20):
            network(torch.randn(4, 3, 64, 64))
    return network.eval()


@pytest.mark.parametrize("entry", ARCHITECTURES, ids=named)
def test_the_graph_of_every_architecture_gives_what_the_network_gives(entry, tmp_path):
    network = trained(tiny(entry))
    files = write_graphs(network, tmp_path, card())
    assert len(files) == len(network.heads)
    sessions = [onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]) for file in files]
    sizes = [64] if entry.name in FIXED else [64, 96]
    for count, side in zip((1, 3), sizes * 2):
        images = torch.randn(count, 3, side, side)
        given = {"image": images.numpy()}  # and what the classifier hands to the segmenter
        for session, head in zip(sessions, network.heads):
            with torch.no_grad():
                expected = getattr(network, head)(images).numpy()
            found = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})
            given |= {each.name: array for each, array in zip(session.get_outputs(), found)}
            assert expected.std() > 0
            assert np.abs(found[0] - expected).max() < 0.02 + 0.01 * np.abs(expected).max()
            meta = session.get_modelmeta().custom_metadata_map
            assert len(json.loads(meta["class_names"])) == found[0].shape[1]


@pytest.fixture
def model(tmp_path):
    """A model whose segmenter goes on from the classifier's features."""
    return export(trained(tiny(architecture(JOINT, "lite0"))), tmp_path / "model", card())


def test_what_the_classifier_has_computed_is_not_computed_again(model):
    images = smooth(5, 64)  # more than a batch
    assert model.card.features == ("features4", "features8")
    described = model.describe(images)
    assert described.evidence.shape == (5, 10, 8, 8) and [len(each) for each in described.features] == [5, 5]
    pixels = model.segment(images, described)
    assert np.array_equal(pixels, model.segment(images))
    assert np.array_equal(pixels[[1, 3]], model.segment(images[[1, 3]], described.of([1, 3])))
    assert np.allclose(described.logits, np.sort(described.evidence.reshape(5, 10, -1))[..., -4:].mean(-1), atol=1e-4)
    assert (model.folder / "segmenter.onnx").stat().st_size < 0.3 * (model.folder / "classifier.onnx").stat().st_size


def test_the_segmenter_is_written_as_one_graph_for_programs_that_run_single_ones(model, tmp_path, capsys):
    file = tmp_path / "alone.onnx"
    assert main(["export", str(model.folder), "--standalone", "--output", str(file)]) == 0
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["image"] and len(session.get_outputs()) == 1
    assert "cloud" in session.get_modelmeta().custom_metadata_map["class_names"]
    images = smooth(1, 64)
    normalised = ((images / 255 - MEAN) / STD).astype(np.float32).transpose(0, 3, 1, 2)
    (pixels,) = session.run(None, {"image": normalised})
    assert np.allclose(pixels, model.segment(images), atol=1e-3)
    assert main(["export", str(tmp_path), "--standalone", "--output", str(file)]) == 1
    assert "no model here" in capsys.readouterr().err


def test_no_file_of_the_model_is_written_over(model, tmp_path, capsys):
    before = {file.name: file.read_bytes() for file in model.folder.iterdir()}
    words = ["export", str(model.folder), "--standalone", "--output"]
    assert main([*words, str(model.folder / "segmenter.onnx")]) == 1
    assert "segmenter.onnx" in capsys.readouterr().err
    assert main([*words, str(tmp_path)]) == 1 and "folder" in capsys.readouterr().err
    assert main(["export", str(model.folder), "--output", str(model.folder)]) == 1
    assert {file.name: file.read_bytes() for file in model.folder.iterdir()} == before


def test_an_export_that_breaks_off_leaves_the_older_model_as_it_was(tmp_path, monkeypatch):
    from rsqi_core.models import export as module

    network = architecture("joint", "rsqi").build("s")
    course = {"task": "joint", "arch": "rsqi", "size": "s"}
    torch.save({"average": network.state_dict(), "settings": course}, tmp_path / "best.pt")
    output = tmp_path / "model"
    words = ["export", str(tmp_path / "best.pt"), "--output", str(output)]
    assert main(words) == 0
    (output / "notes.txt").write_text("mine")
    before = {file.name: file.read_bytes() for file in output.iterdir()}
    network.evidence.bias.data += 1  # other weights
    torch.save({"average": network.state_dict(), "settings": course}, tmp_path / "best.pt")

    def full(folder, card):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_card", full)
        assert main(words) == 1
    assert {file.name: file.read_bytes() for file in output.iterdir()} == before
    assert main(words) == 0 and read_card(output).id == "model"
    assert (output / "classifier.onnx").read_bytes() != before["classifier.onnx"]
    assert (output / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.rglob(".rsqi-*"))


def test_a_network_of_one_size_resamples_inside_its_graph(tmp_path):
    network = tiny(architecture(CLASSIFIER, "swinv2")).eval()
    (file,) = write_graphs(network, tmp_path, card(side=128))
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    image = torch.nn.functional.interpolate(torch.randn(1, 3, 16, 16), (128, 128), mode="bicubic")
    smaller = torch.nn.functional.interpolate(image, (64, 64), mode="bilinear", antialias=True)
    with torch.no_grad():
        expected = network.classify(smaller).numpy()
    assert np.allclose(session.run(None, {"image": image.numpy()})[0], expected, atol=0.02)


def test_a_classifier_and_a_segmenter_make_a_model_folder(tmp_path):
    pair = Pair(tiny(architecture(CLASSIFIER, "convnextv2")), tiny(architecture(SEGMENTER, "segformer"))).eval()
    model = export(pair, tmp_path, card())
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    assert model.classify(images).shape == (2, 10) and model.segment(images).shape == (2, 7, 64, 64)


def test_one_half_of_a_model_is_no_model_folder(tmp_path):
    with pytest.raises(ModelError, match="'segmentation' is missing"):
        export(tiny(architecture(CLASSIFIER, "convnextv2")), tmp_path, card())


def test_a_graph_that_gives_something_else_is_refused(tmp_path, monkeypatch):
    from rsqi_core.models import export as module

    def spoil(graph):
        for tensor in graph.graph.initializer:
            if tensor.data_type == onnx.TensorProto.FLOAT:
                tensor.raw_data = bytes(len(tensor.raw_data))

    monkeypatch.setattr(module, "halve_storage", spoil)
    with pytest.raises(ModelError, match="differ"):
        write_graphs(trained(Network(**TINY["rsqi"], heads=("classify",))), tmp_path, card())


def test_two_runs_are_exported_by_the_command_line(tmp_path, capsys):
    for task in (CLASSIFIER, SEGMENTER):
        network = architecture(task, "rsqi").build("s")
        course = {"task": task, "arch": "rsqi", "size": "s"}
        (tmp_path / task).mkdir()
        torch.save({"average": network.state_dict(), "settings": course}, tmp_path / task / "best.pt")
    runs = [str(tmp_path / task) for task in (SEGMENTER, CLASSIFIER)]
    assert main(["export", *runs, "--output", str(tmp_path / "model")]) == 0
    assert load(str(tmp_path / "model"), "cpu").classify(np.zeros((1, 64, 64, 3), np.uint8)).shape == (1, 10)
    assert load_network([tmp_path / SEGMENTER, tmp_path / CLASSIFIER]).course["classifier"]["task"] == CLASSIFIER
    assert main(["export", runs[1], "--output", str(tmp_path / "half")]) == 0
    assert [file.name for file in (tmp_path / "half").iterdir()] == ["classifier.onnx"]
    assert "thresholds are 0.5" in capsys.readouterr().err
    assert main(["export", runs[0], runs[0], "--output", str(tmp_path / "none")]) == 1
    assert "give one run of each" in capsys.readouterr().err


@pytest.fixture
def apart(tmp_path):
    """A Hugging Face classifier and a segmenter with a taste of their own, each somewhere else."""
    torch.manual_seed(0)
    write_classifier(tmp_path / "here" / "swin")
    write_segmenter(tmp_path / "there" / "seg")
    for folder in (tmp_path / "here" / "swin", tmp_path / "there" / "seg"):
        change(folder / "preprocessor_config.json", image_mean=[0.4, 0.5, 0.6], image_std=[0.2, 0.3, 0.25])
    return tmp_path / "here" / "swin", tmp_path / "there" / "seg"


def smooth(count, side):
    small = np.random.default_rng(0).random((count, 3, 8, 8), np.float32)
    large = torch.nn.functional.interpolate(torch.from_numpy(small), (side, side), mode="bicubic").clamp(0, 1)
    return (255 * large.permute(0, 2, 3, 1).numpy()).astype(np.uint8)


@pytest.mark.parametrize("turned", [False, True])
def test_two_hugging_face_folders_anywhere_make_the_model_that_they_are(apart, tmp_path, capsys, turned):
    sources = apart[::-1] if turned else apart
    assert main(["export", *map(str, sources), "--output", str(tmp_path / "model")]) == 0
    assert "thresholds are 0.5" in capsys.readouterr().err
    exported = load(str(tmp_path / "model"), "cpu")
    both = tmp_path / "both"
    for folder in apart:
        shutil.copytree(folder, both / folder.name)
    original = load(str(both), "cpu")
    assert exported.card.thresholds["pixel_missing"] is None and exported.card.thresholds["cloud"] == 0.5
    images = smooth(2, 512)
    for found, expected in (
        (exported.classify(images), original.classify(images)),
        (exported.segment(images), original.segment(images)),
    ):
        assert found.shape == expected.shape
        known = expected > -19  # all but the type that the classifier has no output for
        assert np.array_equal(found > -19, known) and expected[known].std() > 0
        assert np.abs(found - expected)[known].max() < 0.05 * np.ptp(expected[known])


def test_a_folder_with_both_is_exported_as_well_and_half_of_it_is_not_a_model(apart, tmp_path, capsys):
    both = tmp_path / "both"
    for folder in apart:
        shutil.copytree(folder, both / folder.name)
    assert main(["export", str(both), "--output", str(tmp_path / "model")]) == 0
    assert {file.name for file in (tmp_path / "model").iterdir()} >= {"classifier.onnx", "segmenter.onnx", "card.json"}
    assert load_network(both / "swin").heads == load_network(both).heads  # one lies beside the other
    assert main(["export", str(apart[0]), str(apart[0]), "--output", str(tmp_path / "half")]) == 1
    assert "give one run of each" in capsys.readouterr().err
    assert main(["export", str(apart[0]), "--output", str(tmp_path / "half")]) == 1
    assert "there is no segmenter" in capsys.readouterr().err


def test_a_run_and_a_hugging_face_folder_are_joined(apart, tmp_path):
    network = architecture(SEGMENTER, "rsqi").build("s")
    run = tmp_path / "run"
    run.mkdir()
    torch.save({"average": network.state_dict(), "settings": {"task": SEGMENTER, "arch": "rsqi", "size": "s"}},
               run / "best.pt")  # fmt: skip
    pair = load_network([run, apart[0]])
    assert pair.course == {
        "classifier": {"init": "swin"},
        "segmenter": {"task": SEGMENTER, "arch": "rsqi", "size": "s"},
    }


def test_without_stripes_among_the_labels_the_rule_looks_for_itself(apart, tmp_path):
    write_classifier(apart[0], ["云", "阴影"])
    model = write_uncalibrated(load_network(apart), tmp_path / "model")
    card = read_card(model[0])
    assert card.stripe_gate == 0 and [c for c, t in card.thresholds.items() if t] == ["cloud", "shadow"]
