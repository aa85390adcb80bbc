"""Hugging Face checkpoints as models: small ones with known answers, and one pair of the published shapes."""

import json
import shutil
import socket
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from skimage.data import astronaut
from transformers import (
    AutoImageProcessor,
    SegformerConfig,
    SegformerForSemanticSegmentation,
    Swinv2Config,
    Swinv2ForImageClassification,
)

from rsqi_core.errors import ModelError
from rsqi_core.models import huggingface, load
from rsqi_core.models.checkpoints import CONFIG
from rsqi_core.models.huggingface import ABSENT
from rsqi_core.models.preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing
from rsqi_core.parameters import Parameters
from rsqi_core.pipeline import inspect_raster
from rsqi_core.raster import open_raster
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES, REGION_TYPES, TYPES

WEIGHTS = "model.safetensors"
PUBLISHED_CLASSES = [t.zh for t in TYPES[:9]]
PUBLISHED_REGIONS = ["背景", *(t.zh for t in REGION_TYPES)]
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


def processor(name, side, resample):
    steps = {"do_resize": True, "do_rescale": True, "do_normalize": True, "rescale_factor": 1 / 255}
    return (
        {"image_processor_type": name, "size": {"height": side, "width": side}, "resample": resample} | steps | IMAGENET
    )


def labels(names):
    return {"id2label": dict(enumerate(names)), "label2id": {name: i for i, name in enumerate(names)}}


def write_classifier(folder, names=PUBLISHED_CLASSES, answers=None, side=32, **config):
    """Save a SwinV2; with `answers` it gives these logits whatever it sees."""
    small = {"window_size": 4, "embed_dim": 8, "depths": [1, 1], "num_heads": [1, 1]}
    torch.manual_seed(0)
    network = Swinv2ForImageClassification(Swinv2Config(image_size=side, **labels(names), **small | config))
    if answers is not None:
        network.classifier.weight.data.zero_()
        network.classifier.bias.data = torch.tensor(answers, dtype=torch.float32)
    network.save_pretrained(folder)
    (folder / PREPROCESSOR).write_text(json.dumps(processor("ViTImageProcessor", side, 3)))


def write_segmenter(folder, names=PUBLISHED_REGIONS, answers=None, side=64, **config):
    """Save a SegFormer; with `answers` it gives these logits at every pixel."""
    small = {"depths": [1] * 4, "hidden_sizes": [8, 8, 8, 8], "num_attention_heads": [1] * 4, "decoder_hidden_size": 8}
    torch.manual_seed(1)
    network = SegformerForSemanticSegmentation(SegformerConfig(**labels(names), **small | config))
    if answers is not None:
        network.decode_head.classifier.weight.data.zero_()
        network.decode_head.classifier.bias.data = torch.tensor(answers, dtype=torch.float32)
    network.save_pretrained(folder)
    (folder / PREPROCESSOR).write_text(json.dumps(processor("SegformerImageProcessor", side, 2)))


def change(file, **values):
    known = json.loads(file.read_text())
    file.write_text(json.dumps({k: v for k, v in (known | values).items() if v is not None}))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    write_classifier(folder / "swin")
    write_segmenter(folder / "seg")
    return folder


@pytest.fixture
def folder(small, tmp_path):
    return shutil.copytree(small, tmp_path / "model")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A pair of exactly the published shapes; random weights, but for heads that are certain of a cloud."""
    folder = tmp_path_factory.mktemp("published")
    shape = {"window_size": 12, "embed_dim": 128, "depths": [2, 2, 18, 2], "num_heads": [4, 8, 16, 32], "patch_size": 4}
    write_classifier(folder / "swin-v2-base-remote-sensing-quality", side=192, answers=[6] + [-6] * 8, **shape)
    shape = {
        "depths": [3, 6, 40, 3],
        "hidden_sizes": [64, 128, 320, 512],
        "num_attention_heads": [1, 2, 5, 8],
        "decoder_hidden_size": 768,
    }
    write_segmenter(folder / "segformer-b5-remote-sensing-quality", side=640, answers=[0, 4] + [-4] * 5, **shape)
    yield folder
    shutil.rmtree(folder)  # pytest would keep 700 MB


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("models are never fetched from a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)


def test_the_published_shapes_inspect_a_raster_from_end_to_end(published, write_raster, tmp_path):
    model = load(str(published), "cpu")
    raster = write_raster(landscape(512, seed=3))
    parameters = Parameters(model=str(published), device="cpu", blocks=(512,))
    with open_raster(str(raster)) as source:
        found = inspect_raster(source, parameters, tmp_path, model=model)
    (block,) = found.blocks
    assert block.probabilities.shape == (10,) and block.probabilities[0] > 0.99 and block.probabilities[9] == 0
    assert np.isin(found.label_map.label, (1, 10)).mean() > 0.99
    assert found.summary["provider"] == "torch cpu"
    assert found.summary["model_id"].startswith("swin-v2-base-remote-sensing-quality + segformer-b5")
    assert found.summary["inspected"].split(",") == list(CODES)  # missing pixels by their rule
    assert model.blind == () and model.lacking == ("pixel_missing",) and model.warnings == ()
    assert all(size > 330e6 for size in model.sizes)


def test_every_block_size_reaches_both_networks(folder, write_raster, tmp_path):
    write_classifier(folder / "swin", answers=[5, 5] + [-5] * 7)
    write_segmenter(folder / "seg", answers=[0, 3] + [-3] * 5)
    raster = write_raster(landscape(768, seed=3)[:600])
    with open_raster(str(raster)) as source:
        found = inspect_raster(source, Parameters(), tmp_path, model=load(str(folder), "cpu"))
    assert sorted({b.block.size for b in found.blocks}) == [512, 2048]
    assert all((b.probabilities[:2] > 0.99).all() and (b.probabilities[2:] < 0.01).all() for b in found.blocks)
    assert (found.label_map.label == 1).mean() > 0.99
    (cloud,) = (p for p in found.polygons if p.category_id == 1)
    assert cloud.confidence == pytest.approx(np.exp(3) / (np.exp(3) + 1), abs=0.01)


def test_labels_are_matched_by_name_in_any_order_and_language(folder):
    write_classifier(
        folder / "swin", ["Stripe Noise", "云", "stitching-trace", "SHADOW", "spectral_overflow"], [1, 2, 3, 4, 5]
    )
    write_segmenter(folder / "seg", ["云", "Spectral overflow", "background", "阴影"], [7, 6, 5, 4])
    model = load(str(folder), "cpu")
    absent = ABSENT
    expected = [2, 4, absent, absent, 5, absent, 3, absent, 1, absent]
    assert np.allclose(model.classify(noise(2, 96, 96)), expected, atol=1e-5)
    pixels = model.segment(noise(2, 96, 80))
    assert pixels.shape == (2, 7, 96, 80) and pixels.dtype == np.float32
    assert np.allclose(pixels, np.reshape([5, 7, 4, absent, absent, 6, absent], (7, 1, 1)), atol=1e-5)
    blind = {"stretching_blur", "blur", "distortion", "stitching_misalignment"}
    assert set(model.blind) == blind and set(model.lacking) == blind | {"pixel_missing"}
    assert np.isinf(model.thresholds[[CODES.index(code) for code in blind]]).all()


def test_a_region_that_is_classified_but_not_segmented_is_not_inspected(folder):
    write_segmenter(folder / "seg", PUBLISHED_REGIONS[:-1])
    assert load(str(folder), "cpu").blind == ("distortion",)


def test_stripes_are_looked_for_where_the_classifier_knows_none(folder):
    write_classifier(folder / "swin", PUBLISHED_CLASSES[:8])
    assert "stripe_noise" in load(str(folder), "cpu").lacking  # which is what lets the rule look without it
    write_classifier(folder / "swin")
    assert load(str(folder), "cpu").lacking == ("pixel_missing",)


def test_the_first_label_is_the_background_whatever_it_is_called(folder):
    write_segmenter(folder / "seg", ["LABEL_0", "云"], [1, 2])
    pixels = load(str(folder), "cpu").segment(noise(1, 64, 64))[0, :, 0, 0]
    assert pixels[:2] == pytest.approx([1, 2], abs=1e-5) and (pixels[2:] == ABSENT).all()


@pytest.mark.parametrize("inside", [".", "swin", "seg"])
def test_either_checkpoint_or_the_folder_of_both_may_be_named(folder, inside):
    model = load(str(folder / inside), "cpu")
    assert model.card.id == "swin + seg" and model.hash == load(str(folder), "cpu").hash


def test_a_checkpoint_may_be_named_from_within(folder, monkeypatch):
    monkeypatch.chdir(folder / "seg")
    assert load(".", "cpu").card.id == "swin + seg"


def test_the_hash_covers_weights_and_settings(folder):
    before = load(str(folder), "cpu").hash
    change(folder / "seg" / PREPROCESSOR, resample=3)
    between = load(str(folder), "cpu").hash
    tensors = load_file(folder / "seg" / WEIGHTS)
    tensors["decode_head.classifier.bias"] += 1
    save_file(tensors, folder / "seg" / WEIGHTS, {"format": "pt"})
    assert len({before, between, load(str(folder), "cpu").hash}) == 3


def test_a_batch_gives_what_single_blocks_give_and_shards_what_one_file_gives(folder):
    images = noise(3, 64, 64)
    model = load(str(folder), "cpu")
    blocks, pixels = model.classify(images), model.segment(images)
    assert np.ptp(blocks[:, :9], axis=0).max() > 1e-4  # random weights, but they look at the image
    assert np.allclose(model.classify(images[1:2])[0], blocks[1], atol=1e-4)
    assert np.allclose(model.segment(images[1:2])[0], pixels[1], atol=1e-4)
    network = SegformerForSemanticSegmentation.from_pretrained(folder / "seg", local_files_only=True)
    (folder / "seg" / WEIGHTS).unlink()
    network.save_pretrained(folder / "seg", max_shard_size="10KB")
    assert (folder / "seg" / f"{WEIGHTS}.index.json").exists()
    assert np.array_equal(load(str(folder), "cpu").segment(images), pixels)


@pytest.mark.parametrize("name", ["swin", "seg"])
@pytest.mark.parametrize("side", [192, 384, 640])
@pytest.mark.parametrize("resample", [2, 3])
def test_blocks_are_prepared_as_transformers_prepares_them(folder, name, side, resample):
    change(folder / name / PREPROCESSOR, size={"height": side, "width": side}, resample=resample)
    theirs = AutoImageProcessor.from_pretrained(folder / name, local_files_only=True)
    ours = read_preprocessing(folder / name, Preprocessing(None))
    step = 1 / 255 / 0.229  # of one grey value
    for image in (astronaut(), landscape(512, seed=3)):
        expected = theirs(image, return_tensors="np")["pixel_values"][0]
        found = ours.normalize(ours.resize(torch.from_numpy(image[None])))[0].numpy()
        difference = np.abs(found - expected)
        assert difference.max() < 2.1 * step and difference.mean() < 0.02 * step


def test_other_ways_of_preprocessing_are_understood(folder):
    file = folder / "seg" / PREPROCESSOR
    image = torch.from_numpy(noise(1, 48, 40))
    change(file, size=40, do_rescale=None, do_normalize=None)  # files of the library's first years
    old = read_preprocessing(folder / "seg", Preprocessing(None))
    assert old.size == (40, 40) and old.std == (0.229, 0.224, 0.225) and old.factor == pytest.approx(1 / 255)
    change(file, size={"shortest_edge": 256}, do_center_crop=True, crop_size={"height": 224, "width": 224})
    assert read_preprocessing(folder / "seg", Preprocessing(None)).size == (224, 224)
    change(file, do_resize=False, do_normalize=False, do_flip_channel_order=True)
    plain = read_preprocessing(folder / "seg", Preprocessing(None))
    assert torch.allclose(plain.normalize(plain.resize(image)), image.permute(0, 3, 1, 2).flip(1) / 255)


def test_without_preprocessor_files_the_papers_are_taken_with_a_warning(folder):
    for name in ("swin", "seg"):
        (folder / name / PREPROCESSOR).unlink()
    model = load(str(folder), "cpu")
    (_, first), (_, second) = model.warnings
    assert "32 x 32 px, bicubic" in first and "640 x 640 px, bilinear" in second
    assert model.classify(noise(1, 64, 64)).shape == (1, 10)


def test_a_preprocessor_of_another_size_is_warned_of(folder):
    change(folder / "swin" / PREPROCESSOR, size={"height": 64, "width": 64})
    ((code, message),) = load(str(folder), "cpu").warnings
    assert code == "preprocessing" and "built for 32 px" in message and "64 x 64" in message


def only_pickled(folder):
    (folder / "swin" / WEIGHTS).rename(folder / "swin" / "pytorch_model.bin")


def headless(folder):
    tensors = load_file(folder / "swin" / WEIGHTS)
    del tensors["classifier.weight"]
    save_file(tensors, folder / "swin" / WEIGHTS, {"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: shutil.rmtree(f / "seg"), "there is no segmenter; put .*Segmentation"),
        (
            lambda f: shutil.rmtree(f / "swin"),
            "there is no classifier; put .*Classification",
        ),
        (lambda f: shutil.copytree(f / "seg", f / "seg-b1"), r"more than one segmenter \(seg, seg-b1\)"),
        (only_pickled, r"pytorch_model.bin: pickled weights .* `rsqi convert .*swin`"),
        (lambda f: (f / "swin" / WEIGHTS).unlink(), "no model.safetensors here"),
        (lambda f: (f / "swin" / CONFIG).write_text("{"), "config.json cannot be read"),
        (lambda f: (f / "swin" / CONFIG).write_text("[]"), "no JSON object"),
        (lambda f: change(f / "swin" / CONFIG, id2label={"0": "LABEL_0", "1": "LABEL_1"}), "only numbered"),
        (lambda f: change(f / "swin" / CONFIG, id2label={"1": "云"}), "must name the outputs 0, 1, 2"),
        (lambda f: change(f / "swin" / CONFIG, id2label=None), "must name the outputs"),
        (lambda f: change(f / "swin" / CONFIG, id2label={"0": "云", "1": "tabby cat"}), "'tabby cat' is not one of 云"),
        (lambda f: change(f / "swin" / CONFIG, id2label={"0": "云", "1": "cloud"}), "'云' and 'cloud' name the same"),
        (lambda f: change(f / "seg" / CONFIG, id2label={"0": "云", "1": "阴影"}), "no label is the background"),
        (lambda f: change(f / "seg" / CONFIG, id2label={"0": "背景", "1": "条状噪声"}), "'条状噪声' is not one of 云"),
        (lambda f: change(f / "swin" / CONFIG, problem_type="single_label_classification"), "one label only"),
        (lambda f: change(f / "swin" / CONFIG, num_channels=4), "wants 4 bands"),
        (lambda f: change(f / "seg" / PREPROCESSOR, resample=1), "resample 1"),
        (lambda f: change(f / "seg" / PREPROCESSOR, size={"longest_edge": 640}), "longest_edge.*is not understood"),
        (lambda f: change(f / "seg" / PREPROCESSOR, image_mean=[0.5]), r"image_mean \[0.5\] is not understood"),
        (lambda f: change(f / "seg" / PREPROCESSOR, image_std=[0, 0, 0]), "image_std"),
        (lambda f: (f / "seg" / PREPROCESSOR).write_text("?"), "preprocessor_config.json cannot be read"),
    ],
)
def test_a_folder_that_cannot_be_run_is_refused_in_one_line(folder, damage, message):
    damage(folder)
    with pytest.raises(ModelError, match=message) as caught:
        load(str(folder), "cpu")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (headless, r"'classifier.weight' is missing or of another shape \(1 in all\)"),
        (
            lambda f: change(f / "swin" / CONFIG, id2label={"0": "云"}),
            "'classifier.bias' is .* another shape",
        ),
        (lambda f: (f / "swin" / WEIGHTS).write_bytes(b"x" * 99), "cannot open it"),
        (lambda f: change(f / "swin" / CONFIG, model_type="swinv9"), "cannot open it.*swinv9"),
    ],
)
def test_weights_that_do_not_fit_are_refused_in_one_line(folder, damage, message):
    damage(folder)
    with pytest.raises(ModelError, match=message) as caught:
        load(str(folder), "cpu").classify(noise(1, 64, 64))
    assert "\n" not in str(caught.value)


def test_code_that_comes_with_a_checkpoint_is_not_run(folder, tmp_path):
    (folder / "swin" / "own.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Config: pass\nclass Net: pass\n"
    )
    auto_map = {"AutoConfig": "own.Config", "AutoModelForImageClassification": "own.Net"}
    change(folder / "swin" / CONFIG, model_type="own", auto_map=auto_map)
    with pytest.raises(ModelError, match="cannot open it"):
        load(str(folder), "cpu").classify(noise(1, 64, 64))
    assert not (tmp_path / "ran").exists()


def test_without_torch_or_cuda_the_remedy_is_named(folder, monkeypatch):
    with pytest.raises(ModelError, match="device cuda: this torch finds no CUDA"):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        load(str(folder), "cuda")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelError, match=r"needs torch and transformers .* pip install 'rsqi\[torch\]'"):
        load(str(folder))


class Gpu(str):
    """Lies in the memory of the processor, and says that it is a GPU."""

    type = "cuda"


class Torch:
    """The real torch with one GPU of `free` bytes."""

    def __init__(self, free, bf16=True):
        self.cuda = SimpleNamespace(
            is_available=lambda: True,
            mem_get_info=lambda device: (free, 2 * free),
            is_bf16_supported=lambda including_emulation: bf16,
            empty_cache=torch.cuda.empty_cache,
        )
        self.precisions = set()

    def __getattr__(self, name):
        return getattr(torch, name)

    def device(self, name):
        return Gpu("cpu") if name.startswith("cuda") else torch.device(name)

    def autocast(self, kind, precision, enabled):
        self.precisions.add((kind, precision, enabled))
        return torch.autocast("cpu", torch.bfloat16, enabled=enabled)


@pytest.fixture
def gpu(monkeypatch):
    """Put a GPU into the computer; ``room`` blocks fit, and one more raises torch's own error."""

    def put(free=8 << 30, bf16=True, room=99, text="CUDA out of memory. Tried to allocate 1.17 GiB."):
        build = Torch(free, bf16)
        build.room, build.counts = room, []
        monkeypatch.setattr(huggingface, "libraries", lambda folder: (build, sys.modules["transformers"]))
        run = huggingface.Network._run

        def limited(network, module, device, precision, images):
            build.counts.append((device.type, len(images)))
            if device.type == "cuda" and len(images) > build.room:
                raise torch.OutOfMemoryError(text)
            return run(network, module, device, precision, images)

        monkeypatch.setattr(huggingface.Network, "_run", limited)
        return build

    return put


@pytest.mark.parametrize(("bf16", "name"), [(True, "bf16"), (False, "fp16")])
def test_on_a_gpu_networks_run_in_half_precision(folder, gpu, bf16, name):
    images = noise(3, 64, 64)
    plain = load(str(folder), "cpu")
    expected = plain.classify(images), plain.segment(images)
    build = gpu(bf16=bf16)
    model = load(str(folder))
    blocks, pixels = model.classify(images), model.segment(images)
    assert np.allclose(blocks, expected[0], atol=0.05) and np.allclose(pixels, expected[1], atol=0.05)
    assert not np.array_equal(blocks, expected[0]) and pixels.dtype == np.float32
    assert build.precisions == {("cuda", getattr(torch, {"bf16": "bfloat16", "fp16": "float16"}[name]), True)}
    assert model.provider == f"torch cuda:0 {name}" and model.warnings == () and model.batch == 32
    assert build.counts == [("cuda", 3), ("cuda", 3)]


def test_batches_of_the_published_sizes_fit_into_four_gigabytes(folder, gpu):
    change(folder / "swin" / PREPROCESSOR, size={"height": 192, "width": 192})
    change(folder / "seg" / PREPROCESSOR, size={"height": 640, "width": 640})
    build = gpu(free=11 << 29)  # what a GPU of 6 GB has free
    model = load(str(folder))
    model.segment(noise(5, 64, 64))
    assert build.counts == [("cuda", 3), ("cuda", 2)]
    assert model.batch == 32


def test_a_gpu_that_is_full_gets_fewer_blocks_and_then_the_processor_takes_over(folder, gpu):
    images = noise(4, 64, 64)
    expected = load(str(folder), "cpu").segment(images)
    build = gpu(room=2)
    model = load(str(folder), "cuda")
    assert np.allclose(model.segment(images), expected, atol=0.05)
    assert build.counts == [("cuda", 4), ("cuda", 2), ("cuda", 2)]
    build.room = 0
    assert np.allclose(model.segment(images), expected, atol=1e-4)
    assert build.counts[3:] == [("cuda", 2), ("cuda", 1), *[("cpu", 1)] * 4]
    assert [code for code, _ in model.warnings] == ["batch", "device"]
    build.room = 99
    model.classify(images)
    assert model.provider == "classifier: torch cuda:0 bf16; segmenter: torch cuda:0 bf16, then torch cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_what_the_processor_gives(folder):
    images = noise(2, 64, 64)
    on_processor, on_gpu = load(str(folder), "cpu"), load(str(folder), "cuda")
    assert on_gpu.provider in ("torch cuda:0 bf16", "torch cuda:0 fp16")
    assert np.allclose(on_gpu.classify(images), on_processor.classify(images), atol=0.1)
    assert np.allclose(on_gpu.segment(images), on_processor.segment(images), atol=0.1)
