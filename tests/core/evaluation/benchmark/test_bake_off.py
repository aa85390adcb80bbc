import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from rsqi_core.classify import as_tile
from rsqi_core.evaluation.benchmark import bake_off
from rsqi_core.evaluation.benchmark.bake_off import CANDIDATES, RUNS, Graph
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.metrics import auroc
from rsqi_core.models.architectures import architecture
from rsqi_core.models.export import write_uncalibrated
from rsqi_core.models.network import Network
from rsqi_core.synthesis.compose import sample_of
from rsqi_core.synthesis.defect import Defect
from rsqi_core.training.loop import normalise

torch.set_num_threads(1)


def test_every_candidate_classifies_and_segments_and_nothing_is_trained_twice():
    assert len({run.name for run in RUNS}) == len(RUNS)
    for run in RUNS:
        architecture(run.task, run.arch).checked(run.size)
    for candidate in CANDIDATES:
        first, last = candidate.runs[0].task, candidate.runs[-1].task
        assert (first, last) in {("joint", "joint"), ("classifier", "segmenter")}


def picture(side=64, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Network((8, 8, 8, 8), (1, 1, 1, 1)).eval()


@pytest.fixture(scope="module")
def graphs(network, tmp_path_factory):
    (folder,) = write_uncalibrated(network, tmp_path_factory.mktemp("model"))
    return {file.stem: Graph(file) for file in folder.glob("*.onnx")}


def test_a_graph_answers_as_the_network_does(network, graphs):
    image = picture()
    with torch.no_grad():
        images = normalise(torch.from_numpy(image[None]))
        logits, pixels = network.classify(images)[0].numpy(), network.segmentation(images)[0].numpy()
    assert np.allclose(graphs["classifier"](image), logits, atol=0.05)
    assert graphs["segmenter"](image).shape == (7, 64, 64)
    assert np.allclose(graphs["segmenter"](image), pixels, atol=0.05)


def test_a_graph_of_one_size_gets_smaller_images_mirrored(tmp_path):
    torch.manual_seed(0)
    network = Network((8, 8, 8, 8), (1, 1, 1, 1), heads=("segmentation",)).eval()
    network.fixed = True
    (file,) = write_uncalibrated(network, tmp_path)
    image = picture(side=96)
    with torch.no_grad():
        tile = torch.from_numpy(as_tile(image, 512)[None])
        expected = network.segmentation(normalise(tile))[0, :, :96, :96].numpy()
    assert np.allclose(Graph(file)(image), expected, atol=0.05)


def test_answers_are_those_of_each_block(graphs):
    samples = [sample_of(picture(seed=seed), (), np.ones((64, 64), bool)) for seed in range(3)]
    logits = bake_off.classify(graphs["classifier"], samples)
    assert logits.shape == (3, 10) and np.array_equal(logits[1], graphs["classifier"](samples[1].image))
    confusions = bake_off.segment(graphs["segmenter"], samples)
    assert (confusions.sum((1, 2)) == 64 * 64).all() and confusions[:, 1:].sum() == 0
    found = graphs["segmenter"](samples[2].image).argmax(0)
    assert np.array_equal(confusions[2, 0], np.bincount(found.ravel(), minlength=7))


class Marker:
    """Sees a stripe with p = .7 where the image is red, and a lost pixel for certain where it is black."""

    def __call__(self, image):
        red, black = image[..., 0] > 200, (image == 0).all(-1)
        return np.stack([np.where(red, np.log(0.7 / 0.3), -9), np.where(black, 9, -9)])


def entry(part):
    return Entry(part, part, "", "", (), "", 64, 0)


def test_the_pixel_network_is_judged_at_each_level():
    clean = np.full((64, 64, 3), 100, np.uint8)
    image, mask = clean.copy(), np.zeros((64, 64), np.uint8)
    image[10, :20], mask[10, 10:30] = (255, 0, 0), 1
    decoy = clean.copy()
    decoy[:4, :4] = 0
    valid = np.ones((64, 64), bool)
    defect = Defect("stripe_noise", image, mask, "strong")
    blocks = [
        (entry("defect"), sample_of(image, (defect,), valid)),
        (entry("clean"), sample_of(clean, (), valid)),
        (entry("decoy"), sample_of(decoy, (), valid)),
    ]
    found = {(r.code, r.rule): r for r in bake_off.mark(Marker(), blocks, (0.5, 0.9), "net")}
    stripes = found["stripe_noise", "net, p >= 0.5"]
    assert stripes.counts.tolist() == [[10, 10, 10]] and stripes.iou() == pytest.approx(1 / 3)
    assert found["stripe_noise", "net, p >= 0.9"].counts.tolist() == [[0, 0, 20]]
    missing = found["pixel_missing", "net, p >= 0.9"]
    assert (missing.clean_blocks, missing.decoy_blocks, len(missing.counts)) == (0, 1, 0)


def test_calls_are_timed_in_turns():
    order = []
    calls = {name: lambda tile, name=name: order.append((name, tile)) for name in "ab"}
    spent = bake_off.milliseconds(calls, [1, 2], rounds=3)
    assert order == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert {name: len(values) for name, values in spent.items()} == {"a": 3, "b": 3}


def test_unknown_labels_take_no_part_in_a_score():
    logits = np.array([[3.0, 0], [2, 0], [1, 1], [9, 2]])
    truth = np.array([[1, 0], [0, 1], [0, 0], [255, 255]])
    assert bake_off.by_type(auroc, logits, truth).tolist() == [1.0, 0.25]


def test_the_interval_of_a_statistic_holds_its_value_and_narrows_with_more_blocks():
    rng = np.random.default_rng(1)
    widths = []
    for count in (50, 5000):
        values = rng.normal(size=count)
        low, high = bake_off.resampled(lambda rows, values=values: values[rows].mean(), count)
        assert low < values.mean() < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 5
    assert widths[0] == pytest.approx(2 * 1.96 / 50**0.5, rel=0.4)


@pytest.fixture
def page(monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[4] / "tools"))
    import bake_off_page

    yield bake_off_page
    del sys.modules["bake_off_page"]


def results(sharp):
    """Answers on 40 blocks; the networks named in `sharp` are right about all of them, the others guess."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, (40, 10))
    result = {"rule": "r", "counts": [[1, 1, 2]], "clean_area": 0.0, "clean_blocks": 0.0, "decoy_blocks": 0.0}
    rule_results = [{"code": code, "found": [], **result} for code in ("stripe_noise", "pixel_missing")]
    runs, spent = {}, {}
    for run in RUNS:
        parts = {"joint": ("classifier", "segmenter")}.get(run.task, (run.task,))
        right = run.name in sharp
        hits = np.eye(7, dtype=int) * 9 + (0 if right else rng.integers(1, 9, (7, 7)))
        runs[run.name] = {
            "millions": 1.5,
            "megabytes": dict.fromkeys(parts, 2.0),
            "logits": (truth if right else rng.normal(size=truth.shape)).tolist(),
            "confusions": [hits.tolist()] * 12,
            "rulings": rule_results,
        }
        spent |= {f"{run.name} {part}": [10.0, 12.0, 90.0] for part in parts}
    terms = {"samples": 320, "side": 192, "every": 1}
    return {"terms": terms, "truth": truth.tolist(), "rules": rule_results, "runs": runs, "milliseconds": spent}


def test_the_page_tells_what_was_measured(page, tmp_path):
    curve = {"step": 10, "f1": 0.5, "labels": 0.3, "miou": 0.2, "segmentation": 1.0, "iou": 0.5, "pixels": 0.1}
    for run in RUNS:
        (tmp_path / run.name).mkdir()
        (tmp_path / run.name / "curve.jsonl").write_text(json.dumps(curve) + "\n")
    page.write(results(sharp=("joint-rsqi-m",)), tmp_path, tmp_path / "docs" / "page.md")
    text = (tmp_path / "docs" / "page.md").read_text()
    assert "Highest mean AUROC: RSQI m, joint; highest mIoU: RSQI m, joint;" in text
    row = "| RSQI m, joint | 1.000 (1.000–1.000) | 1.000 | 1.000 (1.000–1.000) | 1.5 | 4.0 | 12 | 12 | 24 |"
    assert row in text  # the median: one round in which the machine was busy does not count
    changes = text[text.index("| change |") : text.index("Differences")].splitlines()[2:6]
    assert all(line.count("**-0.") == 2 for line in changes)
    assert "| stripe_noise | r | 1 | 0.250" in text
    for name, label in (("bake-off.svg", "RSQI s, joint"), ("bake-off-curves.svg", "joint-rsqi-s")):
        assert f"](images/{name})" in text
        assert label in (tmp_path / "docs" / "images" / name).read_text()
