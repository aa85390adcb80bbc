"""Algorithms that score errors: by which scheme, and whether by their number or their area."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingParameterEnum, QgsProcessingParameterFile

from ...bridge import schemes
from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.scoring import MODES, load_scheme
from .algorithm import RsqiAlgorithm


class ScoringAlgorithm(RsqiAlgorithm):
    """An algorithm with the parameters SCHEME and MODE.

    Dialogs begin with what the tab *Score* has last chosen. What a model, a script or `qgis_process` leaves out does
    not depend on that, so that they give the same on every computer: where `CHOICES` has None it is what the inspection
    took, else the default.
    """

    SCHEME = "SCHEME"
    MODE = "MODE"
    CHOICES: tuple = MODES  # the first is what is taken where none is given; None: as the inspection was scored

    def add_scoring(self, advanced: bool = False) -> None:
        """Add the parameters."""
        scheme = QgsProcessingParameterFile(self.SCHEME, tr("Scoring scheme"), extension="json", optional=True)
        if schemes.chosen() is not None:
            scheme.setGuiDefaultValueOverride(str(schemes.chosen()))
        if None in self.CHOICES:
            text = tr("A scoring scheme as JSON; empty means that of the inspection.")
        else:
            text = tr("A scoring scheme as JSON; empty means RSQI's default.")
        self.add(scheme, text, advanced)
        names = {None: tr("As inspected"), "count": tr("Number of errors"), "area": tr("Area of errors")}
        titles = [names[choice] for choice in self.CHOICES]
        mode = QgsProcessingParameterEnum(self.MODE, tr("Score by"), titles, defaultValue=0)
        if schemes.is_mode_chosen():
            mode.setGuiDefaultValueOverride(self.CHOICES.index(schemes.mode()))
        text = tr("By the number of errors of each severity, or by the share of the valid area that they cover.")
        self.add(mode, text, advanced)

    def scheme_path(self, parameters, context) -> str | None:
        """Return the file of the scheme; None: none is given."""
        return self.parameterAsFile(parameters, self.SCHEME, context) or None

    def mode(self, parameters, context) -> str | None:
        """Return one of `CHOICES`."""
        return self.CHOICES[self.parameterAsEnum(parameters, self.MODE, context)]

    def checkParameterValues(self, parameters, context):
        path = self.scheme_path(parameters, context)
        if path and not Path(path).is_file():
            return False, tr("The scoring scheme {path} does not exist.").format(path=path)
        try:
            load_scheme(path)
        except RsqiError as error:
            return False, error_message(error)
        return super().checkParameterValues(parameters, context)
