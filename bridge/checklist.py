"""What no image shows: the list that goes with the scheme in use, and the verdicts in the GeoPackage of a result."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Iterable

from qgis.core import QgsApplication, QgsProcessing, QgsProcessingAlgorithm, QgsVectorLayer

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.files.checklist_table import store_checklist
from ..rsqi_core.scoring.checklist import AlgorithmCheck, Item, JudgedItem, merged
from ..rsqi_core.scoring.checklist_file import DEFAULT_LIST, ENDING, load_list, write_list
from . import schemes
from .compat import NO_THREADING, OPTIONAL
from .file_lock import WAIT_S
from .geopackage import geopackage_of
from .i18n import tr
from .layer_score import image_below, inspected_image
from .notes import error_message

PLACES = ("@raster", "@errors", "@geopackage")  # texts that stand for what is under review


def own_file() -> Path:
    """Return where the list of the scheme in use is kept once somebody has edited it; it need not exist."""
    chosen = schemes.chosen()
    return schemes.folder() / f"default{ENDING}" if chosen is None else chosen.with_name(chosen.stem + ENDING)


def items() -> tuple[Item, ...]:
    """Return the list of the scheme in use.

    Raises
    ------
    RsqiError
        Its file cannot be read.
    """
    return load_list(own_file() if own_file().is_file() else DEFAULT_LIST)


def save_items(found: Iterable[Item]) -> None:
    """Keep another list for the scheme in use.

    Raises
    ------
    RsqiError
        A value is wrong, or the file cannot be written.
    """
    own_file().parent.mkdir(parents=True, exist_ok=True)
    write_list(own_file(), tuple(found))


def restore_items() -> None:
    """Go back to the list that comes with RSQI."""
    own_file().unlink(missing_ok=True)


def shown(judged: Iterable[JudgedItem]) -> tuple[JudgedItem, ...]:
    """Return the items of the list with these verdicts.

    Raises
    ------
    RsqiError
        The list cannot be read.
    """
    return merged(items(), judged)


def save(layer: QgsVectorLayer, judged: Iterable[JudgedItem]) -> str:
    """Store verdicts in the GeoPackage of a layer; return why not, empty if they are stored."""
    path = geopackage_of(layer)
    if path is None:
        return tr("The layer {name} lies in no GeoPackage: the verdicts are not kept.").format(name=layer.name())
    try:
        store_checklist(path, judged, WAIT_S)
    except RsqiError as error:
        return error_message(error)
    return ""


def now() -> str:
    """Return the time of a verdict as it is stored."""
    return datetime.now().astimezone().isoformat(timespec="minutes")


def algorithm_of(check: AlgorithmCheck) -> tuple[QgsProcessingAlgorithm | None, str]:
    """Return the algorithm of an item, or why it cannot be run here."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(check.id)
    if algorithm is None:
        return None, tr("There is no Processing algorithm {id} here: is its plugin switched on?").format(id=check.id)
    if algorithm.flags() & NO_THREADING:
        return None, tr("The Processing algorithm {id} cannot run in the background.").format(id=check.id)
    return algorithm, ""


def parameters_of(check: AlgorithmCheck, algorithm: QgsProcessingAlgorithm, layer: QgsVectorLayer) -> dict[str, Any]:
    """Return what an algorithm is run with: the parameters of its item, and temporary outputs where it needs some."""
    image = inspected_image(layer)
    raster: Any = image.raster if image is not None and Path(image.raster).is_file() else image_below(layer)
    path = geopackage_of(layer)
    places = dict(zip(PLACES, (raster, layer, None if path is None else str(path))))
    given = {
        name: places.get(value, value) if isinstance(value, str) else value for name, value in check.parameters.items()
    }
    for definition in algorithm.destinationParameterDefinitions():
        if definition.name() not in given and not definition.flags() & OPTIONAL:
            given[definition.name()] = QgsProcessing.TEMPORARY_OUTPUT
    return given


def outcome_text(check: AlgorithmCheck, results: dict) -> str:
    """Return in one line what an algorithm gave."""
    if not check.output:
        return check.id
    return f"{check.output} = {' '.join(str(results.get(check.output)).split())[:200]}"


def is_kept(layer: QgsVectorLayer) -> bool:
    """Return whether verdicts on a layer have a file to be kept in."""
    return geopackage_of(layer) is not None
