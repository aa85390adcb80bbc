"""Whose name edits are signed with: a setting, which the layer's own actions know as ``@rsqi_reviewer``."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsExpressionContextUtils, QgsSettings

SETTING = "rsqi/reviewer"
VARIABLE = "rsqi_reviewer"


def reviewer() -> str:
    """Return the name to sign with: the one that was given, else the user of the computer."""
    return given_name() or QgsApplication.userFullName() or QgsApplication.userLoginName()


def given_name() -> str:
    """Return the name that was given; empty if none was."""
    return str(QgsSettings().value(SETTING, "") or "").strip()


def save_name(name: str) -> None:
    """Sign with another name from now on; an empty one is that of the computer's user."""
    QgsSettings().setValue(SETTING, name.strip())
    publish_name()


def publish_name() -> None:
    """Set the variable that expressions read; where it is not set, they take the user of the computer."""
    if given_name():
        QgsExpressionContextUtils.setGlobalVariable(VARIABLE, given_name())
    else:
        withdraw_name()


def withdraw_name() -> None:
    """Remove that variable."""
    QgsExpressionContextUtils.removeGlobalVariable(VARIABLE)
