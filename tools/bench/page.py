"""The page of the measurements: tables, and the plots beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.ticker import LogLocator

IMAGES = "images"  # beside the page
COLORS = ("#4292c6", "#263238", "#78909c", "#cfd8dc", "#6a51a3", "#e6842a", "#41ab5d", "#9ecae1", "#bdbdbd", "#f4c542",
          "#d94801")  # fmt: skip
Results = dict[str, Any]


def write(known: Results, page: Path) -> None:
    """Write the page of what has been measured so far."""
    (page.parent / IMAGES).mkdir(parents=True, exist_ok=True)
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "rsqi", "font.size": 9})
    squares = {int(name.split()[1]): found for name, found in known.items() if name.startswith("inspect ")}
    wide = {name: found for name, found in known.items() if name.startswith(("sparse ", "mosaic "))}
    parts = [_head(known["machine"])]
    if squares or wide:
        squares = dict(sorted(squares.items()))
        parts.append(_inspections(squares, wide))
        parts += _plots(squares, wide, page.parent / IMAGES)
    usual = max((side for side in squares if side <= 10_000), default=None)
    limits = next((found for name, found in known.items() if name.startswith("limits ")), None)
    if usual and limits:
        parts.append(_stages(squares[usual], limits, usual))
    parts += filter(None, (draw(known) for draw in _OTHERS))
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _head(machine: Results) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        "# How fast, and in how much memory\n\n"
        f"Written by `make bench`, measured on {machine['cores']} cores ({machine['processor']}, "
        f"{machine['memory_gb']} GB): {libraries}."
    )


def _inspections(squares: dict[int, Results], wide: Results) -> str:
    rows = [(f"{side} x {side}", found) for side, found in squares.items()]
    rows += [(f"{name.split()[0]} {found['width']} x {found['height']}", found) for name, found in wide.items()]
    table = [
        [
            name,
            f"{_pixels(found):.0f}",
            f"{found['valid'] / 1e6:.4g}",
            f"{found['classified']}, {found['segmented']}",
            f"{found['wall']:.1f}",
            f"{_pixels(found) / found['wall']:.1f}",
            f"{found['alone']:.1f}",
            f"{found['wall'] / found['alone']:.2f}" if found["alone"] else "–",
            f"{found['peak_mib']:.0f}",
            f"{found['peak_mib'] - found['loaded_mib']:.0f}",
        ]
        for name, found in rows
    ]
    header = ["raster", "Mpx", "valid Mpx", "blocks classified, segmented", "seconds", "Mpx/s", "networks alone, s",
              "ratio", "peak MiB", "above the loaded model"]  # fmt: skip
    return (
        "## Inspections from end to end\n\n"
        "Photographs with a planted error in every twentieth tile of 512 px. "
        "Both block sizes, GeoPackage and mask written. *Networks alone*: onnxruntime with the same settings on as "
        "many batches of the same sizes, nothing else running.\n\n" + _table(header, table)
    )


def _stages(found: Results, limits: Results, side: int) -> str:
    rows = [
        [name, f"{seconds:.1f}", f"{_pixels(found) / seconds:.0f}" if seconds > 0.005 else "–"]
        for name, seconds in _by_cost(found["stages"])
    ]
    table = _table(["stage", "processor seconds", "Mpx/s on one core"], rows)
    return (
        f"## Stages at {side} x {side} px\n\n{table}\n\n"
        f"For comparison, on one core: decoding the same file alone {limits['decode']:.0f} Mpx/s, copying pixels of "
        f"three bytes in memory {limits['copy']:.0f} Mpx/s. Stages overlap; *networks* is what the others leave of the "
        "processor time."
    )


def _plots(squares: dict[int, Results], wide: Results, folder: Path) -> list[str]:
    plots = [
        ("bench_cost.svg", "Seconds over the side of the raster", _cost, (squares,)),
        ("bench_memory.svg", "Memory over the size of the raster", _memory, (squares, wide)),
        ("bench_profile.svg", "Where the processor time goes", _profile, (squares, wide)),
    ]
    from matplotlib import pyplot

    for name, _, draw, values in plots:
        figure, axes = pyplot.subplots(figsize=(8, 3.8), layout="constrained")
        draw(axes, *values)
        figure.savefig(folder / name, metadata={"Date": None})
        pyplot.close(figure)
    return ["\n\n".join(f"![{caption}]({IMAGES}/{name})" for name, caption, *_ in plots)]


def _cost(axes, squares: dict[int, Results]) -> None:
    sides, seconds = np.array([*squares]), np.array([found["wall"] for found in squares.values()])
    axes.loglog(sides, seconds, "o-", color=COLORS[0])
    if len(sides) > 1:
        slope, start = np.polyfit(np.log(sides), np.log(seconds), 1)
        axes.loglog(sides, np.exp(start) * sides**slope, "--", color=COLORS[2], label=f"slope {slope:.2f}")
        label = "proportional to the area: slope 2"
        axes.loglog(sides, seconds[-1] * (sides / sides[-1]) ** 2.0, ":", color=COLORS[1], label=label)
        axes.legend(frameon=False)
    axes.set_xticks(sides, [f"{side:,}".replace(",", " ") for side in sides])
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_xlabel("side, px")
    axes.set_ylabel("seconds")


def _memory(axes, squares: dict[int, Results], wide: Results) -> None:
    found = sorted([*squares.values(), *wide.values()], key=_pixels)
    megapixels = [_pixels(each) for each in found]
    axes.semilogx(megapixels, [each["peak_mib"] for each in found], "o-", color=COLORS[0], label="peak of the process")
    label = "worker with its model loaded"
    axes.semilogx(megapixels, [each["loaded_mib"] for each in found], "--", color=COLORS[2], label=label)
    for name, each in wide.items():
        place = (_pixels(each), each["peak_mib"])
        above = all(other["peak_mib"] <= place[1] for other in found[found.index(each) + 1 :][:1])  # clear of the line
        shift = (0, 8 if above else -14)
        axes.annotate(name, place, xytext=shift, textcoords="offset points", ha="center", fontsize=8)
    axes.margins(x=0.15)  # room for the last name
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_ylim(0, 1.15 * max(each["peak_mib"] for each in found))
    axes.set_xlabel("megapixels")
    axes.set_ylabel("MiB")
    axes.legend(frameon=False, loc="lower right")


def _profile(axes, squares: dict[int, Results], wide: Results) -> None:
    rows = [(f"{side} px", found) for side, found in squares.items()] + [*wide.items()]
    stages = [name for name, _ in _by_cost(rows[-1][1]["stages"])]
    for y, (_, found) in enumerate(rows):
        left, total = 0.0, sum(found["stages"].values())
        for k, stage in enumerate(stages):
            share = 100 * found["stages"].get(stage, 0.0) / total
            axes.barh(y, share, 0.7, left, color=COLORS[k % len(COLORS)], label=None if y else stage)
            if share > 6:
                axes.text(left + share / 2, y, f"{share:.0f}", ha="center", va="center", fontsize=7, color=_ink(k))
            left += share
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of the processor time, %")
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))


def _ink(k: int) -> str:
    red, green, blue = matplotlib.colors.to_rgb(COLORS[k % len(COLORS)])
    return "black" if 0.3 * red + 0.6 * green + 0.1 * blue > 0.5 else "white"


def _rules(known: Results) -> str:
    if "rules" not in known:
        return ""
    rows = [[name, f"{rate:.0f}"] for name, rate in known["rules"].items()]
    return "## Pixel rules\n\nMedian over blocks of 512 px.\n\n" + _table(["rule", "Mpx/s on one core"], rows)


def _spinning(known: Results) -> str:
    if not {"spinning 0", "spinning 1"} <= known.keys():
        return ""
    rows = [
        [name, f"{found['wall']:.1f}", f"{found['cpu']:.1f}", f"{found['alone']:.1f}"]
        for name, found in (("sleep", known["spinning 0"]), ("wait busily", known["spinning 1"]))
    ]
    table = _table(["idle threads of onnxruntime", "seconds", "processor seconds", "networks alone, s"], rows)
    return f"## What idle threads do\n\n{table}"


def _strips(known: Results) -> str:
    rows = [
        [name.split()[1], found["pixels"], found["marked"], found["pixels_differ"], found["polygons"],
         found["polygons_differ"]]
        for name, found in known.items() if name.startswith("strips ")
    ]  # fmt: skip
    if not rows:
        return ""
    header = ["side, px", "pixels", "of them marked", "that differ", "polygons", "that differ"]
    text = "A raster with a planted error in every third tile, inspected as always and held in memory as a whole."
    return f"## In strips, and as one array\n\n{text}\n\n" + _table(header, rows)


def _fuzz(known: Results) -> str:
    found = [(name.split()[1], counts) for name, counts in known.items() if name.startswith("fuzz ")]
    if not found:
        return ""
    header = ["damaged rasters", *found[0][1]]
    text = "A result, or a refusal in one line that leaves no file, is as it should be (`tools/fuzz.py`)."
    return f"## Damaged rasters\n\n{text}\n\n" + _table(header, [[runs, *counts.values()] for runs, counts in found])


def _synthesis(known: Results) -> str:
    if "synthesis" not in known:
        return ""
    found = known["synthesis"]
    rows = [[code, f"{spent:.2f}", f"{100 * seen:.0f} %"] for code, (spent, seen) in found["recipes"].items()]
    return (
        f"## Synthesis\n\n{found['crops_per_s']:.0f} crops of 256 px a second on one core, of the mix that training "
        "sees.\n\n" + _table(["recipe", "ms", "can be seen"], rows)
    )


def _review(known: Results) -> str:
    """What a person waits for, for each number of errors."""
    found = {int(name.split()[1]): waits for name, waits in known.items() if name.startswith("review ")}
    if not found:
        return ""
    text = (
        "Seconds in QGIS {qgis} until an action is on the screen, until the score is, and the longest time that the "
        "event loop stood still meanwhile (a beat every 5 ms); *own* is without what QGIS's thread waited for a "
        "processor that other programs had. The layer is made by `tools/bench/crowd.py`; everything is done by keys "
        "and edits in the real dock."
    ).format(qgis=next(iter(found.values()))["qgis"])
    header = ["action", "shown", "own", "score", "stall", "own"]
    parts = [f"## Review of very many errors\n\n{text}"]
    for count, waits in sorted(found.items()):
        rows = [
            [action, *(f"{seconds:.2f}" for seconds in (*waited.values(),))]
            for action, waited in waits.items()
            if isinstance(waited, dict)
        ]
        busy = f"Load of the machine: {waits['load']:.1f}."
        parts.append(f"### {count:,} errors\n\n{busy}\n\n" + _table(header, rows))
    return "\n\n".join(parts)


def _cluster(known: Results) -> str:
    """A lot on few workers, and many scenes that sleep on many."""
    found = {each["workers"]: each for name, each in known.items() if name.startswith("cluster ")}
    parts = []
    if 1 in found:
        alone = found[1]["wall"]
        rows = [
            [n, f"{each['wall']:.1f}", f"{alone / each['wall']:.2f}", f"{each['load']:.1f}"]
            for n, each in sorted(found.items())
        ]
        first = found[1]
        text = (
            f"{first['scenes']} scenes of {first['side']} x {first['side']} px by workers of one thread; scheduler and "
            "client are on the same cores. *Load*: of the whole machine at the end, with what else ran on it."
        )
        parts.append(f"{text}\n\n" + _table(["workers", "seconds", "times as fast as one", "load"], rows))
    if (slept := known.get("sleeping")) is not None:
        memory, per = slept["memory"], 1000 / slept["scenes"]
        beyond = (slept["crew"] - slept["ideal"]) * slept["workers"] * per
        places = [memory[min(len(memory) - 1, int(share * len(memory)))] for share in (0.05, 0.25, 0.5, 0.75, 1)]
        rows = [
            ["seconds at least, and taken", f"{slept['ideal']:.1f}, {slept['crew']:.1f}"],
            ["with names, state and the lot's report, s", f"{slept['whole']:.1f}"],
            ["overhead a scene: time of a worker, ms", f"{beyond:.1f}"],
            ["processor time a scene: client, ms", f"{slept['client_cpu'] * per:.1f}"],
            ["processor time a scene: scheduler, ms", f"{slept['scheduler_cpu'] * per:.1f}"],
            ["memory of the scheduler at 5, 25, 50, 75, 100 %, MiB", ", ".join(f"{each:.0f}" for each in places)],
            ["load of the machine", f"{slept['load']:.1f}"],
        ]
        text = (
            f"{slept['scenes']:,} scenes that sleep for {slept['seconds']:g} s on {slept['workers']} workers, all on "
            "this machine (`tools/bench/sleeping.py`): what is left is what it costs to hand them out."
        )
        parts.append(f"{text}\n\n" + _table(["", "measured"], rows))
    return "\n\n".join(["## On a cluster", *parts]) if parts else ""


def _words(known: Results) -> str:
    found = [each for name, each in sorted(known.items()) if name.startswith("words ")]
    if not found:
        return ""
    rows = [
        [
            each["raster"],
            f"{each['weights'] / 1e6:.0f} million",
            each["block"],
            f"{each['cpu']:.0f}",
            f"{each['peak'] / 2**30:.1f}",
            each["places"],
        ]
        for each in found
    ]
    text = (
        "`rsqi find` with a CLIPSeg of the published configuration and random weights, which cost as much as trained "
        "ones (`tools/bench/words.py`)."
    )
    header = ["raster", "weights", "block, px", "processor seconds", "memory at most, GiB", "places"]
    return f"## By words\n\n{text}\n\n" + _table(header, rows)


_OTHERS = (_rules, _spinning, _strips, _fuzz, _synthesis, _review, _cluster, _words)


def _pixels(found: Results) -> float:
    return found["width"] * found["height"] / 1e6


def _by_cost(stages: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(stages.items(), key=lambda each: -each[1])


def _table(header: list[str], rows: list[list[object]]) -> str:
    lines = [header, ["---"] * len(header), *([str(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
