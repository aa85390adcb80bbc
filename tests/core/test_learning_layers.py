"""The layers of training and evaluation: which of their rooms may import which. Read from the source.

`MAY_IMPORT` is the contract, as in `test_layers`. Modules of `rsqi_core` that belong to no room of it lie below all of
them, but for those `ABOVE`.
"""

import pytest
from imports import ROOT, imports, is_package, name_of

BELOW = {"metrics", "dataset"}  # what training and evaluation share
MAY_IMPORT = {
    "ask": {"dataset"},  # its words for types and places
    "metrics": set(),
    "dataset": set(),
    "training": BELOW,
    "evaluation": set(),
    "evaluation.recipes": set(),
    "evaluation.benchmark": {"evaluation.recipes", "metrics"},
    "evaluation.calibration": {"metrics"},
    "evaluation.pages": {"evaluation.benchmark", "metrics"},
    "evaluation.station": {"evaluation.benchmark", "evaluation.pages", *BELOW},
    "evaluation.cards": {"evaluation.benchmark", "evaluation.calibration", "evaluation.pages", "metrics"},
    "learning": {"training", "evaluation.calibration", *BELOW},
    "exchange": {"learning", *BELOW},
}
ABOVE = ("rsqi_core.cli", "rsqi_core.tasks", "rsqi_core.jobs.ask")


def room_of(module):
    """The room that a module belongs to; None if it lies below all rooms."""
    fitting = (room for room in MAY_IMPORT if f"{module}.".startswith(f"rsqi_core.{room}."))
    return max(fitting, key=len, default=None)


def breaches(source, name, package=False):
    """Yield, as readable lines, what a module imports against the contract."""
    room = room_of(name)
    for line, imported, _ in imports(source, name, package):
        target = room_of(imported)
        if target not in (None, room, *MAY_IMPORT.get(room, ())):
            yield f"{name}:{line}: {imported} may not be imported by {room or 'a module below the rooms'}"


FILES = [path for path in sorted((ROOT / "rsqi_core").rglob("*.py")) if not name_of(path).startswith(ABOVE)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_import_is_allowed(path):
    assert list(breaches(path.read_text(encoding="utf-8"), name_of(path), is_package(path))) == []


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("rsqi_core.training.loop", "from ..evaluation.calibration.thresholds import threshold"),
        ("rsqi_core.training.loop", "def later():\n    from ..learning import finetune"),
        ("rsqi_core.training.pool", "from ..evaluation.recipes import plant"),
        ("rsqi_core.evaluation.calibration.calibrate", "from ...training.checkpoint import load_network"),
        ("rsqi_core.evaluation.benchmark.marks", "from ..pages import tables"),
        ("rsqi_core.evaluation.pages.page", "from ..cards.model_card import write_model_card"),
        ("rsqi_core.metrics", "from .training.loss import losses"),
        ("rsqi_core.models.export", "from ..training.checkpoint import load_network"),
    ],
)
def test_a_planted_import_is_found(name, planted):
    assert len(list(breaches(planted, name))) == 1


def test_what_is_allowed_is_not_found():
    assert not list(breaches("from ..metrics import iou_of\nfrom .loss import coarse", "rsqi_core.training.validation"))
    assert not list(breaches("from ..training.loop import train", "rsqi_core.learning.finetune"))
