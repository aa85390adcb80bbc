"""Stable Diffusion learns errors, paints them into clean blocks, and what is kept trains: on a tiny pipeline."""

import json
import shutil

import cv2
import numpy as np
import pytest

pytest.importorskip("diffusers")
pytest.importorskip("peft")

import tiny_diffusion
import torch
from noise_dataset import write_dataset
from safetensors.torch import load_file

from rsqi_core.cli import main
from rsqi_core.dataset.candidates import CANDIDATE_SHEET, read_candidates, read_decisions, take, write_decisions
from rsqi_core.dataset.labelled_blocks import read_part
from rsqi_core.dataset.rows import as_lines, read_rows
from rsqi_core.errors import RsqiError
from rsqi_core.learning.ablation import variants
from rsqi_core.learning.augmentation import DiffusionTraining, learn_errors, read_learned
from rsqi_core.learning.holdout import choose, hold_out
from rsqi_core.learning.order import FineTuning
from rsqi_core.learning.painting import Canvas, Painting, changed, ranked
from rsqi_core.learning.ranking import best_first, distances
from rsqi_core.models import Description
from rsqi_core.models.diffusion import LORA, PAPER_TYPES, PROMPTS
from rsqi_core.taxonomy import CODES, by_code
from rsqi_core.training.diffusion import DiffusionCourse

torch.set_num_threads(1)
CLOUD = by_code("cloud").id


def table(folder, part="train"):
    return folder / part / "metadata.jsonl"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_diffusion.write_diffusion(tmp_path_factory.mktemp("models") / "sd")


@pytest.fixture(scope="module")
def made(model, tmp_path_factory):
    """A dataset, LoRA matrices of two steps, and six candidates, by the command line."""
    folder = tmp_path_factory.mktemp("made")
    data = write_dataset(folder / "data", (("train", 16), ("test", 10)))
    rows = [{**row, "description": "卫星图像完全合格。"} for row in read_rows(data, "train")]
    table(data).write_text(as_lines(rows), encoding="utf-8")
    words = ["augment", "train", data, "--model", model, "--output", folder / "lora", "--types", "cloud"]
    assert main(list(map(str, [*words, "--epochs", 1, "--batch", 4, "--device", "cpu", "--progress", "json"]))) == 0
    words = ["augment", "sample", data, "--lora", folder / "lora", "--output", folder / "drawn", "--count", 6]
    assert main(list(map(str, [*words, "--steps", 2, "--strength", 1, "--device", "cpu"]))) == 0
    return folder


@pytest.fixture
def data(made, tmp_path):
    """A copy of the dataset that may be changed."""
    return shutil.copytree(made / "data", tmp_path / "data")


def test_prompts_are_those_of_the_paper():
    assert [PROMPTS[code] for code in PAPER_TYPES] == [
        "Red, yellow, green, or blue patches in satellite images.",
        "Color difference between two parts of Satellite imagery.",
    ]
    assert set(PROMPTS) == set(CODES)
    assert (DiffusionCourse().rank, DiffusionCourse().epochs) == (10, 10)


def test_two_steps_give_matrices_of_attention_alone(made, model, capsys):
    weights = load_file(made / "lora" / LORA)
    assert weights and all("attn" in name and "lora" in name for name in weights)
    assert {value.shape[0] for name, value in weights.items() if "lora.down" in name or "lora_A" in name} == {10}
    assert any(value.abs().max() > 0 for name, value in weights.items() if "lora.up" in name or "lora_B" in name)
    learned = read_learned(made / "lora")
    assert learned.start == model.resolve() and learned.prompts == {"cloud": PROMPTS["cloud"]}
    assert not list(made.rglob("*.bin")) and not list(made.glob(".rsqi-*"))


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(made, model, tmp_path):
    def job(name):
        course = DiffusionCourse(epochs=3, batch=4, accumulate=2, rate=0.01, rank=2)
        return DiffusionTraining(made / "data", model, tmp_path / name, ("cloud",), course=course, device="cpu")

    rows = []
    learn_errors(job("whole"), lambda event, **values: rows.append(values) if event == "curve" else None)
    assert [row["step"] for row in rows] == [5, 6] and all(row["noise"] > 0 for row in rows)
    assert rows[0]["same_noise"] > 0

    def stop(event, **values):
        if event == "progress" and values["done"] > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_errors(job("parts"), stop)
    assert not (tmp_path / "parts").exists()
    told = []
    learn_errors(job("parts"), lambda event, **values: told.append((event, values)))
    assert [values["step"] for event, values in told if event == "resumed"] == [5]
    first, second = (load_file(tmp_path / name / LORA) for name in ("whole", "parts"))
    assert first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_a_candidate_differs_from_its_clean_block_inside_the_mask_alone(made):
    found = read_candidates(made / "drawn")
    assert len(found) == 6 and (made / "drawn" / CANDIDATE_SHEET).is_file()
    rows = {row["file_name"]: row for row in read_rows(made / "data", "train")}
    for each in found:
        clean = rows[each.row["synthetic"]]
        assert clean["labels"] == [] and each.row["labels"] == [CLOUD]
        assert each.row["description"] == "卫星图像中存在云。"
        assert {name: each.row[name] for name in ("raster", "x", "y", "size")} == {
            name: clean[name] for name in ("raster", "x", "y", "size")
        }
        before, after = (cv2.imread(str(file)) for file in (made / "data" / "train" / clean["file_name"], each.image))
        mask = cv2.imread(str(each.mask), cv2.IMREAD_GRAYSCALE) == CLOUD
        other = (before != after).any(2)
        assert 0.3 < mask.mean() < 0.5
        assert not other[~mask].any() and other[mask].mean() > 0.8
        assert 0 <= each.probability <= 1 and each.distance > 0


def test_painting_goes_on_where_it_was_stopped(made, tmp_path, capsys, monkeypatch):
    from rsqi_core.learning import painting

    painted, paint = [], painting.paint_one

    def once(number, *more):
        if len(painted) == 3:
            painted.append("stopped")
            raise KeyboardInterrupt
        painted.append(number)
        return paint(number, *more)

    monkeypatch.setattr(painting, "paint_one", once)
    words = ["augment", "sample", made / "data", "--lora", made / "lora", "--output", tmp_path / "again", "--count", 6]
    words = list(map(str, [*words, "--steps", 2, "--strength", 1, "--device", "cpu"]))
    assert main(words) == 130 and not (tmp_path / "again").exists()
    assert main(words) == 0 and painted == [0, 1, 2, "stopped", 3, 4, 5]
    assert "3 pictures are there already" in capsys.readouterr().err
    for name in ("image/00001.png", "image/00005.png", "candidates.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (made / "drawn" / name).read_bytes()


class Stub:
    """A classifier that goes by the red of a block: its mean is the logit and the only feature."""

    def describe(self, images):
        red = images[..., 0].mean((1, 2)).astype(np.float32) / 255
        logits = np.repeat(10 * red[:, None], 10, 1)
        return Description(logits, None, (np.broadcast_to(red[:, None, None, None], (len(red), 1, 4, 4)),))


def test_the_likeliest_and_nearest_come_first(made, tmp_path):
    assert best_first(np.array([0.2, 0.9, 0.9]), np.array([3.0, 2.0, 1.0])).tolist() == [2, 1, 0]
    assert best_first(np.array([0.9, 0.5, 0.1]), np.array([9.0, 1.0, 2.0])).tolist() == [1, 0, 2]
    real = np.array([[0.0], [2.0], [4.0]])
    assert distances(np.array([[2.0], [7.0]]), real) == pytest.approx([0, 1.5])
    run, data = tmp_path / "run", made / "data"
    for kind in ("image", "mask"):
        (run / kind).mkdir(parents=True)
    for n, red in enumerate((40, 130, 90, 250)):  # real ones are somewhat brighter than 130
        picture = np.full((64, 64, 3), red, np.uint8)
        cv2.imwrite(str(run / "image" / f"{n:05}.png"), picture)
        cv2.imwrite(str(run / "mask" / f"{n:05}.png"), np.full((64, 64), CLOUD, np.uint8))
    job = Painting(data, made / "lora", tmp_path / "out", types=("cloud",), count=4)
    blocks = read_part(data, "train")
    clean = [pair for pair in zip(read_rows(data, "train"), blocks) if not pair[1].labels]
    canvas = Canvas(clean, {"cloud": [block for block in blocks if block.labels]})
    found = ranked(job, canvas, Stub(), run)
    assert (found[0].name, found[-1].name) == ("00001", "00000")
    by_name = {each.name: each for each in found}
    assert by_name["00003"].probability > by_name["00001"].probability  # but it is far from any real one
    assert by_name["00003"].distance > by_name["00001"].distance


def test_of_a_seam_one_side_is_painted():
    where = np.zeros((40, 40), bool)
    where[:, 18:22] = True
    region = changed(where, by_code("stitching_trace"), np.random.default_rng(0))
    left = np.broadcast_to(np.arange(40) < 20, (40, 40))
    assert np.array_equal(region, left) or np.array_equal(region, ~left)  # up to the middle of the band
    assert np.array_equal(changed(where, by_code("cloud"), np.random.default_rng(0)), where)


def test_kept_ones_become_rows_of_the_training_part_alone(made, data, tmp_path, capsys):
    before = {part: table(data, part).read_text(encoding="utf-8") for part in ("train", "test")}
    drawn = shutil.copytree(made / "drawn", tmp_path / "drawn")
    first, second, *_ = read_candidates(drawn)
    write_decisions(drawn, {first.name: True, second.name: False})
    assert read_decisions(drawn) == {first.name: True, second.name: False}
    words = ["augment", "select", str(drawn), "--dataset", str(data)]
    assert main([*words, "--sheet", str(tmp_path / "kept.png")]) == 0 and (tmp_path / "kept.png").is_file()
    assert main(words) == 0  # again: nothing twice
    assert capsys.readouterr().out.splitlines()[-1].endswith("part: 0, there before: 1")
    assert table(data, "test").read_text(encoding="utf-8") == before["test"]
    new = [block for block in read_part(data, "train") if block.synthetic]
    assert len(new) == 1 and len(read_part(data, "train")) == 17
    assert new[0].image.read_bytes() == first.image.read_bytes()
    assert new[0].mask.read_bytes() == first.mask.read_bytes() and new[0].labels == (CLOUD,)
    assert main([*words, "--best", "4"]) == 0
    assert sum(block.synthetic for block in read_part(data, "train")) == 4


def test_generated_ones_are_never_held_out(made, data, tmp_path):
    take(read_candidates(made / "drawn"), data)
    rows, chosen = choose(data)
    _, plain = choose(made / "data")
    assert chosen[:16].tolist() == plain.tolist() and chosen.any()  # real ones are divided as without them
    held_out = {row["file_name"] for row, out in zip(rows, chosen) if out}
    for synthetic in (True, False):
        folder = tmp_path / f"held-{synthetic}"
        hold_out(data, folder, synthetic=synthetic)
        assert not any(block.synthetic for block in read_part(folder, "test"))
        kept = [row for row in read_rows(folder, "train") if row["synthetic"]]
        assert len(kept) == sum(row["synthetic"] not in held_out for row in rows if row["synthetic"]) * synthetic
        assert not any(row["synthetic"] in held_out for row in kept)


def test_table_4_has_a_row_without_them(made, data, tmp_path):
    job = FineTuning(data, tmp_path / "new")
    assert "without generated images" not in [name for name, _ in variants(job)]
    take(read_candidates(made / "drawn")[:1], data)
    found = dict(variants(job))
    assert list(found)[:2] == ["as usual", "without generated images"]
    assert found["as usual"].synthetic and not found["without generated images"].synthetic


def test_a_generated_row_in_the_test_part_is_refused(data):
    rows = read_rows(data, "test")
    table(data, "test").write_text(as_lines([*rows[:-1], {**rows[-1], "synthetic": "image/0.png"}]), encoding="utf-8")
    with pytest.raises(RsqiError, match="row 10: a generated picture, which is not for the test"):
        read_part(data, "test")


def fails(capsys, *words):
    """Return the one line that a command ends with."""
    capsys.readouterr()
    code = main(list(map(str, words)))
    said = capsys.readouterr().err
    assert code in (1, 2) and said.count("\n") == 1, said
    return said


def test_faults_of_models_are_one_line_each(made, model, tmp_path, capsys):
    def train(folder, *more):
        words = ["augment", "train", made / "data", "--model", folder, "--output", tmp_path / "new", *more]
        return fails(capsys, *words, "--device", "cpu")

    (tmp_path / "empty").mkdir()
    assert "no Stable Diffusion here" in train(tmp_path / "empty")
    pickled = shutil.copytree(model, tmp_path / "pickled")
    (pickled / "unet" / "diffusion_pytorch_model.safetensors").rename(pickled / "unet" / "diffusion_pytorch_model.bin")
    assert "pickled weights can run code" in train(pickled)
    nothing = shutil.copytree(model, tmp_path / "nothing")
    (nothing / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    assert "no safetensors here" in train(nothing)
    shutil.rmtree(nothing / "tokenizer")
    assert "the part tokenizer is missing" in train(nothing)
    broken = shutil.copytree(model, tmp_path / "broken")
    (broken / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"not much")
    assert "diffusers cannot open it" in train(broken, "--types", "cloud")
    inpainting = shutil.copytree(model, tmp_path / "inpainting")
    config = json.loads((inpainting / "unet" / "config.json").read_text())
    (inpainting / "unet" / "config.json").write_text(json.dumps(config | {"in_channels": 9}))
    assert "takes 9 channels, not 4" in train(inpainting)
    assert "it has cloud: name types with --types" in train(model)  # the paper's two are not there
    assert "shows shadow; leave it out" in train(model, "--types", "cloud,shadow")
    assert "lora is 0; it must be at least 1" in train(model, "--lora", 0)
    assert not (tmp_path / "new").exists()


def test_faults_of_datasets_are_one_line_each(made, data, tmp_path, capsys):
    def sample(folder, *more):
        words = ["augment", "sample", folder, "--lora", made / "lora", "--output", tmp_path / "new", *more]
        return fails(capsys, *words, "--device", "cpu")

    (tmp_path / "none").mkdir()
    assert "no dataset here" in sample(tmp_path / "none")
    rows = read_rows(data, "train")
    table(data).write_text("", encoding="utf-8")
    assert "its training part is empty" in sample(data)
    table(data).write_text(as_lines([row for row in rows if row["labels"]]), encoding="utf-8")
    assert "has no block without errors to paint into" in sample(data)
    table(data).write_text(as_lines([row for row in rows if not row["labels"]]), encoding="utf-8")
    assert "has an outline of cloud" in sample(data)
    assert "has not learned 'shadow'" in sample(made / "data", "--types", "shadow")
    assert "strength is 2.0; it must be above 0" in sample(made / "data", "--strength", 2)
    assert "no LoRA matrices here" in fails(
        capsys, "augment", "sample", data, "--lora", data, "--output", tmp_path / "new"
    )
    assert "exists already" in fails(capsys, "augment", "sample", data, "--lora", made / "lora", "--output", data)
    other = write_dataset(tmp_path / "other", (("train", 2), ("test", 2)))
    (other / "train" / "metadata.jsonl").write_text(as_lines(read_rows(other, "train")[1:]), encoding="utf-8")
    select = ["augment", "select", made / "drawn"]
    assert "was not painted into a block" in fails(capsys, *select, "--dataset", other, "--best", 6)
    assert not list((other / "train").rglob("synthetic-*"))
    assert "nobody has kept any of its 6 pictures" in fails(capsys, *select, "--dataset", data)
    assert "select needs --sheet PNG" in fails(capsys, *select, "--best", 1)
    assert "no generated pictures here" in fails(capsys, "augment", "select", data, "--best", 1)
    assert not (tmp_path / "new").exists()
