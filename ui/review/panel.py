"""The widgets of the page *Review*: what stands where, and what they show of a layer, a tool and an error."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from ...bridge import reviewer
from ...bridge.i18n import tr
from ..widgets.next_step import NextStep
from .block_bar import BlockBar
from .clean_image import CleanImage
from .decision_bar import DecisionBar
from .decisions import COMMENT_LENGTH
from .error_list import ErrorList
from .error_rows import ErrorRow
from .filter_bar import FilterBar
from .key_help import KeyHelp
from .keys import with_key
from .navigation import Navigator
from .seam_panel import SeamPanel
from .status_lines import ModeLabel, ProgressLine

ROOMY = 700  # px of height from which on seams and blocks have room at a time


class ReviewPanel(QWidget):
    """The list of errors with its filter above, and its buttons, comment, seam and blocks below.

    In their place stands one sentence where there is no layer, and `clean` where an image has no error.

    Signals
    -------
    shortcuts_requested
        A person wants to change keys.
    """

    shortcuts_requested = pyqtSignal()

    def __init__(self, navigator: Navigator, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiReviewPage")
        self.navigator = navigator
        self.filter_bar = FilterBar()
        self.list = ErrorList()
        self.progress_line = ProgressLine()
        self.next_step = NextStep(self)
        self.decision_bar = DecisionBar()
        self.mode_label = ModeLabel()
        self.comment_box = QLineEdit()
        self.comment_box.setObjectName("rsqiComment")
        self.comment_box.setMaxLength(COMMENT_LENGTH)
        self.comment_box.setPlaceholderText(with_key(tr("Comment"), "comment"))
        self.seam_panel = SeamPanel()
        self.block_bar = BlockBar(navigator)
        self.seam_panel.shown.connect(lambda shown: self.block_bar.setVisible(not shown or self.height() > ROOMY))
        self.reviewer_box = QLineEdit(reviewer.given_name())
        self.reviewer_box.setPlaceholderText(reviewer.reviewer())
        self.reviewer_box.setToolTip(tr("Your name: every edit is signed with it"))
        self.help_button = QToolButton()
        self.help_button.setText(tr("Keys"))
        self.help_button.setToolTip(tr("Show all keys"))
        self.help_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clean = CleanImage()
        self._lay_out()
        self.comment_box.returnPressed.connect(self.list.setFocus)
        self.filter_bar.order_chosen.connect(self.list.order_by)
        self.list.ordered_by_column.connect(self.filter_bar.show_column_order)
        self.reviewer_box.editingFinished.connect(lambda: reviewer.save_name(self.reviewer_box.text()))
        self.help_button.clicked.connect(lambda: KeyHelp(self.shortcuts_requested.emit, self).show_at(self.help_button))

    def show_keys(self) -> None:
        """Show the keys as they are now."""
        self.decision_bar.show_keys()
        self.block_bar.show_keys()
        self.comment_box.setPlaceholderText(with_key(tr("Comment"), "comment"))

    def show_row(self, row: ErrorRow | None) -> None:
        """Show the seam and the comment of the current error; None: there is none."""
        self.seam_panel.show_error(row.fid if row is not None else None)
        self.decision_bar.show_current(row is not None)
        self.comment_box.setEnabled(row is not None)
        if not self.comment_box.hasFocus():
            self.comment_box.setText(row.comment if row is not None else "")

    def show_mode(self, mode: str, category_id: int, waiting: bool) -> None:
        """Show the tool that is on, the type that it draws, and whether its outline is awaited."""
        self.decision_bar.show_mode(mode)
        self.mode_label.show_mode(mode, category_id, waiting)

    def show_content(self, layer: bool, clean: bool, done: bool) -> None:
        """Show the list or what stands in its place, and the next step when all errors are reviewed.

        Parameters
        ----------
        layer : bool
            Whether there is something to review.
        clean : bool
            Whether the image is without errors.
        done : bool
            Whether all errors are reviewed.
        """
        self._stack.setCurrentWidget(self._nothing if not layer else self.clean if clean else self._content)
        self.progress_line.setVisible(not done)
        if done and not clean:
            self.next_step.offer(self.progress_line.label.text(), tr("Score"), "score")
        else:
            self.next_step.hide()

    def focus_comment(self) -> None:
        """Let the comment be typed anew."""
        self.comment_box.setFocus()
        self.comment_box.selectAll()

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(QLabel(tr("Reviewer")))
        foot.addWidget(self.reviewer_box, 1)
        foot.addWidget(self.help_button)
        text = tr("There are no errors to review. Inspect an image, or choose a layer of errors in the layer panel.")
        self._content, self._nothing = QWidget(), QLabel(text)
        self._nothing.setWordWrap(True)
        self._nothing.setMargin(16)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self._content)
        column.addWidget(self.filter_bar)
        column.addWidget(self.list, 1)
        column.addWidget(self.progress_line)
        column.addWidget(self.next_step)
        column.addWidget(self.decision_bar)
        column.addWidget(self.mode_label)
        column.addWidget(self.comment_box)
        column.addWidget(self.seam_panel)
        column.addWidget(self.block_bar)
        column.addLayout(foot)
        self._stack = QStackedLayout(self)
        for widget in (self._nothing, self._content, self.clean):
            self._stack.addWidget(widget)
