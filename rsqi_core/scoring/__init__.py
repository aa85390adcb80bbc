"""Polygons and lines -> deductions -> score and grade, by an editable scheme; and what a sample says of its lot.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from ..findings import ErrorRecord
from ..limits import SCORE_MODES as MODES
from .checklist import Item, JudgedItem
from .deductions import score
from .scheme import DEFAULT, GRADES, MEASURES, SEVERITIES, Scheme, load_scheme, parse_scheme, read_scheme, write_scheme
from .scores import GRADE_COLORS, GRADE_NAMES, STATUSES, UNSCORED, ItemScore, Score, TypeScore, score_text
from .tally import Tally

__all__ = [
    "DEFAULT",
    "GRADES",
    "GRADE_COLORS",
    "GRADE_NAMES",
    "MEASURES",
    "MODES",
    "SEVERITIES",
    "STATUSES",
    "UNSCORED",
    "ErrorRecord",
    "Item",
    "ItemScore",
    "JudgedItem",
    "Scheme",
    "Score",
    "Tally",
    "TypeScore",
    "load_scheme",
    "parse_scheme",
    "read_scheme",
    "score",
    "score_text",
    "write_scheme",
]
