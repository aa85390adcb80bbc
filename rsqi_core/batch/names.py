"""What the results of scenes are called: by their stems, and those of one stem by their folders as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_ALLOWED = "-_. ()+"  # beside letters and digits


def name_scenes(scenes: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return a name for each scene, no two of which differ only in case.

    A scene is named by its stem. Scenes of one stem are told apart by as many of the folders above them as that takes,
    ``2023_north`` and ``2024_north``, or by their endings, ``north_tif`` and ``north_jp2``.

    Parameters
    ----------
    known : mapping of str to str
        Names that scenes have got before and keep, so that one of the same stem that is added later renames none.
    """
    names = {scene: known[scene] for scene in scenes if scene in known}
    taken = {name.casefold() for name in known.values()}
    alike: dict[str, list[str]] = {}
    for scene in scenes:
        if scene not in names:
            alike.setdefault(_clean(_stem(scene)).casefold(), []).append(scene)
    for group in alike.values():
        found = next(each for each in _attempts(group) if _is_free(each, taken))
        names |= dict(zip(group, found))
        taken |= {name.casefold() for name in found}
    return {scene: names[scene] for scene in scenes}


def _attempts(group: Sequence[str]) -> Iterator[list[str]]:
    """Yield names for scenes of one stem, from the shortest on."""
    depths = range(max(len(Path(scene).parts) for scene in group))
    for ending in ("", "_{}"):
        for depth in depths:
            yield [
                _clean("_".join((*_folders(scene, depth), _stem(scene))) + ending.format(Path(scene).suffix[1:]))
                for scene in group
            ]
    number = 2
    while True:
        yield [_clean(f"{_stem(scene)}_{number + n}") for n, scene in enumerate(group)]
        number += 1


def _is_free(names: Sequence[str], taken: set[str]) -> bool:
    wanted = {name.casefold() for name in names}
    return len(wanted) == len(names) and not wanted & taken


def _stem(scene: str) -> str:
    return Path(scene).stem


def _folders(scene: str, depth: int) -> tuple[str, ...]:
    folders = Path(scene).parent.parts
    return folders[len(folders) - depth :] if depth else ()


def _clean(name: str) -> str:
    """Return a name that any disk takes."""
    kept = "".join(c if c.isalnum() or c in _ALLOWED else "_" for c in name).strip("._ ")
    return kept or "scene"
