"""Small lots, and clusters of real processes."""

import sys

import numpy as np
import pytest
from machines import ROOT, Client, Machines


@pytest.fixture(autouse=True)
def own_path(monkeypatch):
    """Workers look for libraries where this process does; pytest looks beside the checkout first."""
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(ROOT.parent)])


@pytest.fixture(scope="session")
def ground():
    rgb = np.random.default_rng(0).integers(60, 190, (128, 128, 3), dtype=np.uint8)
    rgb[20:40, 30:60] = 0
    return rgb


@pytest.fixture
def share(tmp_path):
    """A folder that all machines see: ``share/in`` with scenes, ``share/out`` for results."""
    (tmp_path / "share" / "in").mkdir(parents=True)
    return tmp_path / "share"


@pytest.fixture
def scenes(write_raster, ground, share):
    """Three small images with a hole, and two that take seconds."""
    for name in "abc":
        write_raster(ground, f"share/in/{name}.tif")
    for name in ("long_1", "long_2"):
        write_raster(np.tile(ground, (24, 6, 1)), f"share/in/{name}.tif")
    return share / "in"


@pytest.fixture
def no_machines(tmp_path):
    """Where a scheduler and workers can be started; they end with the test."""
    pytest.importorskip("distributed")
    (tmp_path / "machines").mkdir()
    found = Machines(tmp_path / "machines")
    try:
        yield found
    finally:
        found.end()


@pytest.fixture
def machines(no_machines):
    """A scheduler without workers yet."""
    no_machines.scheduler()
    return no_machines


@pytest.fixture
def batch():
    """Start batches; none is left behind."""
    clients = []

    def start(*words):
        clients.append(Client(*words))
        return clients[-1]

    yield start
    for client in clients:
        if client.process.poll() is None:
            client.process.kill()
            client.process.communicate()
