"""What the CP of a frame says: values, statistics, notes."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ingest.flag import LETTERS, UNFLAGGED
from ingest.frame import Decoded, Message, Note, Reject, Sent, Statistic
from ingest.protocols.hj212.codes import COMMANDS, current
from ingest.protocols.hj212.frame import Frame, FrameError

# Possessive and anchored: linear whatever is sent.
_FIELD = re.compile(r"(?<![^;,&\s])([^;,&=\s]++)\s*+=\s*+([^;,&]*+)")
_DATA_TIME = re.compile(rb"(?<![^;,&\s])DataTime\s*+=\s*+([^;,&]*+)")
# A log stands between //…// and may hold any separator.
_INFO = re.compile(r"(?<![^;,&\s])([^;,&=\s]++)\s*+=\s*+(//.{0,1024}?//(?=[;,&]|\s*\Z)|[^;,&]*+)", re.DOTALL)
_OF_PERIOD = (("Min",), ("Avg", "Data"), ("Max",), ("Cou",), ("ZsMin",), ("ZsAvg",), ("ZsMax",))
_KINDS = frozenset({"Rtd", "RS", "Flag", "SampleTime", "Info"}.union(*_OF_PERIOD))
_SPELT = {kind.lower(): kind for kind in _KINDS}
_NOTHING_TO_SAY = (UNFLAGGED, "N")

_Item = Mapping[str, str]


class Upload(NamedTuple):
    """A frame of a device on its way into `into`; `text` is its CP."""

    message: Message
    device_id: str
    frame: Frame
    text: str
    into: Decoded

    def refuse(self, reason: str, detail: str) -> None:
        """Something of this frame cannot be taken."""
        self.into.rejects.append(Reject.of(self.message, self.device_id, reason, detail))


def take(upload: Upload) -> None:
    """What the frame says, into Decoded; raises FrameError: command, time, empty."""
    reader = _READERS.get(upload.frame.cn)
    if reader is None:
        known = COMMANDS.get(upload.frame.cn)
        cn = upload.frame.cn or "missing or no number"
        raise FrameError("command", f"CN is {cn}" + (f" ({known}): not taken from loggers" if known else ""))
    reader(upload)


def text_of(cp: bytes) -> str:
    """The text of a CP: UTF-8, or what a logger with a Chinese Windows sends instead."""
    try:
        text = cp.decode()
    except UnicodeDecodeError:
        text = cp.decode("gb18030", "replace")
    return text.replace("\0", "\ufffd")


def data_time(cp: bytes) -> str:
    """DataTime as sent, empty where there is none."""
    found = _DATA_TIME.search(cp)
    return text_of(found[1]).strip() if found else ""


def _time(text: str, name: str) -> datetime:
    """YYYYMMDDhhmmss with or without milliseconds, UTC+8; raises FrameError: time."""
    digits = text.strip()
    if len(digits) in (14, 17) and digits.isdecimal():
        try:
            return datetime.fromisoformat(f"{digits[:8]}T{digits[8:14]}+08:00").astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    detail = f"{name} is {digits[:40]!r}, not YYYYMMDDhhmmss" if digits else f"no {name}"
    raise FrameError("time", detail)


def _number(upload: Upload, code: str, kind: str, text: str) -> float | None:
    """A value as sent; None of one that is not a finite number, which is refused by itself."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and "_" not in text:
        return value
    upload.refuse("value", f"{code}-{kind}: not a finite number: {text[:80]!r}")
    return None


def _items(text: str) -> tuple[str, dict[str, dict[str, str]]]:
    """DataTime, and the fields of each factor by kind (`a24088-Rtd`: `a24088`, `Rtd`); of repeated ones the first."""
    time = ""
    items: dict[str, dict[str, str]] = {}
    for name, value in _FIELD.findall(text):
        code, dash, kind = name.rpartition("-")
        if dash:
            if kind not in _KINDS:
                kind = _SPELT.get(kind.lower(), kind)
            items.setdefault(code, {}).setdefault(kind, value)
        elif name == "DataTime":
            time = time or value
    if not items:
        raise FrameError("empty", "no values")
    return time, items


def _first(upload: Upload, code: str, item: _Item, kinds: Sequence[str]) -> tuple[str, float | None]:
    """The first of these kinds that a factor has, and its value."""
    for kind in kinds:
        text = item.get(kind)
        if text:
            return kind, _number(upload, code, kind, text)
    return "", None


def _letter(item: _Item) -> str:
    sent = item.get("Flag", "")
    return sent if sent in LETTERS else sent.strip().upper() or UNFLAGGED


def _sent(upload: Upload, at: datetime, items: Iterable[tuple[str, _Item]], kinds: Sequence[str]) -> Sent:
    """The values of one minute: of each factor the first kind that it has; the state of a facility needs no flag."""
    values: dict[str, float | None] = {}
    flags: dict[str, str] = {}
    for sent, item in items:
        kind, value = _first(upload, sent, item, kinds)
        code, letter = current(sent, upload.frame.st), _letter(item)
        if value is not None:
            values.setdefault(code, value)
        if kind != "RS" if value is not None else letter not in _NOTHING_TO_SAY:
            flags.setdefault(code, letter)
    return Sent(upload.message, upload.device_id, at.replace(second=0), values, flags)


def _add(upload: Upload, frames: Iterable[Sent]) -> None:
    said = [sent for sent in frames if sent.values or sent.flags]
    if not said:
        raise FrameError("empty", "no values")
    upload.into.frames.extend(said)


def _instant(upload: Upload) -> None:
    """2011 and 2021: one minute, that of DataTime."""
    time, items = _items(upload.text)
    _add(upload, [_sent(upload, _time(time, "DataTime"), items.items(), ("Rtd", "Avg", "RS"))])


def _periodic(upload: Upload) -> None:
    """2013: the factors of an analyser, each in the minute in which its sample was taken if it says so."""
    time, items = _items(upload.text)
    minutes: dict[datetime, list[tuple[str, _Item]]] = {}
    for code, item in items.items():
        sampled = item.get("SampleTime", "").strip()
        try:
            at = _time(sampled, f"{code}-SampleTime") if sampled else _time(time, "DataTime")
        except FrameError as error:
            upload.refuse(error.reason, str(error))
        else:
            minutes.setdefault(at.replace(second=0), []).append((code, item))
    _add(upload, [_sent(upload, minute, some, ("Avg", "Rtd")) for minute, some in minutes.items()])


def _statistics(upload: Upload) -> list[Statistic]:
    """Of each factor what the period says that begins at DataTime; the mean of noise is called Data."""
    time, items = _items(upload.text)
    start = _time(time, "DataTime")
    found = []
    for sent, item in items.items():
        numbers = [_first(upload, sent, item, kinds)[1] for kinds in _OF_PERIOD]
        letter = _letter(item)
        if letter != UNFLAGGED or any(number is not None for number in numbers):
            low, mean, high, total, zs_low, zs_mean, zs_high = numbers
            source = (upload.message, upload.device_id, upload.frame.cn, start)
            code = current(sent, upload.frame.st)
            found.append(Statistic(*source, code, low, mean, high, total, zs_low, zs_mean, zs_high, letter))
    if not found:
        raise FrameError("empty", "no values")
    return found


def _period(upload: Upload) -> None:
    """2031, 2061 and 2111: statistics only."""
    upload.into.statistics.extend(_statistics(upload))


def _minutes(upload: Upload) -> None:
    """2051: statistics, and their means as the values of the first minute, for loggers that send nothing else."""
    found = _statistics(upload)
    upload.into.statistics.extend(found)
    values: dict[str, float | None] = {}
    flags: dict[str, str] = {}
    for row in found:
        if row.mean is not None:
            values.setdefault(row.code, row.mean)
        if row.mean is not None or row.letter not in _NOTHING_TO_SAY:
            flags.setdefault(row.code, row.letter)
    if values or flags:
        minute = found[0].start.replace(second=0)
        upload.into.frames.append(Sent(upload.message, upload.device_id, minute, values, flags))


def _notes(upload: Upload) -> None:
    """Everything a logger says beside values: `code` is the factor or facility that it says it of, else empty."""
    found: list[tuple[str, str, str]] = []
    when, factor = "", ""
    for name, value in _INFO.findall(upload.text):
        code, dash, kind = name.rpartition("-")
        if name == "DataTime":
            when = when or value
        elif name == "PolId":
            factor = current(value.strip(), upload.frame.st)
        elif not dash or kind == "Info":
            found.append((factor, code or name, value))
        else:
            found.append((current(code, upload.frame.st), kind, value))
    if found:
        at = _time(when or upload.frame.qn, "DataTime" if when else "DataTime or QN")
        make = upload.into.notes.append
        for code, name, value in found:
            make(Note(upload.message, upload.device_id, upload.frame.cn, at, code, name, _unwrapped(value)))


def _unwrapped(text: str) -> str:
    text = text.strip()
    return text[2:-2].strip() if len(text) >= 4 and text.startswith("//") and text.endswith("//") else text


_READERS: dict[int, Callable[[Upload], None]] = {
    2011: _instant,
    2013: _periodic,
    2021: _instant,
    2051: _minutes,
    **dict.fromkeys((2031, 2061, 2111), _period),
    **dict.fromkeys((1001, 1013, 2012, 2022, 2041, 2062, 2081, 3019, 3020, 9015), _notes),
}
