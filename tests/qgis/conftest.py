"""A real QGIS for the tests: offscreen, with a throw-away profile and the plugin installed as `rsqi`.

Run with the Python that QGIS uses: ``/usr/bin/python3 -m pytest tests/qgis``.
"""

import gc
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENDED = pytest.StashKey[int]()  # with which status the tests have ended

try:
    import qgis.core
except ImportError:
    collect_ignore_glob = ["*"]  # the worker's Python has no QGIS; tests/core is for it
else:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def plugins(tmp_path_factory):
    """A plugin folder in which `rsqi` is this repository; also on sys.path."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "rsqi").symlink_to(ROOT, target_is_directory=True)
    sys.path.insert(0, str(folder))
    return folder


@pytest.fixture(scope="session")
def application(plugins, tmp_path_factory):
    """QgsApplication with Processing and the provider `rsqi`."""
    profile = tmp_path_factory.mktemp("profile")
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = str(profile)
    app = qgis.core.QgsApplication([], True, str(profile))
    app.initQgis()
    sys.path.append("/usr/share/qgis/python/plugins")
    from processing.core.Processing import Processing

    Processing.initialize()
    from rsqi.algorithms.provider import RsqiProvider

    provider = RsqiProvider()
    app.processingRegistry().addProvider(provider)
    yield app
    app.processingRegistry().removeProvider(provider)


def pytest_sessionfinish(session, exitstatus):
    """End QGIS only now: pytest lets go of a test's layers after all fixtures, and they must not outlive it."""
    if "qgis.core" in sys.modules and qgis.core.QgsApplication.instance() is not None:
        gc.collect()  # an exception that a test has caught may hold them in a circle
        qgis.core.QgsApplication.exitQgis()
        session.config.stash[ENDED] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """End at once, all being said: Python takes down in any order what it still holds of Qt, and may crash over it."""
    if ENDED in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[ENDED])


@pytest.fixture(scope="session")
def fake_python(tmp_path_factory):
    """An executable that stands for the worker's Python and runs the fake worker."""
    path = tmp_path_factory.mktemp("fake") / "python"
    script = Path(__file__).parent / "fake_worker.py"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def fake(application, fake_python, monkeypatch):
    """Use the fake worker; call it to choose how it behaves."""
    monkeypatch.setenv("RSQI_PYTHON", str(fake_python))

    def behave(mode):
        monkeypatch.setenv("FAKE_WORKER", mode)

    behave("result")
    return behave


@pytest.fixture
def trainer(application, tmp_path, monkeypatch):
    """Use the worker that pretends to train and a fresh folder of models; call it to choose how the worker behaves."""
    from qgis.core import QgsApplication, QgsProject, QgsSettings

    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).parent / "fake_trainer.py"}"\n')
    python.chmod(0o755)
    monkeypatch.setenv("RSQI_PYTHON", str(python))
    monkeypatch.setenv("FAKE_TRAINER_SEEN", str(tmp_path / "seen.json"))
    profile = tmp_path / "profile"
    monkeypatch.setattr(QgsApplication, "qgisSettingsDirPath", staticmethod(lambda: f"{profile}/"))
    for name in ("model", "model_before", "learn"):
        QgsSettings().remove(f"rsqi/{name}")
    yield lambda mode: monkeypatch.setenv("FAKE_TRAINER", mode)
    QgsProject.instance().clear()
    for name in ("model", "model_before", "learn"):
        QgsSettings().remove(f"rsqi/{name}")


@pytest.fixture(scope="session")
def raster(tmp_path_factory):
    """A small georeferenced RGB image: 200 x 100 px of 0.5 m in a CGCS2000 3-degree zone, in a folder with a blank."""
    import numpy as np
    from osgeo import gdal, osr

    path = tmp_path_factory.mktemp("data folder") / "影像 1.tif"
    rgb = np.random.default_rng(0).integers(60, 180, (3, 100, 200), dtype=np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 200, 100, 3, gdal.GDT_Byte)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500000, 0.5, 0, 3400000, 0, -0.5))
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteArray(rgb[band])
    del dataset
    return path
