"""The worker process as QGIS sees it: events, cancelling, and every way in which it can fail."""

import pytest
from qgis.core import (
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
)
from runner import Record, algorithm, run, spin


def test_live_feedback_gets_the_errors_as_they_come(application, fake, raster):
    from rsqi.bridge.live_feedback import LiveFeedback

    feedback, events = LiveFeedback(), []
    feedback.worker_event.connect(events.append)
    run(application, "inspect", {"INPUT": str(raster), "OUTPUT": "memory:"}, feedback)
    errors = [error for event in events if event["event"] == "errors" for error in event["errors"]]
    assert [error["category_id"] for error in errors] == list(range(1, 11))
    assert [event["done"] for event in events if event["event"] == "progress" and event["stage"] == "inspect"]


@pytest.mark.parametrize("mode", ["slow", "deaf"])
def test_cancel_ends_a_worker_that_would_go_on(application, fake, raster, mode):
    fake(mode)
    alg = algorithm(application, "inspect")
    context, feedback = QgsProcessingContext(), Record()
    task = QgsProcessingAlgRunnerTask(alg, {"INPUT": str(raster), "OUTPUT": "memory:"}, context, feedback)
    ended = []
    task.executed.connect(lambda ok, results: ended.append((ok, results)))
    application.taskManager().addTask(task)
    spin(application, 1.5)
    task.cancel()
    spin(application, 60, lambda: ended)
    assert ended and ended[0][0] is False


@pytest.mark.parametrize(
    "mode, sentence",
    [
        (
            "killed",
            "The worker was killed before it finished (perhaps out of memory); "
            "its last words: Out of memory: tensor of 9 GB",
        ),
        (
            "garbage",
            "The worker ended without a result (exit code 3); its last words: Segment not found in the library",
        ),
        ("error", "The raster cannot be inspected: {raster}: it is truncated; copy it again"),
    ],
)
def test_a_failure_is_one_sentence_and_leaves_nothing(application, fake, raster, tmp_path, mode, sentence):
    fake(mode)
    with pytest.raises(QgsProcessingException) as error:
        run(application, "inspect", {"INPUT": str(raster), "OUTPUT": str(tmp_path / "errors.gpkg")})
    assert str(error.value) == sentence.format(raster=raster)
    assert list(tmp_path.iterdir()) == []


def test_noise_of_libraries_does_no_harm(application, fake, raster):
    fake("chatty")
    assert run(application, "inspect", {"INPUT": str(raster), "OUTPUT": "memory:"})[0]["ERROR_COUNT"] == 10
