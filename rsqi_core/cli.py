"""The command line ``rsqi``: every command a thin wrapper that turns words into a call and errors into one line."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Sequence

from . import __version__
from .errors import Cancelled, ParameterError, RsqiError

DONE, FAILED, WRONG_USAGE, CANCELLED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled."""
    parser = _parser()
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return options.run(options)
    except (KeyboardInterrupt, Cancelled):
        print("rsqi: cancelled; nothing was written", file=sys.stderr)
        return CANCELLED
    except ParameterError as error:
        return _fail(error, options, WRONG_USAGE)
    except RsqiError as error:
        return _fail(error, options, FAILED)
    except MemoryError:
        return _fail(RsqiError("out of memory; inspect a smaller extent"), options, FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _fail(RsqiError(f"internal error: {type(error).__name__}: {error}"), options, FAILED)


def _fail(error: Exception, options: argparse.Namespace, code: int) -> int:
    if options.debug:
        raise error
    print(f"rsqi: {str(error).splitlines()[0] if str(error) else type(error).__name__}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rsqi", description="Inspect remote-sensing images for quality errors.")
    parser.add_argument("--version", action="version", version=f"rsqi {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _inspect_parser(commands)
    _score_parser(commands)
    _synthesize_parser(commands)
    _train_parser(commands)
    _export_parser(commands)
    _evaluate_parser(commands)
    _dataset_parser(commands)
    _describe_parser(commands)
    _command(commands, "doctor", "say what this installation can do", _doctor)
    return parser


def _command(commands: Any, name: str, text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _inspect_parser(commands: Any) -> None:
    parser = _command(commands, "inspect", "find the errors of rasters", _inspect)
    parser.add_argument("raster", nargs="+", metavar="RASTER")
    parser.add_argument("--output", required=True, type=Path, metavar="PATH",
                        help="the .gpkg of one raster, or a folder for several")  # fmt: skip
    parser.add_argument("--mask", action="store_true", help="also write <stem>_mask.tif")
    parser.add_argument("--report", action="store_true", help="also write <stem>.html")
    parser.add_argument("--shapefile", action="store_true", help="also write <stem>.shp in the station's form")
    parser.add_argument("--types", default="", metavar="CODES", help="comma-separated type codes (all)")
    parser.add_argument("--model", default="default", metavar="default|FOLDER")
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda")
    parser.add_argument(
        "--constraint", metavar="MODE", help="absolute, relative, intermediate or lowering (the model's)"
    )
    parser.add_argument("--alpha", type=float, default=1.0, metavar="A", help="coefficient of the constraint (1)")
    parser.add_argument("--threshold", type=float, metavar="T", help="probability 0-1 (the model's, per type)")
    parser.add_argument("--blocks", type=_numbers(int), default=(512, 2048), metavar="SIDES", help="px (512,2048)")
    parser.add_argument("--overlap", type=float, default=0.2, metavar="SHARE", help="of a block's side (0.2)")
    parser.add_argument("--extent", type=_numbers(float, 4), metavar="xmin,ymin,xmax,ymax")
    parser.add_argument("--stages", default="classify,segment,rules", help=argparse.SUPPRESS)
    parser.add_argument("--stripe-rule", default="oriented", metavar="RULE", help="oriented or otsu (the paper's)")
    parser.add_argument(
        "--missing-rule", default="isolated", metavar="RULE", help="isolated or threshold (the paper's)"
    )
    parser.add_argument("--scheme", metavar="FILE", help="scoring scheme (JSON)")
    parser.add_argument("--score-mode", default="count", metavar="count|area")
    parser.add_argument("--progress", choices=("bar", "json", "none"), default="bar")


def _numbers(kind: type, count: int | None = None) -> Callable[[str], tuple]:
    def parse(text: str) -> tuple:
        try:
            values = tuple(kind(part) for part in text.split(","))
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers") from None
        if count and len(values) != count:
            raise argparse.ArgumentTypeError(f"'{text}' has {len(values)} numbers instead of {count}")
        return values

    return parse


def _inspect(options: argparse.Namespace) -> int:
    from .job import Job, run
    from .models import load
    from .parameters import from_mapping

    names = ("types", "model", "device", "constraint", "alpha", "threshold", "blocks", "overlap", "extent",
             "stripe_rule", "missing_rule", "scheme", "score_mode")  # fmt: skip
    values = {name: getattr(options, name) for name in names}
    parameters = from_mapping(values | {"stages": options.stages.split(",")})
    outputs = _outputs(options.raster, options.output)
    model = load(parameters.model, parameters.device) if "classify" in parameters.stages else None
    failed = 0
    for raster, output in zip(options.raster, outputs):
        emit = _Reporter(options.progress, raster)
        try:
            job = Job(raster, output, options.mask, options.report, options.shapefile, parameters)
            emit("result", **run(job, emit, model=model))
        except (Cancelled, ParameterError):
            raise
        except RsqiError as error:
            if len(outputs) == 1:
                raise
            failed += 1
            emit.end()
            print(f"rsqi: {error}", file=sys.stderr)
    return FAILED if failed else DONE


def _outputs(rasters: Sequence[str], output: Path) -> list[Path]:
    """Where the result of each raster goes."""
    if len(rasters) == 1 and output.suffix.lower() == ".gpkg":
        return [output]
    if output.suffix.lower() == ".gpkg":
        raise ParameterError(f"{output}: several rasters need a folder as output")
    stems = [Path(raster).stem for raster in rasters]
    if len(set(stems)) < len(stems):
        twice = next(stem for stem in stems if stems.count(stem) > 1)
        raise ParameterError(f"two rasters are named '{twice}'; inspect them one by one")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RsqiError(f"{output}: cannot make this folder: {error.strerror}") from error
    return [output / f"{stem}.gpkg" for stem in stems]


class _Reporter:
    """Show events as a bar, as JSON lines or not at all."""

    def __init__(self, mode: str, raster: str):
        self.mode, self.raster, self._open = mode, raster, False

    def __call__(self, event: str, **values: Any) -> None:
        if self.mode == "json":
            print(json.dumps({"event": event, "raster": self.raster, **values}, ensure_ascii=False), flush=True)
        elif event == "result":
            self.end()
            summary = values["summary"]
            text = f"{summary['error_count']} errors, score {summary['score']:.1f} ({summary['grade']})"
            print(f"{self.raster}: {text} -> {values['outputs']['errors']}")
        elif event == "warning":
            self.end()
            print(f"rsqi: warning: {values['message']}", file=sys.stderr)
        elif event == "progress" and self.mode == "bar" and sys.stderr.isatty():
            share = values["done"] / max(values["total"], 1)
            left = "" if values["eta_s"] is None else f" {values['eta_s']:4.0f} s left"
            print(
                f"\r{values['stage']:9}[{'#' * int(30 * share):30}] {100 * share:3.0f} %{left} ",
                end="",
                file=sys.stderr,
            )
            self._open = True

    def end(self) -> None:
        if self._open:
            print(file=sys.stderr)
        self._open = False


def _score_parser(commands: Any) -> None:
    parser = _command(commands, "score", "score an inspected and reviewed GeoPackage again", _score)
    parser.add_argument("errors", type=Path, metavar="GPKG")
    parser.add_argument("--scheme", metavar="FILE", help="scoring scheme (JSON)")
    parser.add_argument("--mode", choices=("count", "area"), default="count")
    parser.add_argument("--dry-run", action="store_true", help="print the score, leave the file as it is")


def _score(options: argparse.Namespace) -> int:
    from .geopackage import read_errors, update_scores
    from .scoring import load_scheme, score

    stored = read_errors(options.errors)
    image = (stored.valid_area_m2, stored.valid_pixels, stored.diagonal_px)
    result = score(stored.records, load_scheme(options.scheme), *image, options.mode, stored.inspected)
    if not options.dry_run:
        update_scores(options.errors, stored, result)
    for code, found in result.by_type.items():
        if found.count:
            print(f"{code:24}{found.count:6} {found.area_m2:14.1f} m2  -{found.penalty:.1f}")
    print(f"score {result.value:.1f} ({result.grade})")
    return DONE


def _synthesize_parser(commands: Any) -> None:
    parser = _command(
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
        from .synthesis.scene import make_scene

        scene = make_scene(options.output, options.size, options.seed)
        print(f"{scene.raster}\n{scene.truth}\n{scene.planted}")
        return DONE
    from .synthesis import sheet
    from .synthesis.cloud import matte_of
    from .synthesis.landscape import landscape
    from .taxonomy import parse_codes

    names = parse_codes(options.types) if options.types else (*parse_codes(""), sheet.SEVERAL, sheet.CLEAN)
    material = sheet.Material([landscape(512, options.seed + k) for k in range(8)])
    if options.data is not None:
        from .training import pool

        if options.data.is_file():
            packed = pool.load(options.data)
            material = sheet.Material(packed.backgrounds, packed.mattes, packed.pairs)
        elif files := pool.clean_files(options.data, validation=False):
            pictures = [pool.read_rgb(file) for file in files[options.seed % 20 :: 20]]
            skies = pool.cloud_pairs(options.data, validation=False)
            found = (matte_of(pool.read_rgb(cloudy), pool.read_rgb(clear)) for cloudy, clear, _ in skies)
            mattes = [(matte * 255).astype("uint8") for matte in found if matte is not None]
            material = sheet.Material([*pictures, *material.backgrounds], mattes)
        else:
            raise RsqiError(f"{options.data}: no training imagery there; leave --data out for procedural landscape")
    for path in sheet.write_sheets(options.sheet, names, material, options.seed):
        print(path, flush=True)
    return DONE


def _train_parser(commands: Any) -> None:
    parser = _command(commands, "train", "train a network on synthesised errors, on a dataset or on both", _train)
    parser.add_argument("task", nargs="?", default="joint", metavar="joint|classifier|segmenter|pixel")
    parser.add_argument("--list", action="store_true", help="list the architectures and sizes of each task")
    parser.add_argument("--pool", type=Path, metavar="NPZ", help="packed backgrounds to synthesise errors on")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="imagery, to pack the pool from if it is missing")
    parser.add_argument("--pack", action="store_true", help="only pack the pool, to take it to another machine")
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="what `rsqi dataset` wrote")
    parser.add_argument("--share", type=float, metavar="SHARE", help="of the dataset beside a pool (0.5)")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="checkpoint and curve; resumed")
    parser.add_argument("--arch", default="", metavar="NAME", help="architecture (the first of --list)")
    parser.add_argument("--size", metavar="NAME", help="of the architecture (the starred of --list)")
    parser.add_argument("--init", type=Path, metavar="PATH", help="a run or a Hugging Face folder to take weights from")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--samples", type=int, metavar="N", help="crops to see in all (150 000)")
    length.add_argument("--epochs", type=int, metavar="N", help="over the dataset (10, a segmenter 5)")
    parser.add_argument("--batch", type=int, metavar="N", help="crops a step (ours 24, others 16)")
    parser.add_argument("--rate", type=float, metavar="LR", help="peak learning rate (ours 2e-3, others 1e-4)")
    parser.add_argument("--schedule", metavar="cosine|linear", help="how the rate falls (cosine)")
    parser.add_argument("--warmup", type=float, metavar="SHARE", help="of the steps (ours 0.04, others 0.1)")
    parser.add_argument("--weight-decay", type=float, metavar="D", help="of AdamW (0.01)")
    parser.add_argument("--average", type=float, metavar="D",
                        help="decay of the averaged weights (ours 0.998, others none)")  # fmt: skip
    parser.add_argument("--side", type=int, metavar="PX", help="of a crop (192)")
    parser.add_argument("--no-negatives", action="store_true", help="leave out crops without errors")
    parser.add_argument("--seed", type=int, metavar="N", help="of weights and samples (0)")
    parser.add_argument("--workers", type=int, metavar="N",
                        help="processes that make samples (1; with a GPU one a core)")  # fmt: skip
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda")
    parser.add_argument("--precision", metavar="auto|fp32|bf16|fp16")
    parser.add_argument("--checkpoint-every", type=int, metavar="N", help="steps, each time with a validation (250)")
    parser.add_argument("--patience", type=int, metavar="N", help="end after so many validations without progress")


def _train(options: argparse.Namespace) -> int:
    from .models.architectures import ARCHITECTURES

    if options.list:
        for a in ARCHITECTURES:
            print(f"{a.task:12}{a.name:14}{' '.join(f'{size}*' if size == a.size else size for size in a.sizes)}")
        return DONE
    _need("torch")
    from .training.loop import train
    from .training.settings import settings_for
    from .training.stream import Material

    if options.pool and not options.pool.exists():
        if options.data is None:
            raise ParameterError(f"{options.pool} does not exist; give --data FOLDER to pack it from")
        from .training import pool

        print(f"{options.pool}: {pool.pack(options.data, options.pool, options.seed or 0)} backgrounds")
    if options.pack:
        return DONE
    if options.output is None:
        raise ParameterError("give --output FOLDER for checkpoint and curve")
    material = Material(options.pool, options.dataset)
    settings = settings_for(**vars(options) | {"negatives": not options.no_negatives})
    if options.epochs or (options.samples is None and options.pool is None):
        settings = replace(settings, samples=material.samples(settings, options.epochs))

    def say(row: dict) -> None:
        print(json.dumps(row, ensure_ascii=False), flush=True)

    try:
        print(train(material, options.output, settings, options.device, say, options.init))
    except KeyboardInterrupt:
        print("rsqi: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return CANCELLED
    return DONE


def _export_parser(commands: Any) -> None:
    parser = _command(commands, "export", "turn training runs into a model folder (ONNX and card)", _export)
    parser.add_argument("source", nargs="+", type=Path, metavar="RUN",
                        help="a joint run, or a classifier's and a segmenter's: the folder of a run, one of its "
                             "checkpoints or Hugging Face checkpoints; or a model folder, anew")  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="imagery whose held-out part sets thresholds and temperatures"
    )
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER")


def _export(options: argparse.Namespace) -> int:
    from .models.card import CARD

    if options.data and len(options.source) == 1 and (options.source[0] / CARD).exists():
        _need("torch", "onnx")
        from .evaluation.calibrate import recalibrate

        model = recalibrate(options.source[0], options.data, options.output)
        print(f"{options.output}: {model.card.id} {model.card.version} ({model.hash}), calibrated anew")
        return DONE
    _need("torch", "onnx")
    from .training.checkpoint import checkpoint_of, load_network

    if options.data is None:
        from .models.export import write_uncalibrated

        for path in write_uncalibrated(load_network(options.source), options.output):
            print(path)
        print("rsqi: warning: thresholds are 0.5 as there was no --data to set them on", file=sys.stderr)
        return DONE
    from .evaluation.calibrate import export_calibrated

    runs = [checkpoint_of(run) for run in options.source]
    model = export_calibrated(runs[0] if len(runs) == 1 else runs, options.data, options.output)
    print(f"{options.output}: {model.card.id} {model.card.version} ({model.hash})")
    return DONE


def _evaluate_parser(commands: Any) -> None:
    parser = _command(commands, "evaluate", "measure a model, or the rules alone, on the frozen benchmark", _evaluate)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="imagery sets that the benchmark is made from")
    parser.add_argument("--model", default="default", metavar="default|rules|FOLDER")
    parser.add_argument("--against", action="append", default=[], metavar="FOLDER", help="a further model to compare")
    parser.add_argument("--output", type=Path, metavar="MD", help="write the page, with plots and examples beside it")
    parser.add_argument("--mask", type=Path, metavar="TIF", help="compare this mask of an inspection instead")
    parser.add_argument("--truth", type=Path, metavar="TIF", help="true types on the same grid, for --mask")
    parser.add_argument("--planted", type=Path, metavar="JSON", help="list of the true errors, for --mask")


def _evaluate(options: argparse.Namespace) -> int:
    if options.mask:
        return _compare(options)
    if options.data is None:
        raise ParameterError("evaluate needs --data FOLDER, or --mask with --truth and --planted")
    from .evaluation.benchmark import measure
    from .evaluation.page import write_page

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    print(write_page(measure(options.data, options.model, options.against, say), options.output))
    return DONE


def _compare(options: argparse.Namespace) -> int:
    from .evaluation.planted import compare

    if not (options.truth and options.planted):
        raise ParameterError("--mask needs --truth and --planted")
    print(f"{'type':24}{'planted':>9}{'found':>7}{'false polygons':>16}{'pixel IoU':>11}")
    for row in compare(options.truth, options.planted, options.mask):
        print(f"{row.code:24}{row.planted:9}{row.recalled:7}{row.false:9} of {row.found:<4}{row.iou:11.3f}")
    return DONE


def _dataset_parser(commands: Any) -> None:
    parser = _command(commands, "dataset", "cut rasters and their recorded errors into a dataset", _dataset)
    parser.add_argument("source", nargs="+", type=Path, metavar="SOURCE",
                        help="a folder of station records (shapefile beside raster), or a reviewed GPKG")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--sizes", type=_numbers(int), default=(512, 1024), metavar="SIDES", help="px (512,1024)")
    parser.add_argument("--overlap", type=float, default=0.0, metavar="SHARE", help="of a block's side (0)")
    parser.add_argument("--test", type=float, default=0.1, metavar="SHARE", help="of the test part (0.1)")
    parser.add_argument("--negatives", type=float, metavar="SHARE", help="of blocks without error (1027 of 3882)")
    parser.add_argument("--language", choices=("zh", "en", "both"), default="both")
    parser.add_argument("--unreviewed", action="store_true", help="use errors that nobody has reviewed too")
    parser.add_argument("--words", type=Path, metavar="FILE",
                        help='JSON: own words and their types, {"发白": "cloud", "偏色": null}')  # fmt: skip
    parser.add_argument("--seed", type=int, default=0)


def _dataset(options: argparse.Namespace) -> int:
    from .dataset.build import NEGATIVES, Settings, build
    from .dataset.vocabulary import load_vocabulary
    from .describe import LANGUAGES

    settings = Settings(
        sizes=options.sizes,
        overlap=options.overlap,
        test=options.test,
        negatives=NEGATIVES if options.negatives is None else options.negatives,
        languages=LANGUAGES if options.language == "both" else (options.language,),
        unreviewed=options.unreviewed,
        seed=options.seed,
        vocabulary=load_vocabulary(options.words),
    )
    built = build(
        options.source,
        options.output,
        settings,
        warn=lambda text: print(f"rsqi: {text}", file=sys.stderr, flush=True),
        tell=lambda text: print(text, flush=True),
    )
    for part, total in built.totals.items():
        clean, questions = built.counts[part][0], built.questions[part]
        print(f"{part:6}{total:7} blocks, {clean} without error, {questions} questions")
    print(options.output)
    return FAILED if built.failed else DONE


def _describe_parser(commands: Any) -> None:
    parser = _command(commands, "describe", "say in sentences what is wrong with an inspected raster", _describe)
    parser.add_argument("errors", type=Path, metavar="GPKG")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")


def _describe(options: argparse.Namespace) -> int:
    from .dataset.reviewed import find, read_reviewed
    from .describe import describe, not_inspected

    reviewed = read_reviewed(options.errors)
    print(describe(find(reviewed), options.language))
    if reviewed.not_inspected:
        print(not_inspected(reviewed.not_inspected, options.language))
    return DONE


def _need(*modules: str) -> None:
    from importlib.util import find_spec

    if missing := [name for name in modules if find_spec(name) is None]:
        raise RsqiError(f"this command needs {', '.join(missing)}; install it with: pip install 'rsqi[train]'")


def _doctor(options: argparse.Namespace) -> int:
    from .models import load
    from .pipeline import versions

    for name, value in versions().items():
        print(f"{name:24}{value}")
    model = load()
    print(f"{'default model':24}{model.card.id} {model.card.version} ({model.hash})")
    print(f"{'runs on':24}{model.provider}")
    return DONE
