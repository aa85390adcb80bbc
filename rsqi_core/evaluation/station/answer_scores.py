"""How like an answer is to the true one: word for word, by its yes or no, and by Rouge (paper, section 4.7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_YES_NO = {"是": True, "否": False, "yes": True, "no": False}
_ROUGE = ("rouge1", "rouge2", "rougeL")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class AnswerScores:
    """Of one answer, or the means of several.

    Attributes
    ----------
    exact : float
        1 where it is the true one but for blanks and capitals.
    yes_no : float
        1 where both begin with the same yes or no; NaN where the true one begins with neither.
    rouge1, rouge2, rouge_l : float
        F1 of common words, of common pairs of words, and of the longest common sequence.
    """

    exact: float
    yes_no: float
    rouge1: float
    rouge2: float
    rouge_l: float

    @property
    def values(self) -> tuple[float, ...]:
        """All of them, in their order."""
        return self.exact, self.yes_no, self.rouge1, self.rouge2, self.rouge_l


def score_answer(answer: str, truth: str) -> AnswerScores:
    """Compare an answer with the true one; words of Chinese are those of jieba, marks are no words."""
    from rouge_score.rouge_scorer import RougeScorer

    said, true = words_of(answer), words_of(truth)
    # The library knows Latin letters only, so that each word is told by a number.
    numbers = {word: f"w{n}" for n, word in enumerate(dict.fromkeys([*true, *said]))}
    texts = (" ".join(numbers[word] for word in words) for words in (true, said))
    found = RougeScorer(list(_ROUGE)).score(*texts)
    wanted = yes_or_no(truth)
    return AnswerScores(
        float(_plain(answer) == _plain(truth)),
        float("nan") if wanted is None else float(yes_or_no(answer) is wanted),
        *(found[name].fmeasure for name in _ROUGE),
    )


def mean_scores(scores: Sequence[AnswerScores]) -> AnswerScores:
    """Return the means, of yes and no over the answers that have one; NaN of none."""
    table = np.array([each.values for each in scores], float).reshape(-1, 5)
    known = ~np.isnan(table)
    sums, counts = np.where(known, table, 0).sum(0), known.sum(0)
    return AnswerScores(*(float(total / count) if count else float("nan") for total, count in zip(sums, counts)))


def yes_or_no(text: str) -> bool | None:
    """Return whether a text begins with yes (``是``, ``yes``) or no (``否``, ``no``); None if with neither."""
    found = re.match(r"\W*(是|否|yes\b|no\b)", unicodedata.normalize("NFKC", text), re.IGNORECASE)
    return _YES_NO[found.group(1).casefold()] if found else None


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, Chinese ones as jieba cuts them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _CHINESE.search(plain) is None:
        return re.findall(r"\w+", plain)
    import rjieba

    return [word for word in rjieba.cut(_plain(text)) if re.search(r"\w", word)]


def _plain(text: str) -> str:
    """Return a text without blanks, which some tokenizers put between all characters, and in small letters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).casefold())
