"""`rsqi:lot`: results in GeoPackages become a verdict on their lot."""

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback
from results import write_result


@pytest.fixture
def result(tmp_path):
    """Write a result under a name."""
    return lambda name, *errors, **more: write_result(tmp_path / f"{name}.gpkg", *errors, **more)


def judge(application, **parameters):
    alg = application.processingRegistry().createAlgorithmById("rsqi:lot")
    context = QgsProcessingContext()
    alg.prepare(parameters, context, QgsProcessingFeedback())
    results = alg.runPrepared(parameters, context, QgsProcessingFeedback())
    layer = context.getMapLayer(results["OUTPUT"]) if "OUTPUT" in results else None
    return results, [row.attributeMap() for row in layer.getFeatures()] if layer else []


def test_a_complete_sample_gives_a_verdict(application, result):
    files = [result("a"), result("b", (1, 100, 200)), result("c", (1, 100, 200), (10, 10, 10))]
    results, rows = judge(application, INPUT=files, LOT_SIZE=20, OUTPUT="memory:")
    assert [(row["unit"], row["score"]) for row in rows] == [("a", 100), ("b", 96), ("c", 92)]
    assert (results["GRADE"], results["NEEDED"], results["INSPECTED"]) == ("excellent", 3, 3)
    assert results["MEAN"] == pytest.approx(96)


def test_one_image_that_fails_fails_the_lot(application, result):
    results, rows = judge(application, INPUT=[result("a"), result("b", (1, 500, 500))], LOT_SIZE=20, OUTPUT="memory:")
    assert results["GRADE"] == "rejected" and "MEAN" not in results
    assert [row["passes"] for row in rows] == [1, 0]


def test_a_sample_that_is_too_small_gives_none(application, result):
    results, _ = judge(application, INPUT=[result("a")], LOT_SIZE=20)
    assert (results["GRADE"], results["INSPECTED"]) == ("", 1)


def test_an_image_that_nobody_looked_at_is_still_to_be_inspected(application, result):
    results, rows = judge(application, INPUT=[result("a"), result("b", inspected="")], LOT_SIZE=2, OUTPUT="memory:")
    assert (results["GRADE"], results["INSPECTED"], results["MEAN"]) == ("", 1, 100)
    assert (rows[1]["grade"], rows[1]["score"] or None, rows[1]["passes"]) == ("unscored", None, 0)


def test_rejected_errors_do_not_count(application, result):
    results, _ = judge(application, INPUT=[result("a", (1, 500, 500), status="rejected")], LOT_SIZE=1)
    assert results["MEAN"] == 100


def test_images_outside_the_sample_are_looked_over(application, result):
    over = [result("b", (1, 200, 200))]  # a C: passes
    results, _ = judge(application, INPUT=[result("a")], OVERVIEW=over, LOT_SIZE=2)
    assert results["INSPECTED"] == 1 and results["GRADE"] == ""
    worse = [result("c", (1, 500, 500))]
    assert judge(application, INPUT=[result("a")], OVERVIEW=worse, LOT_SIZE=2)[0]["GRADE"] == "rejected"


def test_other_files_are_refused(application, tmp_path):
    (tmp_path / "other.gpkg").write_bytes(b"")
    with pytest.raises(QgsProcessingException, match="is no result of RSQI"):
        judge(application, INPUT=[str(tmp_path / "other.gpkg")], LOT_SIZE=1)
