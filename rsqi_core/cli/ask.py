"""``rsqi ask``: ask in words what a result says of its image."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from ..limits import DEVICES
from .command import DONE, FAILED, command, need_text

_SAID = "[said by the model {model}, not measured] {text}"


def add_ask(commands: Any) -> None:
    """Announce ``rsqi ask``."""
    parser = command(commands, "ask", "ask in words, Chinese or English, what a result says of its image", _ask)
    parser.add_argument("errors", metavar="GPKG")
    parser.add_argument("--question", required=True, metavar="TEXT",
                        help="about types, counts, areas, places, the worst, the score and why")  # fmt: skip
    model = "a model (BLIP VQA or another VLM) that answers what was not measured"
    parser.add_argument("--model", metavar="FOLDER", help=model)
    parser.add_argument("--raster", metavar="PATH", help="the image, if it is not where the inspection noted it")
    parser.add_argument("--device", choices=DEVICES, default=DEVICES[0])
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def _ask(options: argparse.Namespace) -> int:
    from ..ask.answer import MODEL, NONE

    if options.model:
        need_text()
    from ..jobs.ask import AskJob, run

    found = run(AskJob(options.errors, options.question, options.model, options.raster, options.device))
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    elif found["source"] == MODEL:
        print(_SAID.format(**found))
    else:
        print(found["text"], file=sys.stderr if found["source"] == NONE else sys.stdout)
        if found["model"]:
            print(_SAID.format(model=found["model"], text=found["said"]))
        if found["fids"]:
            print(f"fid: {', '.join(map(str, found['fids']))}")
    return FAILED if found["source"] == NONE else DONE
