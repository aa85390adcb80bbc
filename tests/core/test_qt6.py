"""Every name of Qt that the plugin uses exists in Qt 6, which QGIS 4 is built on."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ROOMS = ("bridge", "algorithms", "ui")
FILES = sorted([ROOT / "plugin.py", *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))])
OTHERWISE = {"compat.py"}  # asks which Qt there is
BINDINGS = {"PyQt5", "PyQt6", "PySide2", "PySide6", "sip"}  # QGIS has them as qgis.PyQt, whichever it is
GONE = {"exec_", "print_", "toPyObject"}  # methods that PyQt6 has under other names


def strangers(source, qt):
    """Yield the lines and names of `source` that `qt`, a package of bindings, does not have."""
    tree, known = ast.parse(source), {}
    for node in ast.walk(tree):
        named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        named += [each.name for each in node.names] if isinstance(node, ast.Import) else []
        yield from ((node.lineno, name) for name in named if name.split(".")[0] in BINDINGS)
        if isinstance(node, ast.Attribute) and node.attr in GONE:
            yield node.lineno, node.attr
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt."):
            module = import_module(f"{qt}.{node.module.rpartition('.')[2]}")
            for name in node.names:
                if hasattr(module, name.name):
                    known[name.asname or name.name] = getattr(module, name.name)
                else:
                    yield node.lineno, name.name
    for node in ast.walk(tree):
        dotted = ast.unparse(node).split(".") if isinstance(node, ast.Attribute) else [""]
        if dotted[0] in known and all(name.isidentifier() for name in dotted):
            found = known[dotted[0]]
            for name in dotted[1:]:
                if not hasattr(found, name):
                    yield node.lineno, ".".join(dotted)
                    break
                found = getattr(found, name)


@pytest.mark.parametrize("file", [f for f in FILES if f.name not in OTHERWISE], ids=lambda f: str(f.relative_to(ROOT)))
def test_qt_6_has_every_name(file):
    assert list(strangers(file.read_text(encoding="utf-8"), "PyQt6")) == []


def test_a_name_of_qt_5_is_found_out():
    source = "from qgis.PyQt.QtCore import Qt, QRegExp\nfirst, second = Qt.AlignLeft, Qt.AlignmentFlag.AlignLeft\n"
    assert list(strangers(source, "PyQt6")) == [(1, "QRegExp"), (2, "Qt.AlignLeft")]
    source = "from PyQt5.QtCore import Qt\nimport PyQt5.QtGui\ndialog.exec_()\n"
    assert sorted(strangers(source, "PyQt6")) == [(1, "PyQt5.QtCore"), (2, "PyQt5.QtGui"), (3, "exec_")]
