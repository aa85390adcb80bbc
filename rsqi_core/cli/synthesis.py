"""``rsqi synthesize``: the demo scene, or contact sheets of the errors that training sees."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import RsqiError
from .command import DONE, command


def add_synthesize(commands: Any) -> None:
    """Announce ``rsqi synthesize``."""
    parser = command(
        commands, "synthesize", "make the demo scene, or contact sheets of the errors that training sees", _synthesize
    )
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--output", type=Path, metavar="FOLDER", help="the demo scene: a landscape with all ten errors")
    target.add_argument("--sheet", type=Path, metavar="FOLDER", help="one PNG a type: crops beside their truth")
    parser.add_argument("--size", type=int, default=4096, metavar="PX", help="of the demo scene (4096)")
    parser.add_argument("--data", type=Path, metavar="PATH",
                        help="imagery folder or packed pool for the sheets (procedural landscape)")  # fmt: skip
    parser.add_argument("--types", default="", metavar="CODES", help="comma-separated type codes of the sheets (all)")
    parser.add_argument("--seed", type=int, default=0)


def _synthesize(options: argparse.Namespace) -> int:
    if options.sheet is None:
        from ..synthesis.scene import make_scene

        scene = make_scene(options.output, options.size, options.seed)
        print(f"{scene.raster}\n{scene.truth}\n{scene.planted}")
        return DONE
    from ..synthesis import sheet
    from ..synthesis.cloud import matte_of
    from ..synthesis.landscape import landscape
    from ..taxonomy import parse_codes

    names = parse_codes(options.types) if options.types else (*parse_codes(""), sheet.SEVERAL, sheet.CLEAN)
    sheet.refuse_other_pictures(options.sheet, names)
    material = sheet.Material([landscape(512, options.seed + k) for k in range(8)])
    if options.data is not None:
        from ..imagery import MATTES, clean_files, read_rgb, twins
        from ..training import pool

        if options.data.is_file():
            packed = pool.load(options.data)
            clean = [picture.image for picture in packed.pictures if not picture.real]
            material = sheet.Material(clean, packed.mattes, packed.pairs)
        elif files := clean_files(options.data, validation=False):
            pictures = [read_rgb(file) for file in files[options.seed % 20 :: 20]]
            skies = twins(options.data, MATTES[0], validation=False)
            found = (matte_of(read_rgb(cloudy), read_rgb(clear)) for cloudy, clear in skies)
            mattes = [(matte * 255).astype("uint8") for matte in found if matte is not None]
            material = sheet.Material([*pictures, *material.backgrounds], mattes)
        else:
            raise RsqiError(f"{options.data}: no training imagery there; leave --data out for procedural landscape")
    for path in sheet.write_sheets(options.sheet, names, material, options.seed):
        print(path, flush=True)
    return DONE
