"""What the modules of this repository import, read from their source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def name_of(path: Path) -> str:
    """The dotted name of a file of this repository."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_package(path: Path) -> bool:
    return path.name == "__init__.py" and path.parent != ROOT


@cache
def module_of(name: str) -> str | None:
    """The longest part of a dotted name that is a module of this repository; None if there is none."""
    while name:
        place = ROOT.joinpath(*name.split("."))
        if place.with_suffix(".py").is_file() or (place / "__init__.py").is_file():
            return name
        name = name.rpartition(".")[0]
    return None


def imports(source: str, name: str, package: bool = False, at_import: bool = False) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, dotted name, ours) of what a module imports; `ours` tells whether it is of this repository.

    `at_import` leaves out what functions import when they run, and what is imported for type checkers only.
    """
    tree = ast.parse(source, feature_version=(3, 9))  # QGIS 3.22 on Windows has Python 3.9
    later = {inner for node in ast.walk(tree) if _runs_later(node) for inner in ast.walk(node)} if at_import else ()
    for node in ast.walk(tree):
        if node in later:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}", False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = name.split(".")[: len(name.split(".")) - node.level + package]
            for alias in node.names:
                found = ".".join([*above, *filter(None, [node.module]), alias.name])
                yield node.lineno, module_of(found) or found, True


def _runs_later(node: ast.AST) -> bool:
    """Tell whether an import within `node` is not made when the module is imported."""
    for_type_checkers = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef) or for_type_checkers
