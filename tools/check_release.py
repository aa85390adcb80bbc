"""Refuse a release whose card still has addresses that lead nowhere; metadata.txt is the one place that holds them."""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

CARD = Path(__file__).resolve().parent.parent / "metadata.txt"
ADDRESSES = ("email", "homepage", "tracker", "repository")
PLACEHOLDERS = ("example.org", "example.com", "example.net")


def placeholders(card: Path = CARD) -> list[str]:
    """Return the keys of a card whose address is empty or a placeholder."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(card, encoding="utf-8")
    general = parser["general"]
    found = {key: general.get(key, "").strip() for key in ADDRESSES}
    return [key for key, value in found.items() if not value or any(each in value for each in PLACEHOLDERS)]


def main() -> int:
    found = placeholders()
    if found:
        print(f"no release: {CARD.name} has placeholders for {', '.join(found)}; enter the real ones", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
