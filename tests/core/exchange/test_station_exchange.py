"""From a model whose heads were trained to a merged one: signed files, what is refused, and the station's own gate."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from noise_dataset import write_dataset

pytest.importorskip("cryptography")

from rsqi_core.cli import main
from rsqi_core.errors import OutputError
from rsqi_core.exchange.contribution import Noise
from rsqi_core.exchange.signed_file import new_key, read_contribution, write_contribution
from rsqi_core.exchange.station import Exchange, export_contribution, merge_contributions
from rsqi_core.models.architectures import architecture
from rsqi_core.models.card import CLASSIFIER, SEGMENTER, model_hash, read_card, write_card
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.heads import read_heads, same_body, write_heads
from rsqi_core.models.onnx_network import OnnxNetwork

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    torch.manual_seed(0)
    network = architecture("joint").build("s").train()
    with torch.no_grad():
        network(torch.randn(2, 3, 64, 64))
    folder = tmp_path_factory.mktemp("models") / "base"
    write_uncalibrated(network.eval(), folder)
    write_card(folder, replace(read_card(folder), tile_size=64))
    return folder


def trained(base, folder, seed, blocks=20):
    """A model with other heads, most of the change common to all seeds, as a fine-tuning writes it."""
    common, own = np.random.default_rng(99), np.random.default_rng(seed)
    heads = {
        name: values + 0.1 * common.normal(size=values.shape) + 0.03 * own.normal(size=values.shape)
        for name, values in read_heads(base).items()
    }
    folder.mkdir()
    write_heads(base, folder, heads)
    card = read_card(base)
    write_card(folder, replace(card, thresholds={**card.thresholds, "cloud": 0.6}, quality={"cloud": {"blocks": 9}}))
    (folder / "verdict.json").write_text(json.dumps({"blocks": blocks}))
    return folder


@pytest.fixture(scope="module")
def stations(base, tmp_path_factory):
    """Files and public keys of five stations."""
    folder = tmp_path_factory.mktemp("stations")
    files, keys = [], []
    for seed in range(5):
        keys.append(new_key(folder / f"key{seed}"))
        files.append(folder / f"{seed}.safetensors")
        model = trained(base, folder / f"model{seed}", seed)
        export_contribution(model, str(base), folder / f"key{seed}", f"station {seed}", files[-1])
    return files, keys


def poisoned(tmp_path, stations, change):
    """The first station's file, changed and signed anew."""
    files, keys = stations
    contribution, _ = read_contribution(files[0], keys)
    file = tmp_path / "poison.safetensors"
    write_contribution(file, change(contribution), keys[0].with_suffix(""))
    return file


def times(factor):
    return lambda c: replace(c, change={name: np.float32(factor) * values for name, values in c.change.items()})


def test_what_was_exported_is_what_was_trained(base, stations):
    files, keys = stations
    found, signer = read_contribution(files[2], keys)
    assert signer == keys[2] and (found.station, found.base, found.blocks) == ("station 2", model_hash(base), 20)
    assert found.limits["cloud"].threshold == 0.6 and found.limits["cloud"].blocks == 9
    new, old = read_heads(keys[2].parent / "model2"), read_heads(base)
    for name, values in found.change.items():
        np.testing.assert_array_equal(values, new[name] - old[name])
    with pytest.raises(OutputError, match="exists already"):
        export_contribution(keys[2].parent / "model2", str(base), keys[2].with_suffix(""), "again", files[2])
    assert (keys[2].with_suffix("").stat().st_mode & 0o777) == 0o600


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (times(30), "times as much as the others"),
        (times(-1), "points away from the others"),
        (times(np.nan), "not finite numbers"),
        (times(0), "changes nothing"),
        (lambda c: replace(c, base="0123"), "is a change of model 0123, not of"),
        (lambda c: replace(c, change=dict(list(c.change.items())[1:])), "not those of the heads of this model"),
        (lambda c: replace(c, limits={"cloud": replace(c.limits["cloud"], threshold=2.0)}), "makes no sense"),
    ],
)
def test_a_poisoned_file_is_told_in_one_line_and_left_out(tmp_path, base, stations, change, said, capsys):
    files, keys = stations
    poison, output = poisoned(tmp_path, stations, change), tmp_path / "new"
    trust = ["--trust", *map(str, keys)]
    arguments = [str(poison), *map(str, files[1:]), "--base", str(base), "--output", str(output), "--keep", *trust]
    assert main(["exchange", "merge", *arguments]) == 0
    out, error = capsys.readouterr()
    assert said in error and error.count("\n") == 1 and str(poison) in error and str(poison) not in out
    assert "station 0" not in read_card(output).training["stations"]
    without = tmp_path / "without"
    merge_contributions(Exchange(files[1:], keys, str(base), without, keep=True))
    for name, values in read_heads(without).items():
        np.testing.assert_array_equal(values, read_heads(output)[name])


def test_signatures_hold(tmp_path, base, stations):
    files, keys = stations
    data = bytearray(files[0].read_bytes())
    data[-1] ^= 1  # in a weight
    (tmp_path / "changed.safetensors").write_bytes(data)
    (tmp_path / "text.safetensors").write_bytes(b"none")
    edited = files[0].read_bytes().replace(b"station 0", b"station 9")
    (tmp_path / "edited.safetensors").write_bytes(edited)
    given = [*(tmp_path / f"{name}.safetensors" for name in ("changed", "edited", "text")), *files[1:]]
    outcome = merge_contributions(Exchange(given, keys, str(base), tmp_path / "new", keep=True))
    said = [outcome.refused[file] for file in given[:3]]
    assert "changed since it was signed" in said[0] and "changed since it was signed" in said[1]
    assert "is no file of" in said[2]
    stranger = new_key(tmp_path / "stranger")
    outcome = merge_contributions(Exchange(files, [*keys[:4], stranger], str(base), tmp_path / "newer", keep=True))
    assert "none of the trusted keys" in outcome.refused[files[4]] and len(outcome.shares) == 4


def test_a_station_has_one_voice(tmp_path, base, stations):
    files, keys = stations
    again = poisoned(tmp_path, stations, lambda c: replace(c, station="another"))
    outcome = merge_contributions(Exchange([*files, again], keys, str(base), tmp_path / "new", keep=True))
    assert "second one that is signed with key0.pub" in outcome.refused[again]


def test_the_merged_model_is_kept_only_if_better_on_the_stations_own_blocks(tmp_path, base, stations):
    files, keys = stations
    dataset = write_dataset(tmp_path / "data")
    outcome = merge_contributions(Exchange(files, keys, str(base), tmp_path / "new", dataset))
    assert not outcome.comparison.better and not outcome.written  # heads of noise
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
    outcome = merge_contributions(Exchange(files, keys, str(base), tmp_path / "new", dataset, keep=True))
    card = read_card(tmp_path / "new")  # also checks the hashes
    assert card.thresholds["cloud"] == 0.6 and outcome.limits == ("cloud",)
    assert (
        same_body(base, tmp_path / "new") and not json.loads((tmp_path / "new" / "verdict.json").read_text())["better"]
    )


def test_what_makes_no_sense_is_refused(tmp_path, base, stations, capsys):
    files, keys = stations
    common = ["--base", str(base), "--output", str(tmp_path / "new"), "--trust", *map(str, keys)]
    assert main(["exchange", "merge", *map(str, files), *common]) == 2  # nothing to tell whether it is better
    assert main(["exchange", "merge", *map(str, files[:2]), *common, "--keep"]) == 1
    assert main(["exchange", "key", str(keys[0].with_suffix(""))]) == 1
    said = capsys.readouterr().err
    assert "a dataset of the station is needed" in said and "2 contributions are left" in said
    assert "exists already; a key that is replaced" in said and said.count("\n") == 3


def test_a_model_that_was_trained_whole_cannot_be_exported(tmp_path, base):
    network = OnnxNetwork(base)
    network.keep_body()
    learning = [name for name, weight in network.named_parameters() if weight.requires_grad]
    assert 0 < len(learning) < 12
    with torch.no_grad():
        next(weight for weight in network.parameters() if not weight.requires_grad).add_(1)
    network.write(tmp_path / "whole")
    write_card(tmp_path / "whole", read_card(base))
    assert not same_body(base, tmp_path / "whole")
    new_key(tmp_path / "key")
    export = ["exchange", "export", str(tmp_path / "whole"), "--base", str(base), "--key", str(tmp_path / "key")]
    assert main([*export, "--output", str(tmp_path / "a.safetensors")]) == 1
    assert not (tmp_path / "a.safetensors").exists()


def test_noise_is_noted_and_bounds_the_change(tmp_path, base, stations):
    _, keys = stations
    file = tmp_path / "a.safetensors"
    model, key = keys[0].parent / "model0", keys[0].with_suffix("")
    export_contribution(model, str(base), key, "a", file, Noise(0.5, 1e-6))
    found, _ = read_contribution(file, keys)
    assert found.noise == Noise(0.5, 1e-6)
    assert sum(float((v**2).sum()) for v in found.change.values()) ** 0.5 == pytest.approx(0.5, rel=1e-3)


def test_heads_are_the_last_layers_of_both_graphs(base):
    names = read_heads(base)
    assert {name.split("/")[0] for name in names} == {CLASSIFIER, SEGMENTER}
