"""The way to a scheduler: its address or its file, and the certificates that it asks for."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError, RsqiError
from ..files.atomic import reason

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 5.0  # seconds for one try to reach a scheduler


class ClusterError(RsqiError):
    """The cluster cannot be reached, or nobody in it can do the work."""

    code = "cluster"


@dataclass(frozen=True)
class Scheduler:
    """Where a scheduler is, and how to talk to it.

    Attributes
    ----------
    address : str
        As Dask knows it, ``tcp://host:8786`` or ``tls://host:8786``, or the path of a scheduler file.
    tls_ca_file, tls_cert, tls_key : pathlib.Path or None
        In PEM; without them what Dask's own configuration says, which may be TLS as well.
    """

    address: str
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def __post_init__(self) -> None:
        given = [self.tls_ca_file, self.tls_cert, self.tls_key]
        if any(given) and not all(given):
            raise ParameterError("TLS needs all of --tls-ca-file, --tls-cert and --tls-key")
        for path in given:
            if path and not path.is_file():
                raise ParameterError(f"{path}: no such file")
        if "://" not in self.address and not Path(self.address).is_file():
            raise ParameterError(f"{self.address}: no scheduler file, and no address such as tcp://host:8786")

    def connect(self) -> Client:
        """Connect.

        Raises
        ------
        ClusterError
            Dask is not installed, or no scheduler answers.
        """
        need_dask()
        from distributed import Client, Security

        security: Any = Security()  # of Dask's configuration
        if self.tls_ca_file:
            security = Security(
                require_encryption=True,
                tls_ca_file=str(self.tls_ca_file),
                tls_client_cert=str(self.tls_cert),
                tls_client_key=str(self.tls_key),
            )
        elif self.address.startswith("tls://") and not security.tls_ca_file:
            raise ClusterError(f"{self.address}: needs --tls-ca-file, --tls-cert and --tls-key")
        how: dict[str, Any] = {"timeout": PATIENCE, "set_as_default": False, "security": security}
        where = {"address": self.address} if "://" in self.address else {"scheduler_file": self.address}
        try:
            with quiet():
                return Client(**where, **how)
        except (OSError, ValueError, TypeError, RuntimeError) as error:  # a timeout is an OSError
            raise ClusterError(f"{self.address}: no scheduler answers there ({reason(error)})") from error


def need_dask() -> None:
    """Refuse what needs Dask where it is not installed.

    Raises
    ------
    ClusterError
    """
    if find_spec("distributed") is None:
        raise ClusterError("a cluster needs Dask; install it with: pip install 'rsqi[cluster]'")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Dask from writing of lost connections into a shell where one clear line follows."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
