"""The layers of the house: which module may import which. Read from the source, without QGIS and the libraries.

`MAY_IMPORT` is the contract. A layer is a module or a folder; a module belongs to the longest name that fits it. A
layer may import itself and what is listed, with all that is below it. To add a layer, add a line. The stages of an
inspection stand in `SENTENCE` from the first to the last: each may import the lines above its own, and so none a later
one. What is in no line of it, such as the command line and training, may import all of `rsqi_core`.
"""

import sys
from functools import cache

import pytest
from imports import ROOT, imports, is_package, module_of, name_of

SENTENCE = (
    (
        "errors",
        "taxonomy",
        "limits",
        "colors",
        "notes",
        "progress",
        "request",
        "locate",
        "resources",
        "disjoint_sets",
        "uniform",
        "saturation",
        "ground",
        "imports",
        "particulars",
        "describe",
    ),
    ("findings", "blocks", "parameters", "geodesy", "files.atomic"),
    ("raster",),
    ("frame",),
    ("strips",),
    ("models",),
    ("classify",),
    ("memory",),
    ("segment",),
    ("rules",),
    ("constrain",),
    ("merge",),
    ("examine",),
    ("tracer", "smooth"),
    ("polygons", "places"),
    ("seams",),
    ("unusual", "collect"),
    ("scoring",),
    ("summary",),
    ("inspection",),
    ("files",),
    ("image_checks", "components", "evidence"),
    ("report",),
    ("pipeline",),
    ("job",),
    ("batch",),
    ("cluster",),
)


def may_import(sentence):
    """Yield each layer of the core and what it may import: its own line, and those above it."""
    known = set()
    for line in sentence:
        known = known | {f"rsqi_core.{name}" for name in line}
        yield from ((f"rsqi_core.{name}", known) for name in line)


PAGES = ("inspect", "learn", "lot", "review", "score", "setup", "words")
MAY_IMPORT = {
    "__init__": {"plugin"},
    "plugin": {"ui", "algorithms.provider", "bridge"},
    "ui": {*(f"ui.{page}" for page in PAGES), "ui.widgets", "bridge", "rsqi_core"},
    **{f"ui.{page}": {"ui.widgets", "bridge", "rsqi_core"} for page in PAGES},
    "ui.widgets": {"bridge", "rsqi_core"},
    "algorithms.provider": {"algorithms", "bridge"},
    "algorithms": {"algorithms.base", "bridge", "rsqi_core"},
    "algorithms.base": {"bridge", "rsqi_core"},
    "bridge": {"rsqi_core"},
    "rsqi_core": {"rsqi_core"},
    **dict(may_import(SENTENCE)),
}
APART = {"algorithms"}  # modules of these layers do not import one another
QGIS_SIDE = ("__init__", "plugin", "ui", "algorithms", "bridge")  # what runs in the process of QGIS
LIBRARIES = {"qgis", "numpy", *sys.stdlib_module_names}  # what that process may import
NO_WIDGETS = ("bridge", "algorithms")
WIDGETS = ("qgis.gui", "qgis.PyQt.QtWidgets")
COMPAT = "bridge.compat"  # looks for names that are elsewhere in another version of Qt


def layer_of(module):
    """The layer that a module belongs to; None if it has none."""
    return max((layer for layer in MAY_IMPORT if f"{module}.".startswith(f"{layer}.")), key=len, default=None)


@cache
def heavy(module):
    """The libraries that QGIS lacks and that a module of `rsqi_core` imports, itself or by another module."""
    found, waiting, seen = set(), [module], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        place = ROOT.joinpath(*name.split("."))
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if "." in name:
            waiting.append(name.rpartition(".")[0])  # a package is imported before its modules
        for _, imported, ours in imports(path.read_text(encoding="utf-8"), name, is_package(path), at_import=True):
            if ours:
                waiting.append(module_of(imported))
            elif imported.split(".")[0] not in LIBRARIES:
                found.add(imported.split(".")[0])
    return found


def breaches(source, name, package=False):
    """Yield, as readable lines, what a module imports against the contract."""
    layer = layer_of(name)
    room = layer.split(".")[0]
    for line, imported, ours in imports(source, name, package):
        where = f"{name}:{line}: {imported}"
        if not ours:
            if room in QGIS_SIDE and imported.split(".")[0] not in LIBRARIES:
                yield f"{where} is no library of QGIS's process"
            elif room in NO_WIDGETS and imported.startswith(WIDGETS) and name != COMPAT:
                yield f"{where} is of widgets, which {room} does not know"
        elif layer_of(imported) == layer:
            if layer in APART and imported != layer:
                yield f"{where}: modules of {layer} do not import one another"
        elif imported == room == "rsqi_core":
            continue  # the package itself, for its version
        elif not any(f"{imported}.".startswith(f"{allowed}.") for allowed in MAY_IMPORT[layer]):
            yield f"{where} may not be imported by {layer}"
        elif room in QGIS_SIDE and imported.startswith("rsqi_core") and heavy(module_of(imported)):
            yield f"{where} needs {', '.join(sorted(heavy(module_of(imported))))}, which QGIS lacks"


ROOMS = [ROOT / room for room in (*QGIS_SIDE, "rsqi_core") if (ROOT / room).is_dir()]
FILES = sorted([*ROOT.glob("*.py"), *(path for room in ROOMS for path in room.rglob("*.py"))])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_import_is_allowed(path):
    assert list(breaches(path.read_text(encoding="utf-8"), name_of(path), is_package(path))) == []


def in_circles(sources):
    """Return the modules, of a mapping from name to (source, package), that import themselves by way of others."""
    arrows = {}
    for name, (source, package) in sources.items():
        found = imports(source, name, package, at_import=True)
        arrows[name] = {module_of(imported) for _, imported, ours in found if ours} - {name}
    while leaves := {name for name, targets in arrows.items() if not targets & set(arrows)}:
        arrows = {name: targets for name, targets in arrows.items() if name not in leaves}
    return set(arrows)


SOURCES = {name_of(path): (path.read_text(encoding="utf-8"), is_package(path)) for path in FILES}


def test_there_is_no_circle():
    assert not in_circles(SOURCES)


@pytest.mark.parametrize("planted", ["from .polygons import records", "from . import collect"])
def test_a_planted_circle_is_found(planted):
    source, package = SOURCES["rsqi_core.merge"]
    assert {"rsqi_core.merge", "rsqi_core.polygons"} <= in_circles(
        SOURCES | {"rsqi_core.merge": (f"{planted}\n{source}", package)}
    )


HEAVY = ("cv2", "onnxruntime", "osgeo", "pyogrio", "PyQt5", "PyQt6", "rasterio", "shapely", "skimage", "torch")


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("bridge.texts", "from ..algorithms.inspect_layer import InspectLayer"),
        ("bridge.texts", "from ..ui.widgets.swatch import swatch"),
        ("bridge.texts", "from qgis.PyQt.QtWidgets import QLabel"),
        ("bridge.texts", "import qgis.gui"),
        ("algorithms.inspect_layer", "from ..ui.inspect.presets import PRESETS"),
        ("algorithms.inspect_layer", "from .report_errors import ReportErrors"),
        ("algorithms.base.inspection", "from ..inspect_layer import InspectLayer"),
        ("ui.learn.page", "from ..inspect.type_list import TypeList"),
        ("ui.learn.page", "from .. import dock"),
        ("ui.widgets.swatch", "from ..review import error_rows"),
        ("ui.dock", "from ..algorithms.provider import RsqiProvider"),
        ("ui.dock", "def later():\n    import transformers"),
        ("ui.dock", "from ..rsqi_core.pipeline import run"),
        ("ui.dock", "from ..rsqi_core import polygons"),
        *(("bridge.pixels", f"import {library}") for library in HEAVY),
        ("rsqi_core.findings", "if TYPE_CHECKING:\n    from .merge import LabelMap"),
        ("rsqi_core.uniform", "from .raster import Raster"),
        ("rsqi_core.raster.reader", "from ..blocks import Block\nfrom ..frame import Frame"),
        ("rsqi_core.strips.walk", "from ..examine import Examiner"),
        ("rsqi_core.strips.label_file", "from ..merge import LabelMap"),
        ("rsqi_core.classify", "from .segment import segment"),
        ("rsqi_core.rules.lines", "from ..merge import claim"),
        ("rsqi_core.constrain", "def later():\n    from .scoring import score"),
        ("rsqi_core.merge", "from .polygons import polygonize"),
        ("rsqi_core.polygons", "from .scoring import score"),
        ("rsqi_core.scoring.lot", "from ..report.texts import Words"),
        ("rsqi_core.report.subject", "from ..pipeline import inspect_raster"),
        ("rsqi_core.pipeline", "from .job import Job"),
        ("rsqi_core.job", "from .training.loop import train"),
        ("rsqi_core.job", "from .batch.task import carry_out"),
        ("rsqi_core.batch.run", "from ..cli.reporter import Reporter"),
        ("rsqi_core.batch.run", "from ..cluster.crew import ClusterCrew"),
    ],
)
def test_a_planted_import_is_found(name, planted):
    assert len(list(breaches(planted, name))) == 1


def test_what_is_allowed_is_not_found():
    assert not list(breaches("import json\nimport numpy\nfrom ..rsqi_core import scoring, taxonomy", "bridge.texts"))
    assert not list(
        breaches(
            "from . import __version__\nfrom .raster import Raster\nfrom .merge import claim", "rsqi_core.polygons"
        )
    )
    assert not list(
        breaches("from ..job import run\nfrom .training_lines import Lines\nimport torch", "rsqi_core.cli.training")
    )
    assert not list(breaches("from .base.algorithm import RsqiAlgorithm\nfrom ..bridge.i18n import tr", "algorithms.x"))
