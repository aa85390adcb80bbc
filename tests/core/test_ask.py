"""Questions about a result: what is measured is said in both languages, with the errors that it speaks of."""

import sqlite3

import numpy as np
import pytest
import tiny_text_models
from shapely.affinity import affine_transform
from shapely.geometry import MultiPolygon, box

from rsqi_core.ask.answer import NONE, answer
from rsqi_core.ask.facts import read_facts
from rsqi_core.ask.question import understand, understand_all
from rsqi_core.cli import main
from rsqi_core.errors import ModelError, OutputError, ParameterError
from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.findings import ErrorPolygon
from rsqi_core.jobs import ask as ask_job
from rsqi_core.jobs.ask import AskJob, run
from rsqi_core.models import vision_language
from rsqi_core.raster import open_raster
from rsqi_core.scoring import ItemScore
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES


class Scored:
    def __init__(self, *items):
        self.items = [ItemScore(*item) for item in items]


def polygon(transform, category_id, x, y, side):
    shape = affine_transform(MultiPolygon([box(x, y, x + side, y + side)]), transform.to_shapely())
    return ErrorPolygon(category_id, shape, side**2, side**2, 0.9, 512, "model")


def change(path, command, *values):
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')  # they ask for functions that only GDAL has
        database.execute(command, values)


@pytest.fixture
def result(write_raster, tmp_path):
    """Two clouds (1, 2), a shadow (3) and a rejected blur (4) in an image of 300 x 300 px; no seams were looked for."""
    raster = write_raster(landscape(300, seed=3))
    inspected = ",".join(code for code in CODES if not code.startswith("stitching"))
    with open_raster(str(raster)) as opened:
        source, transform = opened.describe(), opened.transform
    places = ((1, 10, 10, 50), (1, 220, 20, 20), (2, 130, 130, 40), (4, 0, 200, 90))
    found = [polygon(transform, *place) for place in places]
    summary = {
        "raster": str(raster), "width": 300, "height": 300, "valid_pixels": 90_000, "valid_area_m2": 90_000.0,
        "score": 83.0, "grade": "good", "inspected": inspected, "source": source,
    }  # fmt: skip
    path = tmp_path / "result.gpkg"
    scored = Scored(("B", 12.0), ("D", 1.0), ("C", 4.0), ("D", 1.0))
    write_geopackage(path, found, [], summary, None, transform, scored)
    change(path, "UPDATE errors SET status = 'rejected' WHERE fid = 4")
    change(path, "UPDATE errors SET status = 'accepted' WHERE fid = 1")
    return path


@pytest.mark.parametrize(
    ("question", "fids", "said"),
    [
        ("How many clouds are there?", (1, 2), "cloud: 2."),
        ("云有几处？", (1, 2), "云共2处"),
        ("How many errors are there?", (1, 3, 2), "errors: 3 (cloud 2, shadow 1). Not inspected"),
        ("有多少处质量问题", (1, 3, 2), "质量问题共3处：云 2、阴影 1。未检查"),
        ("What is the area of the shadow?", (3,), "1,600 m² in all, 1.78%"),
        ("阴影面积多大？", (3,), "1,600 m²，占有效影像的1.78%"),
        ("Where are the clouds?", (1, 2), "1 in the upper left corner, 1 in the upper right corner"),
        ("阴影在哪里", (3,), "中央"),
        (
            "Which error is the worst?",
            (1, 3, 2),
            "cloud in the upper left corner (number 1, 2,500 m², class B",
        ),
        ("哪处最严重？", (1, 3, 2), "编号1，2,500 m²，B类，扣12.0分"),
        ("largest shadow", (3,), "shadow in the centre"),
        ("What is the score?", (1, 3, 2), "83.0, grade Good"),
        ("得分多少", (1, 3, 2), "83.0分，等级：良"),
        ("Why are points deducted?", (1, 3, 2), "cloud 13.0 (B × 1, D × 1); shadow 4.0 (C × 1)"),
        ("为什么云扣分？", (1, 2), "云扣13.0分（B × 1、D × 1）"),
        ("What errors are in the upper left?", (1,), "cloud (1, 2,500 m² in all"),
        ("左上角有什么问题", (1,), "云1处"),
        ("Is there any blur?", (), "Nothing was found of: blur."),
        ("有没有模糊？", (), "没有发现模糊。"),
        ("Is there any shadow?", (3,), "Yes: there is shadow"),
        ("Is there a seam?", (), "Not inspected: stitching trace."),
        ("有没有拼接错误？", (), "未检查：拼接错误。"),
        ("How many are not reviewed?", (2, 3), "2 of 3"),
        ("Which types were not inspected?", (), "stitching trace, stitching misalignment"),
    ],
)
def test_what_was_measured_is_said_with_its_errors(result, question, fids, said):
    found = answer(read_facts(result), question)
    assert said in found.text and found.fids == fids and found.source == "measured"


@pytest.mark.parametrize(
    ("question", "fids", "said"),
    [
        ("How many clouds are there and where are they?", (1, 2), ("cloud: 2.", "cloud: 1 in the upper left corner")),
        ("云有几处，在哪里？", (1, 2), ("云共2处。", "云位于：左上角1处、右上角1处。")),
        ("阴影面积多大，还有多少未审核", (3, 2), ("1,600 m²，占有效影像的1.78%", "3处错误中还有2处未审核")),
        ("Which error is the worst, and how many shadows are there?", (1, 3, 2), ("The worst: cloud", "shadow: 1.")),
        ("What is the score and why?", (1, 3, 2), ("83.0, grade Good", "cloud 13.0")),
        ("左上角有什么问题，有没有模糊？", (1,), ("云1处", "没有发现模糊。")),
    ],
)
def test_several_questions_in_a_sentence_are_all_answered(result, question, fids, said):
    found = answer(read_facts(result), question)
    assert all(part in found.text for part in said) and found.fids == fids and found.rest == ""
    assert found.text.count("83.0") <= 1


@pytest.mark.parametrize(
    "question",
    [
        "Is there any cloud and shadow?", "云、阴影有几处", "Where are the clouds, the shadows and the blur?",
        "What errors are in the upper left?", "What season is it and where is the river?",
    ],
)  # fmt: skip
def test_one_question_stays_one(question):
    assert [part.rstrip("?") for part, _ in understand_all(question)] == [question.rstrip("?")]


def test_what_nobody_measured_is_named_beside_what_was(result):
    found = answer(read_facts(result), "How many clouds are there, and what season is it?")
    assert found.text == "cloud: 2. No measurement answers this: what season is it."
    assert found.source == "measured" and found.rest == "what season is it"


@pytest.mark.parametrize(
    "question",
    ["How many houses are there?", "What season is it?", "这是什么季节？", "Where is the river?", "largest city", ""],
)
def test_what_nobody_measured_says_what_can_be_asked(result, question):
    found = answer(read_facts(result), question)
    assert understand(question) is None and found.source == NONE and found.fids == ()
    assert "can ask" in found.text or "可以问" in found.text


def test_an_image_without_errors_is_not_called_good_where_nobody_looked(result):
    change(result, "UPDATE errors SET status = 'rejected'")
    said = answer(read_facts(result), "Are there any errors?").text
    assert said == "Nothing was found of: errors. Not inspected: stitching trace, stitching misalignment."


def test_shapes_without_an_extent_are_placed_too(result):
    before = read_facts(result)
    with sqlite3.connect(result) as database:
        rows = database.execute("SELECT fid, geom FROM errors").fetchall()
    for fid, blob in rows:
        assert blob[3] >> 1 & 7 == 1
        plain = bytes([*blob[:3], blob[3] & ~0b1110, *blob[4:8]]) + blob[40:]
        change(result, "UPDATE errors SET geom = ? WHERE fid = ?", plain, fid)
    assert read_facts(result) == before


def test_what_is_no_result_is_one_line(tmp_path):
    (tmp_path / "none.gpkg").write_text("no")
    for name in ("none.gpkg", "missing.gpkg"):
        with pytest.raises(OutputError, match="inspect wrote"):
            read_facts(tmp_path / name)
    with pytest.raises(ParameterError, match="ask something"):
        AskJob("x.gpkg", "  ")


def test_a_model_answers_the_rest_and_is_named(result, tmp_path, capsys):
    tiny_text_models.write_blip(tmp_path / "tiny")
    measured = run(AskJob(str(result), "How many clouds are there?", str(tmp_path / "tiny")))
    assert measured["source"] == "measured" and measured["model"] == ""
    said = run(AskJob(str(result), "Is there any water?", str(tmp_path / "tiny"), device="cpu"))
    assert said["source"] == "model" and said["model"] == "tiny" and said["fids"] == []
    assert main(["ask", str(result), "--question", "What season is it?", "--model", str(tmp_path / "tiny")]) == 0
    assert capsys.readouterr().out.startswith("[said by the model tiny, not measured]")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for name in ("blip", "captioner", "qwen"):
        tiny_text_models.MAKERS[name](folder / name)
    return folder


def test_a_model_sees_the_overview_and_the_blocks_around_the_worst_errors(result, models, monkeypatch, capsys):
    monkeypatch.setattr(ask_job, "_BLOCK", 100)
    seen = []
    answer_ = vision_language.VisionLanguage.answer
    monkeypatch.setattr(vision_language, "_TOKENS", 4)
    monkeypatch.setattr(
        vision_language.VisionLanguage,
        "answer",
        lambda self, pictures, question: seen.append((pictures, question)) or answer_(self, pictures, question),
    )
    words = ["ask", str(result), "--question", "What season is it?", "--device", "cpu", "--model"]
    assert main([*words, str(models / "qwen")]) == 0
    assert capsys.readouterr().out.startswith("[said by the model qwen, not measured] ")
    ((pictures, question),) = seen
    assert [picture.shape for picture in pictures] == [(300, 300, 3)] + [(100, 100, 3)] * 3
    # Around the cloud of class B, the shadow and the other cloud, which lies at the rim.
    whole = pictures[0]
    for picture, (x, y) in zip(pictures[1:], ((0, 0), (100, 100), (180, 0))):
        assert np.array_equal(picture, whole[y : y + 100, x : x + 100])
    places = "in the upper left corner, in the centre, in the upper right corner"
    assert (
        question == f"Picture 1 is the whole satellite image, the others are parts of it in full: {places}. " + words[3]
    )
    # One that sees a single picture is asked about each.
    seen.clear()
    said = run(AskJob(str(result), "这是什么季节？", str(models / "blip"), device="cpu"))["text"]
    assert [len(pictures) for pictures, _ in seen] == [1] * 4 and {question for _, question in seen} == {
        "这是什么季节？"
    }
    assert said.startswith("整幅影像：") and "；左上角：" in said and "；中央：" in said
    said = run(AskJob(str(result), "What season is it?", str(models / "captioner"), device="cpu"))["text"]
    assert said.startswith("The model takes no questions; it describes the image.")


def test_a_model_says_what_was_not_measured_beside_what_was(result, models, monkeypatch, capsys):
    monkeypatch.setattr(vision_language, "_TOKENS", 4)
    question = "How many clouds are there, and what season is it?"
    found = run(AskJob(str(result), question, str(models / "qwen"), device="cpu"))
    assert found["text"] == "cloud: 2." and found["source"] == "measured" and found["fids"] == [1, 2]
    assert found["model"] == "qwen" and isinstance(found["said"], str)
    assert main(["ask", str(result), "--question", question, "--model", str(models / "qwen")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "cloud: 2." and lines[-1] == "fid: 1, 2"
    assert lines[1].startswith("[said by the model qwen, not measured] ")


def test_a_model_folder_that_cannot_be_used_is_one_line(result, tmp_path, capsys):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(ModelError, match="no model that answers"):
            run(AskJob(str(result), "What season is it?", str(folder)))
    assert main(["ask", str(result), "--question", "What season is it?", "--model", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_answers_in_the_language_of_the_question(result, capsys):
    assert main(["ask", str(result), "--question", "云有几处？"]) == 0
    assert capsys.readouterr().out == "云共2处。\nfid: 1, 2\n"
    assert main(["ask", str(result), "--question", "What season is it?"]) == 1
    assert "You can ask" in capsys.readouterr().err
    assert main(["ask", str(result), "--question", "What is the score?", "--json"]) == 0
    assert '"fids": [1, 3, 2]' in capsys.readouterr().out
    assert np.isclose(read_facts(result).valid_area_m2, 90_000)
