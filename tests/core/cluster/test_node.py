"""What a worker makes of a request, without a cluster: what it refuses, what is done already, and strips of scenes."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from rsqi_core.batch.outcome import Outcome
from rsqi_core.batch.task import Task
from rsqi_core.cluster import node, notes, strips
from rsqi_core.cluster.request import Request, answer_of, from_text, to_text
from rsqi_core.errors import ParameterError
from rsqi_core.job import Job, run
from rsqi_core.models import load
from rsqi_core.parameters import Parameters
from rsqi_core.strips.workspace import workspace
from rsqi_core.synthesis.landscape import landscape

OF_RULES = Parameters(stages=("rules",), blocks=(128,))
PLACE = node.Place("worker w1 at here", "tcp://here:1", "key")


@pytest.fixture
def request_(write_raster, tmp_path):
    rgb = landscape(256, seed=1)
    rgb[100:110, 100:130] = 0
    raster = write_raster(rgb)
    (tmp_path / "out").mkdir()
    return Request(Task(Job(str(raster), tmp_path / "out" / "scene.gpkg", parameters=OF_RULES, resume=True)))


def ask(request, **changes):
    return node.answer(json.dumps(json.loads(to_text(request)) | changes), PLACE)


def test_a_request_and_an_answer_arrive_as_they_were(request_):
    known = Outcome("done", marker="m", counts={"cloud": 2}, footprint=((1.5, 2.0), (3.0, 4.0)))
    whole = replace(request_, task=replace(request_.task, known=known), part=1, parts=3, model_hash="abc")
    assert from_text(to_text(whole)) == whole
    answer = ask(request_)
    assert answer_of(answer.as_text()) == answer


def test_a_scene_is_inspected_and_a_note_is_left_until_the_client_has_heard(request_):
    output = request_.task.job.output
    first = ask(request_)
    assert first.status == "done" and first.outcome.counts == {"pixel_missing": 1}
    assert notes.read(output) == first.outcome
    written = output.stat().st_mtime_ns
    again = ask(request_)  # as if the answer had been lost
    assert again == first and output.stat().st_mtime_ns == written
    other = replace(OF_RULES, types=("stripe_noise",))
    changed = replace(request_, task=Task(replace(request_.task.job, parameters=other)))
    assert ask(changed).outcome.marker != first.outcome.marker and output.stat().st_mtime_ns != written
    notes.clear(output.parent)
    assert {file.name for file in output.parent.iterdir()} == {"scene.gpkg"}


def test_what_an_earlier_batch_has_done_is_skipped(request_):
    done = ask(request_).outcome
    notes.clear(request_.folder)
    again = ask(replace(request_, task=replace(request_.task, known=done)))
    assert again.status == again.outcome.status == "skipped" and notes.read(request_.task.job.output) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "0.0.9"}, "has rsqi 0.1.0, and this batch is of rsqi 0.0.9"),
        ({"model_hash": "other"}, "is not that of the batch (other)"),
    ],
)
def test_a_worker_that_differs_is_unfit_and_says_so_by_name(request_, changes, said):
    job = replace(request_.task.job, parameters=Parameters())
    answer = ask(replace(request_, task=Task(job)), **changes)
    assert answer.status == "unfit" and answer.outcome.reason.startswith("worker w1 at here: ")
    assert said in answer.outcome.reason and not job.output.exists()


def test_a_worker_that_lacks_the_model_is_unfit(request_):
    job = replace(request_.task.job, parameters=Parameters(model="/nowhere"))
    answer = ask(replace(request_, task=Task(job)))
    assert answer.status == "unfit" and "/nowhere" in answer.outcome.reason


def test_a_worker_says_by_name_which_file_it_does_not_see(request_, tmp_path):
    raster = tmp_path / "scene.tif"
    raster.rename(tmp_path / "away.tif")
    answer = ask(request_)
    assert answer.status == "blind" and answer.outcome.reason == f"worker w1 at here: does not see {raster}"
    (tmp_path / "away.tif").rename(raster)
    sent = to_text(request_)
    (tmp_path / "out").rename(tmp_path / "gone")
    answer = node.answer(sent, PLACE)
    assert answer.status == "blind" and f"{tmp_path / 'out'}: no such folder" in answer.outcome.reason


def test_a_scene_that_another_run_is_at_is_left_alone(request_):
    with workspace(request_.task.job.output, "other"):
        answer = ask(request_)
    assert answer.status == "blind" and "another inspection writes to it" in answer.outcome.reason
    assert ask(request_).status == "done"


def test_a_scene_that_is_damaged_fails_after_all_retries(request_, tmp_path):
    raster = tmp_path / "scene.tif"
    raster.write_bytes(raster.read_bytes()[:-70_000])
    answer = ask(request_)
    assert answer.status in ("broken", "failed") and str(raster) in answer.outcome.reason


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values["job"].update(output="/tmp/elsewhere.gpkg"),
        lambda values: values["job"].update(output=values["folder"] + "/../elsewhere.gpkg"),
        lambda values: values.update(folder="out"),
        lambda values: values["job"].update(output=values["folder"] + "/scene.tif"),
        lambda values: values["job"].update(targets={"errors": "/etc/passwd"}),
        lambda values: values["job"].update(raster=7),
        lambda values: values["job"]["parameters"].update(alpha=-1),
        lambda values: values["job"]["parameters"].update(command="rm"),
        lambda values: values.update(known={"status": ["x"], "footprint": 3}),
        lambda values: values.update(part=3, parts=3),
        lambda values: values.pop("parts"),
        lambda values: values.update(more=1),
    ],
)
def test_a_request_that_no_batch_makes_is_refused(request_, change):
    values = json.loads(to_text(request_))
    change(values)
    with pytest.raises(ParameterError):
        from_text(json.dumps(values))
    assert node.answer(json.dumps(values), PLACE).status == "failed"


@pytest.mark.parametrize("text", ["", "[1]", "{", b"{}", "null", '{"status": "done"}', '{"status": "fine"}'])
def test_an_answer_that_no_worker_gives_is_refused(text):
    with pytest.raises(ParameterError):
        answer_of(text)


def plain(gpkg, to):
    """The bytes of a GeoPackage with its times taken out."""
    with closing(sqlite3.connect(gpkg)) as database:
        database.execute("UPDATE summary SET inspected_at = '', run_seconds = 0")
        database.execute("UPDATE gpkg_contents SET last_change = ''")
        database.execute("UPDATE layer_styles SET update_time = ''")
        database.commit()
        database.execute("VACUUM INTO ?", (str(to),))
    return to.read_bytes()


@pytest.fixture(scope="module")
def long_scene():
    """Three landscapes one above the other, with holes, noise and a bright cloud across where strips meet."""
    rgb = np.concatenate([landscape(640, seed=seed) for seed in (1, 2, 3)])[:, :400].copy()
    rgb[500:540, 100:300] = 0
    rgb[600:850, 100:320] = 245
    rgb[1500:1600, ::4] //= 2
    return rgb


@pytest.mark.parametrize(
    ("stages", "parts"), [(("rules",), 2), (("rules",), 5), (("classify", "segment", "rules"), 3)], ids=str
)
def test_strips_merge_to_the_result_of_one_machine_byte_by_byte(long_scene, write_raster, tmp_path, stages, parts):
    raster = write_raster(long_scene)
    parameters = Parameters(stages=stages, blocks=(256, 512))
    model = load() if "classify" in stages else None
    (tmp_path / "out").mkdir()
    job = Job(str(raster), tmp_path / "out" / "scene.gpkg", mask=True, parameters=parameters, resume=True)
    request = Request(Task(job), model.hash if model else "", 0, parts)
    found = strips.folder_of(request, model)
    for part in reversed(range(parts)):
        assert ask(replace(request, part=part)).status == "part"
    entries = len(list(found.glob("*.npz")))
    assert entries >= parts and strips.can_split(parameters, model)
    done = ask(replace(request, part=None)).outcome
    assert done.status == "done" and not found.exists()
    alone = replace(job, output=tmp_path / "scene.gpkg")
    run(alone)
    assert sum(done.counts.values())
    assert plain(job.output, tmp_path / "one") == plain(alone.output, tmp_path / "other")
    assert (tmp_path / "out" / "scene_mask.tif").read_bytes() == (tmp_path / "scene_mask.tif").read_bytes()


def test_the_one_that_merges_looks_at_nothing_anew(request_, monkeypatch):
    request = replace(request_, parts=3)
    for part in range(3):
        ask(replace(request, part=part))
    monkeypatch.setattr("rsqi_core.pipeline.Examiner._find", None)  # whoever examines a block fails
    assert ask(request).outcome.counts == {"pixel_missing": 1}


def test_a_strip_goes_on_where_it_was_left_and_is_not_begun_for_a_scene_that_is_done(request_, monkeypatch):
    request = replace(request_, part=0, parts=1)
    answers = iter([False, False, False, False, True])
    with pytest.raises(strips.Interrupted):
        strips.inspect_strip(request, None, None, lambda: next(answers))
    found = strips.folder_of(request, None)
    before = {file.name: file.stat().st_mtime_ns for file in found.glob("*.npz")}
    assert before
    assert ask(request).status == "part"
    after = {file.name: file.stat().st_mtime_ns for file in found.glob("*.npz")}
    assert len(after) > len(before) and all(after[name] == time for name, time in before.items())
    assert ask(replace(request, part=None)).status == "done"
    monkeypatch.setattr("rsqi_core.pipeline.Examiner._find", None)
    assert ask(request).status == "part"
    strips.remove(found)
    assert ask(request).status == "part"


def test_parts_end_where_steps_are_due_together():
    from rsqi_core.blocks import grid, walk_order

    steps = walk_order([grid(900, 3000, size) for size in (128, 512)])
    for parts in (1, 2, 3, 7, 400):
        limits = strips.bounds(steps, parts)
        assert limits[0] == 0 and limits[-1] == len(steps) and len(limits) == parts + 1
        assert limits == sorted(limits) and all(steps[end - 1].last for end in limits[1:])
