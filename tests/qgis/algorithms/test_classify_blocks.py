"""`rsqi:classifyblocks` in QGIS."""

import pytest
from runner import run


def test_classify_blocks(application, fake, raster):
    results, context = run(application, "classifyblocks", {"INPUT": str(raster), "OUTPUT": "memory:"})
    layer = context.getMapLayer(results["OUTPUT"])
    assert results["BLOCK_COUNT"] == layer.featureCount() == 4
    assert max(f["p_cloud"] for f in layer.getFeatures()) == pytest.approx(0.6)
