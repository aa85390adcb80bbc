"""Whose name edits are signed with: a setting, which the layer's own actions know as ``@rsqi_reviewer``."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsExpressionContextUtils, QgsSettings

SETTING = "rsqi/reviewer"
VARIABLE = "rsqi_reviewer"


def reviewer() -> str:
    """Return the name to sign with: the one that was given, else the user of the computer."""
    return given() or QgsApplication.userFullName() or QgsApplication.userLoginName()


def given() -> str:
    """Return the name that was given; empty if none was."""
    return str(QgsSettings().value(SETTING, "") or "").strip()


def keep(name: str) -> None:
    """Sign with another name from now on; an empty one is that of the computer's user."""
    QgsSettings().setValue(SETTING, name.strip())
    announce()


def announce() -> None:
    """Let expressions know the name; where it is unknown, they take the user of the computer."""
    if given():
        QgsExpressionContextUtils.setGlobalVariable(VARIABLE, given())
    else:
        withdraw()


def withdraw() -> None:
    """Take the name out of expressions again."""
    QgsExpressionContextUtils.removeGlobalVariable(VARIABLE)
