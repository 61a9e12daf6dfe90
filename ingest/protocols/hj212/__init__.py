"""HJ 212, the protocol of environmental data loggers, editions 2005, 2017 and 2025: a raw frame a message.

The MN of a frame has to be that of its topic. Whoever sends a frame with a good CRC makes a claim, and is owed an
answer if it asked for one; of a frame that was divided only the part is given, until `join` has made it whole.
"""

from ingest.frame import Claim, Decoded, Message, Part, Reject
from ingest.protocols.hj212.cipher import Cipher, plain
from ingest.protocols.hj212.codes import NOTIFICATIONS
from ingest.protocols.hj212.data import Upload, data_time, take, text_of
from ingest.protocols.hj212.frame import ACK, DIVIDED, Frame, FrameError, build, crc, parse
from ingest.protocols.hj212.parts import alone, join
from ingest.protocols.hj212.stream import Splitter

__all__ = ["Cipher", "Frame", "FrameError", "Splitter", "alone", "answer", "build", "crc", "decode", "join", "parse"]


def decode(message: Message, device_id: str, into: Decoded, cipher: Cipher | None = None) -> None:
    """What one raw frame says."""
    try:
        frame = parse(message.payload)
        _admit(message, device_id, frame, into)
        _take(message, device_id, plain(frame, cipher), into)
    except FrameError as error:
        into.rejects.append(Reject.of(message, device_id, error.reason, str(error)))


def _admit(message: Message, device_id: str, frame: Frame, into: Decoded) -> None:
    """The claim of the sender; a device gets no answer to what it sends in another's name."""
    own = not frame.mn or frame.mn.upper() == device_id.upper()
    into.claims.append(Claim(message, device_id, frame.pw, answer(frame, device_id) if own else None))
    if not own:
        raise FrameError("device", f"MN of the frame is {frame.mn[:80]!r}, that of the topic {device_id!r}")
    if frame.beyond:
        detail = f"{frame.beyond} bytes after the frame are not read: one frame a message"
        into.rejects.append(Reject.of(message, device_id, "frame", detail))


def _take(message: Message, device_id: str, frame: Frame, into: Decoded) -> None:
    """What it says, or of which frame it is a part."""
    if frame.pnum <= 1:
        take(Upload(message, device_id, frame, text_of(frame.cp), into))
    elif not 1 <= frame.pno <= frame.pnum:
        raise FrameError("part", f"PNO is {frame.pno} of PNUM {frame.pnum}")
    else:
        into.parts.append(Part(message, device_id, frame.cn, data_time(frame.cp), frame.pnum, frame.pno))


def answer(frame: Frame, device_id: str) -> bytes | None:
    """What is owed to the sender once the frame is committed (HJ 212-2017 §6.2): 9013 or 9014, None if not wanted."""
    if not frame.wants_answer:
        return None
    cn = 9013 if frame.cn in NOTIFICATIONS else 9014
    flag = (frame.flag or 0) & ~(ACK | DIVIDED)
    return build(Frame(cn, frame.mn or device_id, qn=frame.qn, st="91", pw=frame.pw, flag=flag))
