"""Tables of a result are read as they are stored, while another program writes as well."""

import sqlite3
from contextlib import closing

import pytest

from rsqi_core.errors import OutputError
from rsqi_core.files.attribute_table import read_fids, read_rows


@pytest.fixture
def path(tmp_path):
    with closing(sqlite3.connect(tmp_path / "table.gpkg")) as database, database:
        database.execute("CREATE TABLE notes (key INTEGER PRIMARY KEY, text TEXT)")
        database.executemany("INSERT INTO notes VALUES (?, ?)", [(7, "b"), (2, None), (30, "a")])
    return tmp_path / "table.gpkg"


def test_ids_and_rows_are_in_rising_order_whatever_the_key_is_called(path):
    assert read_fids(path, "notes") == [2, 7, 30]
    assert read_rows(path, "notes")[0] == {"key": 2, "text": None}
    assert read_fids(path, "others") == read_rows(path, "others") == []


def test_who_keeps_the_file_locked_hides_nothing(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert read_fids(path, "notes", wait=0.0) == [2, 7, 30]
        other.rollback()


def test_what_is_no_database_is_said(tmp_path):
    (tmp_path / "text.gpkg").write_text("no database, however long this text may be" * 30)
    with pytest.raises(OutputError, match=r"text\.gpkg: its table notes cannot be read"):
        read_fids(tmp_path / "text.gpkg", "notes")
