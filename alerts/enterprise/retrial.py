"""Hours that are evidence again, as a mark was refused or taken back: exceedances that it hid are found afterwards.

The detector judges again what is some minutes old. What is older is judged here, by the hours as they are summed up
anew: a valid one above the limit of which no alert was told yet opens one, marked late, that ends with the last such
hour. What was told before stays as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import asyncpg

from alerts import permit
from alerts.alert import Alert
from alerts.enterprise.declaration import Span
from alerts.handling.desk import Entry, log
from alerts.handling.stage import TIMER
from alerts.policy import Policy
from alerts.rules.condition import Condition
from alerts.rules.standing import Keeper
from alerts.store import MARKS, body_of, put_alert
from ingest.importer import load_registry
from ingest.layout import Layout
from ingest.unit import multiplier
from sql.queries import Queries

RETRIAL = Queries("retrial")
HOUR = timedelta(hours=1)
SETTLE = timedelta(minutes=5)
"""After the end of an hour the detector has judged it, too."""
VERSION = "hours"


class Hour(NamedTuple):
    """An hour of a monitor's channel with its limit, as the keeper has summed it up; amounts in canonical units."""

    ts: datetime
    channel: str
    mean: float
    high: float
    valid: int
    unit: str
    permit_limit: float
    device_id: str
    outlet: str

    @property
    def scale(self) -> float:
        """From the registered to the canonical unit; NaN where it does not convert."""
        return multiplier(self.channel, self.unit)

    @property
    def exceeds(self) -> bool:
        """Whether it is a valid hour above its limit."""
        return permit.exceeds(self.mean, self.valid, self.permit_limit * self.scale)


async def turn(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:  # noqa: ARG001 - as every turn
    """Look at what is over and summed up again."""
    over = (now - SETTLE).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if not await RETRIAL.is_due.fetchval(on, over=over):
        return
    async with on.transaction():
        rows = await RETRIAL.take.fetch(on, over=over)
        registry = await load_registry(on) if rows else None
        if registry is None:
            return
        keeper = Keeper(Layout.of(registry), VERSION)
        for row in rows:
            span = Span(row["from_at"], row["to_at"])
            for alert in await _found(on, keeper, row["device"], span):
                await put_alert(on, alert, "opened", now, why=MARKS)
                await _say_why(on, alert, row["declaration_id"], now)


async def _say_why(on: asyncpg.Connection, alert: Alert, number: int, now: datetime) -> None:
    why = f"标记 {number} 失效后发现 · found as mark {number} no longer holds"
    await log(on, body_of(alert, late=True), Entry("comment", TIMER, why, {"declaration": number}), now)


async def _found(on: asyncpg.Connection, keeper: Keeper, device: int, span: Span) -> list[Alert]:
    asked = {"first": span.start, "until": span.end}
    hours = [Hour(**dict(row)) for row in await RETRIAL.hours.fetch(on, device=device, **asked)]
    if not hours or hours[0].device_id not in keeper.layout.index:
        return []
    told = await RETRIAL.told.fetch(on, mn=hours[0].device_id, **asked)
    known = [(row["pollutant"], Span(row["since"], row["until"])) for row in told]
    return [alert for run in untold(hours, known) for alert in _alert(keeper, run)]


def untold(hours: Iterable[Hour], told: Sequence[tuple[str, Span]]) -> list[list[Hour]]:
    """The runs of hours above the limit of which no alert was told, by channel; `told` are channels and times."""
    over = [hour for hour in hours if hour.exceeds and not _is_told(hour, told)]
    # Hours on end have the same difference to their number.
    numbered = enumerate(sorted(over, key=lambda hour: (hour.channel, hour.ts)))
    runs = groupby(numbered, lambda pair: (pair[1].channel, pair[1].ts - pair[0] * HOUR))
    return [[hour for _, hour in run] for _, run in runs]


def _is_told(hour: Hour, told: Sequence[tuple[str, Span]]) -> bool:
    return any(channel == hour.channel and span.meets(Span(hour.ts, hour.ts + HOUR)) for channel, span in told)


def _alert(keeper: Keeper, run: Sequence[Hour]) -> Iterator[Alert]:
    """The alert that the detector would have opened, as it stood at its end."""
    for hour in run:
        end = hour.ts + HOUR
        for change in keeper.step([_condition(hour, run[0])], end, _minute(end)):
            alert = change.alert
    end = run[-1].ts + HOUR
    keeper.standing.clear()
    cells = tuple(replace(stay, to=end) for stay in alert.cells)
    yield replace(alert, closed_at=end, cells=cells)


def _condition(hour: Hour, first: Hour) -> Condition:
    limit = hour.permit_limit * hour.scale
    share = hour.mean / limit
    evidence: dict[str, object] = {
        "device": hour.device_id,
        "outlet": hour.outlet,
        "limit": hour.permit_limit,
        "unit": hour.unit,
        "sign": "hour_mean",
        "from": hour.ts.isoformat(),
        "to": (hour.ts + HOUR).isoformat(),
        "mean": float(f"{hour.mean / hour.scale:.6g}"),
        "share": round(share, 4),
        "valid_minutes": hour.valid,
        "max": float(f"{hour.high / hour.scale:.6g}"),
        "since": first.ts.isoformat(),
    }
    name = hour.device_id
    step = permit.severity(share)
    return Condition(
        "exceedance", name, hour.channel, (name,), step, hour.mean, limit, share, evidence, 1, ("sign", "from")
    )


def _minute(end: datetime) -> int:
    return round(end.timestamp()) // 60
