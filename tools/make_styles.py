"""Write resources/styles/*.qml from the taxonomy.

Run with the Python of QGIS: ``/usr/bin/python3 tools/make_styles.py``. The oldest supported QGIS (3.22) should run it:
newer versions open its files, not the other way round.

A text that people read is written in both languages, "云 · Cloud", and stays so in a GeoPackage, which any office may
open without RSQI. `bridge/layer_style.py` keeps the half that fits the language of QGIS.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import canonicalize

from qgis.core import (
    QgsAction,
    QgsApplication,
    QgsAttributeEditorAction,
    QgsAttributeEditorContainer,
    QgsAttributeEditorField,
    QgsAttributeTableConfig,
    QgsCategorizedSymbolRenderer,
    QgsDefaultValue,
    QgsEditFormConfig,
    QgsEditorWidgetSetup,
    QgsFieldConstraints,
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsLabeling,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMapLayer,
    QgsPalLayerSettings,
    QgsProperty,
    QgsRendererCategory,
    QgsRendererRange,
    QgsRuleBasedRenderer,
    QgsSimpleFillSymbolLayer,
    QgsSimpleLineSymbolLayer,
    QgsSymbol,
    QgsSymbolLayer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from rsqi_core import taxonomy  # noqa: E402
from rsqi_core.scoring import GRADE_COLORS, GRADE_NAMES, GRADES, STATUSES, UNSCORED  # noqa: E402

STYLES = ROOT / "resources" / "styles"
CASING = "#101010"
FONTS = ("Microsoft YaHei", "Noto Sans CJK SC", "PingFang SC", "Open Sans")  # the first that is there
OUTLINE_MM, CASING_MM = 0.6, 1.2
LOT_FIELDS = {
    "name": "string", "scene": "string", "result": "string", "status": "string", "grade": "string", "score": "double",
    "errors": "int", "unreviewed": "int", "reviewed_by": "string", "reviewed_at": "string", "verdict": "string",
    "second_count": "int", "second_equal": "double", "reason": "string",
}  # fmt: skip
UNUSUAL = "#ff40c8"  # as what words have found
UNUSUAL_STEPS = ((0.0, 0.7, 0.4), (0.7, 0.9, 0.7), (0.9, 1.01, 1.1))  # least and most score, mm
REJECTED = "\"status\" = 'rejected'"
KEPT = "coalesce(\"status\", '') <> 'rejected'"
SMALL = '(sqrt("area_m2") / @map_scale * 1000 < 3)'  # under 3 mm on the screen


def both(zh: str, en: str) -> str:
    """A text in both languages."""
    return f"{zh} · {en}"


ALIASES = {
    "category_id": both("类型", "Type"),
    "label": both("中文名称", "Chinese name"),
    "label_en": both("英文名称", "English name"),
    "confidence": both("置信度", "Confidence"),
    "area_m2": both("面积 (m²)", "Area (m²)"),
    "severity": both("错漏类别", "Severity"),
    "penalty": both("扣分", "Points"),
    "status": both("复核状态", "Status"),
    "source": both("来源", "Found by"),
    "block_size": both("块大小 (像素)", "Block size (px)"),
    "comment": both("备注", "Comment"),
    "edited_at": both("修改时间", "Edited at"),
    "edited_by": both("修改人", "Edited by"),
    "step_dn_r": both("红色差", "Step in red"),
    "step_dn_g": both("绿色差", "Step in green"),
    "step_dn_b": both("蓝色差", "Step in blue"),
    "delta_e": both("色差 ΔE", "Colour difference ΔE"),
    "sharpness_ratio": both("清晰度之比", "Sharpness ratio"),
    "offset_px": both("错位 (像素)", "Offset (px)"),
    "offset_significance": both("错位显著性", "Significance of the offset"),
    "length_m": both("长度 (m)", "Length (m)"),
    "visible_share": both("可见比例", "Visible share"),
    "error_id": both("错漏编号", "Number of the error"),
    "row": both("行", "Row"),
    "col": both("列", "Column"),
}
LARGEST_STEP = 'max(abs("step_dn_r"), abs("step_dn_g"), abs("step_dn_b"))'
# Type, its measure, unit, and the limits of RSQI's scheme.
SEAM_SIZES = (
    ("stitching_trace", LARGEST_STEP, "DN", (10, 25, 50)),
    ("stitching_misalignment", 'coalesce("offset_px", 0)', "px", (2, 5)),
)
UNSEEN, REJECTED_COLOR = "#9aa5ad", "#d5dbe0"
STATUS_NAMES = {
    "unreviewed": both("未复核", "Unreviewed"),
    "accepted": both("已确认", "Accepted"),
    "rejected": both("误检", "Rejected"),
    "corrected": both("已修正", "Corrected"),
    "added": both("漏检补充", "Added"),
}
VALUES = {
    "category_id": {both(t.zh, t.en): t.id for t in taxonomy.TYPES},
    "severity": {
        both("A 极严重", "A critical"): "A",
        both("B 严重", "B major"): "B",
        both("C 较严重", "C moderate"): "C",
        both("D 一般", "D minor"): "D",
    },
    "status": {STATUS_NAMES[status]: status for status in STATUSES},
    "source": {
        both("模型", "Model"): "model",
        both("模型依据", "Model's evidence"): "evidence",
        both("规则", "Rule"): "rule",
        both("质检员", "Technician"): "technician",
    },
}
NUMBERS = {"confidence": (2, 0, 1), "area_m2": (1, 0, 1e15), "penalty": (1, 0, 1e6)}  # decimals, least, largest
FORM = (
    (both("复核", "Review"), 1, ("category_id", "status", "comment")),
    (both("检测结果", "As found"), 2, ("severity", "penalty", "confidence", "area_m2", "source", "block_size")),
    (both("修改记录", "Last edit"), 2, ("edited_by", "edited_at")),
)
EDITABLE = {"category_id", "status", "comment"}
HIDDEN = {"label", "label_en"}  # follow from the type
# Of an error that somebody draws with the tools of QGIS.
DEFAULTS = {
    "status": "'added'",
    "source": "'technician'",
    "confidence": "1",
    "edited_at": "now()",
    "edited_by": "coalesce(@rsqi_reviewer, @user_account_name)",  # the plugin knows the name, where it is there
}
CONSTRAINTS = {
    "category_id": (
        f'"category_id" >= 1 and "category_id" <= {len(taxonomy.TYPES)}',
        both("十种类型之一", "one of the ten types"),
    ),
    "status": (
        '"status" in ({})'.format(", ".join(f"'{status}'" for status in STATUSES)),
        both("五种复核状态之一", "one of the five states"),
    ),
}
SHOW = """from qgis.core import QgsProject
from qgis.utils import iface
layer = QgsProject.instance().mapLayer('[% @layer_id %]')
iface.mapCanvas().zoomToFeatureIds(layer, [[% $id %]])
iface.mapCanvas().zoomByFactor(3)
iface.mapCanvas().flashFeatureIds(layer, [[% $id %]])
"""
# In an edit session the verdict joins it; else it is saved at once.
DECIDE = """from qgis.core import QgsProject
from qgis.PyQt.QtCore import QDateTime
layer = QgsProject.instance().mapLayer('[% @layer_id %]')
known = layer.createExpressionContext()
name = known.variable('rsqi_reviewer') or known.variable('user_account_name')
joined = layer.isEditable()
if joined or layer.startEditing():
    layer.beginEditCommand('{status}')
    for field, value in (('status', '{status}'), ('edited_at', QDateTime.currentDateTime()), ('edited_by', name)):
        layer.changeAttributeValue([% $id %], layer.fields().lookupField(field), value)
    layer.endEditCommand()
    joined or layer.commitChanges()
    layer.triggerRepaint()
"""
ACTIONS = (
    (both("缩放到图斑", "Zoom to error"), SHOW),
    (both("确认", "Accept"), DECIDE.replace("{status}", "accepted")),
    (both("否定（误检）", "Reject"), DECIDE.replace("{status}", "rejected")),
)


def symbol_of(kind: type, *layers: QgsSymbolLayer) -> QgsSymbol:
    """Return a symbol of the layers; one by one, because a list given to the constructor is not taken over (crash)."""
    symbol = kind()
    symbol.deleteSymbolLayer(0)
    for layer in layers:
        symbol.appendSymbolLayer(layer)
    return symbol


def outline(color: str, width: float) -> QgsSimpleLineSymbolLayer:
    line = QgsSimpleLineSymbolLayer(QColor(color), width)
    line.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return line


def where(layer: QgsSymbolLayer, key: int, expression: str) -> QgsSymbolLayer:
    """Return the layer with one of its properties bound to an expression."""
    layer.setDataDefinedProperty(key, QgsProperty.fromExpression(expression))
    return layer


def error_symbol(error_type: taxonomy.ErrorType) -> QgsFillSymbol:
    """Translucent fill, hatched for boundary types, and a coloured outline on a dark casing.

    Outlines are thin around what is small on the screen. A rejected error is a faint dashed outline, on a
    casing as bright ground hides it else.
    """
    color = QColor(error_type.color)
    color.setAlphaF(0.18)
    fill = QgsSimpleFillSymbolLayer(color)
    fill.setStrokeStyle(Qt.PenStyle.NoPen)
    layers = [fill]
    if error_type.error_class is taxonomy.ErrorClass.BOUNDARY:
        color.setAlphaF(0.04)
        fill.setColor(color)
        hatch = QgsLinePatternFillSymbolLayer()
        hatch.setLineAngle(45 if error_type.code == "stitching_trace" else 135)
        hatch.setDistance(4.5)
        strokes = symbol_of(QgsLineSymbol, outline(CASING, 0.55), outline(error_type.color, 0.28))
        strokes.setOpacity(0.6)
        hatch.setSubSymbol(strokes)
        layers.append(hatch)
    layers.append(where(outline(CASING, CASING_MM), QgsSymbolLayer.PropertyStrokeWidth, width(CASING_MM)))
    for layer in layers[:-1]:
        where(layer, QgsSymbolLayer.PropertyLayerEnabled, KEPT)
    line = where(outline(error_type.color, OUTLINE_MM), QgsSymbolLayer.PropertyStrokeWidth, width(OUTLINE_MM))
    where(line, QgsSymbolLayer.PropertyStrokeStyle, f"if({REJECTED}, 'dash', 'solid')")
    symbol = symbol_of(QgsFillSymbol, *layers, line)
    return where(symbol, QgsSymbol.PropertyOpacity, f"if({REJECTED}, 65, 100)")


def width(millimetres: float) -> str:
    """Half of a width around what is small, and around what is rejected."""
    return f"if({SMALL} or {REJECTED}, {millimetres / 2:g}, {millimetres:g})"


def of_type(values: list[str]) -> str:
    """Return an expression that picks one of ten values by the type."""
    return 'array_get(array({}), "category_id" - 1)'.format(", ".join(f"'{value}'" for value in values))


def pale(color: str) -> str:
    """Half way to white, to be read on a dark halo."""
    return "#" + "".join(f"{(int(color[i : i + 2], 16) + 255) // 2:02x}" for i in (1, 3, 5))


def type_name() -> str:
    """The type's name in the language of QGIS; from the type, as its labels are out of date once it is changed."""
    zh, en = of_type([t.zh for t in taxonomy.TYPES]), of_type([t.en for t in taxonomy.TYPES])
    return f"if(@qgis_locale like 'zh%', {zh}, {en})"


def label_text() -> QgsTextFormat:
    """Bold white on a dark halo."""
    text = QgsTextFormat()
    font = QFont(FONTS[0])
    font.setBold(True)
    text.setFont(font)
    text.setFamilies(list(FONTS))
    text.setSize(10)
    text.setColor(QColor("#ffffff"))
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.9)
    halo.setColor(QColor(CASING))
    text.setBuffer(halo)
    return text


def labeling() -> QgsVectorLayerSimpleLabeling:
    """Name, severity and a tick for what a person has confirmed; on errors large enough on the screen to bear it."""
    settings = QgsPalLayerSettings()
    settings.setFormat(label_text())
    settings.isExpression = True
    settings.fieldName = (
        f"{type_name()} || coalesce(' ' || \"severity\", '') || "
        "if(\"status\" in ('accepted', 'corrected', 'added'), ' ✓', '')"
    )
    settings.placement = QgsPalLayerSettings.Horizontal
    settings.setPolygonPlacementFlags(
        QgsLabeling.PolygonPlacementFlags(
            QgsLabeling.AllowPlacementInsideOfPolygon | QgsLabeling.AllowPlacementOutsideOfPolygon
        )
    )
    settings.thinningSettings().setMinimumFeatureSize(4)  # mm
    properties = settings.dataDefinedProperties()
    properties.setProperty(QgsPalLayerSettings.Show, QgsProperty.fromExpression(KEPT))
    properties.setProperty(
        QgsPalLayerSettings.Color, QgsProperty.fromExpression(of_type([pale(t.color) for t in taxonomy.TYPES]))
    )
    settings.setDataDefinedProperties(properties)
    return QgsVectorLayerSimpleLabeling(settings)


def widget_of(name: str) -> QgsEditorWidgetSetup:
    if name in VALUES:
        return QgsEditorWidgetSetup("ValueMap", {"map": [{text: value} for text, value in VALUES[name].items()]})
    if name in NUMBERS:
        decimals, least, largest = NUMBERS[name]
        limits = {"Min": least, "Max": largest, "Step": 10**-decimals, "Precision": decimals}
        return QgsEditorWidgetSetup("Range", {"Style": "SpinBox", "AllowNull": True, **limits})
    if name == "edited_at":
        return QgsEditorWidgetSetup("DateTime", {"display_format": "yyyy-MM-dd HH:mm", "allow_null": True})
    return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": name == "comment"})


def describe_fields(layer: QgsVectorLayer) -> None:
    """Aliases, choices, defaults of new errors, and what a value must be."""
    for index, field in enumerate(layer.fields()):
        name = field.name()
        layer.setFieldAlias(index, ALIASES[name])
        layer.setEditorWidgetSetup(index, widget_of(name))
        if name in DEFAULTS:
            layer.setDefaultValueDefinition(index, QgsDefaultValue(DEFAULTS[name]))
        if name in CONSTRAINTS:
            layer.setConstraintExpression(index, *CONSTRAINTS[name])
            for kind in (QgsFieldConstraints.ConstraintNotNull, QgsFieldConstraints.ConstraintExpression):
                layer.setFieldConstraint(index, kind, QgsFieldConstraints.ConstraintStrengthHard)


def add_actions(layer: QgsVectorLayer) -> None:
    """Zoom, accept and reject: in the form, in the attribute table and on the map."""
    for title, command in ACTIONS:
        action = QgsAction(
            QgsAction.GenericPython, title, command, "", False, title, {"Canvas", "Feature", "Form", "Field"}
        )
        layer.actions().addAction(action)


def form(layer: QgsVectorLayer) -> None:
    """Three groups and the actions; what was measured is read-only."""
    fields, config = layer.fields(), layer.editFormConfig()
    config.setLayout(QgsEditFormConfig.TabLayout)
    config.clearTabs()
    for title, columns, names in FORM:
        group = QgsAttributeEditorContainer(title, config.invisibleRootContainer())
        group.setIsGroupBox(True)
        group.setColumnCount(columns)
        for name in names:
            group.addChildElement(QgsAttributeEditorField(name, fields.indexFromName(name), group))
        config.addTab(group)
    bar = QgsAttributeEditorContainer("", config.invisibleRootContainer())
    bar.setIsGroupBox(True)
    bar.setColumnCount(len(ACTIONS))
    for action in layer.actions().actions():
        bar.addChildElement(QgsAttributeEditorAction(action, bar))
    config.addTab(bar)
    for index, field in enumerate(fields):
        config.setReadOnly(index, field.name() not in EDITABLE)
    layer.setEditFormConfig(config)


def table(layer: QgsVectorLayer) -> None:
    """The attribute table: the costliest errors first, without what only repeats the type."""
    config = QgsAttributeTableConfig()
    config.update(layer.fields())
    columns = config.columns()
    for column in columns:
        column.hidden = column.name in HIDDEN
    config.setColumns(columns)
    config.setSortExpression('"penalty"')
    config.setSortOrder(Qt.SortOrder.DescendingOrder)
    layer.setAttributeTableConfig(config)


UNUSUAL_ALIASES = {
    "rank": both("序号", "Rank"), "score": both("异常度", "How unusual"), "area_m2": both("面积 m²", "Area m²"),
    "pixels": both("像素数", "Pixels"),
}  # fmt: skip

LOT_ALIASES = {
    "name": both("图幅", "Sheet"), "scene": both("影像", "Image"), "result": both("成果", "Result"),
    "status": both("状态", "Status"), "grade": both("等级", "Grade"), "score": both("得分", "Score"),
    "errors": both("错误", "Errors"), "unreviewed": both("未复核", "Not reviewed"),
    "reviewed_by": both("复核人", "Reviewed by"), "reviewed_at": both("复核时间", "Reviewed at"),
    "verdict": both("结论", "Verdict"), "second_count": both("二次检查", "Judged twice"),
    "second_equal": both("一致率", "Judged alike"), "reason": both("失败原因", "Why it failed"),
}  # fmt: skip


def errors() -> QgsVectorLayer:
    fields = (
        "category_id:int,label:string,label_en:string,confidence:double,area_m2:double,severity:string,penalty:double,"
        "status:string,source:string,block_size:int,comment:string,edited_at:datetime,edited_by:string"
    )
    layer = memory_layer(fields)
    categories = [QgsRendererCategory(t.id, error_symbol(t), both(t.zh, t.en)) for t in taxonomy.TYPES]
    layer.setRenderer(QgsCategorizedSymbolRenderer("category_id", categories))
    layer.setLabeling(labeling())
    layer.setLabelsEnabled(True)
    layer.setDisplayExpression(f"{type_name()} || coalesce(' ' || \"severity\", '')")
    layer.setMapTipTemplate(
        f'<b>[% {type_name()} %]</b> [% "severity" %]<br>[% round("area_m2", 1) %] m², '
        '[% round(100 * "confidence") %] %<br>[% coalesce("comment", \'\') %]'
    )
    describe_fields(layer)
    add_actions(layer)
    form(layer)
    table(layer)
    return layer


def blocks() -> QgsVectorLayer:
    probabilities = [f"p_{code}" for code in taxonomy.CODES]
    layer = memory_layer(
        ",".join(["block_size:int", "row:int", "col:int", *(f"{name}:double" for name in probabilities)])
    )
    highest = "max(" + ", ".join(f'"{name}"' for name in probabilities) + ")"
    ranges = []
    for low, high, color, stroke in (
        (0.0, 0.25, "#9aa5ad", 0.15),
        (0.25, 0.5, "#ffe08a", 0.25),
        (0.5, 0.75, "#ff9d42", 0.4),
        (0.75, 1.0, "#ff3b30", 0.6),
    ):
        symbol = symbol_of(QgsFillSymbol, outline(color, stroke))
        symbol.setOpacity(0.8)
        ranges.append(QgsRendererRange(low, high, symbol, f"p {low:g} - {high:g}"))
    layer.setRenderer(QgsGraduatedSymbolRenderer(highest, ranges))
    layer.setDisplayExpression('"block_size" || \' px: \' || "row" || \', \' || "col"')
    for index, field in enumerate(layer.fields()):
        name = field.name()
        error_type = taxonomy.by_code(name[2:]) if name.startswith("p_") else None
        layer.setFieldAlias(index, both(error_type.zh, error_type.en) if error_type else ALIASES[name])
    return layer


def seam_symbol(color: str, width: float, dashed: bool = False) -> QgsLineSymbol:
    """A coloured line on a dark casing, which shows between the dashes."""
    line, casing = outline(color, width), outline(CASING, width + CASING_MM - OUTLINE_MM)
    if dashed:
        line.setPenStyle(Qt.PenStyle.DashLine)
        casing.setWidth(width + 0.3)
    for each in (line, casing):
        each.setPenCapStyle(Qt.PenCapStyle.RoundCap)
    return symbol_of(QgsLineSymbol, casing, line)


def seam_rules() -> QgsRuleBasedRenderer:
    """A rule for each type of error and within it for each size, at the limits of RSQI's scheme; the rest is faint."""
    root = QgsRuleBasedRenderer.Rule(None)
    for code, value, unit, limits in SEAM_SIZES:
        error_type = taxonomy.by_code(code)
        group = QgsRuleBasedRenderer.Rule(
            None,
            0,
            0,
            f'"category_id" = {error_type.id} and "error_id" is not null and {KEPT}',
            both(error_type.zh, error_type.en),
        )
        for low, high, width in zip((0, *limits), (*limits, None), (0.5, 0.9, 1.4, 2.0)):
            bounds = [f"{value} >= {low}"] + ([f"{value} < {high}"] if high else [])
            text = f"{low}–{high} {unit}" if high else f"≥ {low} {unit}"
            rule = QgsRuleBasedRenderer.Rule(seam_symbol(error_type.color, width), 0, 0, " and ".join(bounds), text)
            group.appendChild(rule)
        root.appendChild(group)
    rejected = seam_symbol(REJECTED_COLOR, 0.4, True)
    rejected.setOpacity(0.65)
    root.appendChild(
        QgsRuleBasedRenderer.Rule(rejected, 0, 0, f'"error_id" is not null and {REJECTED}', STATUS_NAMES["rejected"])
    )
    unseen = both("不可见", "Does not show")
    root.appendChild(QgsRuleBasedRenderer.Rule(seam_symbol(UNSEEN, 0.3, True), 0, 0, '"error_id" is null', unseen))
    return QgsRuleBasedRenderer(root)


def seam_labeling() -> QgsVectorLayerSimpleLabeling:
    """Step and offset beside a line that shows, where it is long enough on the screen."""
    settings = QgsPalLayerSettings()
    settings.setFormat(label_text())
    settings.isExpression = True
    step, offset = (
        f"if(@qgis_locale like 'zh%', '{zh} ', '{en} ')" for zh, en in (("色差", "step"), ("错位", "offset"))
    )
    settings.fieldName = (
        f"{step} || round({LARGEST_STEP}) || "
        f"if(\"category_id\" = 8, ', ' || {offset} || round(\"offset_px\", 1) || ' px', '')"
    )
    settings.placement = QgsPalLayerSettings.Line
    settings.lineSettings().setPlacementFlags(
        QgsLabeling.LinePlacementFlags(QgsLabeling.AboveLine | QgsLabeling.MapOrientation)
    )
    settings.dist = 1.8
    settings.thinningSettings().setMinimumFeatureSize(14)  # mm
    properties = settings.dataDefinedProperties()
    properties.setProperty(QgsPalLayerSettings.Show, QgsProperty.fromExpression(f'"error_id" is not null and {KEPT}'))
    settings.setDataDefinedProperties(properties)
    return QgsVectorLayerSimpleLabeling(settings)


def seams() -> QgsVectorLayer:
    numbers = [f"step_dn_{band}" for band in "rgb"]
    numbers += ["delta_e", "sharpness_ratio", "offset_px", "offset_significance", "length_m", "visible_share"]
    fields = ["category_id:int", *(f"{name}:double" for name in numbers), "error_id:int", "status:string"]
    layer = memory_layer(",".join(fields), "LineString")
    layer.setRenderer(seam_rules())
    layer.setLabeling(seam_labeling())
    layer.setLabelsEnabled(True)
    layer.setDisplayExpression(f"{type_name()} || ' ' || \"fid\"")
    layer.setMapTipTemplate(
        f'<b>[% {type_name()} %]</b><br>RGB [% round("step_dn_r") %], [% round("step_dn_g") %], '
        '[% round("step_dn_b") %]; ΔE [% round("delta_e", 1) %]<br>'
        "[% coalesce(round(\"offset_px\", 1) || ' px, ', '') %][% round(\"length_m\", 1) %] m"
    )
    for index, field in enumerate(layer.fields()):
        layer.setFieldAlias(index, ALIASES[field.name()])
        choices = VALUES.get(field.name())
        if choices:
            layer.setEditorWidgetSetup(index, widget_of(field.name()))
    config = QgsAttributeTableConfig()
    config.update(layer.fields())
    config.setSortExpression(LARGEST_STEP)
    config.setSortOrder(Qt.SortOrder.DescendingOrder)
    layer.setAttributeTableConfig(config)
    return layer


def unusual() -> QgsVectorLayer:
    """What is unlike anything clean: outlined in magenta, which no type has, the more unusual the wider."""
    layer = memory_layer("rank:int,score:double,area_m2:double,pixels:int")
    root = QgsRuleBasedRenderer.Rule(None)
    for least, most, millimetres in UNUSUAL_STEPS:
        symbol = symbol_of(QgsFillSymbol, outline(CASING, millimetres + 0.6), outline(UNUSUAL, millimetres))
        expression = f'"score" >= {least} and "score" < {most}'
        label = both(f"异常度 {least}–{min(most, 1)}", f"Unusual {least}–{min(most, 1)}")
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, 0, 0, expression, label))
    layer.setRenderer(QgsRuleBasedRenderer(root))
    settings = QgsPalLayerSettings()
    settings.fieldName = "'? ' || \"rank\""
    settings.isExpression = True
    settings.setFormat(label_text())
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
    layer.setDisplayExpression('"rank" || \': \' || round("score", 2)')
    layer.setMapTipTemplate('<b>? [% "rank" %]</b><br>[% round("score", 2) %]')
    for index, field in enumerate(layer.fields()):
        layer.setFieldAlias(index, UNUSUAL_ALIASES[field.name()])
    config = QgsAttributeTableConfig()
    config.update(layer.fields())
    config.setSortExpression('"rank"')
    layer.setAttributeTableConfig(config)
    return layer


def lot() -> QgsVectorLayer:
    """Footprints of the scenes of a lot by grade; those that are not inspected grey, those that failed with a cross."""
    layer = memory_layer(",".join(f"{name}:{kind}" for name, kind in LOT_FIELDS.items()), "Polygon", "EPSG:4326")
    root = QgsRuleBasedRenderer.Rule(None)
    failed = symbol_of(QgsFillSymbol, QgsSimpleFillSymbolLayer(QColor(0, 0, 0, 0), Qt.BrushStyle.DiagCrossPattern))
    failed.symbolLayer(0).setFillColor(QColor("#8e2430"))
    failed.symbolLayer(0).setStrokeColor(QColor("#8e2430"))
    failed.symbolLayer(0).setStrokeWidth(0.5)
    rules = [(failed, "\"status\" = 'failed'", both("检查失败", "Failed"))]
    for grade in (*reversed(GRADES), UNSCORED):
        expression = f"\"status\" = 'inspected' and \"grade\" = '{grade}'"
        rules.append((lot_symbol(GRADE_COLORS[grade]), expression, both(**GRADE_NAMES[grade])))
    waiting = lot_symbol("#9aa0a6", Qt.PenStyle.DashLine)
    rules.append((waiting, "\"status\" = 'waiting'", both("未检查", "Not inspected")))
    for symbol, expression, label in rules:
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, 0, 0, expression, label))
    renderer = QgsRuleBasedRenderer(root)
    layer.setRenderer(renderer)
    settings = QgsPalLayerSettings()
    settings.fieldName = "\"name\" || coalesce(' ' || round(\"score\", 1), '')"
    settings.isExpression = True
    settings.setFormat(label_text())
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
    layer.setDisplayExpression('"name"')
    for index, field in enumerate(layer.fields()):
        layer.setFieldAlias(index, LOT_ALIASES[field.name()])
    return layer


def lot_symbol(color: str, pen: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QgsFillSymbol:
    fill = QColor(color)
    fill.setAlpha(70)  # what lies below is an image
    layer = QgsSimpleFillSymbolLayer(fill, Qt.BrushStyle.SolidPattern, QColor(color), pen, 0.7)
    return symbol_of(QgsFillSymbol, layer)


def memory_layer(fields: str, kind: str = "MultiPolygon", crs: str = "EPSG:4547") -> QgsVectorLayer:
    query = "&".join(f"field={field}" for field in fields.split(","))
    return QgsVectorLayer(f"{kind}?crs={crs}&{query}", "style", "memory")


def save(layer: QgsVectorLayer, name: str) -> None:
    """Save with sorted attributes and without random ids, so that the file changes only with the style."""
    path = STYLES / f"{name}.qml"
    parts = (
        QgsMapLayer.Symbology | QgsMapLayer.Labeling | QgsMapLayer.Fields | QgsMapLayer.Forms | QgsMapLayer.MapTips
        | QgsMapLayer.Actions | QgsMapLayer.AttributeTable
    )  # fmt: skip
    layer.saveNamedStyle(str(path), parts)
    text = path.read_text(encoding="utf-8")
    for number, action in enumerate(layer.actions().actions()):  # the form names them by their id
        text = text.replace(action.id().toString(), f"<{number}>")
    text = re.sub(r' (id|layer)="\{[0-9a-f-]+\}"', "", text)
    text = re.sub(r"<(\d+)>", lambda match: f"{{{uuid5(NAMESPACE_URL, 'rsqi/' + match[1])}}}", text)
    keys = iter(range(text.count("<rule")))  # of the rules of a renderer
    text = re.sub(
        r'(?<= key=")\{[0-9a-f-]+\}', lambda _: f"{{{uuid5(NAMESPACE_URL, f'rsqi/rule/{next(keys)}')}}}", text
    )
    text = re.sub(r"<callout .*?</callout>", "", text, flags=re.DOTALL)  # unused, and never written twice alike
    text = re.sub(r"<prop [^>]*/>\s*", "", text)  # for QGIS before 3.22
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + canonicalize(text) + "\n"
    text = re.sub(r"(?:\s*<actionScope [^>]*></actionScope>)+", lambda match: in_order(match[0]), text)
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


def in_order(lines: str) -> str:
    return "".join(sorted(re.findall(r"\s*<actionScope [^>]*></actionScope>", lines)))


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], True)
    application.initQgis()
    for make in (errors, seams, unusual, blocks, lot):
        save(make(), make.__name__)
    application.exitQgis()
