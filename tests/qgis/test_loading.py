"""Layers are styled when QGIS loads them, and the plugin's wiring comes and goes."""

import ast
import configparser
import sys
from pathlib import Path

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputLayerDefinition, QgsProject

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "__init__.py", ROOT / "plugin.py", *(ROOT / "algorithms").glob("*.py"), *(ROOT / "ui").rglob("*.py")]


def test_both_layers_are_styled_when_loaded(application, fake, raster):
    from processing.gui.Postprocessing import handleAlgorithmResults
    from rsqi.algorithms import layer_style

    project = QgsProject.instance()
    alg = application.processingRegistry().createAlgorithmById("rsqi:inspect")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(project)
    to_load = QgsProcessingOutputLayerDefinition("memory:", project)
    parameters = {"INPUT": str(raster), "OUTPUT": to_load, "BLOCKS": to_load}
    _, ok = alg.run(parameters, context, feedback)
    assert ok and len(layer_style._waiting) == 2
    assert handleAlgorithmResults(alg, context, feedback, parameters=parameters)
    styles = {layer.name(): layer.renderer().type() for layer in project.mapLayers().values()}
    project.clear()
    assert styles == {"Errors": "categorizedSymbol", "Blocks": "graduatedSymbol"}
    assert layer_style._waiting == {}


def test_styles_follow_the_taxonomy(application):
    from qgis.core import QgsVectorLayer
    from rsqi.algorithms import layer_style
    from rsqi.rsqi_core.taxonomy import TYPES

    layer = QgsVectorLayer("Polygon?field=category_id:integer", "errors", "memory")
    layer_style.apply(layer, "errors")
    categories = layer.renderer().categories()
    assert [int(category.value()) for category in categories] == [t.id for t in TYPES]
    assert [category.label() for category in categories] == [t.en for t in TYPES]
    outlines = [category.symbol().symbolLayers()[-1].color().name() for category in categories]
    assert outlines == [t.color for t in TYPES], "run tools/make_styles.py"


def test_metadata_is_complete():
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    general = metadata["general"]
    assert general["qgisMinimumVersion"] == "3.22" and general["qgisMaximumVersion"] == "4.99"
    assert general["hasProcessingProvider"] == "yes" and general["supportsQt6"] == "True"
    assert all(general[f"{key}[zh]"] for key in ("name", "description", "about"))
    assert (ROOT / general["icon"]).is_file()
    init = (ROOT / "rsqi_core" / "__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{general["version"]}"' in init


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_qgis_side_imports_nothing_heavy(path):
    allowed = {"qgis", "numpy", "processing", *sys.stdlib_module_names}
    # Of rsqi_core, what needs numpy at most.
    core = {
        "__version__",
        "taxonomy",
        "errors",
        "notes",
        "limits",
        "locate",
        "files.atomic",
        "disjoint_sets",
        "scoring",
        "image_checks",
        "describe",
        "report.content",
    }
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.split(".")[0] in allowed
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rsqi_core"):
            module = node.module[len("rsqi_core.") :]
            assert module in core or {f"{module}.{alias.name}".strip(".") for alias in node.names} <= core
