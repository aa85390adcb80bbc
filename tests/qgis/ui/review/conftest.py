"""A result to review, in a file of its own for each test."""

import shutil

import pytest
from qgis.core import QgsVectorLayer
from review_scene import layer_of, write


@pytest.fixture(scope="module")
def written(application, tmp_path_factory):
    return write(tmp_path_factory.mktemp("review data") / "result.gpkg")


@pytest.fixture
def path(written, tmp_path):
    return shutil.copy(written, tmp_path / "result.gpkg")


@pytest.fixture
def person():
    """Return a function that opens a review of a file, as another person would; its `refusals` are what it refused."""
    from rsqi.ui.review.decisions import Decisions

    opened = []

    def open_review(source):
        decisions = Decisions()
        decisions.refusals = []
        decisions.refused.connect(decisions.refusals.append)
        decisions.set_layer(source if isinstance(source, QgsVectorLayer) else layer_of(source))
        opened.append(decisions)
        return decisions

    yield open_review
    for decisions in opened:
        decisions.set_layer(None)


@pytest.fixture
def review(path, person):
    return person(path)
