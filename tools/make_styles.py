"""Write resources/styles/*.qml from the taxonomy.

Run with the Python of QGIS: ``/usr/bin/python3 tools/make_styles.py``. The oldest supported QGIS (3.22) should run it:
newer versions open its files, not the other way round.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from qgis.core import (
    QgsApplication,
    QgsAttributeEditorContainer,
    QgsAttributeEditorField,
    QgsCategorizedSymbolRenderer,
    QgsEditFormConfig,
    QgsEditorWidgetSetup,
    QgsFillSymbol,
    QgsGraduatedSymbolRenderer,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMapLayer,
    QgsPalLayerSettings,
    QgsProperty,
    QgsRendererCategory,
    QgsRendererRange,
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

STYLES = ROOT / "resources" / "styles"
CASING = "#202020"
FONTS = ("Microsoft YaHei", "Noto Sans CJK SC", "PingFang SC", "Open Sans")  # the first that is there
OUTLINE_MM, CASING_MM = 0.6, 1.1

ALIASES = {
    "category_id": "类型 Type",
    "label": "中文名称 Chinese name",
    "label_en": "英文名称 English name",
    "confidence": "置信度 Confidence",
    "area_m2": "面积 Area (m²)",
    "severity": "严重程度 Severity",
    "penalty": "扣分 Penalty",
    "status": "复核状态 Status",
    "source": "来源 Source",
    "block_size": "块大小 Block size (px)",
    "comment": "备注 Comment",
    "edited_at": "修改时间 Edited at",
    "edited_by": "修改人 Edited by",
    "row": "行 Row",
    "col": "列 Column",
}
VALUES = {
    "category_id": {f"{t.zh} {t.en}": t.id for t in taxonomy.TYPES},
    "severity": {"A 极严重 critical": "A", "B 严重 major": "B", "C 较严重 moderate": "C", "D 一般 minor": "D"},
    "status": {
        "未复核 Unreviewed": "unreviewed",
        "已确认 Accepted": "accepted",
        "已否定 Rejected": "rejected",
        "已修正 Corrected": "corrected",
        "人工添加 Added": "added",
    },
    "source": {"模型 Model": "model", "规则 Rule": "rule", "质检员 Technician": "technician"},
}
FORM = {
    "错误 Error": ("category_id", "severity", "penalty", "confidence", "area_m2", "source", "block_size"),
    "复核 Review": ("status", "comment", "edited_at", "edited_by"),
}
EDITABLE = {"category_id", "severity", "status", "comment"}


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


def error_symbol(error_type: taxonomy.ErrorType) -> QgsFillSymbol:
    """Translucent fill, hatched for boundary types, with a coloured outline on a dark casing; pale once rejected."""
    color = QColor(error_type.color)
    color.setAlphaF(0.22)
    fill = QgsSimpleFillSymbolLayer(color)
    fill.setStrokeStyle(Qt.PenStyle.NoPen)
    layers = [fill]
    if error_type.error_class is taxonomy.ErrorClass.BOUNDARY:
        color.setAlphaF(0.06)
        fill.setColor(color)
        hatch = QgsLinePatternFillSymbolLayer()
        hatch.setLineAngle(45)
        hatch.setDistance(2.4)
        strokes = symbol_of(QgsLineSymbol, outline(CASING, 0.5), outline(error_type.color, 0.25))
        strokes.setOpacity(0.7)
        hatch.setSubSymbol(strokes)
        layers.append(hatch)
    symbol = symbol_of(QgsFillSymbol, *layers, outline(CASING, CASING_MM), outline(error_type.color, OUTLINE_MM))
    symbol.setDataDefinedProperty(
        QgsSymbol.PropertyOpacity, QgsProperty.fromExpression("if(\"status\" = 'rejected', 25, 100)")
    )
    return symbol


def labeling() -> QgsVectorLayerSimpleLabeling:
    """The type's name in the language of QGIS, on polygons large enough to bear it."""
    text = QgsTextFormat()
    text.setFont(QFont(FONTS[0]))
    text.setFamilies(list(FONTS))
    text.setSize(9)
    text.setColor(QColor("#ffffff"))
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.8)
    halo.setColor(QColor(CASING))
    text.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.setFormat(text)
    settings.isExpression = True
    settings.fieldName = "if(@qgis_locale like 'zh%', \"label\", \"label_en\") || coalesce(' ' || \"severity\", '')"
    settings.placement = QgsPalLayerSettings.Horizontal
    settings.fitInPolygonOnly = True
    return QgsVectorLayerSimpleLabeling(settings)


def form(layer: QgsVectorLayer) -> None:
    """Aliases, choices and two groups; what RSQI measures is read-only."""
    fields = layer.fields()
    for index, field in enumerate(fields):
        name = field.name()
        layer.setFieldAlias(index, ALIASES.get(name, name))
        if name in VALUES:
            setup = QgsEditorWidgetSetup("ValueMap", {"map": [{text: value} for text, value in VALUES[name].items()]})
        elif name == "comment":
            setup = QgsEditorWidgetSetup("TextEdit", {"IsMultiline": True})
        elif name == "edited_at":
            setup = QgsEditorWidgetSetup("DateTime", {"display_format": "yyyy-MM-dd HH:mm", "allow_null": True})
        else:
            setup = QgsEditorWidgetSetup("TextEdit", {})
        layer.setEditorWidgetSetup(index, setup)
    config = layer.editFormConfig()
    config.setLayout(QgsEditFormConfig.TabLayout)
    config.clearTabs()
    for title, names in FORM.items():
        group = QgsAttributeEditorContainer(title, config.invisibleRootContainer())
        group.setIsGroupBox(True)
        for name in names:
            group.addChildElement(QgsAttributeEditorField(name, fields.indexFromName(name), group))
        config.addTab(group)
    for index, field in enumerate(fields):
        config.setReadOnly(index, field.name() not in EDITABLE)
    layer.setEditFormConfig(config)


def errors() -> QgsVectorLayer:
    fields = (
        "category_id:int,label:string,label_en:string,confidence:double,area_m2:double,severity:string,penalty:double,"
        "status:string,source:string,block_size:int,comment:string,edited_at:datetime,edited_by:string"
    )
    layer = memory_layer(fields)
    categories = [QgsRendererCategory(t.id, error_symbol(t), f"{t.zh} {t.en}") for t in taxonomy.TYPES]
    layer.setRenderer(QgsCategorizedSymbolRenderer("category_id", categories))
    layer.setLabeling(labeling())
    layer.setLabelsEnabled(True)
    layer.setDisplayExpression('"label" || \' \' || "label_en"')
    layer.setMapTipTemplate(
        '<b>[% "label" %] [% "label_en" %]</b> [% "severity" %]<br>[% round("area_m2", 1) %] m², '
        '[% round(100 * "confidence") %] %'
    )
    form(layer)
    return layer


def blocks() -> QgsVectorLayer:
    probabilities = [f"p_{code}" for code in taxonomy.CODES]
    layer = memory_layer(
        ",".join(["block_size:int", "row:int", "col:int", *(f"{name}:double" for name in probabilities)])
    )
    highest = "max(" + ", ".join(f'"{name}"' for name in probabilities) + ")"
    ranges = []
    for low, high, color, width in (
        (0.0, 0.25, "#9aa5ad", 0.15),
        (0.25, 0.5, "#ffe08a", 0.25),
        (0.5, 0.75, "#ff9d42", 0.4),
        (0.75, 1.0, "#ff3b30", 0.6),
    ):
        symbol = symbol_of(QgsFillSymbol, outline(color, width))
        symbol.setOpacity(0.8)
        ranges.append(QgsRendererRange(low, high, symbol, f"p {low:g} - {high:g}"))
    layer.setRenderer(QgsGraduatedSymbolRenderer(highest, ranges))
    layer.setDisplayExpression('"block_size" || \' px: \' || "row" || \', \' || "col"')
    for index, field in enumerate(layer.fields()):
        name = field.name()
        if name.startswith("p_"):
            error_type = taxonomy.by_code(name[2:])
            layer.setFieldAlias(index, f"{error_type.zh} {error_type.en}")
        else:
            layer.setFieldAlias(index, ALIASES[name])
    return layer


def memory_layer(fields: str) -> QgsVectorLayer:
    query = "&".join(f"field={field}" for field in fields.split(","))
    return QgsVectorLayer(f"MultiPolygon?crs=EPSG:4547&{query}", "style", "memory")


def save(layer: QgsVectorLayer, name: str) -> None:
    """Save with sorted attributes and without random ids, so that the file changes only with the style."""
    path = STYLES / f"{name}.qml"
    parts = QgsMapLayer.Symbology | QgsMapLayer.Labeling | QgsMapLayer.Fields | QgsMapLayer.Forms | QgsMapLayer.MapTips
    layer.saveNamedStyle(str(path), parts)
    text = re.sub(r' (id|layer)="\{[0-9a-f-]+\}"', "", path.read_text(encoding="utf-8"))
    text = re.sub(r"<callout .*?</callout>", "", text, flags=re.DOTALL)  # unused, and never written twice alike
    text = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + canonicalize(text) + "\n"
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], True)
    application.initQgis()
    for make in (errors, blocks):
        save(make(), make.__name__)
    application.exitQgis()
