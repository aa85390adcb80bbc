"""``rsqi evaluate``: measure models on the frozen benchmark or one's own dataset, or compare a mask with the truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..limits import DEVICES, MODEL
from .command import DONE, command, need_scores


def add_evaluate(commands: Any) -> None:
    """Announce ``rsqi evaluate``."""
    parser = command(commands, "evaluate", "measure models on the benchmark or on a dataset of one's own", _evaluate)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="imagery sets that the benchmark is made from")
    parser.add_argument("--dataset", type=Path, metavar="FOLDER",
                        help="what `rsqi dataset` wrote, whose test part to measure on instead")  # fmt: skip
    parser.add_argument("--task", choices=("inspection", "qa"), default="inspection",
                        help="with --dataset: answers to its questions instead (the paper's Table 8)")  # fmt: skip
    parser.add_argument("--model", nargs="+", default=[MODEL], metavar="default|rules|FOLDER",
                        help="with --dataset several, side by side")  # fmt: skip
    parser.add_argument("--against", action="append", default=[], metavar="FOLDER", help="a further model to compare")
    parser.add_argument("--parts", default="all", choices=("all", "real", "seams", "unusual"),
                        help="real pictures or seams alone; or what a memory of clean images finds")  # fmt: skip
    parser.add_argument("--memory", type=Path, metavar="FILE",
                        help="with --parts unusual: of `rsqi memory build` (one of training pictures)")  # fmt: skip
    parser.add_argument("--output", type=Path, metavar="MD", help="write the page, with plots and examples beside it")
    parser.add_argument("--language", choices=("zh", "en", "both"), default="en",
                        help="of the page with --dataset (en); both: a Chinese one beside it")  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="with --dataset: replace a page that was changed")
    parser.add_argument("--calibrate", action="store_true",
                        help="with --dataset: first set thresholds on the training part, of a model that takes words "
                             "in prompts.json of its folder, of two Hugging Face checkpoints in thresholds.json of the "
                             "classifier")  # fmt: skip
    parser.add_argument("--device", choices=DEVICES, default="cpu", help="with --dataset (cpu)")
    parser.add_argument("--card", type=Path, metavar="MD", help="write the model's card, and a Chinese one beside it")
    parser.add_argument("--mask", type=Path, metavar="TIF", help="compare this mask of an inspection instead")
    parser.add_argument("--truth", type=Path, metavar="TIF", help="true types on the same grid, for --mask")
    parser.add_argument("--planted", type=Path, metavar="JSON", help="list of the true errors, for --mask")


def _evaluate(options: argparse.Namespace) -> int:
    if options.mask:
        return _compare(options)
    if options.task == "qa":
        return _evaluate_answers(options)
    if options.dataset:
        return _evaluate_dataset(options)
    if options.calibrate:
        raise ParameterError("--calibrate needs --dataset FOLDER")
    if options.language != "en":
        raise ParameterError("--language needs --dataset FOLDER: the page of the benchmark is in English")
    if options.data is None:
        raise ParameterError("evaluate needs --data FOLDER, --dataset FOLDER, or --mask with --truth and --planted")
    if len(options.model) > 1:
        raise ParameterError("--data measures one --model; give others as --against")
    (model,) = options.model
    from ..evaluation.benchmark.measure import RULES_ALONE

    if options.card and model == RULES_ALONE:
        raise ParameterError("--card describes a model; the rules alone have none")
    if options.parts != "all" and (options.card or options.against):
        raise ParameterError("--card and --against need the whole benchmark, without --parts")
    if options.memory and options.parts != "unusual":
        raise ParameterError("--memory goes with --parts unusual")
    _refuse_outputs(options, pictures=options.parts == "all" and model != RULES_ALONE)
    return _evaluate_all(options, model) if options.parts == "all" else _evaluate_part(options, model)


def _evaluate_all(options: argparse.Namespace, model: str) -> int:
    from ..evaluation.benchmark.measure import measure
    from ..evaluation.pages.page import write_page

    measured = measure(options.data, model, options.against, _log)
    print(write_page(measured, options.output))
    if options.card:
        from ..evaluation.cards.model_card import write_model_card

        for file in write_model_card(measured, options.data, options.card, options.output):
            _log(str(file))
    return DONE


def _evaluate_part(options: argparse.Namespace, model: str) -> int:
    from ..evaluation.benchmark.measure import measure_real_part, measure_seams_alone
    from ..evaluation.pages.page import write_real_page, write_seam_page, write_unusual_page

    if options.parts == "real":
        text = write_real_page(measure_real_part(options.data, model, _log), options.output)
    elif options.parts == "seams":
        text = write_seam_page(measure_seams_alone(options.data, model, _log), options.output)
    else:
        text = write_unusual_page(_measure_unusual(options, model), options.output)
    print(text)
    return DONE


def _measure_unusual(options: argparse.Namespace, model: str) -> Any:
    from ..evaluation.benchmark.measure import RULES_ALONE
    from ..evaluation.benchmark.unusual_results import measure_unusual
    from ..models import load

    if model == RULES_ALONE:
        raise ParameterError("--parts unusual needs a model: its features are what is remembered")
    return measure_unusual(load(model, "cpu"), options.data, options.memory, _log)


def _refuse_outputs(options: argparse.Namespace, pictures: bool) -> None:
    """Refuse, before anything is measured, to write over what was not written here, or one output over another."""
    from ..evaluation.cards.model_card import files_of, refuse_other_card
    from ..evaluation.pages.page import refuse_other_page
    from ..files.clash import refuse_clashes

    written = [options.output] if options.output else []
    if options.output:
        refuse_other_page(options.output, pictures)
    if options.card:
        refuse_other_card(options.card)
        written += files_of(options.card).values()
    refuse_clashes(written, [])  # what is read is neither page nor card


def _evaluate_dataset(options: argparse.Namespace) -> int:
    from ..evaluation.station.measure import measure_dataset
    from ..evaluation.station.page import refuse_page, write_page

    if options.data or options.card or options.against or options.parts != "all":
        raise ParameterError("--dataset does not go with --data, --card, --against or --parts")
    if options.output:
        read = [options.dataset, *(Path(name) for name in options.model if name != MODEL)]
        refuse_page(options.output, read, options.overwrite, options.language)
    if options.calibrate:
        _calibrate(options)
    measured = measure_dataset(options.dataset, options.model, options.device, _log)
    if measured.lacking:
        _log(f"rsqi: {options.dataset}: its test part shows no {', '.join(measured.lacking)}; nothing is said of that")
    print(write_page(measured, options.output, options.language))
    return DONE


def _evaluate_answers(options: argparse.Namespace) -> int:
    from ..evaluation.station.page import refuse_page
    from ..files.atomic import write_whole

    if options.dataset is None or options.data or options.card or options.against or options.calibrate:
        raise ParameterError("--task qa goes with --dataset, --model, --output, --overwrite and --device alone")
    if MODEL in options.model:
        raise ParameterError("--task qa needs --model FOLDER of a BLIP or another model that answers questions")
    need_scores()
    from ..evaluation.station.answers import measure_answers
    from ..evaluation.station.table8 import table8

    folders = [Path(name) for name in options.model]
    if options.output:
        refuse_page(options.output, [options.dataset, *folders], options.overwrite)
    text = table8(measure_answers(options.dataset, folders, options.device, _log))
    if options.output:
        write_whole(options.output, text.encode("utf-8"))
    print(text)
    return DONE


def _calibrate(options: argparse.Namespace) -> None:
    from ..evaluation.station.prompt_thresholds import calibrate_prompts
    from ..learning.pair_calibration import calibrate_pair
    from ..models import load

    for name in options.model:
        calibrate = calibrate_prompts if load(name, options.device).prompts else calibrate_pair
        found = calibrate(options.dataset, name, options.device)
        said = ", ".join(f"{code} {value:.2f}" for code, value in found.thresholds.items())
        _log(f"{found.file}: {said or 'no type of the training part is alive, so nothing was set'}")


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _compare(options: argparse.Namespace) -> int:
    from ..evaluation.benchmark.planted import match_planted

    if not (options.truth and options.planted):
        raise ParameterError("--mask needs --truth and --planted")
    print(f"{'type':24}{'planted':>9}{'found':>7}{'false polygons':>16}{'pixel IoU':>11}")
    for row in match_planted(options.truth, options.planted, options.mask):
        print(f"{row.code:24}{row.planted:9}{row.recalled:7}{row.false:9} of {row.found:<4}{row.iou:11.3f}")
    return DONE
