"""The style of the errors: in one language when RSQI applies it, complete without RSQI, with working actions."""

import pytest
from qgis.core import (
    QgsExpression,
    QgsFeature,
    QgsFieldConstraints,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

SQUARE = "MultiPolygon(((0 0, 9 0, 9 9, 0 9, 0 0)))"


@pytest.fixture
def layer(application):
    """A layer of two errors, styled, in the project."""
    from rsqi.bridge import layer_style
    from rsqi.bridge.fields import error_fields

    made = QgsVectorLayer("MultiPolygon?crs=EPSG:4547", "errors", "memory")
    made.dataProvider().addAttributes(error_fields().toList())
    made.updateFields()
    for category_id, status in ((1, "unreviewed"), (7, "rejected")):
        feature = QgsFeature(made.fields())
        feature.setGeometry(QgsGeometry.fromWkt(SQUARE))
        feature["category_id"], feature["status"] = category_id, status
        made.dataProvider().addFeature(feature)
    layer_style.apply(made, "errors")
    QgsProject.instance().addMapLayer(made)
    yield made
    QgsProject.instance().removeMapLayer(made.id())


def act(layer, title):
    """Do to the first error what the action called `title` does."""
    action = next(action for action in layer.actions().actions() if action.name() == title)
    context = layer.createExpressionContext()
    context.setFeature(next(layer.getFeatures()))
    exec(QgsExpression.replaceExpressionText(action.command(), context), {})


def texts(layer):
    """Return every alias, legend entry and choice that the layer shows."""
    shown = [layer.attributeDisplayName(index) for index in range(layer.fields().count())]
    shown += [category.label() for category in layer.renderer().categories()]
    for index in range(layer.fields().count()):
        for choice in layer.editorWidgetSetup(index).config().get("map", []):
            shown += choice
    shown += [action.name() for action in layer.actions().actions()]
    return shown + [tab.name() for tab in layer.editFormConfig().tabs()]


def test_texts_are_in_the_language_of_qgis(layer, application, monkeypatch):
    from rsqi.bridge import layer_style

    english = texts(layer)
    assert {"Type", "Cloud", "Rejected", "Accept", "Review"} <= set(english)
    assert not any(" · " in text or "\u4e00" <= text[:1] <= "\u9fff" for text in english)
    monkeypatch.setattr(type(application), "locale", staticmethod(lambda: "zh-Hans"))
    layer_style.apply(layer, "errors")
    assert {"类型", "云", "误检", "确认", "复核"} <= set(texts(layer))
    assert not any(" · " in text for text in texts(layer))


def test_the_stored_style_says_everything_in_both_languages_and_needs_no_plugin(layer):
    from rsqi.bridge import layer_style

    qml = layer_style.STYLES / "errors.qml"
    layer.loadNamedStyle(str(qml))
    assert {"类型 · Type", "云 · Cloud", "误检 · Rejected", "确认 · Accept"} <= set(texts(layer))
    named = qml.read_text(encoding="utf-8").lower().replace("rsqi_reviewer", "")  # no more than a variable
    assert "rsqi" not in named


def test_only_a_reviewers_fields_are_editable(layer):
    config = layer.editFormConfig()
    editable = {field.name() for index, field in enumerate(layer.fields()) if not config.readOnly(index)}
    assert editable == {"category_id", "status", "comment"}


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [("category_id", 1, True), ("category_id", 11, False), ("category_id", None, False),
     ("status", "accepted", True), ("status", "maybe", False), ("status", None, False)],
)  # fmt: skip
def test_types_and_states_are_constrained(layer, name, value, fits):
    feature = next(layer.getFeatures())
    index = layer.fields().indexFromName(name)
    feature.setAttribute(index, value)
    strength = QgsFieldConstraints.ConstraintStrengthHard
    assert QgsVectorLayerUtils.validateAttribute(layer, feature, index, strength)[0] is fits


def test_what_is_drawn_by_hand_is_marked_so(layer):
    drawn = QgsVectorLayerUtils.createFeature(layer, QgsGeometry.fromWkt(SQUARE), {0: 3})
    assert (drawn["category_id"], drawn["status"], drawn["source"]) == (3, "added", "technician")
    assert drawn["edited_at"].isValid()


@pytest.mark.parametrize(("title", "status"), [("Accept", "accepted"), ("Reject", "rejected")])
def test_an_action_decides_and_saves(layer, title, status):
    act(layer, title)
    first = next(layer.getFeatures())
    assert first["status"] == status and first["edited_at"].isValid() and not layer.isEditable()


def test_edits_are_signed_by_the_reviewer_and_without_the_plugin_by_the_user_of_the_computer(layer, application):
    from rsqi.bridge import reviewer

    account = application.userLoginName()
    for given, signed in (("O'Brien", "O'Brien"), ("", account)):
        reviewer.save_name(given)
        act(layer, "Accept")
        drawn = QgsVectorLayerUtils.createFeature(layer, QgsGeometry.fromWkt(SQUARE), {0: 3})
        assert (next(layer.getFeatures())["edited_by"], drawn["edited_by"]) == (signed, signed)


def test_the_form_offers_the_actions(layer):
    in_form = layer.editFormConfig().tabs()[-1].children()
    known = {action.id() for action in layer.actions().actions()}
    assert len(in_form) == 3 and all(child.action(layer).id() in known for child in in_form)


def test_an_action_joins_an_edit_session(layer):
    layer.startEditing()
    act(layer, "Accept")
    assert layer.isEditable() and next(layer.getFeatures())["status"] == "accepted"
    layer.undoStack().undo()
    assert next(layer.getFeatures())["status"] == "unreviewed"
    layer.rollBack()


def test_both_layers_are_styled_when_loaded(application, fake, raster):
    from processing.gui.Postprocessing import handleAlgorithmResults
    from rsqi.bridge import layer_style

    project = QgsProject.instance()
    alg = application.processingRegistry().createAlgorithmById("rsqi:inspect")
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(project)
    to_load = QgsProcessingOutputLayerDefinition("memory:", project)
    parameters = {"INPUT": str(raster), "OUTPUT": to_load, "BLOCKS": to_load}
    _, ok = alg.run(parameters, context, feedback)
    assert ok and len(layer_style._waiting) == 2
    assert handleAlgorithmResults(alg, context, feedback, parameters=parameters)
    styles = {layer.name(): layer.renderer().type() for layer in project.mapLayers().values()}
    project.clear()
    assert styles == {"Errors": "categorizedSymbol", "Blocks": "graduatedSymbol"}
    assert layer_style._waiting == {}


def test_styles_follow_the_taxonomy(application):
    from qgis.core import QgsVectorLayer
    from rsqi.bridge import layer_style
    from rsqi.rsqi_core.taxonomy import TYPES

    layer = QgsVectorLayer("Polygon?field=category_id:integer", "errors", "memory")
    layer_style.apply(layer, "errors")
    categories = layer.renderer().categories()
    assert [int(category.value()) for category in categories] == [t.id for t in TYPES]
    assert [category.label() for category in categories] == [t.en for t in TYPES]
    outlines = [category.symbol().symbolLayers()[-1].color().name() for category in categories]
    assert outlines == [t.color for t in TYPES], "run tools/make_styles.py"
