"""What all requests of the window have in common: whose it is, which span, which monitors and factors of it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from alerts.enterprise.monitor import Factor, Monitor, monitors_of
from ingest.validity import day_of
from service.database import Connection
from service.parameters import Day, Instant
from service.problems import NotFoundError, bad_input
from service.resources.enterprise.mine import InWindow

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_FACTORS = 20
MOST_ROWS = 20_000

MN = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$", examples=["010000A8900016F000169DC0"])]


def _names(told: list[str]) -> list[str]:
    names = sorted({name for text in told for name in text.split(",")})
    if len(names) > MOST_FACTORS or not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name) for name in names):
        raise ValueError(f"must be at most {MOST_FACTORS} channels, for example nmhc,a25002")
    return names


Factors = Annotated[
    list[str],
    AfterValidator(_names),
    Field(description="只要这些因子 · only these channels; several: given several times, or a,b"),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "examples": [["nmhc"], ["nmhc", "a25002"]]}),
]


class Within(InWindow):
    """A span of time, of all monitors or one, of all factors or some."""

    from_at: Annotated[Instant | None, Field(alias="from", description="起 · included")] = None
    to: Annotated[Instant | None, Field(description="止 · not included; now if not given")] = None
    monitor: Annotated[MN | None, Field(description="只要这一台 · only this one of its monitors")] = None
    factor: Annotated[Factors, Field(default_factory=list)]


class Days(InWindow):
    """Natural days in Beijing, of all monitors or one."""

    from_day: Annotated[Day | None, Field(alias="from", description="起 · included")] = None
    to: Annotated[Day | None, Field(description="止 · not included; tomorrow if not given")] = None
    monitor: Annotated[MN | None, Field(description="只要这一台 · only this one of its monitors")] = None


def now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def today() -> date:
    """The natural day in Beijing."""
    return day_of(now())


def span_of(asked: Within, usual: timedelta, most: timedelta) -> tuple[datetime, datetime]:
    """The span that is meant, `usual` long where its beginning is not told; raises BadInputError."""
    to = asked.to or now()
    first = asked.from_at or to - usual
    if not first < to <= first + most:
        raise bad_input({"from": f"must lie before `to`, by {most // DAY} days at most"})
    return first, to


async def own(connection: Connection, enterprise_id: str, mn: str | None = None) -> list[Monitor]:
    """The monitors of an enterprise, or the one that is named; raises NotFoundError where that is not one of them."""
    monitors = await monitors_of(connection, enterprise_id, mn)
    if mn is not None and not monitors:
        raise NotFoundError(f"没有这台监测设备，或不属于该企业 · {enterprise_id} has no monitor {mn}")
    return monitors


def wanted(factors: Sequence[Factor], names: Sequence[str]) -> list[Factor]:
    """Those that are asked for by name, all where none is; none of a name that is not there."""
    return [factor for factor in factors if not names or factor.channel in names]


def few_enough(rows: int, what: str = "from") -> None:
    """Raises BadInputError where an answer would have more rows than are given at once."""
    if rows > MOST_ROWS:
        raise bad_input(
            {what: f"would give {rows:,} rows, of {MOST_ROWS:,} at most: shorten the span or name a monitor"}
        )
