"""Build an environment, or wait for a signal, in an event loop."""

from qgis.PyQt.QtCore import QEventLoop, QTimer


def build(builder, options, cancel_at=""):
    """Build to the end; return how it ended and with what."""
    loop, ended = QEventLoop(), []

    def end(how, what=None):
        ended[:] = [how, what]
        loop.quit()

    builder.finished.connect(lambda answer: end("finished", answer))
    builder.failed.connect(lambda text: end("failed", text))
    builder.cancelled.connect(lambda: end("cancelled"))
    if cancel_at:
        builder.step_changed.connect(lambda text: builder.cancel() if cancel_at in text else None)
    QTimer.singleShot(0, lambda: builder.start(options))
    QTimer.singleShot(30_000, loop.quit)
    loop.exec()
    return ended


def wait(signal, act):
    loop, got = QEventLoop(), []
    signal.connect(lambda *values: (got.extend(values), loop.quit()))
    QTimer.singleShot(30_000, loop.quit)
    act()
    loop.exec()
    return got


def make(environment, python, **changes):
    """Build an environment with a builder of its own."""
    from rsqi.ui.setup.build_options import BuildOptions
    from rsqi.ui.setup.builder import Builder

    return build(Builder(), BuildOptions(python=python, **changes))
