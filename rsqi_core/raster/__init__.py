"""Open a raster of any kind; read windows of it as uint8 RGB with their valid mask."""

from .georeference import UNPLACED
from .reader import Raster, open_raster
from .thumbnail import read_thumbnail

__all__ = ["UNPLACED", "Raster", "open_raster", "read_thumbnail"]
