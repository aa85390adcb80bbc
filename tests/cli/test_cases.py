"""The inputs that an earlier version got wrong, each run by the command line: as `tools/cases.py` shows them."""

import os
import shutil
from pathlib import Path

import pytest
from cases import CASES, copied, run

FOLDER = Path(__file__).parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the shared cases")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.folder[:2]}-{case.words.split()[0]}")
def test_every_case_is_as_expected(tmp_path, case):
    if case.read_only and not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("unshare")):
        pytest.skip("mounts a folder, which only root may do")
    assert run(case, copied(FOLDER, case, tmp_path / "cases")) == ""
