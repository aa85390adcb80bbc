"""``rsqi outline``: outline the error that lies at a place."""

from __future__ import annotations

import argparse
import json
from typing import Any

from .. import limits
from .command import DONE, command, numbers
from .inspect_options import add_reading


def add_outline(commands: Any) -> None:
    """Announce ``rsqi outline``."""
    parser = command(commands, "outline", "outline the error at a place, as GeoJSON on standard output", _outline)
    parser.add_argument("raster", metavar="RASTER")
    parser.add_argument("--at", type=numbers(float, 2), action="append", required=True, metavar="X,Y",
                        help="a place inside it in the raster's coordinates, several times for several; --at=X,Y "
                             "where X is negative")  # fmt: skip
    parser.add_argument("--without", type=numbers(float, 2), action="append", default=[], metavar="X,Y",
                        help="a place that is not part of it")  # fmt: skip
    parser.add_argument("--type", metavar="CODE", help="its type (the one that the model sees best there)")
    parser.add_argument("--model", default=limits.MODEL, metavar=f"{limits.MODEL}|FOLDER")
    parser.add_argument("--device", default=limits.DEVICES[0], metavar="|".join(limits.DEVICES))
    parser.add_argument("--tolerance", type=float, default=limits.TOLERANCE, metavar="PX",
                        help=f"of the outline; 0 keeps the edges of pixels ({limits.TOLERANCE:g})")  # fmt: skip
    add_reading(parser)


def _outline(options: argparse.Namespace) -> int:
    from shapely.geometry import mapping

    from ..outline import outline_at
    from ..parameters import from_mapping
    from ..raster import open_raster
    from ..taxonomy import by_id

    names = ("model", "device", "tolerance", "bands", "nodata")
    parameters = from_mapping({name: getattr(options, name) for name in names})
    with open_raster(options.raster, parameters.bands, parameters.nodata) as raster:
        found = outline_at(raster, options.at, options.without, options.type, parameters)
    noted = {
        "category_id": found.category_id,
        "code": by_id(found.category_id).code,
        "confidence": round(found.probability, 4),
    }
    print(json.dumps({"type": "Feature", "properties": noted, "geometry": mapping(found.geometry)}))
    return DONE
