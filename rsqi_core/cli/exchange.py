"""``rsqi exchange``: stations learn from one another without showing their images."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import ParameterError, RsqiError
from .command import DONE, command, group


def add_exchange(commands: Any) -> None:
    """Announce ``rsqi exchange``."""
    actions = group(commands, "exchange", "share what stations have learnt, without images")
    key = command(actions, "key", "make a station's key pair: FILE stays secret, FILE.pub goes to the others", _key)
    key.add_argument("file", type=Path, metavar="FILE")

    export = command(actions, "export", "write how a model's heads and thresholds differ from the common ones", _export)
    export.add_argument("model", type=Path, metavar="MODEL", help="folder that `rsqi finetune --heads` wrote")
    export.add_argument("--base", default="default", metavar="default|FOLDER", help="common model (default)")
    export.add_argument("--key", type=Path, required=True, metavar="FILE", help="secret key to sign with")
    export.add_argument("--station", default="", metavar="NAME", help="as the others shall read it (the key's name)")
    export.add_argument("--output", type=Path, required=True, metavar="FILE", help="such as station.safetensors")
    export.add_argument("--noise", type=float, metavar="SIGMA", help="hide in Gaussian noise; with --clip")
    export.add_argument("--clip", type=float, metavar="NORM", help="largest norm of the change under --noise")

    merge = command(actions, "merge", "average what stations have sent, and keep it if it is better here", _merge)
    merge.add_argument("files", type=Path, nargs="+", metavar="FILE")
    merge.add_argument("--base", default="default", metavar="default|FOLDER", help="common model (default)")
    merge.add_argument("--trust", type=Path, nargs="+", required=True, metavar="PUB", help="public keys of stations")
    merge.add_argument("--dataset", type=Path, metavar="DATASET", help="of this station, to compare on its test part")
    merge.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="of the new model, if it is better")
    merge.add_argument("--keep", action="store_true", help="write the new model even if it is not better")


def _key(options: argparse.Namespace) -> int:
    _need()
    from ..exchange.signed_file import new_key

    print(new_key(options.file))
    return DONE


def _export(options: argparse.Namespace) -> int:
    _need()
    from ..exchange.contribution import Noise, norm
    from ..exchange.station import export_contribution

    if (options.noise is None) != (options.clip is None):
        raise ParameterError("--noise and --clip go together")
    noise = None if options.noise is None else Noise(options.clip, options.noise)
    name = options.station or options.key.stem
    found = export_contribution(options.model, options.base, options.key, name, options.output, noise)
    print(f"{options.output}: {sum(v.size for v in found.change.values())} numbers, norm {norm(found.change):.3f}")
    if noise is not None:
        print(f"epsilon about {noise.epsilon:.1f}; more than 10 hides little")
    return DONE


def _merge(options: argparse.Namespace) -> int:
    _need()
    from ..exchange.station import Exchange, merge_contributions

    job = Exchange(options.files, options.trust, options.base, options.output, options.dataset, options.keep)
    outcome = merge_contributions(job, _say)
    for file, share in outcome.shares.items():
        print(f"{share:6.1%}  {file}")
    if outcome.comparison is None:
        print(f"not compared: {options.output}")
        return DONE
    print(outcome.comparison.line)
    verdict = "better" if outcome.comparison.better else "not better"
    print(f"{verdict}: {options.output if outcome.written else 'nothing written'}")
    return DONE


def _say(event: str, **values: Any) -> None:
    if event == "refused":
        print(f"rsqi: {values['file']}: {values['reason']}; left out", file=sys.stderr)


def _need() -> None:
    if missing := [name for name in ("cryptography", "onnx", "safetensors") if find_spec(name) is None]:
        raise RsqiError(f"this command needs {', '.join(missing)}; install it with: pip install 'rsqi[exchange]'")
