"""Certificates for tests, made by the authority that `hotgrid ca` makes."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from deploy.authority import Signed, root, server

HERE = ("localhost", "127.0.0.1")
NOW = datetime.now(UTC)  # noqa: TID251 - TLS asks the machine's clock
LONG_AGO = NOW - timedelta(days=500)


class Pair(NamedTuple):
    """Paths of a certificate and its key."""

    certificate: Path
    key: Path


def pair(folder: Path, name: str, made: Signed) -> Pair:
    """Two files, as a server wants them."""
    found = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    found.certificate.write_text(made.certificate)
    found.key.write_text(made.key)
    return found


class Certificates:
    """An authority, and what may be wrong with a server's certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._root = folder, root("test", NOW - timedelta(days=600))
        self.authority = pair(folder, "ca", self._root).certificate
        self.stranger = pair(folder, "other", root("other", NOW)).certificate

    def good(self, name: str = "good") -> Pair:
        """Of this machine."""
        return pair(self._folder, name, server(self._root, HERE, NOW))

    def of_another_host(self) -> Pair:
        """Of a name that nobody asks for."""
        return pair(self._folder, "elsewhere", server(self._root, ["elsewhere.example"], NOW))

    def expired(self) -> Pair:
        """Of this machine, until some time ago."""
        return pair(self._folder, "expired", server(self._root, HERE, LONG_AGO))

    def trusting(self) -> ssl.SSLContext:
        """A client that knows the authority."""
        return ssl.create_default_context(cafile=str(self.authority))
