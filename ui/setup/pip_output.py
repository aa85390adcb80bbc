"""Read pip's output: how far it is, and why it failed. No Qt, no QGIS."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

RETRYING = "WARNING: Retrying"
COLLECTED = 0.7  # share of the time that is spent before pip begins to unpack

# A stable code and the pattern in pip's output; the first that matches wins, so the more specific ones come first.
_REASONS = (
    ("disk", r"No space left on device|Errno 28|There is not enough space on the disk|WinError 112"),
    ("insecure", r"is not a trusted or secure host"),
    ("socks", r"Missing dependencies for SOCKS support"),
    ("proxy", r"ProxyError|Tunnel connection failed|407 Proxy Authentication"),
    ("certificate", r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError"),
    ("refused", r"40[13] (?:Client )?Error|HTTP error 40[13]|\b40[13] \w+ for url"),
    ("index", r"connection broken by|ConnectTimeoutError|NewConnectionError|ReadTimeoutError|getaddrinfo failed"),
    ("locked", r"WinError 5\b|WinError 32\b|Permission denied|Errno 13"),
    ("long_path", r"WinError 206|Long Path|file name too long"),
    ("memory", r"MemoryError"),
    ("conflict", r"ResolutionImpossible|conflicting dependencies"),
    ("missing", r"No matching distribution found for (?P<what>\S+)"),
)


@dataclass
class Progress:
    """How far pip is, from its lines.

    Attributes
    ----------
    expected : int
        Number of packages that it will collect, roughly.
    name : str
        The package that it is at.
    size : int
        Bytes of the file that is being fetched; 0: not known.
    to_unpack : int
        Number of packages that it unpacks once all are there; 0 before.
    """

    expected: int
    name: str = ""
    size: int = 0
    to_unpack: int = 0
    _names: set = field(default_factory=set)

    def read(self, line: str) -> None:
        """Take one line in."""
        collected = re.match(r"\s*(?:Collecting|Processing|Requirement already satisfied:)\s+(\S+)", line)
        if collected:
            name = Path(collected.group(1)).name
            self.name = name.split("-")[0] if name.endswith(".whl") else re.split(r"[\[<>=!~;,(]", name)[0]
            self._names.add(self.name.lower())
            self.size = 0
        size = re.search(r"Downloading .*\(([\d.]+) ([kMG])B\)", line)
        if size:
            self.size = int(float(size.group(1)) * {"k": 1e3, "M": 1e6, "G": 1e9}[size.group(2)])
        if line.startswith("Installing collected packages:"):
            self.to_unpack = line.count(",") + 1

    def share(self, fetched: int = 0, unpacked: int = 0) -> float:
        """Return 0-1.

        Parameters
        ----------
        fetched : int
            Bytes of the file on its way that have arrived.
        unpacked : int
            Packages that are in their places.
        """
        if self.to_unpack:
            return COLLECTED + (1 - COLLECTED) * min(1.0, unpacked / self.to_unpack)
        part = min(1.0, fetched / self.size) if self.size else 0.0
        return COLLECTED * min(1.0, max(0.0, len(self._names) - 1 + part) / self.expected)


def reason(lines: list[str]) -> tuple[str, str]:
    """Return (code, what) of a failure: the code of one of the known reasons, or ``"other"`` with pip's last error."""
    text = "\n".join(lines)
    for code, pattern in _REASONS:
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            return code, found.groupdict().get("what") or ""
    errors = [line.strip() for line in lines if line.startswith("ERROR")]
    last = errors or [line.strip() for line in lines if line.strip()]
    return "other", last[-1][:300] if last else ""
