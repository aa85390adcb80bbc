"""What the outputs of an algorithm would replace, found before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
    QgsProviderRegistry,
)

from ..rsqi_core.files.clash import refuse_clashes, sidecars
from ..rsqi_core.files.earlier import refuse_earlier_layers
from .compat import FILE
from .outputs import output_place


def refuse_outputs(
    algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext, besides: tuple[str, ...] = ()
) -> None:
    """Refuse outputs that would replace what the algorithm reads, one another, or what somebody has reviewed.

    What a raster consists of beyond its own file and what lies beside that, the worker finds out.

    Parameters
    ----------
    besides : tuple of str
        Names of outputs whose earlier layers are looked at elsewhere.

    Raises
    ------
    RsqiError
    """
    refuse_clashes(target_files(algorithm, parameters, context).values(), _inputs(algorithm, parameters, context))
    for definition in algorithm.destinationParameterDefinitions():
        path, table = output_place(parameters.get(definition.name()), context)
        is_layer = isinstance(definition, QgsProcessingParameterFeatureSink) and definition.name() not in besides
        if is_layer and path is not None and path.suffix.lower() == ".gpkg":
            refuse_earlier_layers(path, table)


def target_files(algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> dict[str, str]:
    """Return the files that the outputs become, by name; a further table of a GeoPackage is none."""
    found = {}
    for definition in algorithm.destinationParameterDefinitions():
        path, table = output_place(parameters.get(definition.name()), context)
        is_file = not isinstance(definition, QgsProcessingParameterFolderDestination)
        if is_file and path is not None and (table is None or not path.exists()):
            found[definition.name()] = str(path)
    return found


def _inputs(algorithm: QgsProcessingAlgorithm, parameters: dict, context: QgsProcessingContext) -> Iterator[Path]:
    for definition in algorithm.parameterDefinitions():
        name, layers = definition.name(), []
        if not parameters.get(name):
            continue
        if isinstance(definition, QgsProcessingParameterRasterLayer):
            layers = [algorithm.parameterAsRasterLayer(parameters, name, context)]
        elif isinstance(definition, QgsProcessingParameterFeatureSource):
            layers = [algorithm.parameterAsVectorLayer(parameters, name, context)]
        elif isinstance(definition, QgsProcessingParameterMultipleLayers) and definition.layerType() == FILE:
            for path in map(Path, algorithm.parameterAsFileList(parameters, name, context)):  # not opened: many
                if path.is_file():
                    yield from (path, *sidecars(path))
        elif isinstance(definition, QgsProcessingParameterMultipleLayers):
            layers = algorithm.parameterAsLayerList(parameters, name, context)
        elif isinstance(definition, QgsProcessingParameterFile):
            path = Path(algorithm.parameterAsFile(parameters, name, context))
            if path.is_file():
                yield path
        for layer in filter(None, layers):
            place = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source()).get("path")
            if place and Path(place).is_file():
                yield from (Path(place), *sidecars(Path(place)))
