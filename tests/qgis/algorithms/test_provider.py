"""The provider: every algorithm says what it is for."""

from pathlib import Path

from qgis.core import (
    QgsProcessingParameterDefinition,
)
from runner import algorithm


def test_every_algorithm_is_described(application):
    provider = application.processingRegistry().providerById("rsqi")
    assert [a.name() for a in provider.algorithms()] == [
        "ask",
        "checks",
        "classifyblocks",
        "describe",
        "evaluate",
        "evidence",
        "find",
        "finetune",
        "fitthresholds",
        "inspect",
        "inspectbatch",
        "lot",
        "measureseams",
        "memory",
        "pixelmissing",
        "report",
        "score",
        "stripenoise",
        "trainingdata",
    ]
    for alg in provider.algorithms():
        assert alg.displayName() and alg.shortHelpString() and alg.shortDescription() and "rsqi" in alg.tags()
        assert Path(alg.svgIconPath()).is_file()
        assert not alg.icon().isNull()
        assert type(alg.createInstance()) is type(alg)
        for definition in alg.parameterDefinitions():
            assert definition.help(), definition.name()
    inspect = algorithm(application, "inspect")
    advanced = QgsProcessingParameterDefinition.FlagAdvanced
    expert = [d.name() for d in inspect.parameterDefinitions() if d.flags() & advanced]
    assert expert == [
        "BANDS", "NODATA", "PIXEL_SIZE", "DEVICE", "CONSTRAINT", "ALPHA", "THRESHOLD", "SENSITIVITY", "BLOCK_SIZES",
        "OVERLAP", "MIN_AREA", "TOLERANCE", "SCHEME", "MODE", "RESUME", "OVERWRITE", "LANGUAGE", "MEMORY", "HEAT",
    ]  # fmt: skip
    assert {o.name() for o in inspect.outputDefinitions()} == {
        "OUTPUT", "BLOCKS", "MASK", "REPORT", "SHAPEFILE", "HEAT", "SCORE", "GRADE", "ERROR_COUNT"
    }  # fmt: skip
