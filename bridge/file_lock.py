"""Whether the file of a layer can be written now: asked at once, where QGIS waits some seconds for each statement."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from qgis.core import QgsVectorLayer

from .geopackage import geopackage_of
from .i18n import tr

WAIT_S = 0.1  # for another one who is just finishing


def lock_problem(layer: QgsVectorLayer) -> str:
    """Return in one sentence why nothing can be written into the layer's file now; empty: it is not locked."""
    path = geopackage_of(layer)
    if path is None or not is_locked(path):
        return ""
    return tr(
        "{name} is in use by another program, which keeps it locked: nothing was changed. Try again when it is free."
    ).format(name=path.name)


def is_locked(path: Path) -> bool:
    """Return whether another program keeps a GeoPackage from being written."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=WAIT_S)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
    except sqlite3.OperationalError as error:  # of a file that is read-only or gone says who writes into it
        return "locked" in str(error)
    except (sqlite3.Error, ValueError):
        return False
    return False
