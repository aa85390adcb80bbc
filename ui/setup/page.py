"""The page *Set up*: says what is missing, and one button mends it."""

from __future__ import annotations

import os
import sys

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ...bridge.i18n import tr
from ...bridge.worker_python import SETTING, profile_environment
from . import diagnostics, environment
from .build_options import CUDA, CUDA_12, BuildOptions, kinds
from .builder import LOG_LINES, attach, detach
from .environment import State
from .self_test import SelfTest
from .sources import SourcesForm
from .texts import BUILD, CANCEL, TEST, button_text, device_name, headline, kind_name, provider_text, situation
from .widgets import breakable, button, folded, label

COPIED_MS = 3000
SUCCESS, WARNING, CRITICAL = "mIconSuccess", "mIconWarning", "mIconCritical"


class SetupPage(QWidget):
    """Builds, tests, repairs and removes the worker environment.

    Signals
    -------
    ready
        There is a worker that has passed its test.
    changed
        The environment came, went or was replaced.
    """

    ready = pyqtSignal()
    changed = pyqtSignal()

    def __init__(self, iface=None, parent=None):
        super().__init__(parent)
        self._iface = iface
        self.setObjectName("rsqiSetup")
        self.python = ""  # one to be tested in place of what inspections use
        self._action = BUILD
        self._copying = False
        self._postponed = False  # an update can wait; nothing else can
        self._builder, self._ticket = attach(self)
        self._test = SelfTest(self)
        self._build()
        self._test.answered.connect(self._test_answered)
        self._test.failed.connect(self._test_failed)
        for signal, slot in self._connections():
            signal.connect(slot)
        options = environment.read_options()
        self.sources.show_options(options)
        self._choose_kind(options.kind)
        self.refresh()

    # Contract of a page

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Do nothing: setting up has nothing to do with layers."""

    def stop(self) -> None:
        """Let go of everything; a build that no other page watches is cancelled."""
        if self._builder is not None:
            self._test.stop()
            for signal, slot in self._connections():
                signal.disconnect(slot)
            detach(self._ticket)
            self._builder = None

    @property
    def needed(self) -> bool:
        """Is there nothing to inspect with, or something that needs an update?"""
        return self._builder.running or (environment.state() not in (State.READY, State.OWN) and not self._postponed)

    # Actions of the buttons

    def options(self) -> BuildOptions:
        """Return what is chosen."""
        return self.sources.options(self.kind_box.currentData())

    def start(self) -> None:
        """Build the environment, beside one that is there."""
        options = self.options()
        environment.save_options(options)
        self._test.stop()
        self._copy_report(None, tr("Cancelled."))
        self._show_result("")
        self.log.clear()
        self._builder.start(options)
        self.refresh()

    def test(self) -> None:
        """Have the worker run a block, without waiting for it."""
        self._show_result(tr("Testing it with a real inference..."))
        self._test.ask(self.python)
        self.refresh()

    def remove(self) -> None:
        """Take the environment away, until this page goes or the next one is built."""
        try:
            environment.remove()
        except OSError as error:
            self._show_result(
                tr("It cannot be removed, as it is in use: {reason}").format(reason=error.strerror), CRITICAL
            )
            return
        self._show_result(tr("The environment was removed.") + f' <a href="undo">{tr("Undo")}</a>')
        self.notify_pages()

    def postpone_update(self) -> None:
        """Put an update off."""
        self._postponed = environment.state() is State.OUTDATED
        self.ready.emit()

    def copy_diagnostics(self) -> None:
        """Put on the clipboard what ``rsqi doctor`` prints, and what QGIS knows."""
        self._copying = True
        self.copy_button.setEnabled(False)
        self.copy_button.setText(tr("Asking the worker..."))
        if not self._test.running:
            self._test.ask(self.python)

    def notify_pages(self) -> None:
        """Have all pages show that the environment or the settings have changed."""
        self._builder.environment_changed.emit()

    def refresh(self) -> None:
        """Show what there is."""
        state, running = environment.state(), self._builder.running
        stamp = environment.read_stamp(profile_environment())
        self.title.setText(tr("Setting RSQI up") if running else headline(state))
        if running and stamp is not None:
            self.text.setText(tr("The present environment stays as it is until the new one has passed its test."))
        else:
            self.text.setText(breakable(situation(state, stamp, environment.named_python(), self.options())))
        changed = stamp is not None and not running and _differs(self.options(), stamp)
        own = state in (State.OWN, State.OWN_MISSING)
        self._action = CANCEL if running else TEST if state in (State.READY, State.OWN) and not changed else BUILD
        self.main_button.setText(button_text(self._action, state, changed))
        # A Python that RSQI_PYTHON names goes before any that is built here.
        self.main_button.setEnabled(not self._test.running and not (own and self._action == BUILD and _by_variable()))
        self.kind_row.setVisible(not own)
        self.kind_box.setEnabled(not running)
        self.advanced.setEnabled(not running)
        self.progress.setVisible(running)
        self.step.setVisible(running)
        there = profile_environment().is_dir() and not running
        self.repair_button.setVisible(there and not own and self._action == TEST)
        self.remove_button.setVisible(there)
        self.test_button.setVisible(not running and self._action != TEST and state not in (State.MISSING,))
        self.test_button.setEnabled(not self._test.running)
        self.later_button.setVisible(state is State.OUTDATED and not running and self._iface is not None)

    # Signals of the builder

    def _connections(self):
        builder = self._builder
        return (
            (builder.step_changed, self._show_step),
            (builder.progressed, self.progress.setValue),
            (builder.logged, self.log.appendPlainText),
            (builder.finished, self._built),
            (builder.failed, self._build_failed),
            (builder.cancelled, self._build_cancelled),
            (builder.environment_changed, self._environment_changed),
        )

    def _show_step(self, text: str) -> None:
        width = max(200, self.step.width())
        self.step.setText(self.step.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width))
        self.step.setToolTip(text)
        if self._action != CANCEL:  # another page has started it
            self.refresh()

    def _built(self, answer: dict) -> None:
        if not _by_variable():
            QgsSettings().remove(SETTING)  # inspections use what was just built
        self._show_answer(answer)
        text = tr("RSQI is set up and computes on {device}.").format(device=device_name(answer["provider"]))
        self._push_message(text, Qgis.MessageLevel.Warning if answer["warnings"] else Qgis.MessageLevel.Success)
        self._environment_changed()
        self.ready.emit()

    def _build_failed(self, message: str) -> None:
        self._show_result(message, CRITICAL)
        self._push_message(message, Qgis.MessageLevel.Warning)
        self.refresh()

    def _build_cancelled(self) -> None:
        self._show_result(tr("Cancelled; nothing was changed."))
        self.refresh()

    def _environment_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _push_message(self, text: str, level) -> None:
        """Show a message outside this page: building takes so long that one works on something else meanwhile."""
        if self._iface is not None:
            QgsMessageLog.logMessage(text, "RSQI", level)
            self._iface.messageBar().pushMessage("RSQI", text.splitlines()[0], level)

    # Answers of the worker

    def _test_answered(self, answer: dict) -> None:
        if not self._copy_report(answer, ""):
            self._show_answer(answer)
            if not self.python:
                self.ready.emit()
        self.refresh()

    def _test_failed(self, message: str) -> None:
        if not self._copy_report(None, message):
            self._show_result(message, CRITICAL)
        self.refresh()

    def _show_answer(self, answer: dict) -> None:
        self._show_result(provider_text(answer), WARNING if answer["warnings"] else SUCCESS)
        self.result_label.setToolTip("\n".join(answer["report"]))

    def _copy_report(self, answer: dict | None, complaint: str) -> bool:
        """Copy the report if that is what the worker was asked for; return whether it was."""
        if not self._copying:
            return False
        self._copying = False
        QgsApplication.clipboard().setText(diagnostics.text(answer, complaint, self._builder.log))
        self.copy_button.setText(tr("Copied"))
        QTimer.singleShot(COPIED_MS, self._let_copy_again)
        return True

    def _let_copy_again(self) -> None:
        self.copy_button.setText(tr("Copy diagnostics"))
        self.copy_button.setEnabled(True)

    # Widgets

    def _choose_kind(self, kind: str) -> None:
        index = self.kind_box.findData(CUDA if kind == CUDA_12 else kind)
        self.kind_box.setCurrentIndex(max(0, index))
        self.sources.set_kind(self.kind_box.currentData())

    def _kind_chosen(self) -> None:
        self.sources.set_kind(self.kind_box.currentData())
        self.refresh()

    def _run_action(self) -> None:
        {BUILD: self.start, TEST: self.test, CANCEL: self._builder.cancel}[self._action]()

    def _follow_link(self, link: str) -> None:
        if link == "undo":
            try:
                environment.undo_remove()
                self._show_result("")
            except OSError as error:
                self._show_result(tr("It cannot be brought back: {reason}").format(reason=error.strerror), CRITICAL)
            self.notify_pages()

    def _show_result(self, text: str, icon: str = "") -> None:
        self.result_label.setText(text if "<a " in text else breakable(text))
        self.result_label.setToolTip("")
        self.result_label.setVisible(bool(text))
        size = self.fontMetrics().height()
        self.result_icon.setPixmap(QgsApplication.getThemeIcon(f"/{icon}.svg").pixmap(size, size))
        self.result_icon.setVisible(bool(text and icon))

    def _build(self) -> None:
        self.title = label("rsqiSetupTitle")
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self.title.setFont(font)
        self.text = label("rsqiSetupText")
        self.kind_box = QComboBox()
        self.kind_box.setObjectName("rsqiSetupKind")
        for kind in kinds(sys.platform):
            self.kind_box.addItem(kind_name(kind), kind)
        self.kind_box.currentIndexChanged.connect(lambda _: self._kind_chosen())
        self.kind_row = QWidget()
        form = QFormLayout(self.kind_row)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Compute with"), self.kind_box)
        self.main_button = QPushButton()
        self.main_button.setObjectName("rsqiSetupMain")
        self.main_button.setDefault(True)
        self.main_button.setMinimumHeight(32)
        self.main_button.clicked.connect(self._run_action)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.step = QLabel()
        self.step.setMinimumWidth(0)
        self.result_label = label("rsqiSetupResult")
        self.result_label.linkActivated.connect(self._follow_link)
        self.result_icon = QLabel()
        self.result_icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._show_result("")
        self.test_button = button(tr("Test"), tr("Run a block in the worker and say what computed it."), self.test)
        self.later_button = button(tr("Later"), tr("Go on with the present environment."), self.postpone_update)
        self.repair_button = button(
            tr("Repair"), tr("Build it anew beside the present one, which stays until the new one works."), self.start
        )
        self.remove_button = button(tr("Remove"), tr("Delete the environment from the disk."), self.remove)
        self.copy_button = button(
            tr("Copy diagnostics"),
            tr("Copy what RSQI, QGIS and the worker say of themselves, to be sent to whoever helps you."),
            self.copy_diagnostics,
        )
        self.sources = SourcesForm()
        self.sources.changed.connect(self.refresh)
        self.advanced = folded(tr("Advanced"), self.sources)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(LOG_LINES)
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.log.setMinimumHeight(160)
        self.log.setPlainText("\n".join(self._builder.log))
        self.log_group = folded(tr("Log"), self.log)
        self._lay_out()

    def _lay_out(self) -> None:
        result_row = QHBoxLayout()
        result_row.addWidget(self.result_icon)
        result_row.addWidget(self.result_label, 1)
        buttons = QHBoxLayout()
        for each in (self.later_button, self.test_button, self.repair_button, self.remove_button):
            buttons.addWidget(each)
        buttons.addStretch()
        content = QWidget()
        column = QVBoxLayout(content)
        for widget in (self.title, self.text, self.kind_row, self.main_button, self.progress, self.step):
            column.addWidget(widget)
        column.addLayout(result_row)
        column.addLayout(buttons)
        column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.advanced)
        column.addWidget(self.log_group)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroll)


def _differs(options: BuildOptions, stamp: environment.Stamp) -> bool:
    kind = CUDA if stamp.kind == CUDA_12 else stamp.kind
    return (options.kind, options.torch) != (kind, stamp.torch)


def _by_variable() -> bool:
    return bool(os.environ.get("RSQI_PYTHON", "").strip())
