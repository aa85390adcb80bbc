"""Each promise of docs/trust.md has a test that is there."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINES = [line for line in (PROJECT / "docs" / "trust.md").read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
PROMISES = [line for line in LINES if not line.startswith(("|---", "| promise |"))]


def test_there_are_promises():
    assert len(PROMISES) > 40 and len(set(PROMISES)) == len(PROMISES)


@pytest.mark.parametrize("line", PROMISES, ids=lambda line: line[2:40])
def test_the_test_of_a_promise_is_there(line):
    found = re.fullmatch(r"\| .+\. \| `(tests/[\w/]+\.py)::(test_\w+)` \|", line)
    assert found, line
    tree = ast.parse((PROJECT / found[1]).read_text(encoding="utf-8"))
    assert found[2] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, found[0]
