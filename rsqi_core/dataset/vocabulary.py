"""From the free words of an inspector to an error type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ParameterError, RsqiError
from ..taxonomy import BACKGROUND, TYPES, by_code

# Stations' words for the types, beside the official names (domain facts, section 6). Of matches that overlap the
# longest counts, so that 云影 is a shadow and no cloud.
_SYNONYMS = {
    "cloud": r"云[层雾量]*|[薄浓大]?雾霾?|霾|clouds?|cloudy|haz[ey]|fog(?:gy)?",
    "shadow": r"云层?的?[阴暗]?影|[山楼房树地][体物屋]?[阴暗]?影|[阴暗]影|影子|(?:cloud )?shadows?",
    "stretching_blur": r"拉[花伸丝](?:变形)?|stretch(?:ed|ing)?(?: blur)?(?: pattern)?",
    "blur": r"模糊|不够?清晰|不清楚?|失焦|脱焦|发虚|blur(?:red|ry)?|out of focus",
    "spectral_overflow": r"(?:光谱|色彩|颜色)?溢出|spectral overflow",
    "distortion": r"扭[曲变]|[变畸]形|畸变|distort(?:ed|ions?)",
    "stitching_trace": (
        r"(?:拼接|接边|镶嵌|拼缝|接缝)[^，。；,;错]{0,4}(?:痕迹?|色差)|(?:拼接|镶嵌)[缝线]|[拼接]缝"
        r"|stitching traces?|seam(?:line)?s?"
    ),
    "stitching_misalignment": (
        r"(?:拼接|接边|镶嵌)[^，。；,;]{0,4}(?:错[误位开]|误差|超限)|错[位开]"
        r"|stitching (?:misalignment|errors?)|misalign(?:ed|ment)"
    ),
    "stripe_noise": r"条[状带纹]?噪[声音]|条[带纹]|坏线|掉线|strip(?:e|es|ing)(?: noise)?",
    "pixel_missing": (
        r"(?:像[素元]|数据|影像|信息)(?:缺失|丢失|缺少)|[缺丢]失|漏[洞空]|空洞|无数据"
        r"|missing (?:pixels?|data)|pixels? missing|no ?data"
    ),
}
# Words that contain one of the above by chance: a province and a district of the paper's city.
_OTHERWISE = "云[南岩]"
_DENIED = re.compile(r"(?:无|没有|未[见发]现?|不存在|no |without )(?:明显的?|任何|any )?$", re.IGNORECASE)
_EXAMPLE = '{"发白": "cloud", "偏色": null}'


@dataclass(frozen=True)
class Vocabulary:
    """The words that name error types.

    Attributes
    ----------
    own : mapping
        Further words of a station: text to category_id, 0 for an error that is none of the ten. They go before the
        words that are built in.
    """

    own: Mapping[str, int] = field(default_factory=dict)

    def category_of(self, text: str) -> int | None:
        """Return the error type that `text` names; a word that is denied (无云) does not count.

        Returns
        -------
        int or None
            1..10; 0 for an error that is none of the ten; None if the text names no type or several.
        """
        own = (
            (re.compile(re.escape(word.replace("_", " ")), re.IGNORECASE), category_id)
            for word, category_id in self.own.items()
        )
        for patterns in (own, _PATTERNS):
            found = _named(text.replace("_", " "), patterns)
            if found:
                return found.pop() if len(found) == 1 else None
        return None


def load_vocabulary(path: Path | None) -> Vocabulary:
    """Read a station's own words: a JSON object of text to type code, null for an error that is none of the ten.

    Raises
    ------
    RsqiError
        No such file, no JSON object, or a code that is none.
    """
    if path is None:
        return Vocabulary()
    try:
        words = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RsqiError(f"{path}: cannot read the words: {' '.join(str(error).split())}") from error
    if not isinstance(words, dict) or not all(isinstance(code, (str, type(None))) for code in words.values()):
        raise RsqiError(f"{path}: give an object of words and type codes, such as {_EXAMPLE}")
    try:
        return Vocabulary({word: by_code(code).id if code else BACKGROUND for word, code in words.items() if word})
    except ParameterError as error:
        raise RsqiError(f"{path}: {error}") from error


def _named(text: str, patterns: Iterable[tuple[re.Pattern[str], int | None]], denied: bool = False) -> set[int]:
    """Return the types that `text` names and does not deny, or also those that it does."""
    matches = [(*match.span(), category_id) for pattern, category_id in patterns for match in pattern.finditer(text)]
    taken: list[tuple[int, int]] = []
    found = set()
    for start, end, category_id in sorted(matches, key=lambda match: match[0] - match[1]):
        if any(start < other_end and end > other_start for other_start, other_end in taken):
            continue
        taken.append((start, end))
        if category_id is not None and (denied or not _DENIED.search(text[:start])):
            found.add(category_id)
    return found


def _built_in() -> Iterator[tuple[re.Pattern[str], int | None]]:
    yield re.compile(_OTHERWISE), None
    for t in TYPES:
        yield re.compile(f"{_SYNONYMS[t.code]}|{t.zh}|{t.en}|{t.code.replace('_', ' ')}", re.IGNORECASE), t.id


_PATTERNS = tuple(_built_in())


def named_types(text: str) -> set[int]:
    """Return the ids of all error types that `text` names by the words that are built in, denied or not."""
    return _named(text.replace("_", " "), _PATTERNS, denied=True)
