"""Open a raster of any kind; read windows of it as uint8 RGB with their valid mask."""

from .georeference import UNPLACED
from .reader import Raster, open_raster

__all__ = ["UNPLACED", "Raster", "open_raster"]
