"""JSON frames and batches of them, as in section 2 of the contract.

The usual message is decoded in one typed pass; only when that fails is it taken apart, so that one bad frame or value
does not cost the others.
"""

import json
import math
from datetime import UTC, datetime
from typing import Annotated, Any, cast

import msgspec

from ingest.frame import Decoded, Message, Reject, Sent

MOST_FRAMES = 1440
_Time = Annotated[datetime, msgspec.Meta(tz=True)] | int | float


class JsonFrame(msgspec.Struct):
    """One device-minute: `ts` ISO 8601 with an offset or epoch milliseconds; `lon`, `lat` of who moves."""

    ts: _Time
    values: dict[str, float | None]
    flags: dict[str, str] | None = None
    lon: float | None = None
    lat: float | None = None


class Payload(msgspec.Struct):
    """A frame or a batch of frames."""

    ts: _Time | msgspec.UnsetType = msgspec.UNSET
    values: dict[str, float | None] | msgspec.UnsetType = msgspec.UNSET
    flags: dict[str, str] | None = None
    lon: float | None = None
    lat: float | None = None
    readings: list[JsonFrame] | msgspec.UnsetType = msgspec.UNSET


_decoder = msgspec.json.Decoder(Payload)


class FrameError(ValueError):
    """A frame that cannot be taken in: reason (stable) and detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def decode(message: Message, device_id: str, into: Decoded) -> None:
    """The frames of one JSON message."""
    try:
        payload = _decoder.decode(message.payload)
        frames = _whole(payload)
        into.frames.extend([_sent(message, device_id, f) for f in frames])
    except (msgspec.MsgspecError, UnicodeDecodeError, FrameError, RecursionError):
        _piecewise(message, device_id, into)


def _whole(payload: Payload) -> list[JsonFrame]:
    """The frames of a well-formed payload."""
    if payload.readings is not msgspec.UNSET:
        _check_length(len(payload.readings))
        frames = payload.readings
    elif payload.ts is msgspec.UNSET or payload.values is msgspec.UNSET:
        raise FrameError("structure", "ts and values are needed, or readings")
    else:
        frames = [cast(JsonFrame, payload)]  # which has all that a frame has
    if not all(frame.values or frame.flags for frame in frames):
        raise FrameError("empty", "no values")
    return frames


def _sent(message: Message, device_id: str, frame: JsonFrame) -> Sent:
    values, flags = frame.values, frame.flags or {}
    if frame.lon is None and frame.lat is None:
        return Sent(message, device_id, _minute(frame.ts), values, flags)
    return Sent(message, device_id, _second(frame.ts), values, flags, _place(frame.lon, frame.lat))


def _place(lon: float | None, lat: float | None) -> tuple[float, float]:
    """A place on earth; raises FrameError."""
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise FrameError("place", f"lon, lat: not a place in degrees: {lon!r}, {lat!r}")
    return lon, lat


def _check_length(frames: int) -> None:
    if not 1 <= frames <= MOST_FRAMES:
        raise FrameError("batch-size", f"{frames} frames in one message; 1 to {MOST_FRAMES} are taken")


def _minute(ts: datetime | int | float) -> datetime:
    """The minute of a time as sent; raises FrameError."""
    at = _instant(ts)
    return at.replace(second=0, microsecond=0) if at.second or at.microsecond else at


def _second(ts: datetime | int | float) -> datetime:
    """The second of a time as sent; raises FrameError."""
    return _instant(ts).replace(microsecond=0)


def _instant(ts: datetime | int | float) -> datetime:
    try:
        at = ts if isinstance(ts, datetime) else datetime.fromtimestamp(ts / 1000, UTC)
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise FrameError("time", f"ts: no time: {ts!r}") from None


def _piecewise(message: Message, device_id: str, into: Decoded) -> None:
    """What can be saved of a message that is not well-formed as a whole."""
    try:
        parts = _parts(_read(message.payload))
    except FrameError as error:
        into.rejects.append(Reject.of(message, device_id, error.reason, str(error)))
        return
    for i, part in enumerate(parts):
        where = f"readings[{i}]: " if len(parts) > 1 else ""
        try:
            into.frames.append(_frame(message, device_id, part, into))
        except FrameError as error:
            into.rejects.append(Reject.of(message, device_id, error.reason, where + str(error)))


def _read(payload: bytes) -> Any:
    """The JSON value; NaN, Infinity and integers of thousands of digits are let through: they cost their own value."""
    if not payload:
        raise FrameError("json", "empty payload")
    try:
        return json.loads(payload, parse_int=float)
    except UnicodeDecodeError as error:
        raise FrameError("encoding", f"not UTF-8: {error.reason} at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise FrameError("json", str(error)) from None


def _parts(tree: Any) -> list[Any]:
    if not isinstance(tree, dict):
        raise FrameError("structure", "not a JSON object")
    if "readings" not in tree:
        return [tree]
    if not isinstance(tree["readings"], list):
        raise FrameError("structure", "readings: not a list")
    _check_length(len(tree["readings"]))
    return tree["readings"]


def _frame(message: Message, device_id: str, part: Any, into: Decoded) -> Sent:
    """One frame with its good values; the bad ones are refused each by itself."""
    if not isinstance(part, dict):
        raise FrameError("structure", "not a JSON object")
    values, flags = part.get("values"), part.get("flags") or {}
    if not isinstance(values, dict):
        raise FrameError("structure", "values: missing" if values is None else "values: not an object")
    if not isinstance(flags, dict):
        raise FrameError("structure", "flags: not an object")
    place = None
    if part.get("lon") is not None or part.get("lat") is not None:
        place = _place(_degrees(part.get("lon")), _degrees(part.get("lat")))
    ts = _time(part.get("ts"))
    at = _minute(ts) if place is None else _second(ts)
    good: dict[str, float | None] = {}
    for name, value in values.items():
        if value is None or _is_number(value):
            good[name] = value
        else:
            into.rejects.append(
                Reject.of(message, device_id, "value", f"values.{name}: not a finite number: {str(value)[:80]!r}")
            )
    if not good and not flags:
        raise FrameError("empty", "no values")
    return Sent(message, device_id, at, good, {name: str(letter) for name, letter in flags.items()}, place)


def _degrees(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _time(ts: Any) -> datetime | int | float:
    try:
        time: datetime | int | float = msgspec.convert(ts, _Time)
    except (msgspec.ValidationError, UnicodeEncodeError):  # a lone surrogate gives the latter
        detail = "ts: missing" if ts is None else f"ts: not ISO 8601 with an offset, nor epoch milliseconds: {ts!r}"
        raise FrameError("time", detail[:200]) from None
    return time
