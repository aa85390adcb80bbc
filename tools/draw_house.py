"""Draw the house: every folder and top module as a room, and who imports whom, into docs/images/house.svg.

A room lies above all rooms that it imports. An arrow that a chain of other arrows implies is left out.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from imports import ROOT, imports, is_package, name_of

PICTURE = ROOT / "docs" / "images" / "house.svg"
PLUGIN = ("plugin", "ui", "algorithms", "bridge")  # what QGIS runs; the rest is rsqi_core, what the worker runs
APART = {"rsqi_core.__main__", "rsqi_core"}  # no rooms: they only start or name others
BELOW = "rsqi_core.files.atomic"  # a room of its own, as in the contract: all that write stand on it
HEIGHT, GAP, ROW, MARGIN, LETTER = 30, 18, 84, 24, 7.3  # px
FILLS = {True: "#d9e8fb", False: "#fbeccd"}  # of the plugin and of the library
Graph = Mapping[str, set[str]]


def main() -> int:
    arrows, texts = read_house()
    PICTURE.write_text(draw(arrows, texts), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(arrows)} rooms, {sum(map(len, arrows.values()))} arrows")
    print("circles:", "; ".join(" ".join(sorted(circle)) for circle in circles(arrows)) or "none")
    print("longest file: {} with {} lines".format(*longest_file()))
    print("longest function: {} with {} lines".format(*longest_function()))
    return 0


def python_files() -> list[Path]:
    folders = [ROOT / name for name in (*PLUGIN[1:], "rsqi_core")]
    return [ROOT / "plugin.py", *(file for folder in folders for file in sorted(folder.rglob("*.py")))]


def longest_file() -> tuple[str, int]:
    lengths = {str(f.relative_to(ROOT)): len(f.read_text(encoding="utf-8").splitlines()) for f in python_files()}
    return max(lengths.items(), key=lambda entry: entry[1])


def longest_function() -> tuple[str, int]:
    lengths = {
        f"{file.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for file in python_files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    return max(lengths.items(), key=lambda entry: entry[1])


def circles(arrows: Graph) -> list[set[str]]:
    """Sets of rooms that reach one another."""

    def reach(room: str) -> set[str]:
        found, waiting = set(), [room]
        while waiting:
            new = arrows[waiting.pop()] - found
            found |= new
            waiting += new
        return found

    reached = {room: reach(room) for room in arrows}
    joined = {room: frozenset(b for b in reached[room] if room in reached[b]) for room in arrows}
    return [set(circle) for circle in dict.fromkeys(joined.values()) if circle]


def read_house() -> tuple[dict[str, set[str]], dict[str, str]]:
    """Return which rooms each room imports, and the first line of what each says of itself."""
    files, rooms, texts = python_files(), {}, {}
    for file in files:
        name = name_of(file)
        rooms[name] = room_of(name)
        if name == room_of(name):
            texts[name] = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n")[0]
    arrows: dict[str, set[str]] = {room: set() for room in rooms.values() if room not in APART}
    for file, name in zip(files, rooms):
        for _, imported, ours in imports(file.read_text(encoding="utf-8"), name, is_package(file)):
            target = rooms.get(imported) if ours else None
            if target in arrows and rooms[name] in arrows and target != rooms[name]:
                arrows[rooms[name]].add(target)
    return arrows, texts


def room_of(module: str) -> str:
    """The folder of the plugin, or the folder or module of the library, that a module lies in."""
    first, *rest = module.split(".")
    if module == BELOW:
        return module
    return f"{first}.{rest[0]}" if first == "rsqi_core" and rest else first


def ranks(arrows: Graph) -> dict[str, int]:
    """The longest way from each room down to one that imports nothing; rooms of a circle share theirs."""
    found: dict[str, int] = {}

    def rank(room: str, above: tuple[str, ...]) -> int:
        if room not in found:
            found[room] = 1 + max((rank(b, (*above, room)) for b in arrows[room] if b not in above), default=-1)
        return found[room]

    for room in arrows:
        rank(room, (room,))
    return found


def reduced(arrows: Graph) -> dict[str, set[str]]:
    """Leave out the arrows to rooms that are reached by way of others."""
    below: dict[str, set[str]] = {}
    for room in sorted(arrows, key=ranks(arrows).get):
        below[room] = set().union(*({b} | below.get(b, set()) for b in arrows[room]))
    return {
        room: {b for b in targets if not any(b in below[other] for other in targets - {b})}
        for room, targets in arrows.items()
    }


def draw(arrows: Graph, texts: Mapping[str, str]) -> str:
    """Return the picture as SVG."""
    drawn, rank = reduced(arrows), ranks(arrows)
    rows = [sorted(r for r in arrows if rank[r] == k) for k in range(max(rank.values()), -1, -1)]
    place: dict[str, float] = {}
    for _ in range(8):  # each room goes under those that import it, as far as there is space
        for row in rows:
            users = {room: [place[u] for u in arrows if room in drawn[u] and u in place] for room in row}
            row.sort(key=lambda room: sum(users[room]) / len(users[room]) if users[room] else place.get(room, 0.0))
            x = -sum(width(room) + GAP for room in row) / 2
            for room in row:
                place[room] = x + width(room) / 2
                x += width(room) + GAP
    left = min(place[room] - width(room) / 2 for room in arrows) - MARGIN
    right = max(place[room] + width(room) / 2 for room in arrows) + MARGIN
    top = {room: MARGIN + k * ROW for k, row in enumerate(rows) for room in row}
    lines = [
        f'<path d="M{place[a] - left:.0f} {top[a] + HEIGHT} L{place[b] - left:.0f} {top[b] - 4}"/>'
        for a in arrows
        for b in sorted(drawn[a])
    ]
    boxes = [
        f"<g><title>{escape(texts.get(room, ''))}</title>"
        f'<rect x="{place[room] - left - width(room) / 2:.0f}" y="{top[room]}" width="{width(room):.0f}" '
        f'height="{HEIGHT}" rx="5" fill="{FILLS[room in PLUGIN]}" stroke="#555"/>'
        f'<text x="{place[room] - left:.0f}" y="{top[room] + 20}">{escape(title(room))}</text></g>'
        for room in arrows
    ]
    height = 2 * MARGIN + (len(rows) - 1) * ROW + HEIGHT
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right - left:.0f} {height}" '
            'font-family="monospace" font-size="12" text-anchor="middle">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0 L8 4 L0 8 z" fill="#888"/></marker></defs>',
            '<rect width="100%" height="100%" fill="white"/>',
            '<g stroke="#999" stroke-width="1" fill="none" marker-end="url(#tip)">',
            *lines,
            "</g>",
            *boxes,
            "</svg>\n",
        ]
    )


def title(room: str) -> str:
    name = room.removeprefix("rsqi_core.").replace(".", "/")
    return f"{name}/" if (ROOT / room.replace(".", "/")).is_dir() else name


def width(room: str) -> float:
    return len(title(room)) * LETTER + 16


if __name__ == "__main__":
    sys.exit(main())
