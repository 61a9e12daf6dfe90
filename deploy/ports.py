"""Chooses ports that stay."""

import hashlib
import socket
from pathlib import Path

# Below 32768, where Linux begins to hand out ports to outgoing connections: one of those would take ours.
_FIRST, _COUNT = 20_000, 10_000


def is_free(port: int) -> bool:
    """Whether nothing holds ``port`` of the loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose(state: Path, taken: int) -> int:
    """A free port other than ``taken``; the search begins at a place of its own for every ``state``."""
    start = int.from_bytes(hashlib.sha256(bytes(state)).digest()[:4], "big")
    ring = (_FIRST + (start + step) % _COUNT for step in range(_COUNT))
    return next(port for port in ring if port != taken and is_free(port))
