"""Models of words learn captions and questions: what is shown, which layers learn, going on, and faults in one line."""

import json
import re
import shutil

import numpy as np
import pytest
import tiny_text_models
import torch
from safetensors.torch import load_file
from tiny_pair import write_pair
from word_dataset import write_word_dataset

from rsqi_core.cli import main
from rsqi_core.dataset.examples import Example, read_captions, read_questions
from rsqi_core.describe import question_answers
from rsqi_core.learning.words import WordTraining, divided, train_on_words
from rsqi_core.limits import CAPTION, VQA
from rsqi_core.models.vision_language import VisionLanguage
from rsqi_core.models.word_families import BLIP_CAPTION, BLIP_VQA, CONVERSE, START, family_of
from rsqi_core.models.word_processor import processor_of
from rsqi_core.training.resumable import arguments
from rsqi_core.training.word_batches import Shown, ShownExamples, collate_for
from rsqi_core.training.words import WordCourse, open_words, train_words

pytest.importorskip("peft")
torch.set_num_threads(1)
WEIGHTS = "model.safetensors"
FAMILIES = {"captioner": BLIP_CAPTION, "blip": BLIP_VQA, "qwen": CONVERSE}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for name in FAMILIES:
        tiny_text_models.MAKERS[name](folder / name)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_word_dataset(tmp_path_factory.mktemp("data") / "set", (("train", 10), ("test", 2)))


def changed(before, after):
    before, after = (load_file(folder / WEIGHTS) for folder in (before, after))
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize(("task", "name"), [(CAPTION, "captioner"), (VQA, "blip"), (VQA, "qwen")])
def test_two_steps_give_a_folder_that_speaks(models, data, tmp_path, capsys, task, name):
    words = ["train", task, str(data), "--model", str(models / name), "--output", str(tmp_path / "new")]
    shown = read_captions(data, "train", "zh") if task == CAPTION else read_questions(data, "train")
    batch = len(shown) // 2
    assert main([*words, "--epochs", "1", "--batch", str(batch), "--rate", "0.01", "--device", "cpu"]) == 0
    out = capsys.readouterr().out.splitlines()
    row = json.loads(out[-2])
    assert row["step"] == row["steps"] == 2 and row["words"] > 0 and 0 < row["score"] < 1 and row["held_out"] > 0
    assert out[-1] == str(tmp_path / "new") and list(tmp_path.iterdir()) == [tmp_path / "new"]
    assert json.loads((tmp_path / "new" / START).read_text())["start"] == str(models / name)
    model = VisionLanguage(tmp_path / "new", "cpu")
    assert model.takes_questions is (task == VQA) and model.takes_several is (name == "qwen")
    assert isinstance(model.answer([np.zeros((40, 40, 3), np.uint8)], "Is there any cloud?"), str)
    moved = changed(models / name, tmp_path / "new")
    if name == "qwen":
        assert {re.sub(r"\w_proj.*", "", name) for name in moved} == {f"model.layers.{n}.self_attn." for n in (0, 2)}
    else:
        assert any("vision_model" in name for name in moved) and any("text_decoder" in name for name in moved)


def test_adapters_of_rank_16_lie_on_every_other_layer(models):
    course = WordCourse(1, 1e-4, 1, rank=CONVERSE.rank, every=CONVERSE.every)
    network = open_words(CONVERSE, models / "qwen", course, torch.device("cpu"))
    learning = {name: value for name, value in network.named_parameters() if value.requires_grad}
    places = {re.search(r"language_model\.layers\.(\d+)\.self_attn\.(\w)_proj", name).groups() for name in learning}
    assert places == {(n, part) for n in "02" for part in "qkvo"} and all("lora_" in name for name in learning)
    assert {value.shape[0] for name, value in learning.items() if "lora_A" in name} == {16}
    assert any(getattr(part, "gradient_checkpointing", False) for part in network.modules())


@pytest.mark.parametrize("name", ["blip", "qwen"])
def test_a_run_that_was_stopped_goes_on_to_the_same_weights(models, data, tmp_path, name):
    def job(output):
        return WordTraining(VQA, data, models / name, tmp_path / output, batch=4, epochs=1, rate=0.01, device="cpu")

    examples, held_out = divided(job("whole"), FAMILIES[name])
    assert not {each.image for each in examples} & {each.image for each in held_out}
    assert job("whole").course(FAMILIES[name]).steps(len(examples)) == 8
    train_on_words(job("whole"))

    def stop(event, **values):
        if event == "curve" and values["step"] > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_on_words(job("parts"), stop)
    assert not (tmp_path / "parts").exists()
    told = []
    train_on_words(job("parts"), lambda event, **values: told.append((event, values)))
    assert [values["step"] for event, values in told if event == "resumed"] == [5]
    assert [values["step"] for event, values in told if event == "curve"] == [8]
    assert changed(tmp_path / "whole", tmp_path / "parts") == set()
    assert changed(models / name, tmp_path / "whole")


@pytest.mark.parametrize("name", list(FAMILIES))
def test_what_is_learnt_is_said(models, data, tmp_path, name):
    """Trained on one answer, each says it: what is shown in training fits what generates."""
    (image, *_) = sorted((data / "train" / "image").iterdir())
    answer = "是，云" if name == "qwen" else "white cloud in water"
    example = Example(image, "" if name == "captioner" else "is there any cloud", answer, "en", "any")
    course = WordCourse(40, 0.02, 2)  # all weights: random ones have nothing that adapters could turn to
    network = train_words(FAMILIES[name], models / name, [example] * 2, [example], tmp_path, course, "cpu", every=20)
    model = VisionLanguage(models / name, "cpu")
    model._network = network.eval()
    network.config.use_cache = True
    shown = ShownExamples([example])[0]
    said = model.answer([shown.picture], shown.question)
    assert said == answer


def test_the_answer_alone_teaches(models):
    picture = np.zeros((40, 40, 3), np.uint8)
    shown = [Shown(picture, "云？", "否"), Shown(picture, "is there any cloud in the image", "yes, white")]
    batch = collate_for(CONVERSE, models / "qwen")(shown)
    tokenizer = processor_of(models / "qwen").tokenizer
    taught = [tokenizer.decode(row[row >= 0]) for row in batch["labels"]]
    assert taught == ["否<|im_end|>\n", "yes, white<|im_end|>\n"]
    assert torch.equal(batch["input_ids"][batch["labels"] >= 0], batch["labels"][batch["labels"] >= 0])
    assert batch["input_ids"].shape == batch["attention_mask"].shape == batch["mm_token_type_ids"].shape
    batch = collate_for(BLIP_VQA, models / "blip")(shown)
    assert batch["labels"][1].tolist() == [1, *batch["decoder_input_ids"][1, 1:-1].tolist(), 2]
    assert batch["labels"][0, -1] == -100 and batch["decoder_attention_mask"][0, -1] == 0


def test_pictures_are_flipped_where_no_place_is_named(data):
    questions = [each for each in read_questions(data, "train", "en") if each.answer.startswith("Yes")]
    for kind, kinds in (("any", True), ("cloud", False)):
        example = next(each for each in questions if each.kind == kind)
        pictures = [each.picture for each in (ShownExamples([example], 12, flips=True)[n] for n in range(12))]
        assert any(not np.array_equal(pictures[0], picture) for picture in pictures) is kinds


def test_examples_are_those_of_the_dataset(data):
    assert {each.answer for each in read_captions(data, "train", "zh")} == {"卫星图像中存在云。", "卫星图像完全合格。"}
    assert len(read_captions(data, "train")) == 20 and len(read_questions(data, "train", "en")) == 20
    assert {each.answer for each in read_questions(data, "test") if each.kind == "any"} >= {
        pair.answer for language in ("zh", "en") for pair in question_answers((), language)[:1]
    }
    job = WordTraining(CAPTION, data, data, data / "x")
    assert {each.language for each in divided(job, BLIP_CAPTION)[0]} == {"zh"}  # nobody asks a captioner for a language
    assert {each.language for each in divided(job, CONVERSE)[0]} == {"zh", "en"}


def fails(capsys, *words):
    """Return the one line that a command ends with."""
    code = main(list(map(str, words)))
    said = capsys.readouterr().err
    assert code in (1, 2) and said.count("\n") == 1, said
    return said


def test_faults_are_one_line_each(models, data, tmp_path, capsys):
    def train(task, folder, model, *more):
        return fails(capsys, "train", task, folder, "--model", model, "--output", tmp_path / "new", *more)

    (tmp_path / "empty").mkdir()
    assert "no model that answers questions here" in train(VQA, data, tmp_path / "empty")
    assert "no dataset here" in train(VQA, tmp_path / "empty", models / "blip")
    assert "BLIP VQA learns vqa, not caption" in train(CAPTION, data, models / "blip")
    assert "BLIP captioning learns caption, not vqa" in train(VQA, data, models / "captioner")
    swin = write_pair(tmp_path / "pair") / "swin"
    assert "Swinv2ForImageClassification gives no words; take Blip" in train(VQA, data, swin)
    shutil.copytree(models / "blip", tmp_path / "pickled")
    (tmp_path / "pickled" / WEIGHTS).rename(tmp_path / "pickled" / "pytorch_model.bin")
    assert "pickled weights can run code" in train(VQA, data, tmp_path / "pickled")
    shutil.copytree(models / "qwen", tmp_path / "mute", ignore=shutil.ignore_patterns("chat_template*"))
    assert "has no chat template" in train(VQA, data, tmp_path / "mute")
    shutil.copytree(models / "blip", tmp_path / "wordless", ignore=shutil.ignore_patterns("tokenizer*"))
    assert "has no tokenizer" in train(VQA, data, tmp_path / "wordless")
    assert "lora is -1; it must be at least 0" in train(VQA, data, models / "qwen", "--lora", -1)
    assert "--arch is not for vqa" in train(VQA, data, models / "blip", "--arch", "lite0")
    assert "exists already" in fails(capsys, "train", VQA, data, "--model", models / "blip", "--output", data)
    assert "vqa needs --model FOLDER" in fails(capsys, "train", VQA, data)
    assert "is for caption and vqa" in fails(capsys, "train", "joint", data)
    for name in ("qa.jsonl", "metadata.jsonl"):
        broken = tmp_path / f"no-{name}"
        shutil.copytree(data, broken)
        if name == "qa.jsonl":
            (broken / "train" / name).unlink()
            assert "no questions here" in train(VQA, broken, models / "blip")
        else:
            rows = [json.loads(line) for line in (broken / "train" / name).read_text().splitlines()]
            plain = [{key: value for key, value in row.items() if not key.startswith("desc")} for row in rows]
            (broken / "train" / name).write_text("".join(json.dumps(row) + "\n" for row in plain))
            assert "no row has a description" in train(CAPTION, broken, models / "captioner")
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob(".rsqi-*"))


def test_a_gpu_that_is_not_there_is_one_line(tmp_path):
    if torch.cuda.is_available():
        assert arguments(tmp_path, 1, 1e-4, 1, 1, 0, "cuda", 1).bf16
    else:
        with pytest.raises(Exception, match="finds no CUDA"):
            arguments(tmp_path, 1, 1e-4, 1, 1, 0, "cuda", 1)


def test_families_are_told_by_their_configuration(models):
    assert {name: family_of(models / name) for name in FAMILIES} == FAMILIES
