"""The scenes of a lot as they are now, and what a second person makes of them."""

import contextlib
import json
import sqlite3

import pytest

from rsqi_core.batch.lot_table import OPEN, PASSES, REJECTED, WAITING, read_lot, read_review, stamp_of
from rsqi_core.batch.outcome import DONE, FAILED, Outcome, outcome_of
from rsqi_core.batch.state import State
from rsqi_core.errors import OutputError
from rsqi_core.files.earlier import read_earlier
from rsqi_core.files.second_review import Verdict, draw, first_verdicts, judge, read_drawn
from rsqi_core.scoring.agreement import agree

ERRORS = [  # type, status, by, at
    (1, "accepted", "Li", "2026-11-02T08:00:00Z"),
    (2, "rejected", "Li", "2026-11-03T08:00:00Z"),
    (3, "unreviewed", "", ""),
    (10, "added", "Wang", "2026-11-01T08:00:00Z"),
]


@pytest.fixture
def result(tmp_path):
    def write(name="a", errors=ERRORS, score=88.0, grade="good"):
        path = tmp_path / f"{name}.gpkg"
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute(
                "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT UNIQUE, "
                "last_change DATETIME)"
            )
            database.execute("CREATE TABLE summary (raster TEXT, score REAL, grade TEXT)")
            database.execute("INSERT INTO summary VALUES ('/d/a.tif', ?, ?)", (score, grade))
            database.execute(
                "CREATE TABLE errors (fid INTEGER PRIMARY KEY, category_id INTEGER, status TEXT, edited_by TEXT, "
                "edited_at TEXT)"
            )
            database.executemany(
                "INSERT INTO errors (category_id, status, edited_by, edited_at) VALUES (?, ?, ?, ?)", errors
            )
        return path

    return write


def test_a_result_says_who_has_reviewed_it_and_when(result):
    found = read_review(result())
    assert (found.score, found.grade, found.errors, found.total, found.unreviewed) == (88.0, "good", 3, 4, 1)
    assert found.by == ("Li", "Wang") and found.at == "2026-11-03T08:00:00Z" and found.second == ()


def test_what_is_no_result_says_nothing(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"no database")
    assert read_review(tmp_path / "a.gpkg") is None and read_review(tmp_path / "gone.gpkg") is None


def test_the_worst_comes_first_and_what_waits_last(result, tmp_path):
    state = State(tmp_path)
    state.name({f"/d/{name}.tif": name for name in ("good", "poor", "waits", "broken", "gone")})
    for name in ("good", "poor", "gone"):
        state.note(f"/d/{name}.tif", Outcome(DONE, marker="m"))
    state.note("/d/broken.tif", Outcome(FAILED, "cannot be opened"))
    state.save(at_once=True)
    result("good", [(1, "accepted", "Li", "")], 95.0, "excellent")
    result("poor", [(1, "accepted", "Li", "")], 40.0, "rejected")
    entries = [
        type(each)(each.scene, each.result, each.outcome, read_review(each.result)) for each in read_lot(tmp_path)
    ]
    in_order = sorted(entries, key=lambda each: each.rank)
    assert [each.name for each in in_order] == ["broken", "poor", "good", "gone", "waits"]
    assert [each.verdict for each in in_order] == [OPEN, REJECTED, PASSES, OPEN, OPEN]
    assert [each.status for each in in_order][3:] == [WAITING] * 2, "the result was taken away"
    assert read_lot(tmp_path / "nowhere") == []


def test_the_names_of_scenes_that_wait_are_noted_before_any_ends(tmp_path):
    state = State(tmp_path)
    state.name({"/d/a.tif": "a"})
    state.save(at_once=True)
    assert [entry.name for entry in read_lot(tmp_path)] == ["a"]
    before = (tmp_path / "lot.json").stat().st_mtime_ns
    state.name({"/d/a.tif": "a"})
    state.save(at_once=True)
    assert (tmp_path / "lot.json").stat().st_mtime_ns == before


def test_a_second_person_judges_without_touching_the_first_verdicts(result):
    path = result()
    with contextlib.closing(sqlite3.connect(path)) as database:
        before = database.execute("SELECT * FROM errors").fetchall()
    verdicts = first_verdicts(path)
    assert verdicts == [Verdict(1, 1, "Li"), Verdict(2, 0, "Li"), Verdict(4, 10, "Wang")]
    stamp = stamp_of(path)
    draw(path, verdicts[:2])
    assert [each.second for each in read_drawn(path)] == [None, None] and stamp_of(path) != stamp
    assert judge(path, Verdict(1, 1, "Zhao")) and judge(path, Verdict(2, 2, "Zhao"))
    assert judge(path, Verdict(2, 0, "Zhao")), "one's own verdict can be changed"
    assert not judge(path, Verdict(2, 1, "Sun")), "nobody else's"
    assert not judge(path, Verdict(1, 2, "Li")), "nor can the first person be the second"
    draw(path, verdicts)
    found = read_drawn(path)
    assert [(each.first.category_id, each.second and each.second.category_id) for each in found] == [
        (1, 1), (0, 0), (10, None)
    ]  # fmt: skip
    assert read_review(path).second == ((1, 1), (0, 0)) and read_review(path).drawn == 3
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT * FROM errors").fetchall() == before
        assert database.execute("SELECT data_type FROM gpkg_contents").fetchall() == [("attributes",)]
    earlier = read_earlier(path)
    assert earlier.is_own and earlier.verdicts == 3 + 2, "a result with a second review is not replaced"


def test_the_first_verdict_counts_as_it_was_when_it_was_drawn(result):
    path = result()
    draw(path, first_verdicts(path)[:1])
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE errors SET status = 'rejected' WHERE fid = 1")
    judge(path, Verdict(1, 0, "Zhao"))
    assert read_review(path).second == ((1, 0),)


def test_a_locked_result_is_said_in_one_line(result):
    path = result()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match="try again when no other program"):
            draw(path, first_verdicts(path))


def test_an_outcome_keeps_its_pairs_through_json():
    kept = Outcome(DONE, second=((1, 0), (2, 2)))
    assert outcome_of(json.loads(json.dumps(kept.as_mapping()))) == kept
    older = kept.as_mapping()
    del older["second"]
    assert outcome_of(older).second == ()


@pytest.mark.parametrize(
    ("pairs", "equal", "kappa"),
    [
        ([(1, 1), (2, 2), (0, 0)], 1.0, 1.0),
        ([(1, 1), (1, 1)], 1.0, None),
        ([(1, 0), (0, 1)], 0.0, -1.0),
        # 50 pairs of a textbook: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: p_o 0.7, p_e 0.5
        ([(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15, 0.7, 0.4),
    ],
)
def test_kappa(pairs, equal, kappa):
    found = agree(pairs)
    assert found.count == len(pairs) and found.equal == pytest.approx(equal)
    assert found.kappa is kappa if kappa is None else found.kappa == pytest.approx(kappa)
    assert agree([]) is None
