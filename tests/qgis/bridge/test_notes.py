"""What the core says in notes is said in the language of QGIS, with the same values in it."""

import ast
import string
from pathlib import Path

ROOT = Path(__file__).parents[3]


def notes():
    """Return the code of every note of the core, and the names of its values."""
    found = {}
    for path in (ROOT / "rsqi_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_note = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note"
            if is_note and isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = {keyword.arg for keyword in node.keywords}
    return found


def test_every_note_can_be_said_with_its_values(application):
    from rsqi.bridge.notes import note_templates

    known = {
        code: {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for code, text in note_templates().items()
    }
    codes = notes()
    assert len(codes) > 30
    assert {code: names for code, names in codes.items() if known.get(code) != names} == {}
    assert set(known) - set(codes) == {"place_zone", "place_raster_zone"}  # which are chosen by name


def test_a_bad_scheme_is_refused_in_chinese(application, tmp_path, monkeypatch):
    from qgis.core import QgsApplication, QgsProcessingContext

    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: "zh_CN"))
    path = tmp_path / "坏.json"
    path.write_text((ROOT / "resources/schemes/default.json").read_text("utf-8").replace('"t": 1', '"t": 0'), "utf-8")
    alg = application.processingRegistry().createAlgorithmById("rsqi:lot")
    possible, reason = alg.checkParameterValues({"INPUT": ["a.gpkg"], "SCHEME": str(path)}, QgsProcessingContext())
    assert not possible and reason == f"{path}：评分方案的 t：0 应大于 0"


def test_a_note_from_the_worker_is_said_within_another_one(application, monkeypatch):
    from qgis.core import QgsApplication
    from rsqi.bridge.texts import error_text, warning_text
    from rsqi.rsqi_core.notes import Note, message_fields

    inner = Note("place_beside", "{count} of {total} polygons lie beside the image", count=2, total=7)
    event = message_fields(Note("remark", "{path}: {remark}", path="甲.gpkg", remark=inner))
    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: "zh_CN"))
    assert warning_text({"code": "dataset", **event}) == "甲.gpkg: 7 个图斑中有 2 个在影像之外"
    assert error_text({"code": "other", **message_fields(Note("new_one", "say {what}", what="this"))}) == "say this"


def test_a_gpu_that_cannot_be_used_sends_nobody_to_pip(application):
    import pytest
    from rsqi.bridge.notes import error_message
    from rsqi.rsqi_core.errors import ModelError
    from rsqi.rsqi_core.models import onnx_runtime

    with pytest.raises(ModelError, match="pip") as found:
        onnx_runtime._choose("cuda", ["CPUExecutionProvider"])
    assert "options of RSQI" in error_message(found.value) and "pip" not in error_message(found.value)
