"""Where results go: GeoPackages that the worker writes itself, and files that are moved into place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProperty,
)

from ..rsqi_core.errors import OutputError
from ..rsqi_core.files.atomic import whole_file
from ..rsqi_core.files.clash import SHAPEFILE_PARTS
from .i18n import tr

_PROVIDER = re.compile(r"[A-Za-z]{2,}:")  # such as memory: or postgres:; a drive has one letter
_TABLE = re.compile(r"ogr:dbname='(?P<path>[^']+)' table=\"(?P<table>[^\"]+)\"")


def worker_geopackage(value, table: str, context: QgsProcessingContext) -> Path | None:
    """Return the GeoPackage that an output names, if the worker may write all of it.

    That is a path that ends in .gpkg, which QGIS would overwrite as well, or the `table` of a GeoPackage that does not
    exist yet; else None, as for a further table of a GeoPackage.

    Parameters
    ----------
    value : str, QgsProperty or QgsProcessingOutputLayerDefinition
        The value of the output's parameter.
    """
    if isinstance(value, QgsProcessingOutputLayerDefinition) and value.useRemapping():
        return None
    path, found = output_place(value, context)
    if found is not None:
        return path if found == table and not path.exists() else None
    return path if path is not None and path.suffix.lower() == ".gpkg" else None


def output_place(value, context: QgsProcessingContext) -> tuple[Path | None, str | None]:
    """Return the file that an output names, and the table of it if it names one; (None, None) if it is no file."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value, _ = value.valueAsString(context.expressionContext(), "")
    text = str(value or "")
    found = _TABLE.match(text)
    if found:
        return Path(found["path"]), found["table"]
    if not text or text == QgsProcessing.TEMPORARY_OUTPUT or _PROVIDER.match(text):
        return None, None
    return Path(text), None


def load_when_done(value, layer_id: str, title: str, name: str, context: QgsProcessingContext) -> None:
    """Have QGIS load a layer when the run ends, if its output's `value` says so; `name` is the parameter's."""
    if isinstance(value, QgsProcessingOutputLayerDefinition) and value.destinationProject is not None:
        title = value.destinationName or title
        details = QgsProcessingContext.LayerDetails(
            title, value.destinationProject, name, QgsProcessingUtils.LayerHint.Vector
        )
        context.addLayerToLoadOnCompletion(layer_id, details)


def load_beside(value, layer_id: str, title: str, name: str, context: QgsProcessingContext) -> None:
    """Have QGIS load a further layer under its own title if it loads the one of an output's `value`."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        beside = QgsProcessingOutputLayerDefinition(value.sink, value.destinationProject)
        load_when_done(beside, layer_id, title, name, context)


def make_folder(path: Path) -> None:
    """Make the folder that a file goes to.

    Raises
    ------
    QgsProcessingException
        It cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def whole_output(path: Path | str) -> Iterator[Path]:
    """Lend a hidden path for a file that goes to `path` whole, or not at all.

    Raises
    ------
    QgsProcessingException
        The file cannot be written.
    """
    try:
        with whole_file(Path(path)) as part:
            yield part
    except OutputError as error:
        raise cannot_write(path, error.__cause__) from error


def cannot_write(path: Path | str, error: OSError) -> QgsProcessingException:
    """Return the error that a file cannot be written."""
    return QgsProcessingException(
        tr("The file {path} cannot be written: {reason}").format(path=path, reason=error.strerror or error)
    )


def tif_path(path: str) -> str:
    """Return `path` if it names a GeoTIFF, else raise."""
    if Path(path).suffix.lower() not in (".tif", ".tiff"):
        raise QgsProcessingException(tr("The mask is a GeoTIFF: let the name of {path} end in .tif.").format(path=path))
    return path


def move_output(source: str | None, destination: str) -> str:
    """Move a file of the worker to where the user wants it: whole, or not at all."""
    if not source:
        raise QgsProcessingException(tr("The worker did not write {path}.").format(path=destination))
    make_folder(Path(destination))
    with whole_output(destination) as part:
        shutil.move(source, part)
    return destination


def move_shapefile(source: str | None, destination: str) -> str:
    """Move a shapefile with all its parts."""
    if Path(destination).suffix.lower() != ".shp":
        raise QgsProcessingException(tr("Let the name of the shapefile {path} end in .shp.").format(path=destination))
    for ending in SHAPEFILE_PARTS[1:]:
        if source and Path(source).with_suffix(ending).exists():
            move_output(str(Path(source).with_suffix(ending)), str(Path(destination).with_suffix(ending)))
    return move_output(source, destination)
