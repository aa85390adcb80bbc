"""One program in the background, whose output is read line by line."""

from __future__ import annotations

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyQuery

from ...bridge.worker_client import child_environment
from .build_options import PYPI, proxy_url, without_password

# Settings of pip that would put packages anywhere but into the environment.
_MISLEADING = ("PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH")
_PROXIES = {QNetworkProxy.ProxyType.HttpProxy: "http", QNetworkProxy.ProxyType.Socks5Proxy: "socks5"}


class Command(QObject):
    """Runs one program after the other, never two at once.

    Signals
    -------
    output : str
        A line of what it prints, without passwords.
    finished : bool
        Whether it has succeeded. The lines are in `lines`.
    """

    output = pyqtSignal(str)
    finished = pyqtSignal(bool)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.lines: list[str] = []
        self._process = None
        self._rest = b""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._process.kill())

    def run(self, program: str, arguments: list[str], folder: str, variables: dict, patience_ms: int = 0) -> None:
        """Start a program in `folder`; with `patience_ms` it is killed when it takes longer."""
        self.lines, self._rest = [], b""
        self.output.emit("> " + without_password(" ".join([program, *arguments])))
        process = QProcess(self)
        process.setProcessEnvironment(_environment(variables))
        process.setWorkingDirectory(folder)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        process.readyReadStandardOutput.connect(self._read)
        process.errorOccurred.connect(self._not_started)
        process.finished.connect(self._finished)
        self._process = process
        process.start(program, arguments)
        process.closeWriteChannel()
        if patience_ms:
            self._timer.start(patience_ms)

    def stop(self) -> None:
        """Kill the program, without a signal."""
        self._timer.stop()
        if self._process is not None:
            process, self._process = self._process, None
            for signal in (process.readyReadStandardOutput, process.errorOccurred, process.finished):
                signal.disconnect()
            process.kill()
            process.waitForFinished(1000)
            process.deleteLater()

    def _read(self) -> None:
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput())).split(b"\n")
        for line in lines:
            if self._process is not None:  # a line may be the reason to stop
                self._add_line(line)

    def _add_line(self, raw: bytes) -> None:
        line = without_password(raw.decode("utf-8", "replace").rstrip())
        if line:
            self.lines.append(line)
            self.output.emit(line)

    def _not_started(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._add_line(self._process.errorString().encode())
            self._end(False)

    def _finished(self) -> None:
        self._read()
        if self._process is None:
            return
        self._add_line(self._rest)
        normal = self._process.exitStatus() == QProcess.ExitStatus.NormalExit
        self._end(normal and self._process.exitCode() == 0)

    def _end(self, succeeded: bool) -> None:
        self._timer.stop()
        self._process.deleteLater()
        self._process = None
        self.finished.emit(succeeded)


def proxy_variables(url: str = "") -> dict[str, str]:
    """Return the proxy that QGIS would use for a package index, as environment variables that pip reads.

    They go by the environment, so that a password appears neither in the log nor in the list of processes.
    """
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    if proxy.type() == QNetworkProxy.ProxyType.DefaultProxy:
        factory = manager.proxyFactory()
        found = factory.queryProxy(QNetworkProxyQuery(QUrl(url or PYPI))) if factory else []
        proxy = found[0] if found else proxy
    scheme = _PROXIES.get(proxy.type())
    if not scheme or not proxy.hostName():
        return {}
    address = proxy_url(scheme, proxy.hostName(), proxy.port(), proxy.user(), proxy.password())
    hosts = [QUrl(excluded).host() or excluded for excluded in manager.excludeList() + manager.noProxyList()]
    return {
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), address),
        **({"NO_PROXY": ",".join(hosts), "no_proxy": ",".join(hosts)} if hosts else {}),
    }


def _environment(variables: dict[str, str]) -> QProcessEnvironment:
    made = child_environment()
    for name in _MISLEADING:
        made.remove(name)
    for name, value in variables.items():
        made.insert(name, value)
    return made
