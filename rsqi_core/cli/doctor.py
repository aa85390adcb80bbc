"""``rsqi doctor``: say what this installation can do."""

from __future__ import annotations

import argparse
from typing import Any

from .command import DONE, command


def add_doctor(commands: Any) -> None:
    """Announce ``rsqi doctor``."""
    command(commands, "doctor", "say what this installation can do", _doctor)


def _doctor(options: argparse.Namespace) -> int:
    from ..models import load
    from ..models.diagnosis import diagnose
    from ..pipeline import versions

    for name, value in versions().items():
        print(f"{name:24}{value}")
    model = load()
    print(f"{'default model':24}{model.card.id} {model.card.version} ({model.hash})")
    print(f"{'runs on':24}{model.provider}")
    for line in diagnose():
        print(line)
    return DONE
