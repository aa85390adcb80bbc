"""Draw the demo scene with its styled errors as QGIS shows them: ``render.py FOLDER`` writes FOLDER/result.png."""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

SIDE = 1600


def main(folder: Path) -> int:
    application = QgsApplication([], True)
    application.initQgis()
    scene = QgsRasterLayer(str(folder / "scene.tif"), "scene")
    errors = QgsVectorLayer(f"{folder / 'errors.gpkg'}|layername=errors", "errors")
    if not (scene.isValid() and errors.isValid()):
        print("render: scene or errors cannot be opened", file=sys.stderr)
        return 1
    errors.loadDefaultStyle()
    settings = QgsMapSettings()
    settings.setLayers([errors, scene])
    settings.setDestinationCrs(scene.crs())
    settings.setExtent(scene.extent())
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    saved = job.renderedImage().save(str(folder / "result.png"))
    del job, scene, errors
    application.exitQgis()
    return 0 if saved else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
