"""The dataset on disk: what it holds, and that Hugging Face opens it."""

import json
from collections import Counter

import cv2
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from test_records import write_shapefile

from rsqi_core.dataset.build import Settings, build
from rsqi_core.dataset.tables import retain
from rsqi_core.describe import caption, summarize_mask
from rsqi_core.errors import OutputError, ParameterError, RsqiError
from rsqi_core.limits import NEGATIVES
from rsqi_core.taxonomy import TYPES

SIDE = 384
FIELD = [t.zh for t in TYPES]


def square(column, row, side=20):
    left, top = 500_000 + column, 2_900_000 - row
    return shapely.box(left, top - side, left + side, top)


def write_raster(path, width=SIDE, height=SIDE, dtype="uint8", seed=0, empty=0):
    """An image of 1 m; `empty` columns at its left are nodata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    high = 255 if dtype == "uint8" else 4000
    pixels = np.random.default_rng(seed).integers(1, high, (3, height, width)).astype(dtype)
    pixels[:, :, :empty] = 0
    with rasterio.open(
        path, "w", driver="HFA" if path.suffix == ".img" else "GTiff", width=width, height=height, count=3, dtype=dtype,
        crs="EPSG:4545", transform=from_origin(500_000, 2_900_000, 1, 1), nodata=0,
    ) as target:  # fmt: skip
        target.write(pixels)
    return pixels


@pytest.fixture
def station(tmp_path):
    """Twenty images; of their thirty-six blocks of 64 px every second one has a square of some type."""
    root = tmp_path / "记录"
    for n in range(20):
        folder = root / f"第{n}幅"
        write_raster(folder / f"image.{'img' if n % 2 else 'tif'}", seed=n)
        cells = [(x, y) for x in range(0, SIDE, 64) for y in range(0, SIDE, 64)][n % 2 :: 2]
        shapes = [square(x + 10, y + 10) for x, y in cells]
        texts = [FIELD[(n + i) % 10] for i in range(len(shapes))]
        write_shapefile(folder / "记录.shp", texts, shapes, encoding="GBK" if n % 3 else "UTF-8")
    return root


def rows(folder, name="metadata.jsonl"):
    return {
        part: [json.loads(line) for line in (folder / part / name).read_text(encoding="utf-8").splitlines()]
        for part in ("train", "test")
        if (folder / part).exists()
    }


def load(folder, row, kind):
    return cv2.imdecode(np.fromfile(folder / row[kind], np.uint8), cv2.IMREAD_UNCHANGED)


def test_what_is_on_disk(station, tmp_path):
    out = tmp_path / "data set"
    built = build([station], out, Settings(sizes=(64, 128), negatives=0.25))
    parts = rows(out)
    assert {part: len(part_rows) for part, part_rows in parts.items()} == built.totals and not built.failed
    everything = [(out / part, row) for part, part_rows in parts.items() for row in part_rows]
    assert abs(sum(not row["labels"] for _, row in everything) / len(everything) - 0.25) < 0.01
    assert abs(built.totals["test"] / len(everything) - 0.1) < 0.01
    for folder, row in everything:
        image, mask = load(folder, row, "file_name"), load(folder, row, "mask_file_name")
        assert image.shape == (row["size"], row["size"], 3) and mask.shape == image.shape[:2]
        summaries = summarize_mask(mask)
        assert row["labels"] == [summary.error_type.id for summary in summaries]
        assert row["labels"] or not mask.any()
        assert (row["description"], row["description_en"]) == (caption(summaries), caption(summaries, "en"))
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_pixels_of_image_and_mask(station, tmp_path):
    (folder, *_) = sorted(p for p in station.iterdir() if p.name == "第0幅")
    out = tmp_path / "out"
    build([folder], out, Settings(sizes=(64,), test=0, negatives=0))
    with rasterio.open(folder / "image.tif") as source:
        pixels = np.moveaxis(source.read(), 0, -1)
    for row in rows(out)["train"]:
        x, y = row["x"], row["y"]
        image = load(out / "train", row, "file_name")[..., ::-1]
        np.testing.assert_array_equal(image, pixels[y : y + 64, x : x + 64])
        expected = np.zeros((64, 64), np.uint8)
        expected[10:30, 10:30] = row["labels"][0]
        np.testing.assert_array_equal(load(out / "train", row, "mask_file_name"), expected)


def test_hugging_face_opens_it_as_it_is(station, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    out = tmp_path / "out"
    build([station], out, Settings(sizes=(64,)))
    opened = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert set(opened) == {"train", "test"}
    for part, part_rows in rows(out).items():
        features = opened[part].features
        assert isinstance(features["image"], datasets.Image) and isinstance(features["mask"], datasets.Image)
        assert list(features) == [
            "image", "mask", "labels", "description", "description_en", "scene", "raster", "x", "y", "size",
            "synthetic",
        ]  # fmt: skip
        assert opened[part]["labels"][:] == [row["labels"] for row in part_rows]
    first = opened["train"][0]
    assert (first["image"].mode, first["mask"].mode, first["image"].size) == ("RGB", "L", (64, 64))
    assert set(np.unique(first["mask"])) == {0, *first["labels"]}
    questions = datasets.load_dataset(
        "json", data_files=str(out / "train" / "qa.jsonl"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert questions.column_names == ["image", "question", "answer", "language", "type"]


def test_the_card_is_yaml_and_counts(station, tmp_path):
    yaml = pytest.importorskip("yaml")
    out = tmp_path / "out"
    built = build([station], out, Settings(sizes=(64,), languages=("en",)))
    _, header, text = (out / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    head = yaml.safe_load(header)
    assert head["language"] == ["en"] and head["license"] == "unknown"
    assert [f["name"] for f in head["dataset_info"]["features"]] == [
        "image", "mask", "labels", "description", "scene", "raster", "x", "y", "size", "synthetic"
    ]  # fmt: skip
    count = built.counts
    assert f"| 3 | Stretching Blur Pattern | 拉花 | {count['train'][3]} | {count['test'][3]} |" in text
    assert rows(out)["train"][0]["description"].startswith("The satellite image contains")


def test_questions_keep_every_yes_and_a_fifth_of_the_rest(station, tmp_path):
    out = tmp_path / "out"
    built = build([station], out, Settings(sizes=(64,)))
    tables, questions = rows(out), rows(out, "qa.jsonl")
    for part, pairs in questions.items():
        assert len(pairs) == built.questions[part]
        negative = [p for p in pairs if p["answer"].startswith(("否", "No"))]
        yes = sum(1 + len(row["labels"]) if row["labels"] else 0 for row in tables[part]) * 2
        assert len(pairs) - len(negative) == yes
        assert len(negative) == round(0.2 * (len(tables[part]) * 11 * 2 - yes))
        assert {p["image"] for p in pairs} <= {row["file_name"] for row in tables[part]}
        assert {p["language"] for p in pairs} == {"zh", "en"}
    assert {p["type"] for p in questions["train"]} == {"any", *(t.code for t in TYPES)}


def test_retain_is_seeded():
    positive = np.arange(1000) % 10 == 0
    kept, again, other = (retain(positive, 0.2, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (kept == again).all() and (kept != other).any()
    assert kept[positive].all() and kept[~positive].sum() == 180


def test_the_same_seed_gives_the_same_bytes(station, tmp_path):
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (5, 5, 6)):
        build([station / "第0幅", station / "第1幅"], folder, Settings(sizes=(64,), seed=seed))
    files = [{p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders]
    assert files[0] == files[1] != files[2]


def test_the_two_parts_are_alike_and_share_no_pixel(station, tmp_path):
    out = tmp_path / "out"
    built = build([station], out, Settings(sizes=(64, 128), overlap=0.5, negatives=0.1))
    share = built.totals["test"] / sum(built.totals.values())
    assert 0.05 < share < 0.15
    for n in range(1, 11):
        assert 0 < built.counts["test"][n] < 0.3 * built.counts["train"][n], n
    boxes = {part: Counter() for part in ("train", "test")}
    for part, part_rows in rows(out).items():
        for row in part_rows:
            name = row["file_name"].split("-")[0]
            for x in range(row["x"], row["x"] + row["size"], 32):
                boxes[part].update((name, x, y) for y in range(row["y"], row["y"] + row["size"], 32))
    assert not boxes["train"].keys() & boxes["test"].keys()


def test_nodata_and_what_lies_outside_is_255(tmp_path):
    write_raster(tmp_path / "a" / "a.tif", 100, 90, empty=30)
    write_shapefile(tmp_path / "a" / "a.shp", ["有云"], [square(20, 20, 40)])
    build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(128,), test=0, negatives=0))
    (row,) = rows(tmp_path / "out")["train"]
    mask = load(tmp_path / "out" / "train", row, "mask_file_name")
    expected = np.full((128, 128), 255)
    expected[:90, 30:100] = 0
    expected[20:60, 30:60] = 1
    np.testing.assert_array_equal(mask, expected)
    assert not load(tmp_path / "out" / "train", row, "file_name")[mask == 255].any()


def test_lost_pixels_that_the_image_calls_nodata_are_the_error_they_are(tmp_path):
    write_raster(tmp_path / "a" / "a.tif", 64, 64, empty=20)
    write_shapefile(tmp_path / "a" / "a.shp", ["像素缺失", "有云"], [square(5, 5, 30), square(0, 40, 24)])
    build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(64,), test=0, negatives=0))
    mask = load(tmp_path / "out" / "train", rows(tmp_path / "out")["train"][0], "mask_file_name")
    assert mask[5:35, 5:35].min() == mask[5:35, 5:35].max() == 10
    assert (mask[40:, :20] == 255).all() and (mask[40:, 20:24] == 1).all()


def test_blocks_that_are_hardly_image_are_left_out(tmp_path):
    write_raster(tmp_path / "a" / "a.tif", 192, 64, empty=60)
    write_shapefile(tmp_path / "a" / "a.shp", ["有云"] * 2, [square(61, 10, 3), square(140, 10)])
    build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(64,), test=0, negatives=0.5))
    assert [row["x"] for row in rows(tmp_path / "out")["train"]] == [128, 64]


def test_deep_rasters_are_stretched(tmp_path):
    write_raster(tmp_path / "a" / "a.tif", dtype="uint16")
    write_shapefile(tmp_path / "a" / "a.shp", ["有云"], [square(10, 10)])
    build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(64,), test=0, negatives=0))
    image = load(tmp_path / "out" / "train", rows(tmp_path / "out")["train"][0], "file_name")
    assert image.dtype == np.uint8 and image.min() < 20 and image.max() > 235 and 100 < image.mean() < 155


def keep_warnings(lines):
    """Return a callback for events that appends the messages of warnings to a list."""
    return lambda event, **values: event == "warning" and lines.append(values["message"])


def test_blocks_with_unknown_errors_are_neither_positive_nor_negative(tmp_path):
    write_raster(tmp_path / "a" / "a.tif", 256, 64)
    shapes = [square(10, 10), square(74, 10), square(80, 40, 10)]
    write_shapefile(tmp_path / "a" / "a.shp", ["有云", "偏色", "有云"], shapes)
    told = []
    build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(64,), test=0, negatives=0.9), emit=keep_warnings(told))
    assert sorted(row["x"] for row in rows(tmp_path / "out")["train"]) == [0, 128, 192]
    assert sum("偏色" in line for line in told) == 1 and any("unknown type: 1" in line for line in told)
    assert any("missing for the wanted share: 7" in line for line in told)


def test_every_unknown_description_is_reported_once_with_its_count(tmp_path):
    for n, texts in enumerate((["有云", "偏色", "偏色"], ["偏色", "不明"])):
        write_raster(tmp_path / "a" / f"{n}" / "a.tif", 256, 64)
        write_shapefile(tmp_path / "a" / f"{n}" / "a.shp", texts, [square(64 * i, 10) for i in range(len(texts))])
    told = []
    build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(64,), test=0, negatives=0), emit=keep_warnings(told))
    about = [line for line in told if line.startswith("the description")]  # the test's own folder has the word too
    assert len(about) == 2 and "'偏色'" in about[0] and "(errors: 3)" in about[0] and "'不明'" in about[1]


def test_one_bad_record_does_not_stop_the_rest(station, tmp_path):
    (station / "第3幅" / "image.img").write_bytes(b"nothing")
    (station / "第4幅" / "记录.shp").write_bytes(b"nothing")
    (station / "第5幅" / "image.img").unlink()
    (tmp_path / "empty").mkdir()
    told = []
    built = build([station, tmp_path / "empty"], tmp_path / "out", Settings(sizes=(64,)), emit=keep_warnings(told))
    assert built.failed == 4 and len(told) == 4 and not any("\n" in line for line in told)
    assert sum(any(name in line for name in ("第3幅", "第4幅", "第5幅", "empty")) for line in told) == 4


def test_a_raster_counts_once(station, tmp_path):
    told = []
    built = build([station / "第0幅", station], tmp_path / "out", Settings(sizes=(64,)), emit=keep_warnings(told))
    assert built.failed == 1 and "a second record of this raster" in told[0]


def test_too_few_blocks_for_a_test_part(tmp_path):
    write_raster(tmp_path / "a" / "a.tif", 128, 64)
    write_shapefile(tmp_path / "a" / "a.shp", ["有云"], [square(10, 10)])
    told = []
    built = build([tmp_path / "a"], tmp_path / "out", Settings(sizes=(64,)), emit=keep_warnings(told))
    assert list(built.totals) == ["train"] and any("no test part" in line for line in told)


def test_nothing_is_written_where_nothing_is_found(tmp_path):
    write_raster(tmp_path / "a" / "a.tif")
    write_shapefile(tmp_path / "a" / "a.shp", [])
    with pytest.raises(RsqiError, match="nothing was written"):
        build([tmp_path / "a"], tmp_path / "out", Settings())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a"]


def test_an_output_that_exists_is_left_alone(station, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    build([station / "第0幅"], out, Settings(sizes=(64,)))  # empty: may be used
    before = sorted(out.rglob("*"))
    with pytest.raises(OutputError, match="exists already"):
        build([station], out, Settings())
    assert sorted(out.rglob("*")) == before


@pytest.mark.parametrize(
    "wrong", [{"sizes": ()}, {"sizes": (16,)}, {"overlap": 1.0}, {"test": -0.1}, {"negatives": 1.0}]
)
def test_wrong_settings(wrong):
    with pytest.raises(ParameterError):
        Settings(**wrong)


def test_the_paper_s_share_of_negatives():
    assert pytest.approx(1027 / (1027 + 2855)) == NEGATIVES
