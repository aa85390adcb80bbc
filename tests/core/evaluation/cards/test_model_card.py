"""The model card, from a run of the benchmark that was made up, so that every figure can be told by hand."""

import json
import re
from dataclasses import replace
from string import Formatter
from types import SimpleNamespace

import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.errors import OutputError, ParameterError
from rsqi_core.evaluation.benchmark import frozen
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.evaluation.benchmark.measure import Measured
from rsqi_core.evaluation.benchmark.real_results import RealResults
from rsqi_core.evaluation.benchmark.rule_results import RuleResult
from rsqi_core.evaluation.benchmark.run_model import INSPECTION, ONE_STEP, ModelResult
from rsqi_core.evaluation.benchmark.scenes import SceneResult
from rsqi_core.evaluation.cards.card_figures import auroc_of_counts, figures_by_type, figures_together
from rsqi_core.evaluation.cards.model_card import write_model_card
from rsqi_core.imagery import CLEAN, MATTES, REAL
from rsqi_core.limits import CONSTRAINTS
from rsqi_core.metrics import auroc
from rsqi_core.models.card import Card
from rsqi_core.resources import path
from rsqi_core.synthesis.compose import Sample
from rsqi_core.synthesis.defect import Defect
from rsqi_core.taxonomy import CODES, TYPES

SIDE = 32
THRESHOLDS = dict.fromkeys(CODES, 0.5) | {"shadow": None, "stitching_trace": None, "pixel_missing": None}
SETTINGS = {"task": "joint", "arch": "rsqi", "size": "m", "samples": 6400, "batch": 32, "pool": "f00d", "init": ""}
# Part, code, severity, source, second picture, what the classifier marks.
BLOCKS = (
    ("defect", "cloud", "strong", "rsscn7/a", "sen12_pairs/p", "cloud"),
    ("defect", "cloud", "medium", "rsscn7/b", "", "cloud"),
    ("defect", "cloud", "strong", "landscape/1", "", ""),
    ("defect", "cloud", "subtle", "landscape/2", "", ""),
    ("defect", "shadow", "strong", "rsscn7/c", "", "shadow"),
    ("defect", "stripe_noise", "strong", "rsscn7/d", "", ""),
    ("clean", "", "", "rsscn7/e", "", ""),
    ("clean", "", "", "rsscn7/f", "", "cloud"),
    ("decoy", "blur", "", "elsewhere/g", "", "blur"),
    ("cloud", "cloud", "", "sen12_pairs/q", "", "cloud"),
    ("veil", "cloud", "", "haze1k/r", "", "cloud"),
    ("dates", "stitching_trace", "", "naip/s", "naip/t", ""),
)
MIXED = 9


def sample(part, code, severity):
    planted = bool(code) and part != "decoy"
    labels = np.zeros(10, np.uint8)
    if planted:
        labels[CODES.index(code)] = 1
    image, cells = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((10, SIDE // 8, SIDE // 8), np.uint8)
    mask = np.ones((SIDE, SIDE), np.uint8)
    defects = (Defect(code, image, mask, severity, {}),) if planted and severity else ()
    return Sample(image, np.zeros((SIDE, SIDE), np.uint8), cells, labels, mask > 0, defects)


def scene_result(part, objects, score, true_score, touched, marked=0):
    nothing = np.zeros((0, 10))
    return SceneResult(
        part, part, 1.0, objects, {}, {"cloud": marked}, 4, touched, nothing, nothing, score, true_score, "good",
        "good" if score == true_score else "excellent",
    )  # fmt: skip


def made_up(**card):
    values = {"training": {"data": ["rsscn7", "procedural landscape"], "settings": SETTINGS}}
    values |= {"quality": {"shadow": {"auroc": 0.612}}, "thresholds": THRESHOLDS, **card}
    model_card = Card("made-up", "1", 512, (), (), temperatures=dict.fromkeys(CODES, 1.0), **values)
    blind = tuple(t.code for t in TYPES[:8] if model_card.thresholds[t.code] is None)
    model = SimpleNamespace(
        card=model_card, blind=blind, lacking=(), sizes=(5_100_000, 5_200_000), hash="0123", provider="CPU"
    )
    logits = np.full((len(BLOCKS), 10), -3.0, np.float32)
    for row, (*_, marked) in zip(logits, BLOCKS):
        if marked:
            row[CODES.index(marked)] = 3
    confusions = np.zeros((len(BLOCKS), 7, 7), np.int64)
    confusions[:, 0, 0] = 100
    confusions[:3, 1, 1], confusions[:3, 1, 0] = 30, 10  # cloud: 90 of 120 pixels
    confusions[9, 1, 1], confusions[9, 1, 0] = 60, 40
    one_step = confusions.copy()
    one_step[:3, 0, 1] = 30
    thresholds = np.array([np.inf if v is None else v for v in model_card.thresholds.values()], np.float32)
    model_result = ModelResult(
        "made up", logits, {ONE_STEP: one_step, INSPECTION: confusions}, {}, thresholds, (17.4, 44.0)
    )
    fires = np.arange(MIXED) == 5
    rule_results = [
        RuleResult("stripe_noise", "oriented", np.array([[1, 9, 9]]), 0.0, 0.0, 0.0, ~fires),
        RuleResult("stripe_noise", "oriented, classifier's gate", np.array([[60, 20, 20]]), 0.0, 0.0, 0.0, fires),
        RuleResult("pixel_missing", "isolated", np.array([[9, 0, 1]]), 0.0, 0.0, 0.0, np.zeros(MIXED, bool)),
    ]
    objects = (("cloud", "strong", 0.4), ("cloud", "medium", 0.05), ("cloud", "subtle", 0.0),
               ("stitching_trace", "strong", 0.2))  # fmt: skip
    scene_results = [scene_result("planted", objects, 80, 70, 4), scene_result("spotless", (), 100, 100, 1, marked=2)]
    blocks = [
        (Entry(str(k), part, source, second, (code,) if code else (), severity, SIDE, k), sample(part, code, severity))
        for k, (part, code, severity, source, second, _) in enumerate(BLOCKS)
    ]
    return Measured(blocks, 0, model, [model_result], rule_results, scene_results, real_results(model, thresholds))


def real_results(model, thresholds):
    """A cloud of which three quarters are found, and a clean picture with a false mark."""
    entries = [
        Entry(name, part, f"{name}/x", "", (), "", 0, 0) for part, name in (("outlined", "airbus"), ("clean", "dubai"))
    ]
    labels, outlined = np.full((2, 10), 255, np.uint8), np.zeros((2, 10), bool)
    labels[:, 0], outlined[0, 0] = (1, 0), True
    confusions = np.zeros((2, 7, 7), np.int64)
    confusions[0, 1, 1], confusions[0, 1, 0] = 75, 25
    clean = np.array([[False] * 10, [True] * 10])
    seen = {ONE_STEP: confusions, INSPECTION: confusions}
    model_result = ModelResult("made up", np.zeros((2, 10), np.float32), seen, {}, thresholds, (1.0, 1.0))
    return RealResults(entries, labels, outlined, clean, clean & (np.arange(10) == 9), 0, model, model_result)


@pytest.fixture
def data(tmp_path):
    """Two pictures of one set, one of them on the list of those held out; they are counted, not read."""
    folder = tmp_path / "data" / "clean" / "rsscn7"
    folder.mkdir(parents=True)
    for name in ("field_b009", "no_such_name"):
        (folder / f"{name}.webp").touch()
    return tmp_path / "data"


def test_auroc_of_counts_is_that_of_the_scores():
    rng = np.random.default_rng(3)
    scores, truth = rng.integers(0, 6, 40), rng.random(40) < 0.4
    counts = np.array([[(scores[truth == positive] == level).sum() for level in range(6)] for positive in (0, 1)])
    assert auroc_of_counts(counts) == pytest.approx(auroc(scores, truth))
    assert np.isnan(auroc_of_counts(np.array([[1, 2], [0, 0]])))


def test_figures_by_type_by_hand():
    measured = made_up()
    types = {t.type.code: t for t in figures_by_type(measured, measured.model.card)}
    cloud = types["cloud"]
    assert cloud.f1 == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))  # two found, one missed, one false; the subtle one is out
    assert cloud.shown_f1.startswith("0.667 (") and cloud.iou.startswith("0.750 (")
    assert (cloud.clean, cloud.decoy) == (0.5, 0)
    assert types["blur"].decoy == 1 and types["blur"].f1 == 0
    assert np.isnan(types["shadow"].f1) and types["shadow"].shown_f1 == types["shadow"].iou == "–"
    assert types["shadow"].auroc.startswith("1.000")  # it is told apart although it is not marked
    assert types["stripe_noise"].f1 == 1 and types["stripe_noise"].iou.startswith("0.600")  # the gated rule's
    assert types["pixel_missing"].by_rule and types["pixel_missing"].iou.startswith("0.900")
    assert types["stitching_misalignment"].iou == "–" and types["stitching_misalignment"].auroc == "–"


def test_figures_of_all_types_by_hand():
    figures = figures_together(made_up())
    assert (figures["real_cloud"], figures["real_clean_worst"], figures["real_clean_any"]) == (0.75, 1, 1)
    assert figures["macro_f1"].startswith(f"{(2 / 3 + 1) / 10:.3f} (")
    assert (figures["any_clean"], figures["any_decoy"], figures["touched"]) == (0.5, 1, 0.25)
    assert figures["false_objects"] == "200.0"  # two in the one megapixel
    assert figures["veil"] == "1 / 1" and figures["dates"] == "0 / 1"
    assert figures["sentinel"] == pytest.approx(0.6) and np.isnan(figures["landsat"])
    assert figures["planted"] == 3 and figures["lost"] == 2  # the subtle one counts neither way
    assert figures["score_error"] == "5.0" and figures["grade"] == 0.5
    assert figures["two_steps_precision"] == f"{1 - 90 / 180:+.3f}"


def test_both_languages_say_the_same(data, tmp_path):
    english, chinese = write_model_card(made_up(), data, tmp_path / "docs" / "card.md")
    assert (english.name, chinese.name) == ("card.md", "card.zh.md")
    en, zh = (file.read_text(encoding="utf-8") for file in (english, chinese))
    assert "(card.zh.md)" in en and "(card.md)" in zh
    tables = [re.findall(r"^\|.*", text, re.MULTILINE) for text in (en, zh)]
    figures = [[re.findall(r"(?<![\w.])[+-]?\d+\.\d+", row) for row in rows] for rows in tables]
    assert figures[0] == figures[1] and sum(map(len, figures[0])) > 60
    for text, names in ((en, [t.en for t in TYPES]), (zh, [t.zh for t in TYPES])):
        assert all(re.search(rf"^\| {name} \|", text, re.MULTILINE) for name in names)
        assert not re.search(r"[{}]|None|nan", text)
    assert not re.search("[\u4e00-\u9fff]", en.replace("中文", ""))


def test_it_names_what_is_not_marked_and_what_is_weak(data, tmp_path):
    file, _ = write_model_card(made_up(), data, tmp_path / "card.md")
    text = file.read_text(encoding="utf-8")
    (not_marked,) = re.findall(r"^\* Not marked.*", text, re.MULTILINE)
    assert ": Shadow 0.612, Stitching Trace." in not_marked
    assert "Pixel Missing" not in not_marked  # its rule marks it
    (weak,) = re.findall(r"^\* Marked, but.*", text, re.MULTILINE)
    assert weak.endswith(", Cloud 0.667.") and "Stripe Noise" not in weak  # the worst come first
    assert re.search(r"^\* Most often.*: Blur 1\.000\.$", text, re.MULTILINE)
    assert "Of 3 medium and strong errors" in text and "2 were missed" in text


def test_what_was_left_out_by_choice_is_said_apart(data, tmp_path):
    file, _ = write_model_card(made_up(withheld=("shadow",)), data, tmp_path / "card.md")
    text = file.read_text(encoding="utf-8")
    assert re.search(r"^\* Left out by choice.*: Shadow 0\.612\.$", text, re.MULTILINE)
    assert not re.search(r"^\* Not marked.*Shadow", text, re.MULTILINE)


def test_what_was_held_to_fewer_false_alarms_is_said_with_their_share(data, tmp_path):
    files = write_model_card(made_up(false_alarms=0.01, sparing=("shadow", "cloud")), data, tmp_path / "card.md")
    for file, line in zip(files, (r"^\* Held to 0\.1 % .*: Shadow, Cloud\.$", r"^\* .*0\.1% .*：阴影、云。$")):
        assert re.search(line, file.read_text(encoding="utf-8"), re.MULTILINE)
    file, _ = write_model_card(made_up(false_alarms=0.01), data, tmp_path / "card.md")
    assert "Held to" not in file.read_text(encoding="utf-8")


def test_sets_are_listed_with_licence_and_counted_pictures(data, tmp_path):
    file, _ = write_model_card(made_up(), data, tmp_path / "card.md")
    rows = dict(re.findall(r"^\| (\w+) \| (.*) \|$", file.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows["rsscn7"].endswith("| none stated | 1 | 1 | 6")
    assert rows["landscape"].endswith("| generated | generated | 2")
    assert rows["sen12_pairs"].endswith("| – | – | 2")  # a picture and an opacity; the model was not trained on it
    assert rows["elsewhere"].startswith("not known to RSQI") and rows["elsewhere"].endswith("| – | – | 1")


def test_settings_and_steps_of_the_training(data, tmp_path):
    file, _ = write_model_card(made_up(), data, tmp_path / "card.md")
    text = file.read_text(encoding="utf-8")
    assert "6400 crops in 200 steps of 32, from random weights" in text and "`samples = 6400`" in text
    assert "| Network | joint rsqi m |" in text and "`make train` packs" in text
    further = SETTINGS | {"samples": 320, "init": SETTINGS}
    on = made_up(training={"data": ["rsscn7"], "settings": further})
    text = write_model_card(on, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    first, second = (text.index(f"{n} steps of 32, from ") for n in (200, 10))
    assert first < second and "10 steps of 32, from the weights of another run" in text and "`init" not in text
    assert "`make train` packs" in text
    on = made_up(training={"data": ["rsscn7"], "settings": further | {"init": SETTINGS | {"recipes": "of old"}}})
    assert "gives other weights" in write_model_card(on, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    earlier = made_up(training={"data": ["rsscn7"], "settings": {"samples": 240, "batch": 24}})
    text = write_model_card(earlier, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "`make train` packs" not in text and "gives other weights" in text and "an earlier set of recipes" in text
    pair = made_up(training={"settings": {"classifier": SETTINGS, "segmenter": SETTINGS | {"samples": 3200}}})
    text = write_model_card(pair, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "in 200 steps" in text and "in 100 steps" in text and "joint rsqi m + joint rsqi m" in text
    started = made_up(training={"settings": SETTINGS | {"init": "run"}})
    assert "another run" in write_model_card(started, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")


def test_a_model_of_a_dataset_is_not_said_to_have_learned_from_our_sets(data, tmp_path):
    settings = {name: value for name, value in SETTINGS.items() if name != "pool"} | {"dataset": "beef"}
    recorded = made_up(training={"data": ["rsscn7"], "settings": settings})
    text = write_model_card(recorded, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "a dataset of recorded errors" in text and "`dataset = beef`" in text
    assert "errors were planted" not in text and "Never seen" not in text
    assert re.search(r"^\| rsscn7 .* – \| – \| 6 \|$", text, re.MULTILINE)


@pytest.mark.parametrize("training", [{}, {"settings": {"init": "their-checkpoint"}}])
def test_a_foreign_model_is_not_said_to_have_learned_from_our_sets(data, tmp_path, training):
    foreign = made_up(training=training, quality={})
    foreign.model.lacking = ("shadow",)
    text = write_model_card(foreign, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "says nothing of its training" in text and "Never seen" not in text and "make train" not in text
    assert (
        "GPL" not in text.split("##")[0] and "no output for: Shadow." in text and "| rsscn7 |" in text
    )  # the benchmark's pictures are still named


def test_pictures_are_linked_where_they_are(data, tmp_path):
    page = tmp_path / "docs" / "benchmark.md"
    bare = write_model_card(made_up(), data, tmp_path / "docs" / "cards" / "card.md", page)[0]
    assert "](../benchmark.md)" in bare.read_text(encoding="utf-8") and ".jpg" not in bare.read_text(encoding="utf-8")
    pictures = page.parent / "images" / "benchmark"
    pictures.mkdir(parents=True)
    for code in ("cloud", "shadow"):
        (pictures / f"{code}.jpg").touch()
    (bare.parent / "images").mkdir()
    (bare.parent / "images" / "training.svg").touch()
    text = write_model_card(made_up(), data, bare, page)[0].read_text(encoding="utf-8")
    assert "| [Cloud](../images/benchmark/cloud.jpg) |" in text and "![Cloud]" in text
    assert "![Shadow]" not in text  # only linked: what is not marked has no finds to show
    for link in re.findall(r"\]\(([^)]+\.(?:jpg|svg))\)", text):
        assert (bare.parent / link).exists()
    assert "(images/training.svg)" in text


def test_without_a_model_there_is_no_card(data, tmp_path):
    with pytest.raises(ParameterError, match="needs a model"):
        write_model_card(replace(made_up(), model=None), data, tmp_path / "card.md")
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(OutputError, match="cannot make this folder"):
        write_model_card(made_up(), data, blocked / "card.md")
    command = ["evaluate", "--data", str(data), "--model", "rules", "--card", str(tmp_path / "card.md")]
    assert main(command) == 2 and not (tmp_path / "card.md").exists()


def test_it_says_at_which_share_of_false_marks_thresholds_were_set(data, tmp_path):
    for share, said in ((None, False), (0.015, True)):
        text = write_model_card(made_up(false_alarms=share), data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
        assert ("would mark over 1.5 % of them" in text) == said


def test_a_changed_benchmark_shows_in_the_card(data, tmp_path):
    warning = "3 blocks or scenes differ from their frozen hash"
    for differing in (0, 3):
        measured = replace(made_up(), differing=differing)
        text = write_model_card(measured, data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
        assert (warning in text) == bool(differing)


def test_the_command_line_writes_both_cards(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("rsqi_core.evaluation.benchmark.measure.measure", lambda *args: made_up())
    monkeypatch.setattr("rsqi_core.evaluation.pages.page.write_page", lambda measured, page: "")
    assert main(["evaluate", "--data", str(data), "--card", str(tmp_path / "card.md")]) == 0
    assert (tmp_path / "card.md").exists() and "card.zh.md" in capsys.readouterr().err
    assert "模型卡：made-up 1" in (tmp_path / "card.zh.md").read_text(encoding="utf-8")


def test_every_text_has_both_languages_with_the_same_figures():
    texts = json.loads(path("model_card", "texts.json").read_text(encoding="utf-8"))
    for key, text in texts.items():
        en, zh = ({name for _, name, *_ in Formatter().parse(text[language]) if name} for language in ("en", "zh"))
        assert en == zh, key
    assert set(CONSTRAINTS) <= set(texts)


def test_the_licence_of_every_set_in_use_is_known():
    known = json.loads(path("model_card", "sets.json").read_text(encoding="utf-8"))
    lists = (frozen.BLOCKS, frozen.SCENES, frozen.REAL)
    used = {entry.source.partition("/")[0] for file in lists for entry in frozen.read(file)}
    assert used | {kind.name for kind in (*CLEAN, *REAL, *MATTES)} <= set(known)
    assert all(set(known[name]) == {"source", "resolution", "shows", "licence"} for name in known)


def test_a_pretrained_encoder_is_named_with_its_package_licence_and_hash(data, tmp_path):
    encoder = {"pretrained": "ImageNet", "package": "some-model", "licence": "Apache-2.0", "sha256": "0123456789ab"}
    model = made_up(training={"settings": SETTINGS, "encoder": [encoder]})
    for file in write_model_card(model, data, tmp_path / "card.md"):
        row = next(line for line in file.read_text(encoding="utf-8").splitlines() if "some-model" in line)
        assert all(value in row for value in encoder.values())


def test_it_says_how_seams_are_marked(data, tmp_path):
    plain = write_model_card(made_up(), data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "Boundary types mark whole blocks" in plain
    card = {"seams": {"low": 0.3, "enough": 30.0}}
    english, chinese = (file.read_text(encoding="utf-8") for file in
                        write_model_card(made_up(**card), data, tmp_path / "card.md"))  # fmt: skip
    assert "Boundary types are lines" in english
    assert "边界型错误为线" in chinese


def test_a_model_in_eight_bits_says_what_that_cost(data, tmp_path):
    made = {"of": "4567", "blocks": 260, "old_f1": 0.81, "new_f1": 0.8, "old_iou": 0.7, "new_iou": 0.69, "gain": 1.43}
    model = made_up(precision="int8", training={"settings": SETTINGS, "int8": made})
    for file in write_model_card(model, data, tmp_path / "card.md"):
        (row,) = (line for line in file.read_text(encoding="utf-8").splitlines() if "int8" in line)
        assert all(str(value) in row for value in made.values())
    text = write_model_card(made_up(), data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "eight bits" not in text


def test_a_teacher_is_named_and_its_licence_holds_however_long_ago_it_taught(data, tmp_path):
    taught = SETTINGS | {"teacher": "ba5eba11"}
    for settings in (taught, SETTINGS | {"init": taught}):
        file, chinese = write_model_card(made_up(training={"settings": settings}), data, tmp_path / "card.md")
        text = file.read_text(encoding="utf-8")
        assert "answers of two Hugging Face networks as well (`ba5eba11`)" in text and "of its teacher" in text
        assert "教师模型" in chinese.read_text(encoding="utf-8")
    text = write_model_card(made_up(), data, tmp_path / "card.md")[0].read_text(encoding="utf-8")
    assert "teacher" not in text
