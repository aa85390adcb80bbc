"""The blocks in the colour of a type."""

from review_scene import layer_of


def test_the_heat_map_lies_under_the_errors_and_goes_again(path):
    from qgis.core import QgsProject
    from rsqi.ui.review import heat_map

    project, errors = QgsProject.instance(), layer_of(path)
    project.addMapLayer(errors)
    try:
        assert heat_map.show(path, 2, 512, errors)
        order = [layer.name() for layer in project.layerTreeRoot().layerOrder()]
        assert order[0] == "errors" and "Shadow" in order[1]
        renderer = project.layerTreeRoot().layerOrder()[1].renderer()
        assert renderer.classAttribute() == "p_shadow"
        alphas = [entry.symbol().color().alpha() for entry in renderer.ranges()]
        assert alphas == sorted(alphas)
        heat_map.hide()
        assert len(project.mapLayers()) == 1
    finally:
        project.clear()
