"""An hour judged and summed up again: of the devices whose minutes have changed, in one transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import asyncpg
import numpy as np

from ingest.flag import Qc
from ingest.keeping.district import Crew, District, load_district
from ingest.keeping.minutes import KEEP, MINUTE, Minutes, load_minutes, marked
from ingest.keeping.summary import Hour, Span, correct, spans, sum_up
from ingest.keeping.thresholds import load_thresholds
from ingest.quality import CONTEXT, CORRECTION, Thresholds, Window, judge_hour
from ingest.registry import Mark
from ingest.validity import day_of

HOUR = timedelta(hours=1)
CREW = 2000
"""Devices at a time: 120 minutes of so many stations are 13 MB."""


async def settle_hour(on: asyncpg.Connection, district: District | None, hour: datetime) -> District | None:
    """Deal with what the ledger says of an hour; returns the registry as it is now.

    The checks look back into the hour before: where there are readings after it, the next hour is judged as well.
    """
    async with on.transaction():
        devices = await KEEP.take_hour.fetchval(on, hour=hour)
        # Read after the ledger: who is in that was known before its readings came in.
        district = await load_district(on, district)
        if not devices or district is None:
            return district
        thresholds = await load_thresholds(on)
        await _settle(on, district, thresholds, hour, devices)
        followed = await KEEP.followed.fetchval(on, devices=devices, next=hour + HOUR)
        await _settle(on, district, thresholds, hour + HOUR, followed)
    return district


async def _settle(
    on: asyncpg.Connection, district: District, thresholds: Thresholds, hour: datetime, devices: Sequence[int]
) -> None:
    if not devices:
        return
    rows = await KEEP.marks.fetch(on, first=hour - CONTEXT * MINUTE, until=hour + HOUR)
    marks = [Mark.model_validate(dict(row)) for row in rows]
    for numbers in _by(CREW, devices):
        for monitors in (False, True):
            crew = district.crew(numbers, monitors)
            if crew.devices:
                minutes = await load_minutes(on, crew, hour - CONTEXT * MINUTE, CONTEXT + 60, monitors)
                await _judge(on, crew, minutes, marks, thresholds)
    await KEEP.note_due.execute(on, days=[day_of(hour)], devices=devices, hours=[hour])


async def _judge(
    on: asyncpg.Connection, crew: Crew, minutes: Minutes, marks: Sequence[Mark], thresholds: Thresholds
) -> None:
    hour, channels = minutes.first + CONTEXT * MINUTE, minutes.channels
    given = marked(minutes, crew, marks)
    windows = {name: Window(minutes.values[:, :, i], given[:, :, i]) for i, name in enumerate(channels)}
    judged = judge_hour(windows, thresholds, crew.kinds, hour)
    values, gate = minutes.values[CONTEXT:], minutes.qc[CONTEXT:]
    qc = np.stack([judged[name] for name in channels], axis=2) if channels else gate
    summed = sum_up(values, qc, channels)
    correct(summed, values, qc, (channels, crew.kinds), thresholds.at(hour))
    await KEEP.put_hour_means.execute(on, hour=hour, correction=CORRECTION, **_means(summed, crew, channels))
    found = spans(qc, gate)
    await KEEP.put_flags.execute(
        on, hour=hour, devices=crew.numbers.tolist(), drift=int(Qc.DRIFT), **_flags(found, crew, channels, hour)
    )


def _means(hour: Hour, crew: Crew, channels: Sequence[str]) -> dict[str, list[object]]:
    """Of those who sent anything."""
    device, channel = np.nonzero(hour.sent)
    columns: dict[str, list[object]] = {
        name: getattr(hour, name)[device, channel].tolist()
        for name in ("mean", "low", "high", "valid", "suspect", "sent", "corrected")
    }
    named = {"device": crew.numbers[device].tolist(), "channel": [channels[i] for i in channel.tolist()]}
    return {**named, **columns}


def _flags(found: Sequence[Span], crew: Crew, channels: Sequence[str], hour: datetime) -> dict[str, list[object]]:
    return {
        "device": [int(crew.numbers[span.device]) for span in found],
        "channel": [channels[span.channel] for span in found],
        "reason": [span.reason for span in found],
        "from_at": [hour + span.begin * MINUTE for span in found],
        "to_at": [hour + span.end * MINUTE for span in found],
    }


def _by(count: int, devices: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(devices), count):
        yield devices[start : start + count]
