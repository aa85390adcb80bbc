"""`rsqi:checks`: an image read through QGIS gives the values of the pure functions."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback


@pytest.fixture
def write(tmp_path):
    def write(planes, kind=gdal.GDT_Byte, options=(), nodata=None):
        path = str(tmp_path / "image.tif")
        bands, height, width = planes.shape
        dataset = gdal.GetDriverByName("GTiff").Create(path, width, height, bands, kind, options=list(options))
        dataset.SetGeoTransform((500000, 0.5, 0, 3400000, 0, -0.5))
        for number, plane in enumerate(planes, 1):
            dataset.GetRasterBand(number).WriteArray(plane)
            if nodata is not None:
                dataset.GetRasterBand(number).SetNoDataValue(nodata)
        return path

    return write


def check(application, **parameters):
    alg = application.processingRegistry().createAlgorithmById("rsqi:checks")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    if not alg.prepare(parameters, context, feedback):
        raise QgsProcessingException(feedback.textLog())
    results = alg.runPrepared(parameters, context, feedback)
    layer = context.getMapLayer(results["OUTPUT"]) if "OUTPUT" in results else None
    return results, {row["check"]: row["result"] for row in layer.getFeatures()} if layer else {}


def textured(width=1500, height=1100):
    rng = np.random.default_rng(5)
    return rng.normal(128, 38, (1, height, width)).clip(6, 249).astype(np.uint8).repeat(3, 0)


def test_a_fine_image_passes(application, write):
    results, rows = check(application, INPUT=write(textured()), OUTPUT="memory:")
    assert results["CONTRAST"] == pytest.approx(100 * 38 / 255, abs=0.2)
    assert abs(results["HISTOGRAM_PEAK"]) < 15 and results["SEEN"] == 1
    assert rows["contrast"] == rows["histogram_peak"] == rows["clipping_dark"] == rows["colour_balance"] == "passed"
    assert rows["cloud_cover"] == "unknown"


def test_every_tile_counts_and_nodata_does_not(application, write):
    planes = textured()
    planes[:, 1050:, 1400:] = 255  # 50 x 100 px in the last tile
    planes[:, :100] = 0
    results, _ = check(application, INPUT=write(planes, nodata=0))
    assert results["CLIPPING_DARK"] == 0
    assert results["CLIPPING_BRIGHT"] == pytest.approx(100 * 5000 / (1500 * 1000), abs=0.01)


def test_alpha_hides_pixels(application, write):
    planes = np.concatenate([textured(200, 200), np.full((1, 200, 200), 255, np.uint8)])
    planes[:, :100] = 0
    results, _ = check(application, INPUT=write(planes, options=["ALPHA=YES", "PHOTOMETRIC=RGB"]))
    assert results["CLIPPING_DARK"] == 0 and "OUTPUT" not in results


def test_deep_images_are_measured_in_their_own_depth(application, write):
    planes = textured(300, 300).astype(np.uint16) * 8  # 11 bits
    results, _ = check(application, INPUT=write(planes, gdal.GDT_UInt16))
    assert results["CONTRAST"] == pytest.approx(100 * 38 * 8 / 2047, abs=0.4)


def test_of_a_huge_image_evenly_spread_parts_are_seen(application):
    from rsqi.rsqi_core.image_checks import MOST, spread

    width, height = 60_000, 40_000
    seen = list(spread(width, height))
    share = sum(w * h for _, _, w, h in seen) / (width * height)
    assert share == pytest.approx(MOST / (width * height), rel=0.05)
    for half in (lambda x, y: x < width / 2, lambda x, y: y < height / 2):
        assert sum(half(x, y) for x, y, _, _ in seen) == pytest.approx(len(seen) / 2, rel=0.15)


def test_an_empty_image_is_refused(application, write):
    with pytest.raises(QgsProcessingException, match="no valid pixel"):
        check(application, INPUT=write(np.zeros((3, 64, 64), np.uint8), nodata=0))
