"""What the commands share: exit codes, how a command is announced, and how words become numbers."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any

from ..errors import RsqiError

DONE, FAILED, WRONG_USAGE, CANCELLED = 0, 1, 2, 130


def command(commands: Any, name: str, text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """Announce a command; `run` does it and returns the exit code."""
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def group(commands: Any, name: str, text: str) -> Any:
    """Announce a command of several actions; return what `command` announces each of them with."""
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    return parser.add_subparsers(dest="action", required=True, metavar="ACTION")


def numbers(kind: Callable[[str], float], count: int | None = None) -> Callable[[str], tuple[float, ...]]:
    """Return what parses `count` numbers, or any number of them, between commas."""

    def parse(text: str) -> tuple[float, ...]:
        try:
            values = tuple(kind(part) for part in text.split(","))
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers") from None
        if count and len(values) != count:
            raise argparse.ArgumentTypeError(f"'{text}' has {len(values)} numbers instead of {count}")
        return values

    return parse


def listed(values: Iterable[Any]) -> str:
    """Return values as they are typed: between commas."""
    return ",".join(map(str, values))


def need(*modules: str) -> None:
    """Refuse a command whose optional libraries are missing, and say how to get them."""
    _need("train", *modules)


def need_text() -> None:
    """Refuse a command whose libraries for models that take words are missing."""
    _need("text", "torch", "transformers")


def need_words() -> None:
    """Refuse a command whose libraries for training models that give words are missing."""
    _need("vlm", "torch", "transformers", "accelerate", "peft", "PIL")


def need_diffusion() -> None:
    """Refuse a command whose libraries for Stable Diffusion are missing."""
    _need("diffusion", "torch", "transformers", "accelerate", "peft", "diffusers", "PIL")


def need_scores() -> None:
    """Refuse a command whose libraries for models that give words and for measuring these are missing."""
    _need("vlm", "torch", "transformers", "rouge_score", "rjieba", "PIL")


def _need(extra: str, *modules: str) -> None:
    if missing := [name for name in modules if find_spec(name) is None]:
        raise RsqiError(f"this command needs {', '.join(missing)}; install it with: pip install 'rsqi[{extra}]'")
