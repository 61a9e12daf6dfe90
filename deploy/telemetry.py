"""Simulated monitors that speak HJ 212 to the gateway, as most of the real ones do."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from deploy.fleet import Fleet
from deploy.line import Line
from ingest.channel import NAME_OF_CODE
from ingest.protocols.hj212 import Frame, build

MINUTE = timedelta(minutes=1)
ZONE = timezone(timedelta(hours=8))
SOURCE = "31"  # ST: a source of air pollution
ANSWERED = 5  # Flag: edition 2017, an answer is wanted
CODE = {name: code for code, name in NAME_OF_CODE.items()}


async def telemeter(fleet: Fleet, mns: Sequence[str], address: tuple[str, int], since: datetime) -> None:
    """Upload the minutes of these monitors when they have ended, from `since` on, each until it is answered."""
    async with asyncio.TaskGroup() as group:
        for mn in mns:
            group.create_task(_talk(fleet, mn, address, since))


async def _talk(fleet: Fleet, mn: str, address: tuple[str, int], since: datetime) -> None:
    password = next(row.password for row in fleet.registry.monitors if row.mn == mn)
    minute = since
    async with Line(*address) as line:
        while True:
            wait = (minute + MINUTE - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(max(0.0, wait))
            if values := fleet.minute(minute).get(mn):
                await line.upload([frame_of(mn, password, minute, values)])
            minute += MINUTE


def frame_of(mn: str, password: str, minute: datetime, values: Mapping[str, float]) -> bytes:
    """The real-time data (2011) of a minute, in the units of the registry."""
    at = f"{minute.astimezone(ZONE):%Y%m%d%H%M%S}"
    items = [f"{CODE.get(name, name)}-Rtd={value},{CODE.get(name, name)}-Flag=N" for name, value in values.items()]
    cp = f"DataTime={at};{';'.join(items)}"
    return build(Frame(2011, mn, cp.encode(), f"{at}000", SOURCE, password, ANSWERED))
