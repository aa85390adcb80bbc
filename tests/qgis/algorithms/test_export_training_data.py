"""`rsqi:trainingdata` in QGIS, with a worker that only pretends."""

import json

from qgis.core import (
    QgsProject,
    QgsVectorLayer,
)
from reviewed_layers import add_layer, run, write_reviewed


def test_training_data_of_layers_and_folders_each_once(trainer, tmp_path):
    folder = tmp_path / "复核"
    folder.mkdir()
    one, two = (write_reviewed(folder / f"{n}.gpkg") for n in "ab")
    parameters = {"LAYERS": [add_layer(one)], "FOLDER": str(folder), "OUTPUT": str(tmp_path / "out")}
    results = run("trainingdata", parameters)
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert (seen["sources"], seen["sizes"], seen["test"]) == ([str(one), str(two)], [512], 0.2)
    assert (results["TRAIN_BLOCKS"], results["TEST_BLOCKS"], results["REJECTED_BLOCKS"]) == (30, 8, 3)


def test_a_layer_that_is_in_no_geopackage_is_refused(trainer, tmp_path):
    layer = QgsVectorLayer("Polygon?field=category_id:integer&field=status:string", "scratch", "memory")
    QgsProject.instance().addMapLayer(layer)
    message = run("trainingdata", {"LAYERS": [layer], "OUTPUT": str(tmp_path / "out")})
    assert "scratch is not stored in a GeoPackage" in message
    assert "Give reviewed layers" in run("trainingdata", {"OUTPUT": str(tmp_path / "out")})
