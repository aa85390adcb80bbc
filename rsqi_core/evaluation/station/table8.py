"""Table 8: how well models of words answer the questions of a dataset's test part."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...dataset.examples import Example
from ...describe import LANGUAGES
from ...taxonomy import CODES
from ..pages.tables import markdown
from .answer_scores import mean_scores
from .answers import QuestionsMeasured
from .page import sealed

_PAPER = ["the paper's VisualGLM, its own data", 2000, 0.7144, 0.8409, 0.9000, 0.8664, 0.8847]
_SCORES = ["exact match", "yes or no", "Rouge-1", "Rouge-2", "Rouge-L"]
_TEXT = """# {name}: answers to the questions of its test part

{count} questions on {pictures} pictures. *Exact match*: the answer is the true one but for blanks and capitals. *Yes or
no*: both begin with the same, of the answers that begin with one. Rouge: F1 of common words, of pairs of words and of
the longest common sequence; Chinese is cut into words by jieba, marks do not count.

The upper bound is what RSQI says by its own sentences if it knows all errors: the true masks are described. The lower
bound of a trained model is the one that it was trained from.

"""


def table8(m: QuestionsMeasured) -> str:
    """Return the page as Markdown."""
    text = _TEXT.format(name=m.dataset.name, count=len(m.questions), pictures=len({each.image for each in m.questions}))
    parts = [
        text,
        "## Table 8\n\n",
        markdown(["", "questions", *_SCORES], [_PAPER, *_rows(m, [True] * len(m.questions))]),
    ]
    kinds = [kind for kind in ("any", *CODES) if any(each.kind == kind for each in m.questions)]
    kinds += sorted({each.kind for each in m.questions} - set(kinds))
    parts.append("\n## By what is asked\n\n*any*: whether there is any error at all, and which.\n\n")
    parts.append(_table(m, "asked for", kinds, lambda each: each.kind))
    languages = [name for name in LANGUAGES if any(each.language == name for each in m.questions)]
    if len(languages) > 1:
        parts += ["\n## By language\n\n", _table(m, "language", languages, lambda each: each.language)]
    return sealed("".join(parts))


def _table(m: QuestionsMeasured, name: str, groups: Sequence[str], group_of: Callable[[Example], str]) -> str:
    rows = [[group, *row] for group in groups for row in _rows(m, [group_of(each) == group for each in m.questions])]
    return markdown([name, "", "questions", *_SCORES], rows)


def _rows(m: QuestionsMeasured, wanted: Sequence[bool]) -> list[list[object]]:
    rows: list[list[object]] = []
    for row in m.rows:
        scores = [score for take, score in zip(wanted, row.scores) if take and score is not None]
        rows.append([row.name, len(scores), *mean_scores(scores).values])
    return rows
