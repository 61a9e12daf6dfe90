"""Raw frames out of a TCP byte stream."""

import re

_BEGIN = re.compile(rb"##(\d{1,4})[A-Za-z]{2,4}\s?=")
_LONGEST_BEGIN = 12
# How a frame ends whatever its LEN says: a CRC and a line end, or the next frame.
_BREAK = re.compile(rb"&&[0-9A-Fa-f]{1,4}(\r?\n)|(##\d{1,4}[A-Za-z]{2,4}\s?=)")
_END = re.compile(rb"&&[0-9A-Fa-f]{4}")
_LONGEST_BREAK = 12
LONGEST = 2 + 4 + 9999 + 4 + 2


class Splitter:
    """Takes bytes as they come and gives whole frames, without their line ends; keeps at most one unfinished frame.

    A frame ends where its LEN says if a CRC is there; otherwise at the first CRC with a line end, or where the next
    frame begins. What the frames are does not depend on how the stream was cut. Time is linear in what comes in.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self.rubbish = 0
        """Bytes that belonged to no frame and were dropped, line ends aside."""

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that these bytes complete."""
        self._buffer += data
        frames = []
        while (declared := self._align()) is not None:
            end = self._end(declared)
            if end is None:
                break
            if end:
                frames.append(bytes(self._buffer[:end]))
            self._drop(end)
        return frames

    def _align(self) -> int | None:
        """Where the data of the frame at the front end if LEN is right; what came before it is dropped."""
        begin = _BEGIN.search(self._buffer)
        if begin is not None:
            start, declared = begin.start(), begin.end(1) - begin.start() + int(begin[1])
        else:  # what may be the beginning of a beginning is kept
            start, declared = self._buffer.find(b"#", max(0, len(self._buffer) - _LONGEST_BEGIN)), None
            start = len(self._buffer) if start < 0 else start
        if start:
            self._discard(start)
        return declared

    def _end(self, declared: int) -> int | None:
        """Where the frame at the front ends, None if that is not known yet, 0 if it was none."""
        buffer = self._buffer
        by_length = _END.match(buffer, max(declared - 2, 2))
        seen = max(2, self._searched - _LONGEST_BREAK)
        # A break that is complete before the CRC is where LEN says comes first, however the bytes came in.
        broken = _BREAK.search(buffer, seen, by_length.end() if by_length else LONGEST)
        if broken is not None:
            return broken.start(1) if broken[1] else broken.start(2)
        if by_length is not None:
            return by_length.end()
        self._searched = min(len(buffer), LONGEST)
        if len(buffer) < LONGEST:
            return None
        # No frame begins in what was searched, or it would have been a break.
        self._discard(LONGEST - _LONGEST_BREAK)
        return 0

    def _discard(self, count: int) -> None:
        line_ends = self._buffer.count(b"\r", 0, count) + self._buffer.count(b"\n", 0, count)
        self.rubbish += count - line_ends
        self._drop(count)

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._searched = 0
