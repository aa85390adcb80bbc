"""Each promise of docs/trust.md, and each threat of docs/security.md, has a test that is there."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = {"trust.md": 41, "security.md": 25}  # and how many lines there are at least


def lines(page):
    found = (PROJECT / "docs" / page).read_text(encoding="utf-8").splitlines()
    return [line for line in found if line[:1] == "|" and not line.startswith(("|---", "| promise |", "| threat |"))]


PROMISES = [line for page in PAGES for line in lines(page)]


@pytest.mark.parametrize("page", PAGES)
def test_there_are_promises(page):
    assert len(set(lines(page))) == len(lines(page)) >= PAGES[page]


@pytest.mark.parametrize("line", PROMISES, ids=lambda line: line[2:40])
def test_the_test_of_a_promise_is_there(line):
    found = re.fullmatch(r"\| .+\. \| `(tests/[\w/]+\.py)::(test_\w+)` \|", line)
    assert found, line
    tree = ast.parse((PROJECT / found[1]).read_text(encoding="utf-8"))
    assert found[2] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, found[0]
