"""The page *Set up*."""

import pytest
from qgis.PyQt.QtCore import QCoreApplication, QEvent


@pytest.fixture
def page(environment, python):
    """The page, told to build with the pretended Python."""
    from rsqi.ui.setup.page import SetupPage

    made = SetupPage()
    made.sources.python_box.setFilePath(python("good"))
    yield made
    made.stop()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
