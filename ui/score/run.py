"""An algorithm in the background whose result is a table."""

from __future__ import annotations

from qgis.core import QgsVectorLayer

from ..background import Background


class Run(Background):
    """Runs once; see :class:`Background`."""

    def layer(self, layer_id: str) -> QgsVectorLayer:
        """Return a result layer, which then belongs to the caller."""
        return self._context.takeResultLayer(layer_id)
