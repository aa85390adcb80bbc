"""Errors of low confidence hidden on the map."""

from review_scene import layer_of, painted


def test_low_confidence_is_hidden_on_the_map_and_stays_in_the_layer(path):
    from rsqi.bridge import layer_style
    from rsqi.ui.review.map_filter import set_threshold, threshold_of

    layer = layer_of(path)
    layer_style.apply(layer, "errors")

    layer.startEditing()
    assert set_threshold(layer, 0.65) and set_threshold(layer, 0.69)
    assert painted(layer) == [1, 3] and threshold_of(layer) == 0.69 and layer.featureCount() == 4
    set_threshold(layer, 0)
    assert painted(layer) == [1, 2, 3, 4] and layer.renderer().classAttribute() == "category_id"
