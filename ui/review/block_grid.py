"""Walk through the blocks of an image, the worst first, and keep in the GeoPackage which ones have been seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Sequence

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsGeometry,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime

from ...bridge.compat import DATETIME, INT, NO_GEOMETRY, STRING, field
from ...bridge.file_lock import lock_problem
from ...bridge.geopackage import features_of
from ...bridge.i18n import tr
from ...rsqi_core.taxonomy import CODES
from .store import StoreError

SEEN = "seen"


@dataclass(frozen=True)
class GridBlock:
    """One block of the grid and the type it most probably has.

    Attributes
    ----------
    worst : float
        Highest probability of any type, 0-1; 0 where the block was not classified.
    code : str
        The type that has it.
    """

    fid: int
    size: int
    row: int
    col: int
    worst: float
    code: str

    @property
    def key(self) -> tuple[int, int, int]:
        return self.size, self.row, self.col


def worst_first(blocks: Iterable[GridBlock]) -> list[GridBlock]:
    """Return the blocks by falling probability, then by row and column."""
    return sorted(blocks, key=lambda block: (-block.worst, block.row, block.col))


def next_block(
    order: Sequence[GridBlock], seen: set[tuple[int, int, int]], current: GridBlock | None
) -> GridBlock | None:
    """Return the first block after `current` that nobody has seen, from the top again at the end; None: all seen."""
    start = order.index(current) + 1 if current in order else 0
    return next((block for block in [*order[start:], *order[:start]] if block.key not in seen), None)


class BlockGrid:
    """The layer `blocks` of one GeoPackage, and its table `seen`.

    Parameters
    ----------
    path : Path
        A GeoPackage that an inspection wrote.
    """

    def __init__(self, path: Path):
        self._path = path
        self.layer = QgsVectorLayer(f"{path}|layername=blocks", "blocks", "ogr")
        self._table: QgsVectorLayer | None = None
        self._blocks: dict[int, list[GridBlock]] = {}
        if self.layer.isValid():
            self._read()

    def sizes(self) -> list[int]:
        """Return the block sizes, the finest first; empty if the file has no blocks."""
        return sorted(self._blocks)

    def blocks(self, size: int) -> list[GridBlock]:
        """Return the blocks of a size, the worst first."""
        return self._blocks.get(size, [])

    def outline(self, block: GridBlock) -> QgsGeometry:
        """Return where the block is."""
        found = features_of(self.layer, QgsFeatureRequest(block.fid), 1, committed=True)
        return found[0].geometry() if found else QgsGeometry()

    def seen(self) -> set[tuple[int, int, int]]:
        """Return the keys of the blocks that somebody has seen."""
        table = self._open()
        if table is None:
            return set()
        return {key_of(feature) for feature in features_of(table, QgsFeatureRequest(), 1, committed=True)}

    def mark(self, block: GridBlock, by: str) -> None:
        """Note that a block was seen now.

        Raises
        ------
        StoreError
            The file cannot be written.
        """
        if block.key in self.seen():
            return
        self._refuse_lock()
        table = self._open() or self._create()
        feature = QgsFeature(table.fields())
        for name, value in zip(
            ("block_size", "row", "col", "seen_at", "seen_by"), (*block.key, QDateTime.currentDateTime(), by[:64])
        ):
            feature.setAttribute(name, value)
        if not table.dataProvider().addFeatures([feature])[0]:
            raise StoreError(tr("The seen mark could not be saved in {name}.").format(name=self._path.name))

    def unmark(self, block: GridBlock) -> None:
        """Take a mark back."""
        self._refuse_lock()
        table = self._open()
        if table is not None:
            marks = features_of(table, QgsFeatureRequest(), 1, committed=True)
            table.dataProvider().deleteFeatures([mark.id() for mark in marks if key_of(mark) == block.key])

    def _refuse_lock(self) -> None:
        problem = lock_problem(self.layer)
        if problem:
            raise StoreError(problem)

    def _read(self) -> None:
        names = [f"p_{code}" for code in CODES]
        fields = self.layer.fields()
        present = [(code, fields.indexFromName(name)) for code, name in zip(CODES, names)]
        present = [(code, index) for code, index in present if index >= 0]
        where = [fields.indexFromName(name) for name in ("block_size", "row", "col")]
        if min(where) < 0:
            return
        request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
        for feature in self.layer.getFeatures(request):
            values = feature.attributes()
            worst, code = max(
                ((0.0 if values[index] in (None, NULL) else values[index], code) for code, index in present),
                default=(0.0, ""),
            )
            size, row, col = (int(values[index]) for index in where)
            self._blocks.setdefault(size, []).append(GridBlock(feature.id(), size, row, col, worst, code))
        self._blocks = {size: worst_first(blocks) for size, blocks in self._blocks.items()}

    def _open(self) -> QgsVectorLayer | None:
        if self._table is None:
            table = QgsVectorLayer(f"{self._path}|layername={SEEN}", SEEN, "ogr")
            self._table = table if table.isValid() else None
        return self._table

    def _create(self) -> QgsVectorLayer:
        fields = QgsFields()
        for name, kind, length in (
            ("block_size", INT, 0),
            ("row", INT, 0),
            ("col", INT, 0),
            ("seen_at", DATETIME, 0),
            ("seen_by", STRING, 64),
        ):
            fields.append(field(name, kind, length))
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", SEEN
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        writer = QgsVectorFileWriter.create(
            str(self._path),
            fields,
            NO_GEOMETRY,
            QgsCoordinateReferenceSystem(),
            QgsProject.instance().transformContext(),
            options,
        )
        error = writer.errorMessage()
        del writer
        table = self._open()
        if table is None:
            text = tr("The table of seen blocks could not be made in {name}: {reason}")
            raise StoreError(text.format(name=self._path.name, reason=error))
        return table


def key_of(feature: QgsFeature) -> tuple[int, int, int]:
    """Return block size, row and column of a row of `seen`."""
    return tuple(int(feature[name]) for name in ("block_size", "row", "col"))
