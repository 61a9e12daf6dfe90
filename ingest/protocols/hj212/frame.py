"""One HJ 212 frame: its check sum, its header read and written."""

import re
from typing import NamedTuple, Self

ACK, DIVIDED = 1, 2
"""The A and D bits of Flag: an answer is wanted; the frame is one of PNUM. The version is above them."""

_SPACE = b" \t\r\n\0"
_HEAD = re.compile(r"(?<![A-Za-z])([A-Za-z]++)\s*+=\s*+([^;,&]*+)")


def _shifted(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


_TABLE = tuple(_shifted(byte) for byte in range(256))


def crc(data: bytes) -> int:
    """The check sum of a data segment: HJ 212-2017 annex A, `crc = (crc >> 8) ^ byte`, then eight shifts by 0xA001.

    That is not Modbus, which keeps the low byte: here only the high one goes on, and after eight bytes a byte has the
    effect it had at first. So words of eight bytes may be XORed with each other before the table is asked.
    """
    if not data:
        return 0xFFFF
    words = int.from_bytes(data, "big") ^ 0xFF << 8 * (len(data) - 1)
    shift, bits = 64, words.bit_length()
    while shift < bits:
        words ^= words >> shift
        shift *= 2
    register = 0
    for byte in (words & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "big"):
        register = _TABLE[register >> 8 ^ byte]
    return register


def _modbus(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register


class FrameError(ValueError):
    """A frame that cannot be taken in: reason (stable) and detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Frame(NamedTuple):
    """Header and CP (what is between its `&&`). Text that was not sent is empty; `cn` 0 where there is no number.

    `beyond` counts the bytes that came after it in the same message.
    """

    cn: int
    mn: str
    cp: bytes = b""
    qn: str = ""
    st: str = ""
    pw: str = ""
    flag: int | None = None
    pnum: int = 0
    pno: int = 0
    beyond: int = 0

    @property
    def edition(self) -> int:
        """0: HJ/T 212-2005, 1: HJ 212-2017, 2: HJ 212-2025. Loggers that send no Flag are of the first."""
        return (self.flag or 0) >> 2

    @property
    def wants_answer(self) -> bool:
        """Whether the A bit is set."""
        return bool((self.flag or 0) & ACK)

    def whole(self, cp: bytes) -> Self:
        """The frame of which this was a part: no A and D bits, no PNUM and PNO."""
        flag = None if self.flag is None else self.flag & ~(ACK | DIVIDED)
        return self._replace(cp=cp, flag=flag, pnum=0, pno=0)


def parse(raw: bytes) -> Frame:
    """A raw frame with or without its `\\r\\n`; raises FrameError: frame, length, crc."""
    data, beyond = _data(raw)
    start = data.find(b"CP=")  # the standard's sample C.19 has no `;` before it
    head, cp = (data, b"") if start < 0 else (data[:start], data[start + 3 :])
    fields = {key.upper(): value.strip() for key, value in _HEAD.findall(head.decode(errors="replace"))}
    flag = fields.get("FLAG", "")
    return Frame(
        _count(fields.get("CN", "")),
        fields.get("MN", ""),
        cp.removeprefix(b"&&").removesuffix(b"&&"),
        fields.get("QN", ""),
        fields.get("ST", ""),
        fields.get("PW", ""),
        _count(flag) & 0xFF if flag else None,
        _count(fields.get("PNUM", "")),
        _count(fields.get("PNO", "")),
        beyond,
    )


def _count(text: str) -> int:
    """A number of at most four digits, or 0."""
    return int(text) if len(text) <= 4 and text.isdecimal() else 0


def _data(raw: bytes) -> tuple[bytes, int]:
    """The data segment, and how many bytes came after the frame."""
    try:
        end = 6 + int(raw[2:6])
        data = raw[6:end]
        if int(raw[end : end + 4], 16) == crc(data) and raw.startswith(b"##"):
            return data, len(raw[end + 4 :].strip(_SPACE))
    except ValueError:
        pass  # no number where LEN or the CRC should be
    return _elsewhere(raw.strip(_SPACE)), 0


def _elsewhere(raw: bytes) -> bytes:
    """The data segment up to the last `&&`, whatever LEN says: loggers count characters instead of bytes."""
    if not raw.startswith(b"##"):
        raise FrameError("frame", "does not begin with ##")
    start = 2 + len(raw[2:8]) - len(raw[2:8].lstrip(b"0123456789"))
    end = raw.rfind(b"&&") + 2
    if end < start:
        raise FrameError("frame", "no && at the end of the data: cut off, or no HJ 212 frame")
    data, declared, tail = raw[start:end], raw[2:start].decode(), raw[end:].strip()
    sent = _hexadecimal(tail)
    if sent is not None and sent == crc(data):
        return data
    if declared != f"{len(data):04d}":
        raise FrameError("length", f"LEN is {declared or 'missing'}, and {len(data)} bytes of data are there")
    if sent is None:
        raise FrameError("crc", f"no CRC after the data: {tail[:20]!r}")
    modbus = "; it is the Modbus CRC, which is not that of HJ 212" if sent == _modbus(data) else ""
    raise FrameError("crc", f"CRC is {sent:04X}, of these data it would be {crc(data):04X}{modbus}")


def _hexadecimal(text: bytes) -> int | None:
    """Up to four digits: loggers leave out leading zeros."""
    if not 1 <= len(text) <= 4 or text.strip(b"0123456789abcdefABCDEF"):
        return None
    return int(text, 16)


def build(frame: Frame) -> bytes:
    """The bytes of a frame, with LEN, CRC and `\\r\\n`. LEN has a fifth digit above 9999 bytes; `parse` takes that."""
    flag = "" if frame.flag is None else str(frame.flag)
    parts = [("PNUM", str(frame.pnum)), ("PNO", str(frame.pno))] if frame.pnum else []
    head = [("QN", frame.qn), ("ST", frame.st), ("CN", str(frame.cn)), ("PW", frame.pw), ("MN", frame.mn)]
    texts = [f"{name}={text};" for name, text in [*head, ("Flag", flag), *parts] if text]
    data = "".join(texts).encode() + b"CP=&&" + frame.cp + b"&&"
    return b"##%04d%b%04X\r\n" % (len(data), data, crc(data))
