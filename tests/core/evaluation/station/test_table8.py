"""Table 8: known answers have known scores, and a trained model stands between the describer and its start."""

import json
import math
import shutil

import pytest
import tiny_text_models
from word_dataset import write_word_dataset

from rsqi_core.cli import main
from rsqi_core.evaluation.station import answers
from rsqi_core.evaluation.station.answer_scores import AnswerScores, mean_scores, score_answer, words_of, yes_or_no
from rsqi_core.evaluation.station.answers import DESCRIBER, measure_answers
from rsqi_core.evaluation.station.table8 import table8
from rsqi_core.models import vision_language

pytest.importorskip("rouge_score")
pytest.importorskip("rjieba")
TRUE_EN = "Yes, there is a large cloud."
TRUE_ZH = "是，这张卫星图像中存在云。"  # 是 这张 卫星 图像 中 存在 云


@pytest.mark.parametrize(
    ("answer", "truth", "wanted"),
    [
        (TRUE_EN, TRUE_EN, (1, 1, 1, 1, 1)),
        ("yes ,  there is a large cloud .", TRUE_EN, (1, 1, 1, 1, 1)),  # as an uncased tokenizer writes it
        ("Yes, there is a cloud.", TRUE_EN, (0, 1, 10 / 11, 2 * 3 / 9, 10 / 11)),  # 5 of 6 words, 3 of 5 and 4 pairs
        ("No.", TRUE_EN, (0, 0, 0, 0, 0)),
        ("cloud large a is there yes", TRUE_EN, (0, 0, 1, 0, 1 / 6)),
        (TRUE_ZH, TRUE_ZH, (1, 1, 1, 1, 1)),
        ("是 ， 这 张 卫 星 图 像 中 存 在 云 。", TRUE_ZH, (1, 1, 1, 1, 1)),  # as BERT's tokenizer writes it
        ("否，这张卫星图像中存在云。", TRUE_ZH, (0, 0, 6 / 7, 5 / 6, 6 / 7)),
        ("", TRUE_ZH, (0, 0, 0, 0, 0)),
        ("a river", "a river", (1, math.nan, 1, 1, 1)),
    ],
)
def test_known_answers_have_known_scores(answer, truth, wanted):
    assert score_answer(answer, truth).values == pytest.approx(wanted, nan_ok=True)


def test_words_are_cut_as_they_are_spoken():
    assert words_of(TRUE_ZH) == ["是", "这张", "卫星", "图像", "中", "存在", "云"]
    assert words_of("Yes, 2 clouds!") == ["yes", "2", "clouds"]


def test_yes_and_no_begin_an_answer():
    assert [yes_or_no(text) for text in ("是，有", "否。", " Yes: 1", "NO", "Nothing", "云")] == [
        True, False, True, False, None, None
    ]  # fmt: skip


def test_means_leave_out_what_has_no_yes_or_no():
    found = mean_scores([AnswerScores(1, math.nan, 1, 0, 0.5), AnswerScores(0, 1, 0, 0, 0.5)])
    assert found == AnswerScores(0.5, 1, 0.5, 0, 0.5)
    assert all(math.isnan(value) for value in mean_scores([]).values)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_word_dataset(tmp_path_factory.mktemp("data") / "set", (("train", 2), ("test", 4)))


class Parrot:
    """Says yes, in the language of the question."""

    takes_questions = True

    def __init__(self, folder, device):
        self.says = "Yes, this satellite image has quality problems; their types are: cloud."

    def answer(self, pictures, question):
        return self.says if question.isascii() else "是，这张卫星图像有质量问题，问题类型有：云。"


def test_the_page_has_every_kind_of_question(data, tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "VisionLanguage", Parrot)
    counted = []
    found = measure_answers(data, [tmp_path / "parrot"], log=lambda line: None, progress=counted.append)
    assert [row.name for row in found.rows] == [DESCRIBER, "parrot"] and counted[-1].done == counted[-1].total == 16
    page = table8(found).splitlines()
    # Of four pictures two have clouds; the sentence is right of these where any error is asked for.
    for row in (
        f"| {DESCRIBER} | 16 | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 |",
        "| parrot | 16 | 0.250 | 0.500 |",
        "| any | parrot | 8 | 0.500 | 0.500 |",
        "| cloud | parrot | 8 | 0.000 | 0.500 |",
    ):
        assert any(line.startswith(row) for line in page), row
    assert sum(line.startswith(("| zh | ", "| en | ")) for line in page) == 4


def test_corrected_answers_are_not_those_of_the_describer(data, tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "VisionLanguage", Parrot)
    shutil.copytree(data, tmp_path / "data")
    table = tmp_path / "data" / "test" / "qa.jsonl"
    rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
    rows[0]["answer"] = "否，全是雪。"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (describer, _) = measure_answers(tmp_path / "data", [tmp_path / "parrot"], log=lambda line: None).rows
    assert [each.exact for each in describer.scores] == [0] + [1] * 15


def test_a_trained_model_brings_its_start_along(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(vision_language, "_TOKENS", 3)
    for name in ("start", "trained"):
        tiny_text_models.write_blip(tmp_path / name)
    note = {"start": str(tmp_path / "start"), "task": "vqa"}
    (tmp_path / "trained" / "trained.json").write_text(json.dumps(note))
    page = tmp_path / "table.md"
    words = ["evaluate", "--task", "qa", "--dataset", str(data), "--model", str(tmp_path / "trained")]
    assert main([*words, "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.index(f"| {DESCRIBER} | 16 |") < text.index("| start | 16 |") < text.index("| trained | 16 |")
    capsys.readouterr()
    shutil.rmtree(tmp_path / "start")
    page.write_text(text + "mine")
    assert main([*words, "--output", str(page)]) == 1  # somebody has changed it
    assert capsys.readouterr().err.count("\n") == 1


def test_faults_are_one_line_each(data, tmp_path, capsys):
    tiny_text_models.write_captioner(tmp_path / "captioner")
    (tmp_path / "empty").mkdir()
    for words, said in (
        (["--model", str(tmp_path / "captioner"), "--dataset", str(data)], "takes no questions"),
        (["--model", str(tmp_path / "empty"), "--dataset", str(data)], "no model that answers"),
        (["--model", str(tmp_path / "captioner"), "--dataset", str(tmp_path / "empty")], "no dataset here"),
        (["--dataset", str(data)], "needs --model FOLDER"),
        (["--model", str(tmp_path / "captioner")], "goes with --dataset"),
    ):
        assert main(["evaluate", "--task", "qa", *words]) in (1, 2)
        err = capsys.readouterr().err
        assert said in err and err.count("\n") == 1
