"""Polygons and lines -> deductions -> score and grade, by an editable scheme; and what a sample says of its lot.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from ..findings import ErrorRecord
from ..limits import SCORE_MODES as MODES
from .deductions import GRADE_NAMES, STATUSES, UNSCORED, ItemScore, Score, TypeScore, score, score_text
from .scheme import DEFAULT, GRADES, MEASURES, SEVERITIES, Scheme, load_scheme, parse_scheme, read_scheme, write_scheme

__all__ = [
    "DEFAULT",
    "GRADES",
    "GRADE_NAMES",
    "MEASURES",
    "MODES",
    "SEVERITIES",
    "STATUSES",
    "UNSCORED",
    "ErrorRecord",
    "ItemScore",
    "Scheme",
    "Score",
    "TypeScore",
    "load_scheme",
    "parse_scheme",
    "read_scheme",
    "score",
    "score_text",
    "write_scheme",
]
