"""The plugin in the real `qgis_process`, in a throw-away profile: as scripts and servers run it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsProcessingModelAlgorithm, QgsVectorLayer
from test_real_worker import PYTHON, holes, needs_model, write

MODEL = Path(__file__).parent / "inspect_and_filter.model3"
# Debian 12's wrapper passes /etc/default/qgis's --noversioncheck on, which qgis_process takes for a command.
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
pytestmark = pytest.mark.skipif(not PROGRAM, reason="qgis_process is not installed")


@pytest.fixture(scope="module")
def process(plugins, fake_python, tmp_path_factory):
    """Run `qgis_process` with the plugin enabled; returns the finished process."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path_factory.mktemp("process")),
        "RSQI_PYTHON": str(fake_python),
    }

    def run(*arguments, **extra):
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, env={**environment, **extra}, capture_output=True, text=True, timeout=120)

    assert "rsqi" in run("plugins", "enable", "rsqi").stdout
    return run


def results_of(done):
    """Return the results of a run with --json."""
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout[done.stdout.index("{") :])["results"]


def test_help_names_every_parameter_and_output(process):
    text = process("help", "rsqi:inspect").stdout
    inputs = "INPUT EXTENT MODEL DEVICE TYPES CONSTRAINT ALPHA THRESHOLD SENSITIVITY BLOCK_SIZES OVERLAP MIN_AREA"
    for name in f"{inputs} TOLERANCE SCHEME OUTPUT BLOCKS MASK REPORT SHAPEFILE SCORE GRADE ERROR_COUNT".split():
        assert f"\n{name}" in text, name


def test_inspect(application, process, raster, tmp_path):
    outputs = [f"--OUTPUT={tmp_path / 'errors.gpkg'}", f"--MASK={tmp_path / 'mask.tif'}"]
    done = process("--json", "run", "rsqi:inspect", f"--INPUT={raster}", *outputs)
    results = results_of(done)
    assert (results["SCORE"], results["GRADE"], results["ERROR_COUNT"]) == (90, "good", 10)
    layer = QgsVectorLayer(results["OUTPUT"], "errors", "ogr")
    assert layer.featureCount() == 10
    assert (tmp_path / "mask.tif").is_file()


def test_a_failure_is_told_once_and_clearly(process, raster, tmp_path):
    done = process("run", "rsqi:inspect", f"--INPUT={raster}", f"--OUTPUT={tmp_path / 'e.gpkg'}", FAKE_WORKER="killed")
    assert done.returncode != 0
    text = done.stdout + done.stderr
    assert "The worker was killed before it finished (perhaps out of memory); its last words: Out of memory" in text
    assert "Traceback" not in text
    assert not (tmp_path / "e.gpkg").exists()


def test_missing_environment_is_told(process, raster, tmp_path):
    done = process("run", "rsqi:inspect", f"--INPUT={raster}", f"--OUTPUT={tmp_path / 'e.gpkg'}", RSQI_PYTHON="")
    assert done.returncode != 0
    assert "RSQI has no worker Python yet" in done.stdout + done.stderr


@pytest.fixture
def model(application):
    """The stored model, as QGIS loads it."""
    loaded = QgsProcessingModelAlgorithm()
    assert loaded.fromFile(str(MODEL))
    return loaded


def test_a_graphical_model_chains_inspect_with_native_algorithms(process, model, raster, tmp_path):
    target = tmp_path / "types.gpkg"
    output = model.destinationParameterDefinitions()[0].name()  # "types" with the step's name before it, or not
    done = process("--json", "run", MODEL, f"--image={raster}", "--minimum_area=450", f"--{output}={target}")
    results_of(done)
    layer = QgsVectorLayer(str(target), "types", "ogr")
    # The fake worker's areas are 100 m² times the type's number.
    assert sorted(f["category_id"] for f in layer.getFeatures()) == [5, 6, 7, 8, 9, 10]
    assert {f["image_score"] for f in layer.getFeatures()} == {90.0}


@needs_model
@pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")
def test_the_graphical_model_with_the_real_worker(process, model, tmp_path):
    target = tmp_path / "types.gpkg"
    output = model.destinationParameterDefinitions()[0].name()
    image = write(tmp_path / "holes.tif", holes())
    done = process("--json", "run", MODEL, f"--image={image}", f"--{output}={target}", RSQI_PYTHON=str(PYTHON))
    results_of(done)
    features = list(QgsVectorLayer(str(target), "types", "ogr").getFeatures())
    assert 10 in {f["category_id"] for f in features}
    assert len({f["image_score"] for f in features}) == 1 and features[0]["image_score"] < 100


def test_the_graphical_model_is_what_its_builder_makes(model):
    import make_model

    assert model.canExecute()[0]
    steps = {child_id: child.algorithmId() for child_id, child in model.childAlgorithms().items()}
    assert steps == {child_id: child.algorithmId() for child_id, child in make_model.build().childAlgorithms().items()}
