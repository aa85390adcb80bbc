"""A form that runs one algorithm: Start, Cancel, a bar, and a line that says how it goes."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.i18n import tr

PER_CENT = 10  # steps of the bar


class AlgorithmBox(QWidget):
    """Runs an algorithm, one run at a time; while it goes on, the form cannot be changed.

    Attributes
    ----------
    form : QWidget
        With `fields`, its layout, which the subclass fills.
    run_button, cancel_button : QPushButton
    progress : QProgressBar
    status : QLabel
    """

    def __init__(self, start: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._run: AlgorithmRun | None = None
        self.form, self.status, self.progress = QWidget(), QLabel(), QProgressBar()
        self.fields = QFormLayout(self.form)
        self.fields.setContentsMargins(0, 0, 0, 0)
        self.fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.run_button, self.cancel_button = QPushButton(start), QPushButton(tr("Cancel"))
        self.cancel_button.setEnabled(False)
        self.run_button.clicked.connect(self.run)
        self.cancel_button.clicked.connect(self.cancel)
        self.progress.setRange(0, 100 * PER_CENT)
        self.progress.hide()
        self.status.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.status)

    def is_running(self) -> bool:
        """Does a run go on?"""
        return self._run is not None

    def run(self) -> None:
        """Start."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Give up."""
        if self._run is not None:
            self._run.cancel()

    def stop(self) -> None:
        """End now."""
        if self._run is not None:
            self._run.stop()
            self._run = None

    def _start(self, run: AlgorithmRun) -> None:
        """Start a run, or say why it cannot be."""
        run.progressed.connect(lambda percent: self.progress.setValue(round(PER_CENT * percent)))
        run.worker_event.connect(self._show_event)
        run.finished.connect(lambda results: self._over(lambda: self._finish(results)))
        run.failed.connect(lambda message: self._over(lambda: self._fail(message)))
        problem = run.start()
        if problem:
            self.status.setText(problem)
            return
        self._run = run
        self.status.setText(tr("Starting the worker..."))
        self._set_running(True)

    def _show_event(self, event: dict) -> None:
        """Show what the worker tells."""

    def _finish(self, results: dict) -> None:
        """Show what has come of it."""

    def _fail(self, message: str) -> None:
        """Say why nothing has; an empty message: it was cancelled."""
        self.status.setText(message or tr("Cancelled."))

    def _over(self, show) -> None:
        self._run = None
        self._set_running(False)
        show()

    def _set_running(self, running: bool) -> None:
        self.form.setEnabled(not running)
        self.run_button.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        self.progress.setVisible(running)
        self.progress.setValue(0)
