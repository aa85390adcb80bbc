"""`rsqi:report` in QGIS with the real worker: PDF, HTML, record and shapefile of a layer as it has been reviewed."""

import json
import os
from pathlib import Path

import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRectangle,
    QgsVectorLayer,
)
from test_process import PROGRAM, process, results_of  # noqa: F401 (a fixture)

ROOT = Path(__file__).parents[3]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")


@pytest.fixture(autouse=True)
def real(application, monkeypatch):
    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))


@pytest.fixture
def errors():
    """A layer in memory: a cloud of 40 x 20 px that was accepted, a rejected shadow, a stripe."""
    layer = QgsVectorLayer(
        "Polygon?crs=EPSG:4547&field=category_id:integer&field=status:string&field=comment:string", "errors", "memory"
    )
    features = []
    for category_id, status, comment, left, top, right, bottom in (
        (1, "accepted", "薄云", 20, 20, 60, 40),
        (2, "rejected", "", 80, 20, 120, 40),
        (9, "unreviewed", "", 100, 60, 160, 62),
    ):
        feature = QgsFeature(layer.fields())
        box = QgsRectangle(500000 + left / 2, 3400000 - bottom / 2, 500000 + right / 2, 3400000 - top / 2)
        feature.setGeometry(QgsGeometry.fromRect(box))
        feature.setAttributes([category_id, status, comment])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def run(application, **parameters):
    alg = application.processingRegistry().createAlgorithmById("rsqi:report")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    ok, message = alg.checkParameterValues(parameters, context)
    if not ok:
        raise QgsProcessingException(message)
    assert alg.prepare(parameters, context, feedback)
    return alg.runPrepared(parameters, context, feedback)


def test_all_files_of_a_layer_in_memory(application, errors, raster, tmp_path):
    paths = {
        name: str(tmp_path / f"成果/报告{ending}")
        for name, ending in (
            ("PDF", ".pdf"),
            ("HTML", ".html"),
            ("CSV", ".csv"),
            ("XLSX", ".xlsx"),
            ("SHAPEFILE", ".shp"),
        )
    }
    results = run(application, INPUT=errors, RASTER=str(raster), LANGUAGE=0, REVIEWER="王晓明", **paths)
    assert results["ERROR_COUNT"] == 2 and results["SCORE"] == 100 - 4 - 1
    assert {name: results[name] for name in paths} == paths
    page = Path(paths["HTML"]).read_text(encoding="utf-8")
    assert "<b>王晓明</b>" in page and "薄云" in page
    assert page.count("<svg") == 4  # the overview, two errors, the histogram
    assert Path(paths["PDF"]).read_bytes().startswith(b"%PDF-")
    assert Path(paths["CSV"]).read_text(encoding="utf-8-sig").count("POINT") == 2
    record = QgsVectorLayer(paths["SHAPEFILE"], "record", "ogr")
    assert record.featureCount() == 2 and record.crs().authid() == "EPSG:4547"
    assert record.fields().indexFromName("错漏描述") >= 0


def test_edits_that_are_not_saved_yet_count_and_t_divides(application, errors, raster, tmp_path):
    errors.startEditing()
    stripe = next(f for f in errors.getFeatures() if f["category_id"] == 9)
    errors.changeAttributeValue(stripe.id(), 1, "rejected")
    page = tmp_path / "a.html"
    results = run(application, INPUT=errors, RASTER=str(raster), LANGUAGE=1, T=4, HTML=str(page))
    assert (results["ERROR_COUNT"], results["SCORE"]) == (1, 100 - 4 / 4)
    assert "Image quality inspection report" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("more", "words"), [
    ({}, "Choose at least one output."),
    ({"PDF": "/tmp/a.doc"}, "end in .pdf"),
    ({"HTML": "/tmp/a.html", "SCHEME": "/none.json"}, "does not exist"),
])  # fmt: skip
def test_what_is_refused(application, errors, raster, more, words):
    with pytest.raises(QgsProcessingException, match=words):
        run(application, INPUT=errors, RASTER=str(raster), **more)


def test_a_pdf_of_somebody_else_or_that_was_signed_is_kept_without_the_word(application, errors, raster, tmp_path):
    pdf = tmp_path / "r.pdf"
    for _ in range(2):  # its own is printed anew
        run(application, INPUT=errors, RASTER=str(raster), PDF=str(pdf))
    signed = pdf.read_bytes() + b"a signature\n%%EOF\n"
    for foreign in (b"%PDF-1.4 a letter %%EOF", signed):
        pdf.write_bytes(foreign)
        with pytest.raises(QgsProcessingException, match=r"r\.pdf"):
            run(application, INPUT=errors, RASTER=str(raster), PDF=str(pdf))
        assert pdf.read_bytes() == foreign
    run(application, INPUT=errors, RASTER=str(raster), PDF=str(pdf), OVERWRITE=True)
    assert pdf.read_bytes() not in (foreign, signed)


def test_without_the_image_the_remedy_is_told(application, errors, tmp_path):
    with pytest.raises(QgsProcessingException, match="give the image"):
        run(application, INPUT=errors, HTML=str(tmp_path / "a.html"))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not PROGRAM, reason="qgis_process is not installed")
def test_headless(process, errors, raster, tmp_path):  # noqa: F811
    from qgis.core import QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "errors"
    source = tmp_path / "errors.gpkg"
    QgsVectorFileWriter.writeAsVectorFormatV3(errors, str(source), QgsProcessingContext().transformContext(), options)
    outputs = [f"--PDF={tmp_path / 'r.pdf'}", f"--XLSX={tmp_path / 'r.xlsx'}"]
    arguments = [f"--INPUT={source}|layername=errors", f"--RASTER={raster}", *outputs]
    results = results_of(process("--json", "run", "rsqi:report", *arguments, RSQI_PYTHON=str(PYTHON)))
    assert results["ERROR_COUNT"] == 2
    assert json.dumps(results["PDF"]) and (tmp_path / "r.pdf").stat().st_size > 10_000
    assert (tmp_path / "r.xlsx").is_file()
