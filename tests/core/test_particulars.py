"""Who inspected for whom: what is kept in a result, what a picture has to be, and what a report prints of it."""

import base64
import io
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace

import cv2
import numpy as np
import pytest

from rsqi_core.cli import main
from rsqi_core.errors import OutputError, ParameterError
from rsqi_core.files.earlier import read_earlier
from rsqi_core.files.particulars_table import read_particulars, store_particulars
from rsqi_core.particulars import (
    LARGEST,
    Particulars,
    data_uri,
    particulars_from_mapping,
    picture_of,
    picture_size,
    read_picture,
)


def picture(ending=".png", width=60, height=20):
    rgb = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(ending, rgb)[1].tobytes()


@pytest.fixture
def database(tmp_path):
    """A GeoPackage as far as a table without geometry needs one."""
    path = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT,"
            " description TEXT, last_change TEXT, srs_id INTEGER)"
        )
        made.execute("CREATE TABLE errors (fid INTEGER PRIMARY KEY)")
        made.execute("CREATE TABLE summary (fid INTEGER PRIMARY KEY)")
    return path


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_whole_picture_passes_and_a_cut_one_does_not(tmp_path, ending):
    data, path = picture(ending), tmp_path / f"sign{ending}"
    path.write_bytes(data)
    assert read_picture(path) == data and picture_size(data) == (60, 20)
    assert picture_of(data_uri(data)) == data
    for cut in (len(data) // 2, len(data) - 3):
        path.write_bytes(data[:cut])
        with pytest.raises(ParameterError, match=f"sign{ending}: the picture is damaged"):
            read_picture(path)


def test_a_flipped_byte_of_a_png_is_seen():
    data = bytearray(picture())
    data[len(data) // 2] ^= 1
    assert picture_size(bytes(data)) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<svg onload='alert(1)'/>", "no PNG or JPEG"),
        (b"", "no PNG or JPEG"),
        (picture() + bytes(LARGEST), "larger than 512 KiB"),
        (picture(width=5000, height=2), "5000 x 2 px"),
    ],
)
def test_what_is_no_picture_is_one_clear_line(tmp_path, data, words):
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(ParameterError, match=words) as caught:
        read_picture(tmp_path / "x.png")
    assert "\n" not in str(caught.value)
    with pytest.raises(ParameterError, match="cannot read the picture"):
        read_picture(tmp_path / "gone.png")
    with pytest.raises(ParameterError, match="cannot read the picture"):
        read_picture(tmp_path)


def test_texts_are_kept_on_one_line():
    assert particulars_from_mapping({"station": " a\n\tb\x00c ", "client": None}) == Particulars(station="a b c")
    assert len(particulars_from_mapping({"project": "x" * 1000}).project) == 300
    for values in ({"colour": "red"}, {"station": 7}):
        with pytest.raises(ParameterError):
            particulars_from_mapping(values)


def test_a_result_keeps_it_and_is_no_longer_replaced_without_a_word(database):
    assert read_particulars(database).is_empty and read_earlier(database).verdicts == 0
    full = Particulars("站", "甲", "P", "H50", "合同", "张三", picture(), picture(".jpg"))
    store_particulars(database, full)
    store_particulars(database, replace(full, client="乙"))
    assert read_particulars(database) == replace(full, client="乙")
    found = read_earlier(database)
    assert found.is_own and found.verdicts == 1
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'particulars'").fetchone() == (
            "attributes",
        )
        assert opened.execute("SELECT count(*) FROM particulars").fetchone() == (1,)


def test_columns_of_a_later_version_stay(database):
    store_particulars(database, Particulars(station="a"))
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("ALTER TABLE particulars ADD COLUMN licence TEXT")
        opened.execute("UPDATE particulars SET licence = 'L', logo = x'00'")
    assert read_particulars(database).logo == b""  # what is no picture is not printed
    store_particulars(database, Particulars(station="b"))
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("SELECT station, licence FROM particulars").fetchone() == ("b", "L")


def test_a_locked_file_is_said_at_once_and_nothing_changes(database):
    store_particulars(database, Particulars(station="a"))
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match="locked"):
            store_particulars(database, Particulars(station="b"), wait=0.05)
        other.execute("ROLLBACK")
    assert read_particulars(database).station == "a"


def test_what_was_given_goes_before_what_is_kept():
    kept = Particulars(station="a", client="b", logo=b"1")
    assert Particulars(client="c").over(kept) == Particulars(station="a", client="c", logo=b"1")


def test_score_keeps_it_and_report_prints_it(small_result, tmp_path, capsys):
    path, _ = small_result
    (tmp_path / "logo.png").write_bytes(picture())
    (tmp_path / "sign.jpg").write_bytes(picture(".jpg"))
    given = ["--station", "<b>站</b>", "--client", "甲 & 乙", "--sheet", "H50G001", "--inspector", "张三"]
    files = ["--logo", str(tmp_path / "logo.png"), "--signature", str(tmp_path / "sign.jpg")]
    before = path.read_bytes()
    assert main(["score", str(path), "--dry-run", *given, *files]) == 0 and path.read_bytes() == before
    assert main(["score", str(path), *given, *files]) == 0
    outputs = [str(tmp_path / f"r.{ending}") for ending in ("html", "xlsx")]
    words = [word for output in outputs for word in ("--output", output)]
    before = path.read_bytes()
    assert main(["report", str(path), "--client", "丙", "--language", "en", *words]) == 0
    assert path.read_bytes() == before
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;站&lt;/b&gt;" in page and "<b>站" not in page
    assert "丙" in page and "甲 &amp; 乙" not in page and "H50G001" in page
    assert f'<img src="data:image/png;base64,{base64.b64encode(picture()).decode()}"' in page
    assert page.index("data:image/jpeg;base64") < page.index("Errors by type")  # the signature is by the verdict
    with zipfile.ZipFile(io.BytesIO((tmp_path / "r.xlsx").read_bytes())) as book:
        assert {name.rpartition(".")[2] for name in book.namelist() if "media" in name} == {"png", "jpeg"}
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "H50G001" in texts and "The image in words" in texts and "This satellite image contains" in texts
    capsys.readouterr()
    (tmp_path / "logo.png").write_bytes(b"GIF89a")
    assert main(["report", str(path), *files, "--overwrite", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["report", str(path), "--logo", outputs[0], *words]) == 2


def test_a_report_does_not_overwrite_its_own_logo(small_result, tmp_path):
    path, _ = small_result
    logo = tmp_path / "logo.html"
    logo.write_bytes(picture())
    assert main(["report", str(path), "--logo", str(logo), "--output", str(logo), "--overwrite"]) == 1
    assert logo.read_bytes() == picture()


def test_the_image_in_words_is_that_of_describe(small_result, tmp_path, capsys):
    path, _ = small_result
    for language in ("zh", "en"):
        assert main(["describe", str(path), "--language", language]) == 0
        sentences = capsys.readouterr().out.strip().splitlines()
        page = tmp_path / f"{language}.html"
        assert main(["report", str(path), "--language", language, "--output", str(page)]) == 0
        capsys.readouterr()
        text = page.read_text(encoding="utf-8")
        assert len(sentences) > 1 and all(f'<p class="plain">{sentence}</p>' in text for sentence in sentences)
