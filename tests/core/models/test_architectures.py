import numpy as np
import pytest
import torch

from rsqi_core.errors import ModelError, ParameterError, RsqiError
from rsqi_core.models.architectures import ARCHITECTURES, CLASSIFIER, PIXEL, SEAMS, SEGMENTER, TASKS, architecture
from rsqi_core.models.network import MEAN, STD, Context, Network
from rsqi_core.models.texture import Texture
from rsqi_core.training.checkpoint import initialise, load_network
from rsqi_core.training.loss import losses

# Values that make a network of each family small enough to be built and run in a moment.
TINY = {
    **{f"lite{n}": {"frozen": 0, "stem": (4, 8), "widths": (8, 8, 8, 8)} for n in "012"},
    "rsqi": {"widths": (8, 8, 8, 8), "depths": (1, 1, 1, 1)},
    "swinv2": {"image_size": 64, "window_size": 4, "embed_dim": 8, "depths": (1, 1), "num_heads": (1, 2)},
    "resnet": {"embedding_size": 8, "hidden_sizes": (8, 16), "depths": (1, 1)},
    "convnextv2": {"hidden_sizes": (8, 16, 16, 16), "depths": (1, 1, 1, 1)},
    "mobilenetv2": {"depth_multiplier": 0.1},
    "efficientnet": {"width_coefficient": 0.1, "depth_coefficient": 0.1, "hidden_dim": 128},
    "mobilevit": {
        "hidden_sizes": (8, 8, 8),
        "neck_hidden_sizes": (8, 8, 8, 8, 8, 8, 16),
        "aspp_out_channels": 8,
    },
    "segformer": {
        "hidden_sizes": (8, 8, 16, 16),
        "depths": (1, 1, 1, 1),
        "decoder_hidden_size": 16,
        "num_attention_heads": (1, 1, 2, 2),
    },
    "unet": {"widths": (4, 4, 4)},
}


torch.set_num_threads(1)  # small tensors gain nothing from more, and lose much where the cores are busy


def tiny(entry):
    torch.manual_seed(0)
    values = TINY[entry.name] | ({"widths": (8, 8, 8)} if entry.task == SEAMS else {})
    return entry.build(**values)


def named(entry):
    return f"{entry.task}-{entry.name}"


@pytest.mark.parametrize("entry", ARCHITECTURES, ids=named)
def test_every_architecture_gives_the_outputs_of_its_task_and_learns(entry):
    """One step of descent on a batch lowers the loss: gradients reach the weights through every output."""
    network = tiny(entry)
    images = torch.randn(2, 3, 64, 96)
    targets = {
        "labels": torch.randint(0, 2, (2, 10), dtype=torch.uint8),
        "evidence": torch.randint(0, 2, (2, 10, 8, 12), dtype=torch.uint8),
        "segmentation": torch.randint(0, 7, (2, 64, 96), dtype=torch.uint8),
        "pixels": torch.randint(0, 2, (2, 2, 64, 96), dtype=torch.uint8),
    }
    if entry.task == SEAMS:
        targets |= {name: targets[name][:, :2] for name in ("labels", "evidence")}
    outputs = network(images)
    wanted = {
        "joint": {"labels", "segmentation"},
        CLASSIFIER: {"labels"},
        SEGMENTER: {"segmentation"},
        PIXEL: {"pixels"},
        SEAMS: {"labels"},
    }
    assert wanted[entry.task] == outputs.keys() - {"evidence"}
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3)
    totals = []
    for _ in range(6):
        total = sum(losses(network(images), targets).values())
        optimiser.zero_grad()
        total.backward()
        assert next(p for p in network.parameters() if p.dim() == 4).grad.norm() > 1e-3  # down to the first layer
        optimiser.step()
        totals.append(total.item())
    assert min(totals[1:]) < totals[0]
    network.eval()
    shapes = {"classify": (2, 10), "segmentation": (2, 7, 64, 96), "mark": (2, 2, 64, 96), "seams": (2, 2, 8, 12)}
    with torch.no_grad():
        for head in network.heads:
            assert getattr(network, head)(images).shape == shapes[head]


def test_network_shapes_and_the_two_tasks_agree():
    images = torch.randn(2, 3, 64, 96)
    for network in (Network(), architecture("joint", "lite0").build()):
        network.eval()
        with torch.no_grad():
            found = network(images)
            assert torch.equal(found["labels"], network.classify(images))
            assert network.segmentation(images).shape == (2, 7, 64, 96)
        shapes = {"labels": (2, 10), "evidence": (2, 10, 8, 12), "segmentation": (2, 7, 32, 48)}
        assert {name: tuple(value.shape) for name, value in found.items()} == shapes


def test_what_is_described_once_serves_both_heads():
    network = architecture("joint", "lite0").build().eval()
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        labels, evidence, *features = network.describe(images)
        assert torch.equal(labels, network.classify(images)) and evidence.shape == (2, 10, 8, 8)
        assert torch.equal(network.decode(*features), network.segmentation(images))


def weights(task, name, size=""):
    with torch.device("meta"):
        return sum(p.numel() for p in architecture(task, name).build(size).parameters())


@pytest.mark.parametrize(
    ("task", "name", "size", "millions"),
    [
        # Published sizes (paper, table A1, and the papers of the families), heads of ours in place of the original's.
        (CLASSIFIER, "resnet", "50", 23.5),
        (CLASSIFIER, "convnextv2", "atto", 3.4),
        (SEGMENTER, "segformer", "b0", 3.7),
        (SEGMENTER, "segformer", "b5", 84.6),
        ("joint", "rsqi", "m", 3.0),
        (PIXEL, "unet", "s", 0.067),
    ],
)
def test_sizes_are_those_that_are_published(task, name, size, millions):
    assert weights(task, name, size) / 1e6 == pytest.approx(millions, rel=0.03)


def test_swinv2_has_the_published_shape():
    config = architecture(CLASSIFIER, "swinv2").build("tiny", depths=(1, 1, 1, 1)).model.config
    assert (config.image_size, config.window_size, config.num_labels) == (192, 12, 10)
    assert config.id2label[0] == "云"


def test_what_the_table_lacks_is_refused_with_the_choice():
    with pytest.raises(ParameterError, match="joint, classifier"):
        architecture("detector")
    with pytest.raises(ParameterError, match="segformer, mobilenetv2"):
        architecture(SEGMENTER, "swinv2")
    with pytest.raises(ParameterError, match="s, m, m-plain, l"):
        architecture("joint", "rsqi").build("xl")
    assert architecture("joint").name == "lite0"
    assert {entry.task for entry in ARCHITECTURES} == set(TASKS)


def test_our_network_alone_for_a_task_lacks_the_other_head():
    both, one = Network(**TINY["rsqi"]).state_dict(), Network(**TINY["rsqi"], heads=("classify",)).state_dict()
    assert both.keys() > one.keys() and not any(name.startswith("segment") for name in one)


def test_the_planes_of_texture_can_be_left_out():
    with_planes, plain = (Network(**TINY["rsqi"], texture=texture).eval() for texture in (True, False))
    entries = [network.stage4[0][0].in_channels for network in (with_planes, plain)]
    assert entries[0] - entries[1] == Texture.CHANNELS and entries[1] == TINY["rsqi"]["widths"][0]
    with torch.no_grad():
        assert plain.classify(torch.randn(1, 3, 64, 64)).shape == (1, 10)


def test_training_knows_texture_under_noise_of_any_strength():
    torch.manual_seed(0)
    even, planes = torch.zeros(16, 3, 32, 32), Texture()
    energy = planes.train()(even)[:, 2].mean((1, 2))
    assert energy.max() - energy.min() > 0.1  # each image has noise of its own
    assert torch.equal(planes.eval()(even)[0], planes(even)[1])


def save(model, folder):
    model.save_pretrained(folder)
    return folder


def test_weights_of_a_hugging_face_folder_are_taken_over_but_for_a_head_of_other_size(tmp_path):
    from transformers import AutoConfig, AutoModelForImageClassification

    config = AutoConfig.for_model("swinv2", **TINY["swinv2"], num_labels=9)
    source = AutoModelForImageClassification.from_config(config)
    network = tiny(architecture(CLASSIFIER, "swinv2"))
    text = initialise(network, save(source, tmp_path / "swin"))
    assert "random: model.classifier" in text
    assert torch.equal(network.model.swinv2.layernorm.weight, source.swinv2.layernorm.weight)
    name = "encoder.layers.0.blocks.0.intermediate.dense.weight"
    assert torch.equal(network.model.swinv2.get_parameter(name), source.swinv2.get_parameter(name))
    with pytest.raises(RsqiError, match="none of its weights fits"):
        initialise(tiny(architecture(CLASSIFIER, "resnet")), tmp_path / "swin")


def test_two_hugging_face_checkpoints_become_one_network_by_the_names_of_their_labels(tmp_path):
    from transformers import AutoConfig, AutoModelForImageClassification, AutoModelForSemanticSegmentation

    names = ("阴影", "云")
    config = AutoConfig.for_model("resnet", **TINY["resnet"], id2label=dict(enumerate(names)), num_labels=2)
    classifier = AutoModelForImageClassification.from_config(config).eval()
    save(classifier, tmp_path / "a")
    names = ("背景", "云", "阴影", "拉花", "模糊", "光谱溢出", "扭曲")
    config = AutoConfig.for_model("segformer", **TINY["segformer"], id2label=dict(enumerate(names)), num_labels=7)
    save(AutoModelForSemanticSegmentation.from_config(config), tmp_path / "b")
    processor = '{"size": 32, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}'
    (tmp_path / "a" / "preprocessor_config.json").write_text(processor)
    (tmp_path / "b" / "preprocessor_config.json").write_text(processor.replace("32", "96"))
    network = load_network(tmp_path)
    rgb = torch.rand(2, 3, 64, 64)
    images = (rgb - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    with torch.no_grad():
        logits = network.classify(images)
        resized = torch.nn.functional.interpolate(rgb, (32, 32), mode="bilinear", antialias=True)
        own = classifier((resized - 0.5) / 0.5).logits
        assert network.segmentation(images).shape == (2, 7, 64, 64)
    assert torch.allclose(logits[:, :2], own.flip(1), atol=1e-4)
    assert (logits[:, 2:] < -10).all()


def test_a_folder_without_a_network_is_refused_in_one_line(tmp_path):
    with pytest.raises(RsqiError, match="neither a run nor"):
        load_network(tmp_path)
    with pytest.raises(RsqiError, match="no such run"):
        load_network(tmp_path / "nothing")
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(RsqiError, match="not a checkpoint"):
        load_network(tmp_path)
    np.savez(tmp_path / "best.pt", a=np.zeros(1))
    with pytest.raises(RsqiError):
        load_network(tmp_path)


def test_without_transformers_it_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.delitem(sys.modules, "rsqi_core.models.wrapped", raising=False)
    monkeypatch.delattr("rsqi_core.models.wrapped", raising=False)
    with pytest.raises(ModelError, match="pip install"):
        architecture(CLASSIFIER, "resnet").build()


def test_context_of_a_window_does_not_see_beyond_it():
    torch.manual_seed(0)
    near, whole = Context(4, window=3), Context(4)
    near.mix.load_state_dict(whole.mix.state_dict())
    block = torch.randn(1, 4, 9, 9)
    changed = block.clone()
    changed[..., 6:, :] += 5
    assert torch.equal(near(block)[..., :5, :], near(changed)[..., :5, :])
    assert not torch.allclose(whole(block)[..., :5, :], whole(changed)[..., :5, :])
    crop = block[..., :3, :3]  # in the middle of a crop that the window fills, both are the same
    torch.testing.assert_close(near(crop)[..., 1, 1], whole(crop)[..., 1, 1])
