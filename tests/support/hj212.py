"""HJ 212 frames as loggers send them, and what is read of them."""

from datetime import UTC, datetime
from typing import Any

from ingest.frame import Decoded, Message
from ingest.protocols.hj212 import Frame, build, crc, decode

MN = "010000A8900016F000169DC0"
QN = "20260801085857223"
AT = datetime(2026, 8, 1, 0, 58, tzinfo=UTC)
"""The minute of DATA_TIME: 08:58:57 in UTC+8."""
DATA_TIME = "20260801085857"


def frame(cp: str = f"DataTime={DATA_TIME};a24088-Rtd=1.25,a24088-Flag=N", cn: int = 2011, **header: Any) -> bytes:
    """A raw frame of MN; the header is that of a logger of 2017 that wants an answer, unless given."""
    usual = Frame(cn, MN, cp.encode(), qn=QN, st="31", pw="123456", flag=5)
    return build(usual._replace(**header))


def raw(data: str | bytes, tail: str = "\r\n") -> bytes:
    """Any data segment with the LEN and CRC it ought to have."""
    body = data.encode() if isinstance(data, str) else data
    return b"##%04d%b%04X%b" % (len(body), body, crc(body), tail.encode())


def message(payload: bytes, mn: str = MN) -> Message:
    """A frame as it comes from the broker or the gateway."""
    return Message(f"hotgrid/v1/hj212/{mn}", payload, None)


def said(payload: bytes, mn: str = MN) -> Decoded:
    """What a frame says."""
    decoded = Decoded()
    decode(message(payload, mn), mn, decoded)
    return decoded


def reasons(decoded: Decoded) -> list[str]:
    """Why something was not taken."""
    return [reject.reason for reject in decoded.rejects]
