"""All tools that draw and edit on the map, as one: which is on, which begins, and what it has made."""

from __future__ import annotations

from typing import Callable

from qgis.core import QgsPointXY, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...bridge.seam_session import SeamSession, image_request
from .decisions import Decisions
from .digitising import DRAWING, TOOLS, Digitising
from .following import Following
from .outlining import MODE, Outlining
from .seam_moving import SeamMoving

MODES = (*TOOLS, MODE)  # of `Digitising`
SEAM_TOOLS = ("reshape", "vertices")  # which move the line of a seam, whose error follows it


class EditTools(QObject):
    """Starts one tool at a time and ends the others.

    Parameters
    ----------
    select : callable
        Selects errors on the map: QGIS's tools keep to what is selected.

    Attributes
    ----------
    digitising, outlining, following, seam_moving
        The tools: QGIS's own, an outline by clicks, a seam from click to click, and the line of a seam.
    seam_session : SeamSession
        The worker that follows and measures seams.

    Signals
    -------
    mode_changed : str
        The tool that is on now, empty if none is.
    proposal_changed
        Another type is drawn, or an outline has come or is awaited.
    drawn : int
        Fid of an error that has just been added.
    measured : MeasuredSeam
        The line of a seam as it lies now.
    refused : str
    crossing : QgsPointXY
        Where an outline crosses itself that was not taken.
    """

    mode_changed = pyqtSignal(str)
    proposal_changed = pyqtSignal()
    drawn = pyqtSignal(int)
    measured = pyqtSignal(object)
    refused = pyqtSignal(str)
    crossing = pyqtSignal(QgsPointXY)

    def __init__(self, iface, decisions: Decisions, select: Callable[[list[int]], None], parent: QObject | None = None):
        super().__init__(parent)
        self._decisions, self._select = decisions, select
        self._drawn_fid: int | None = None  # the error that a type still goes to
        self.digitising = Digitising(iface, decisions, self)
        self.seam_session = SeamSession(self)
        self.following = Following(iface, decisions, self.seam_session, self)
        self.seam_moving = SeamMoving(iface, decisions, self.seam_session, self)
        self.outlining = Outlining(iface, self.digitising, self)
        for tools in (self.digitising, self.following, self.seam_moving):
            tools.mode_changed.connect(self.mode_changed)
        for tools in (self.digitising, self.following):
            tools.drawn.connect(self._note_drawn)
        for tools in (self.following, self.seam_moving):
            tools.measured.connect(self.measured)
        self.outlining.changed.connect(self.proposal_changed)
        self.outlining.refused.connect(self.refused)
        self.digitising.crossing.connect(self.crossing)

    @property
    def mode(self) -> str:
        """Which tool is on, empty if none is."""
        return self.digitising.mode or self.following.mode or self.seam_moving.mode

    @property
    def category_id(self) -> int:
        """Type of the next error that is drawn."""
        return self.digitising.category_id

    @property
    def drawing(self) -> bool:
        """Whether a tool is on that adds errors of a chosen type."""
        return self.digitising.mode in DRAWING

    def set_layer(self, layer: QgsVectorLayer | None, pixel_side: float | None) -> None:
        """Edit another layer; a side of None: the size of its pixels is not known."""
        self._drawn_fid = None
        self.digitising.set_layer(layer)
        self.outlining.set_layer(layer)
        self.following.set_layer(layer, pixel_side)
        self.seam_moving.set_layer(layer)
        self.seam_session.set_image(image_request(layer) if layer is not None else None)

    def stop(self) -> None:
        """Take everything off the map, and let go of the project."""
        self.outlining.stop()
        self.seam_moving.stop()

    def start(self, mode: str, fid: int | None, category_id: int) -> None:
        """Start a tool of `Digitising`, or leave it if it is on.

        Parameters
        ----------
        fid : int or None
            The current error; where it stands for a seam, its line is edited.
        category_id : int
            Type of what is drawn; 0: as before.
        """
        self.leave(but=self.seam_moving if mode in SEAM_TOOLS else self.digitising)
        if mode in SEAM_TOOLS and fid is not None and self.seam_moving.start(mode, fid):
            return
        self.seam_moving.leave()
        if mode in DRAWING:
            self.digitising.category_id = category_id or self.digitising.category_id
        elif fid is not None:
            self._select([fid])
        self._drawn_fid = None
        self.digitising.start(mode)

    def follow(self) -> None:
        """Start to follow a seam, or leave it."""
        self.leave(but=self.following)
        self.following.start()

    def leave(self, but: QObject | None = None) -> None:
        """End the tool that is on, unless it is `but`."""
        for tools in (self.digitising, self.following, self.seam_moving):
            if tools is not but:
                tools.leave()

    def choose_type(self, category_id: int) -> None:
        """Draw errors of another type; the outline that is proposed, else the error just drawn, gets it too."""
        self.digitising.category_id = category_id
        proposed = self.outlining.geometry is not None or self.outlining.waiting
        if proposed:
            self.outlining.choose_type(category_id)
        self.proposal_changed.emit()
        if not proposed and self._drawn_fid in self._decisions.rows and not self.digitising.sketching():
            self._decisions.relabel([self._drawn_fid], category_id)

    def spares_key(self, command: str) -> bool:
        """Return whether the tool that is on has no use of its own for the key of a command."""
        if self.following.mode and (command == "leave" or self.following.sketching()):
            return False
        return not self.digitising.sketching() or command.startswith("type_")

    def _note_drawn(self, fid: int) -> None:
        self._drawn_fid = fid
        self.drawn.emit(fid)
