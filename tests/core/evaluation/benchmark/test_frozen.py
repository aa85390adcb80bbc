"""The lists of the frozen benchmark."""

from dataclasses import replace

import pytest
from benchmark_entries import CLEAN, DEFECT

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import frozen, scenes
from rsqi_core.evaluation.pages import tables
from rsqi_core.taxonomy import CODES


def test_a_list_is_read_as_it_was_written(tmp_path, monkeypatch):
    entries = [DEFECT, replace(CLEAN, digest="0a1b"), replace(DEFECT, codes=("cloud", "blur"), second="sen12_pairs/x")]
    frozen.write(tmp_path / "list.csv", entries, "made for a test")
    monkeypatch.setattr(frozen, "resource", lambda *parts: tmp_path / parts[-1])
    assert frozen.read("list.csv") == entries
    (tmp_path / "list.csv").write_text("name,part\nx,clean\n")
    with pytest.raises(RsqiError, match="not a list of the benchmark"):
        frozen.read("list.csv")


def test_the_committed_lists_hold_every_type_and_severity():
    entries = frozen.read(frozen.BLOCKS)
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names) and all(entry.digest for entry in entries)
    planted = {(e.codes[0], e.severity) for e in entries if e.part == "defect"}
    assert planted == {(code, severity) for code in CODES for severity in tables.SEVERITIES}
    assert {e.part for e in entries} == {"defect", "clean", "decoy", "dates", "cloud", "veil"}
    assert {e.part for e in frozen.read(frozen.SCENES)} == set(scenes.PARTS)


def test_training_never_sees_a_picture_of_the_benchmark():
    from rsqi_core.imagery import validation_names

    held_out, never_trained_on = (
        validation_names(),
        ("landscape/", "naip/", "haze1k/", "landsat8_bqa/", "rsicb_cloudy/"),
    )
    for entry in frozen.read(frozen.BLOCKS) + frozen.read(frozen.SCENES):
        for name in filter(None, (entry.source, entry.second)):
            assert name.startswith(never_trained_on) or name.partition("@")[0] in held_out
