"""The checks of a whole image on their panel."""

from qgis.core import QgsProject, QgsRasterLayer
from scored_layer import wait


def test_the_image_is_checked(page, raster, application):
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(raster), "image"))
    page.image_panel.run()
    wait(application, lambda: page.image_panel._run is None)
    table = page.image_panel.table
    results = {table.item(row, 0).text(): table.item(row, 3).text() for row in range(table.rowCount())}
    assert results["Dark clipping"] == "passed" and results["Cloud cover"] == "not measured"
