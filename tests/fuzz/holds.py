"""What has to hold of every input, whatever it is."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from ingest.batch import Batch
from ingest.frame import Decoded, Message, Note, Part, Reject, Sent, Statistic
from ingest.period import Period

MOST_REAL = 3.4028235e38
"""PostgreSQL's `real` holds no more."""
SMALLINT = 32_767
_AT_ZERO = timedelta(0)


def check_said(messages: Iterable[Message], decoded: Decoded) -> None:
    """Every message became something, and everything can be worked with."""
    lists = (decoded.frames, decoded.rejects, decoded.statistics, decoded.notes, decoded.parts, decoded.claims)
    heard = {id(said.message) for found in lists for said in found}
    assert all(id(message) in heard for message in messages), "a message became nothing"
    for frame in decoded.frames:
        _check_frame(frame)
    for statistic in decoded.statistics:
        _check_statistic(statistic)
    for note in decoded.notes:
        _check_note(note)
    for part in decoded.parts:
        _check_part(part)
    for claim in decoded.claims:
        _storable(claim.device_id)
        assert claim.reply is None or claim.reply.startswith(b"##")


def check_kept(batch: Batch) -> None:
    """What goes into the database fits there."""
    for reject in batch.rejects:
        _check_reject(reject)
    for period in batch.periods:
        _check_period(period)
    assert batch.values.shape == batch.qc.shape == (len(batch.devices), batch.values.shape[1])
    assert len(batch.mobile.places) == len(batch.mobile.devices) == len(batch.mobile.values)
    assert len(set(zip(batch.devices, batch.minutes, strict=True))) == len(batch.devices)
    for value in batch.monitor:
        _aware(value.ts)
        assert value.value is None or abs(value.value) <= MOST_REAL, value


def _check_frame(frame: Sent) -> None:
    _aware(frame.minute)
    _storable(frame.device_id)
    assert frame.minute.microsecond == 0
    assert frame.place is not None or frame.minute.second == 0, frame.minute
    assert frame.values or frame.flags, "a frame of nothing"
    _finite(frame.values.values())
    assert frame.place is None or (-180 <= frame.place[0] <= 180 and -90 <= frame.place[1] <= 90)


def _check_statistic(row: Statistic) -> None:
    _aware(row.start)
    _storable(row.code + row.letter)
    _finite((row.low, row.mean, row.high, row.total, row.zs_low, row.zs_mean, row.zs_high))


def _check_period(row: Period) -> None:
    _aware(row.ts)
    _storable(row.channel)
    _finite((row.total,))
    for value in (row.low, row.mean, row.high, row.zs_low, row.zs_mean, row.zs_high):
        assert value is None or abs(value) <= MOST_REAL, row


def _check_note(note: Note) -> None:
    _aware(note.at)
    _storable(note.code + note.name + note.text)
    assert 0 <= note.command <= SMALLINT


def _check_part(part: Part) -> None:
    _storable(part.data_time)
    assert 1 <= part.number <= part.total <= SMALLINT


def _check_reject(reject: Reject) -> None:
    _storable(reject.detail)
    _storable(reject.reason)
    _storable(reject.device_id or "")
    assert len(reject.detail) <= 500


def _aware(time: datetime) -> None:
    assert time.utcoffset() == _AT_ZERO, time


def _finite(values: Iterable[float | None]) -> None:
    assert all(value is None or math.isfinite(value) for value in values), "a value that is no number"


def _storable(text: str) -> None:
    """PostgreSQL takes neither NUL nor lone surrogates."""
    text.encode()
    assert "\0" not in text
