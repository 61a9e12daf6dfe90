"""The series of a station: minutes with all that was found of them, or means, kept ones where there are any."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from ingest.channel import CHANNELS
from ingest.flag import Qc
from ingest.validity import BEIJING, day_of
from service.database import Connection
from sql.queries import Queries, Record

STATION_VIEW, KEPT_VIEW = Queries("station_view"), Queries("kept_view")
NAMES = [channel.name for channel in CHANNELS]
_KNOWN = {int(qc): qc.name.lower() for qc in Qc}
REASONS = [_KNOWN.get(code, f"code_{code}") for code in range(256)]
"""What a byte of `qc` says."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_SPANS = 4  # that are summed up one by one where nothing is kept
Point = dict[str, Any]


class Span(NamedTuple):
    """A time, its end excluded."""

    from_at: datetime
    to_at: datetime


async def series(connection: Connection, device: int, span: Span, step: timedelta) -> list[Point] | msgspec.Raw:
    """The points of a station in their order, or the JSON of them."""
    if step == MINUTE:
        return await _minutes(connection, device, span)
    inner = _whole(span, step)
    if step not in (HOUR, DAY) or inner.from_at >= inner.to_at:
        return [_mean(row) for row in await _means(connection, device, span, step)]
    points = {point["ts"]: point for point in await _kept(connection, device, inner, step)}
    for part in _uncovered(span, list(points), step):
        for row in await _means(connection, device, part, step):
            points.setdefault(row["ts"], _mean(row))
    return [points[ts] for ts in sorted(points)]


async def _minutes(connection: Connection, device: int, span: Span) -> msgspec.Raw:
    rows = await STATION_VIEW.readings.fetch(connection, device=device, **span._asdict())
    flags = await KEPT_VIEW.flags.fetch(connection, device=device, **span._asdict())
    found, nothing = _by_minute(flags), dict[str, str]()
    points = [f"{point}{_wrong(qc, point, found.get(ts, nothing))}}}" for ts, qc, point in rows]
    return msgspec.Raw(f"[{','.join(points)}]".encode())


def _by_minute(flags: Iterable[Record]) -> dict[datetime, dict[str, str]]:
    found: dict[datetime, dict[str, str]] = {}
    for channel, reason, from_at, to_at in flags:
        for i in range((to_at - from_at) // MINUTE):
            found.setdefault(from_at + i * MINUTE, {})[channel] = REASONS[reason]
    return found


def _wrong(qc: bytes | None, point: str, found: dict[str, str]) -> str:
    """What the gate said of a value comes before what was found of it later; nothing is found of no value."""
    if not qc and not found:
        return "{}"
    wrong = {name: reason for name, reason in found.items() if f'"{name}":null' not in point}
    wrong |= {name: REASONS[code] for name, code in zip(NAMES, qc or b"", strict=False) if code}
    return msgspec.json.encode(wrong).decode()


async def _kept(connection: Connection, device: int, span: Span, step: timedelta) -> list[Point]:
    if step == HOUR:
        rows = await KEPT_VIEW.hours.fetch(connection, device=device, **span._asdict())
    else:
        days = {"from_day": day_of(span.from_at), "to_day": day_of(span.to_at)}
        rows = await KEPT_VIEW.days.fetch(connection, device=device, **days)
    return [_point(row) for row in rows]


async def _means(connection: Connection, device: int, span: Span, step: timedelta) -> Sequence[Record]:
    return await STATION_VIEW.mean_readings.fetch(connection, device=device, step=step, **span._asdict())


def _point(row: Record) -> Point:
    channels = row["channels"]
    corrected = {name: value for name, value in zip(channels, row["corrected"], strict=True) if value is not None}
    return {
        "ts": row["ts"],
        "minutes": row["minutes"],
        "values": dict.fromkeys(NAMES) | dict(zip(channels, row["means"], strict=True)),
        "qc": {},
        "valid": dict(zip(channels, row["valid"], strict=True)),
        **({"hours": dict(zip(channels, row["hours"], strict=True))} if row["hours"] else {}),
        **({"corrected": corrected, "correction": row["correction"]} if corrected else {}),
    }


def _mean(row: Record) -> Point:
    values = {name: row[name] for name in NAMES}
    return {"ts": row["ts"], "minutes": row["minutes"], "values": values, "qc": {}}


def _whole(span: Span, step: timedelta) -> Span:
    """The whole steps within a span."""
    return Span(_floor(span.from_at + step - timedelta(microseconds=1), step), _floor(span.to_at, step))


def _floor(at: datetime, step: timedelta) -> datetime:
    """The beginning of the hour or day in Beijing."""
    local = at.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)
    return (local.replace(hour=0) if step == DAY else local).astimezone(at.tzinfo)


def _uncovered(span: Span, kept: Iterable[datetime], step: timedelta) -> list[Span]:
    """What of a span nothing is kept of."""
    parts, at = [], span.from_at
    for ts in [*kept, span.to_at]:
        if at < ts:
            parts.append(Span(at, ts))
        at = ts + step
    return parts if len(parts) <= MOST_SPANS else [Span(parts[0].from_at, parts[-1].to_at)]
