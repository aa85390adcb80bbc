"""Reviewed results as input: layers of errors, and a folder of GeoPackages."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
)

from ...bridge.compat import VECTOR_POLYGON
from ...bridge.geopackage import saved_geopackage_of
from ...bridge.i18n import tr
from .worker import WorkerAlgorithm


class ReviewedAlgorithm(WorkerAlgorithm):
    """An algorithm of the worker that takes reviewed results."""

    LAYERS = "LAYERS"
    FOLDER = "FOLDER"

    def add_sources(self) -> None:
        """Add the two parameters."""
        self.add(
            QgsProcessingParameterMultipleLayers(
                self.LAYERS, tr("Reviewed layers of errors"), VECTOR_POLYGON, optional=True
            ),
            tr("Layers from GeoPackages that inspections wrote."),
        )
        self.add(
            QgsProcessingParameterFile(
                self.FOLDER, tr("Folder of reviewed results"), QgsProcessingParameterFile.Behavior.Folder, optional=True
            ),
            tr("Every GeoPackage in it and in its subfolders is taken as well."),
        )

    def checkParameterValues(self, parameters, context):
        try:
            if not self.sources(parameters, context):
                return False, tr("Give reviewed layers of errors, or a folder of them.")
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        self.found = self.sources(parameters, context)
        return True

    def sources(self, parameters, context) -> list[str]:
        """Return the GeoPackages, each once."""
        layers = self.parameterAsLayerList(parameters, self.LAYERS, context) if parameters.get(self.LAYERS) else []
        paths = [str(saved_geopackage_of(layer)) for layer in layers]
        folder = self.parameterAsFile(parameters, self.FOLDER, context)
        if folder:
            inside = sorted(Path(folder).rglob("*.gpkg"))
            if not inside:
                raise QgsProcessingException(tr("There is no GeoPackage in the folder {path}.").format(path=folder))
            paths += [str(path) for path in inside]
        return list(dict.fromkeys(paths))
