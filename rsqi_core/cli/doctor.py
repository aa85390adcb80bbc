"""``rsqi doctor``: say what this installation can do."""

from __future__ import annotations

import argparse
from typing import Any

from .command import DONE, command


def add_doctor(commands: Any) -> None:
    """Announce ``rsqi doctor``."""
    command(commands, "doctor", "say what this installation can do", _doctor)


def _doctor(options: argparse.Namespace) -> int:
    from ..models.diagnosis import report, self_test

    test = self_test()
    from ..summary import versions  # its libraries: the test says it better where one cannot be loaded

    print("\n".join(report(versions(), test)))
    return DONE
