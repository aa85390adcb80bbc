"""Pickled weights become safetensors without running anything, or are refused."""

import pickle
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from test_huggingface import change, write_classifier, write_segmenter

from rsqi_core.cli import main
from rsqi_core.errors import ModelError, OutputError
from rsqi_core.models import load
from rsqi_core.models.checkpoints import CONFIG, WEIGHTS
from rsqi_core.models.convert import convert
from rsqi_core.models.preprocessing import PREPROCESSOR


@pytest.fixture(scope="module")
def safe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("safe")
    write_classifier(folder / "swin")
    write_segmenter(folder / "seg")
    return folder


@pytest.fixture
def pickled(safe, tmp_path):
    """The same pair with the classifier's weights as a .bin."""
    folder = shutil.copytree(safe, tmp_path / "model")
    torch.save(load_file(folder / "swin" / WEIGHTS), folder / "swin" / "pytorch_model.bin")
    (folder / "swin" / WEIGHTS).unlink()
    (folder / "swin" / "modeling.py").write_text("raise SystemExit")
    return folder


def test_a_pair_inspects_at_once_with_the_same_weights(safe, pickled, tmp_path, capsys):
    before = sorted((p, p.stat().st_mtime_ns) for p in pickled.rglob("*"))
    assert main(["convert", str(pickled)]) == 0
    out = tmp_path / "model-safetensors"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{out / 'seg'}: as it was" and said[1].startswith(f"{out / 'swin'}: ") and "tensors" in said[1]
    image = np.random.default_rng(0).integers(0, 255, (1, 64, 64, 3), dtype=np.uint8)
    models = [load(str(folder), "cpu") for folder in (safe, out)]
    assert np.array_equal(*(model.classify(image) for model in models))
    assert np.array_equal(*(model.segment(image) for model in models))
    assert sorted(p.name for p in (out / "swin").iterdir()) == ["README.md", CONFIG, WEIGHTS, PREPROCESSOR]
    assert (out / "swin" / CONFIG).read_bytes() == (pickled / "swin" / CONFIG).read_bytes()
    assert sorted((p, p.stat().st_mtime_ns) for p in pickled.rglob("*")) == before


def test_the_card_says_where_the_weights_come_from(pickled, tmp_path):
    (pickled / "swin" / "README.md").write_text("# Ours\n", encoding="utf-8")
    (done, *_) = [one for one in convert(pickled, tmp_path / "out") if one.tensors]
    text = (done.folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Ours\n") and "pytorch_model.bin" in text and "云, 阴影" in text
    assert not (tmp_path / "out" / "seg" / "README.md").exists()  # nothing of it was converted


def test_shards_are_joined(pickled, tmp_path):
    swin = pickled / "swin"
    tensors = torch.load(swin / "pytorch_model.bin", weights_only=True)
    names = sorted(tensors)
    (swin / "pytorch_model.bin").unlink()
    shards = {"a.bin": names[::2], "b.bin": names[1::2]}
    for name, part in shards.items():
        torch.save({key: tensors[key] for key in part}, swin / name)
    (swin / "pytorch_model.bin.index.json").write_text("{}")
    change(
        swin / "pytorch_model.bin.index.json", weight_map={key: name for name, part in shards.items() for key in part}
    )
    convert(pickled, tmp_path / "out")
    assert load_file(tmp_path / "out" / "swin" / WEIGHTS).keys() == tensors.keys()


class Nasty:
    def __reduce__(self):
        return exec, ("open('run', 'w').close()",)


def nasty(swin):
    (swin / "pytorch_model.bin").write_bytes(pickle.dumps({"classifier.bias": Nasty()}))


def changed(swin, **tensors):
    file = swin / "pytorch_model.bin"
    known = torch.load(file, weights_only=True) | tensors
    torch.save({name: value for name, value in known.items() if value is not None}, file)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (nasty, r"pytorch_model\.bin: damaged, or holds more than weights"),
        (lambda f: (f / "pytorch_model.bin").write_bytes(b"no"), "damaged"),
        (lambda f: torch.save([1], f / "pytorch_model.bin"), "not a state dict"),
        (
            lambda f: changed(f, **{"classifier.weight": torch.zeros(5, 16), "classifier.bias": torch.zeros(5)}),
            "config.json names 9 labels, but the weights have 5 outputs",
        ),
        (lambda f: changed(f, **{"swinv2.layernorm.weight": None}), r"'swinv2\.layernorm\.weight' is missing"),
        (lambda f: changed(f, **{"swinv2.layernorm.weight": torch.zeros(3)}), "of another shape"),
        (lambda f: change(f / CONFIG, architectures=["GPT2LMHeadModel"]), "architecture is neither"),
        (lambda f: change(f / CONFIG, id2label={"0": "tabby cat"}), "'tabby cat' is not one of"),
        (lambda f: shutil.rmtree(f), "nothing to convert"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(pickled, tmp_path, monkeypatch, damage, told):
    monkeypatch.chdir(tmp_path)
    damage(pickled / "swin")
    with pytest.raises(ModelError, match=told) as refused:
        convert(pickled, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model"] and ".rsqi-" not in str(refused.value)


def test_an_output_that_exists_is_left_alone(pickled, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(OutputError, match="exists already"):
        convert(pickled, tmp_path / "out")
    assert main(["convert", str(tmp_path / "none")]) == 1
    assert "no such folder" in capsys.readouterr().err
