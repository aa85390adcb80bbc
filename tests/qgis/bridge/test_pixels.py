"""Pixels of a layer."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer

MARKS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_AlphaBand)


@pytest.mark.parametrize(("names", "marks", "bands"), [
    (("", "", "", ""), MARKS, (1, 2, 3)),
    (("", "", "", ""), MARKS[::-1], (4, 3, 2)),
    (("Blue", "Green", "Red", "NIR"), MARKS, (3, 2, 1)),
    (("450 nm", "550 nm", "660 nm", "830 nm"), (gdal.GCI_Undefined,) * 4, (3, 2, 1)),
    (("", "", "", ""), (gdal.GCI_Undefined,) * 4, (1, 2, 3)),
    (("", ""), (gdal.GCI_GrayIndex, gdal.GCI_AlphaBand), (1,)),
])  # fmt: skip
def test_the_bands_are_those_that_the_worker_takes(application, tmp_path, names, marks, bands):
    from rsqi.bridge.pixels import color_bands

    path = str(tmp_path / "a.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 8, 8, len(names), options=["PHOTOMETRIC=MINISBLACK"])
    for number, (name, mark) in enumerate(zip(names, marks), 1):
        band = dataset.GetRasterBand(number)
        band.WriteArray(np.full((8, 8), number, np.uint8))
        band.SetDescription(name)
        band.SetColorInterpretation(mark)
    del band, dataset
    assert color_bands(QgsRasterLayer(path, "a").dataProvider()) == bands
