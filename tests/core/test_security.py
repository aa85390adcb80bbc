"""What shipped code does not do, read from the source: run a shell or a text, load a pickle, accept code of a model."""

import ast

import pytest
from imports import ROOT

ROOMS = ("rsqi_core", "bridge", "algorithms", "ui")
FILES = sorted([ROOT / "__init__.py", ROOT / "plugin.py", *(f for room in ROOMS for f in (ROOT / room).rglob("*.py"))])

MODULES = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "subprocess", "pty", "commands"}
CALLS = {"eval", "exec", "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "yaml.load"}
WORDS = {"shell": False, "allow_pickle": False, "trust_remote_code": False, "weights_only": True}
NEEDED = {"torch.load": "weights_only", "from_pretrained": "local_files_only"}


def faults(source):
    """Yield the line and the name of each thing in a source that is not done."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            yield from ((node.lineno, name) for name in names if name.split(".")[0] in MODULES)
        elif isinstance(node, ast.Call):
            called, words = ast.unparse(node.func), {each.arg: each.value for each in node.keywords}
            if called in CALLS:
                yield node.lineno, called
            for word, wanted in WORDS.items():
                if word in words and getattr(words[word], "value", None) is not wanted:
                    yield node.lineno, word
            for name, word in NEEDED.items():
                if (called == name or called.endswith(f".{name}")) and not {word, None} & words.keys():
                    yield node.lineno, called


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_shipped_runs_a_shell_or_loads_code(file):
    assert list(faults(file.read_text(encoding="utf-8"))) == []


def test_such_things_are_found_out():
    source = (
        "import pickle\nfrom subprocess import run\nos.system('ls')\nrun('ls', shell=True)\n"
        "np.load(f, allow_pickle=True)\ntorch.load(f)\nModel.from_pretrained(f)\n"
    )
    assert [line for line, _ in faults(source)] == [1, 2, 3, 4, 5, 6, 7]
