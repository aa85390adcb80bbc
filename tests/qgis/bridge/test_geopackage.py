"""The ids of a layer's features are the file's, by whichever way they are read."""

from qgis.core import QgsFeature
from review_scene import box, layer_of, write


def test_ids_are_those_that_the_layer_shows(application, tmp_path):
    from rsqi.bridge.geopackage import fids_of, summary_of

    layer = layer_of(write(tmp_path / "result.gpkg"))
    assert fids_of(layer) == fids_of(layer, committed=True) == [1, 2, 3, 4]
    assert summary_of(layer)["width"] == 2000
    layer.setSubsetString("category_id = 1")
    assert fids_of(layer) == [1, 3, 4]
    layer.setSubsetString("")
    layer.startEditing()
    layer.deleteFeature(2)
    added = QgsFeature(layer.fields())
    added.setGeometry(box(0, 0, 5, 5))
    layer.addFeature(added)
    assert fids_of(layer, committed=True) == [1, 2, 3, 4]
    assert sorted(fids_of(layer))[1:] == [1, 3, 4], "with what is not committed yet"
    layer.rollBack()
