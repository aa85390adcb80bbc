"""What a technician would say of an image: sentences and question-answer pairs (paper, Tables B1-B3, Figure B1).

The words are the paper's; where its tables leave something open, this module settles it:

* Table B2 gives intervals open below and closed above. The same is taken for Table B3, which leaves 0, 30, 60 and 90
  degrees out: up to 30 a horizontal line, up to 60 a diagonal one, above that a vertical one.
* The share of Table B2 is that of all the pixels of the type in the valid pixels of the image. A region type of at most
  0.0001 is called absent there, so it is neither named nor asked for with a yes.
* Whether a line is straight is not defined: it is when the smallest rectangle around it is at least four times as long
  as broad. An area that fills a compact rectangle, such as a whole block marked, shows no line: the clause is left out.
* A boundary error is one line (一条) whatever its components; "one" and "several" are for region and pixel types.
* There is no negative answer for a single type; it is formed with 不存在, the word of Table B2.
* Names are set apart by a comma and a blank, as Table B1 prints them.
* Connected means by eight neighbours, as everywhere in RSQI. A centroid on a line of the grid of nine belongs right or
  below. Figure B1's words are not printed in the text; those here are the usual ones.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Sequence

from .errors import ParameterError
from .taxonomy import IGNORED, TYPES, ErrorClass, ErrorType, by_code

if TYPE_CHECKING:  # QGIS's own process imports this module, without the libraries that need compiling
    import numpy as np

LANGUAGES = ("zh", "en")
ABSENT = 1e-4  # share of the valid pixels up to which a region is called absent (Table B2)
ELONGATED = 4.0  # length over breadth from which a line is straight
COMPACT = 0.5  # share of its rectangle from which a shape that is not elongated is an area, not a bent line

_AREA_BOUNDS = ((0.4, "large"), (0.1, "medium"), (0.01, "small"), (0.0, "tiny"))
_WORDS = {
    "zh": {
        "large": "大", "medium": "中等", "small": "小", "tiny": "微小",
        "horizontal": "横线", "vertical": "竖线", "diagonal": "斜线", "bent": "折线",
        "one": "一处", "several": "多处",
        "position": (("左上角", "上方", "右上角"), ("左侧", "中央", "右侧"), ("左下角", "下方", "右下角")),
        "caption": "卫星图像中存在{names}。",
        "qualified": "卫星图像完全合格。",
        "any?": "这张卫星图像是否存在质量问题？",
        "any+": "是，这张卫星图像有质量问题，问题类型有：{names}。",
        "any-": "否，这张卫星图像没有质量问题。",
        "type?": "这张卫星图像中是否存在{name}？",
        "type-": "否，这张卫星图像中不存在{name}。",
        "yes": "是，{sentence}",
        ErrorClass.REGION: "这张卫星图像中存在{count}{area}面积的{name}，主要位于图像的{position}。",
        ErrorClass.BOUNDARY: "这张卫星图像中存在一条{name}的痕迹，位于图像的{position}{line}。",
        ErrorClass.PIXEL: "这张卫星图像中存在{count}{name}，主要位于图像的{position}。",
        "line": "，大致是{line}",
    },
    "en": {
        "large": "large", "medium": "medium-sized", "small": "small", "tiny": "tiny",
        "horizontal": "horizontal", "vertical": "vertical", "diagonal": "diagonal", "bent": "bent",
        "one": "one", "several": "several",
        "position": (
            ("in the upper left corner", "at the top", "in the upper right corner"),
            ("on the left", "in the centre", "on the right"),
            ("in the lower left corner", "at the bottom", "in the lower right corner"),
        ),
        "caption": "The satellite image contains {names}.",
        "qualified": "The satellite image is fully qualified.",
        "any?": "Does this satellite image have quality problems?",
        "any+": "Yes, this satellite image has quality problems; their types are: {names}.",
        "any-": "No, this satellite image has no quality problems.",
        "type?": "Is there any {name} in this satellite image?",
        "type-": "No, there is no {name} in this satellite image.",
        "yes": "Yes, {sentence}",
        ErrorClass.REGION: "this satellite image contains {count} {area} {noun} of {name}, mainly {position}.",
        ErrorClass.BOUNDARY: "this satellite image contains a line of {name} {position}{line}.",
        ErrorClass.PIXEL: "this satellite image contains {count} {noun} of {name}, mainly {position}.",
        "line": ", roughly a {line} line",
    },
}  # fmt: skip
_NOUNS = {ErrorClass.REGION: ("area", "areas"), ErrorClass.PIXEL: ("spot", "spots"), ErrorClass.BOUNDARY: ("", "")}


@dataclass(frozen=True)
class Component:
    """One connected error, measured in pixels with rows running down.

    Attributes
    ----------
    area : float
        Pixels.
    x, y : float
        Centroid from the upper left corner of the image.
    length, breadth : float
        Sides of the smallest rectangle around it, in pixels.
    angle : float
        Between the longer side and the x-axis, 0..90 degrees.
    """

    area: float
    x: float
    y: float
    length: float
    breadth: float
    angle: float

    @classmethod
    def measured(cls, area: float, x: float, y: float, corners: Sequence[Sequence[float]] | np.ndarray) -> Component:
        """Return the component whose smallest rectangle has `corners`, (x, y) in their order."""
        sides = [(end[0] - start[0], end[1] - start[1]) for start, end in zip(corners, corners[1:3])]
        breadth, length = sorted(math.hypot(*side) for side in sides)
        dx, dy = max(sides, key=lambda side: math.hypot(*side))
        return cls(area, x, y, length, breadth, math.degrees(math.atan2(abs(dy), abs(dx))))


@dataclass(frozen=True)
class TypeSummary:
    """What the sentences say of one error type.

    Attributes
    ----------
    error_type : ErrorType
    count : int
        Connected components.
    share : float
        Of the valid pixels, 0..1.
    row, column : int
        0..2 in the grid of nine: where the centroid of the largest component lies.
    line : str or None
        ``horizontal``, ``vertical``, ``diagonal`` or ``bent``; None where no line can be told, and for other classes.
    """

    error_type: ErrorType
    count: int
    share: float
    row: int
    column: int
    line: str | None = None


@dataclass(frozen=True)
class QuestionAnswer:
    """One pair of the question-answer set.

    Attributes
    ----------
    question, answer, language : str
    type : str
        ``any`` for the question about the whole image, else the code of the error type.
    positive : bool
        Whether the answer is a yes.
    """

    question: str
    answer: str
    language: str
    type: str
    positive: bool


def summarize_mask(mask: np.ndarray) -> tuple[TypeSummary, ...]:
    """Return what there is to say of a mask, by type.

    Parameters
    ----------
    mask : numpy.ndarray
        uint8 [H, W]: 0, 1..10 and 255 for pixels that do not count.

    Raises
    ------
    ParameterError
        The mask has another type or shape, or other values.
    """
    import numpy as np

    if mask.dtype != np.uint8 or mask.ndim != 2 or not mask.size:
        raise ParameterError(f"a mask is uint8 [H, W], not {mask.dtype} {list(mask.shape)}")
    counts = np.bincount(mask.ravel(), minlength=256)
    if counts[len(TYPES) + 1 : IGNORED].any():
        raise ParameterError("a mask holds 0, 1 to 10 and 255 only")
    valid = mask.size - int(counts[IGNORED])
    found = (
        summarize(t, _components(mask == t.id), valid, mask.shape[1], mask.shape[0]) for t in TYPES if counts[t.id]
    )
    return tuple(f for f in found if f.error_type.error_class is not ErrorClass.REGION or f.share > ABSENT)


def summarize(
    error_type: ErrorType, components: Sequence[Component], valid_pixels: float, width: int, height: int
) -> TypeSummary:
    """Return what there is to say of the components (at least one) of one type in an image of width x height px."""
    largest = max(components, key=lambda component: component.area)
    return TypeSummary(
        error_type=error_type,
        count=len(components),
        share=min(1.0, sum(component.area for component in components) / max(valid_pixels, 1)),
        row=_third(largest.y, height),
        column=_third(largest.x, width),
        line=_line(largest) if error_type.error_class is ErrorClass.BOUNDARY else None,
    )


def caption(summaries: Iterable[TypeSummary], language: str = "zh") -> str:
    """Return the one sentence that names the errors of the image (Table B1, BLIP)."""
    words = _words(language)
    names = _names(summaries, language)
    return words["caption"].format(names=names) if names else words["qualified"]


def sentence(summary: TypeSummary, language: str = "zh") -> str:
    """Return the detailed sentence on one type (Table B1, VisualGLM, without its yes)."""
    words = _words(language)
    error_type = summary.error_type
    several = summary.count > 1
    return words[error_type.error_class].format(
        count=words["several" if several else "one"],
        area=words[area_word(summary.share)],
        noun=_NOUNS[error_type.error_class][several],
        name=_name(error_type, language),
        position=words["position"][summary.row][summary.column],
        line=words["line"].format(line=words[summary.line]) if summary.line else "",
    )


def describe(summaries: Sequence[TypeSummary], language: str = "zh") -> str:
    """Return all there is to say: the naming sentence, then one detailed sentence a line for each type."""
    lines = [caption(summaries, language), *(sentence(summary, language) for summary in summaries)]
    return "\n".join(line[0].upper() + line[1:] for line in lines)


def describe_inspected(summaries: Sequence[TypeSummary], missing: Sequence[str], language: str = "zh") -> str:
    """Return the sentences of an image, and the one on types that nobody looked for: alone, if that is all of them."""
    said = [] if len(missing) == len(TYPES) else [describe(summaries, language)]
    return "\n".join([*said, not_inspected(missing, language)] if missing else said)


def question_answers(summaries: Sequence[TypeSummary], language: str = "zh") -> tuple[QuestionAnswer, ...]:
    """Return the eleven pairs of an image: one on the whole, one for each type (Table B1, VisualGLM)."""
    words = _words(language)
    present = {summary.error_type: summary for summary in summaries}
    whole = words["any+"].format(names=_names(summaries, language)) if present else words["any-"]
    pairs = [QuestionAnswer(words["any?"], whole, language, "any", bool(present))]
    for error_type in TYPES:
        name = _name(error_type, language)
        if error_type in present:
            answer = words["yes"].format(sentence=sentence(present[error_type], language))
        else:
            answer = words["type-"].format(name=name)
        question = words["type?"].format(name=name)
        pairs.append(QuestionAnswer(question, answer, language, error_type.code, error_type in present))
    return tuple(pairs)


def not_inspected(codes: Iterable[str], language: str = "zh") -> str:
    """Return the sentence on types that nobody looked for, so that silence on them is not taken for quality."""
    separator, text = ("、", "未检查的错误类型：{}。") if language == "zh" else (", ", "Not inspected: {}.")
    return text.format(separator.join(_name(by_code(code), language) for code in codes))


def area_word(share: float) -> str:
    """Return ``large``, ``medium``, ``small`` or ``tiny`` (Table B2)."""
    return next((word for bound, word in _AREA_BOUNDS if share > bound), "tiny")


def line_word(angle: float) -> str:
    """Return ``horizontal``, ``diagonal`` or ``vertical`` for 0..90 degrees from the x-axis (Table B3)."""
    if angle <= 30:
        return "horizontal"
    return "diagonal" if angle <= 60 else "vertical"


def language_of(text: str) -> str:
    """Return ``zh`` if there is a Chinese character, else ``en``."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


def position_words(language: str = "zh") -> Sequence[Sequence[str]]:
    """Return what the fields of the grid of nine are called, row by row."""
    return _words(language)["position"]


def _line(component: Component) -> str | None:
    if component.length >= ELONGATED * component.breadth:
        return line_word(component.angle)
    return None if component.area >= COMPACT * component.length * component.breadth else "bent"


def _third(position: float, size: int) -> int:
    return min(2, max(0, int(3 * position // size)))


def _components(same: np.ndarray) -> list[Component]:
    """Measure the connected components of a bool [H, W]."""
    import cv2
    import numpy as np

    count, labels, stats, centroids = cv2.connectedComponentsWithStats(same.astype(np.uint8), connectivity=8)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    components = []
    for n in range(1, count):
        # Of the others only the number and the area matter.
        corners = _rectangle(np.argwhere(labels == n)[:, ::-1]) if n == largest else ((0, 0),) * 3
        x, y = centroids[n] + 0.5
        components.append(Component.measured(int(stats[n, cv2.CC_STAT_AREA]), x, y, corners))
    return components


def _rectangle(pixels: np.ndarray) -> np.ndarray:
    """Return the corners [4, 2] of the smallest rectangle around pixels (x, y) [N, 2]."""
    import cv2
    import numpy as np

    corners = np.concatenate([pixels + offset for offset in ((0, 0), (1, 0), (0, 1), (1, 1))])
    return cv2.boxPoints(cv2.minAreaRect(cv2.convexHull(corners.astype(np.float32))))


def _names(summaries: Iterable[TypeSummary], language: str) -> str:
    return ", ".join(_name(summary.error_type, language) for summary in summaries)


def _name(error_type: ErrorType, language: str) -> str:
    return error_type.zh if language == "zh" else error_type.en.lower()


def _words(language: str) -> dict[Any, Any]:
    if language not in _WORDS:
        raise ParameterError(f"language '{language}' is not one of {', '.join(LANGUAGES)}")
    return _WORDS[language]
