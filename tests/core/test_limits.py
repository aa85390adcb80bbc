"""What command line, worker and QGIS share agrees with what the stages can do."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rsqi_core import limits
from rsqi_core.blocks import grid
from rsqi_core.cli import main
from rsqi_core.constrain import constrain
from rsqi_core.dataset.build import Settings
from rsqi_core.errors import ParameterError
from rsqi_core.parameters import Parameters, from_mapping
from rsqi_core.rules import PIXEL_MISSING, STRIPE_NOISE

ROOT = Path(__file__).parents[2]


def test_every_name_is_one_that_something_answers_to():
    assert tuple(STRIPE_NOISE) == limits.STRIPE_RULES and tuple(PIXEL_MISSING) == limits.MISSING_RULES
    said = np.zeros(10, np.float32)
    for mode in limits.CONSTRAINTS:
        assert constrain(np.zeros((7, 4, 4), np.float32), said, mode).shape == (7, 4, 4)
    with pytest.raises(ParameterError, match=limits.CONSTRAINTS[-1]):
        constrain(np.zeros((7, 4, 4), np.float32), said, "none")


def test_the_defaults_are_the_paper_s():
    parameters = Parameters()
    assert (parameters.blocks, parameters.overlap) == ((512, 2048), 0.2)
    assert inspect.signature(grid).parameters["overlap"].default == 0.2
    assert (Settings().sizes, Settings().test, Settings().overlap) == ((512, 1024), 0.1, 0.0)


@pytest.mark.parametrize("name", ["blocks", "overlap"])
def test_the_bounds_belong_to_what_is_allowed(name):
    least, most = limits.BLOCK_SIZE_RANGE if name == "blocks" else limits.OVERLAP_RANGE
    step = 1 if name == "blocks" else 0.001
    for value, allowed in ((least, True), (most, True), (least - step, False), (most + step, False)):
        given = {name: [value] if name == "blocks" else value}
        if allowed:
            from_mapping(given)
        else:
            with pytest.raises(ParameterError, match=f"{least:g} to {most:g}"):
                from_mapping(given)


def test_what_an_interface_offers_is_allowed():
    for value in (*limits.SENSITIVITY_OFFERED, limits.SENSITIVITY):
        from_mapping({"sensitivity": value})
    for value in (*limits.ALPHA_OFFERED, limits.ALPHA):
        from_mapping({"alpha": value})
    for value in limits.THRESHOLD_RANGE:
        from_mapping({"threshold": value})
    for value in limits.REVIEWED_TEST_RANGE:
        Settings(test=value)


def test_help_shows_the_defaults(capsys):
    with pytest.raises(SystemExit):
        main(["inspect", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "px (512,2048)" in shown and "of a block's side (0.2)" in shown and "auto|cpu|cuda" in shown
    assert "absolute, relative, intermediate, lowering" in shown and "that takes words (the model's)" in shown
    assert "0.01 % of a block of the size that found them: 26 px of 512, 419 px of 2048" in shown
    assert "oriented or otsu (the paper's)" in shown and "count|area" in shown


def test_only_the_standard_library_is_imported():
    program = "import sys, rsqi_core.limits; print({'numpy', 'scipy', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
