"""The monitors of an enterprise as they are registered."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import Factor, Monitor
from service.database import Connection
from service.resources import API
from service.resources.enterprise.asked import own
from service.resources.enterprise.mine import InWindow, Mine

router = APIRouter(prefix=API, tags=["enterprise"])

Mn = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="MN · 设备编号")]
_CHANNEL: dict[str, Any] = {"factor": "nmhc", "unit": "mg/m³", "limit": 60.0, "limit_period": "hour", "facility": None}
_STREAM: dict[str, Any] = {"line": "涂装线", "role": "treatment", "on_above": 0.5}
EXAMPLE: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "outlet": "DA001",
    "lon": 119.984134,
    "lat": 31.762794,
    "factors": [_CHANNEL, {"factor": "d10001", "unit": "kW", "limit": None, "limit_period": "", "facility": _STREAM}],
}


class Stream(BaseModel):
    """What a stream tells of: production or treatment runs while it is above `on_above`, in its unit."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STREAM]})

    line: str
    role: Literal["production", "treatment"]
    on_above: float


class Channel(BaseModel):
    """What a monitor sends, in the unit that it sends, with its permit limit if it has one."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANNEL]})

    factor: str
    unit: str
    limit: Annotated[float | None, Field(description="permit limit in `unit`")]
    limit_period: Annotated[Literal["hour", ""], Field(description="`hour`: of the hourly mean")]
    facility: Annotated[Stream | None, Field(description="of streams of electricity and states")]


class OwnMonitor(BaseModel):
    """An outlet's monitor as registered; its password is nobody's to read."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mn: str
    outlet: str
    lon: float
    lat: float
    factors: list[Channel]


class OwnMonitors(BaseModel):
    """All monitors of an enterprise, by MN."""

    enterprise_id: str
    monitors: list[OwnMonitor]


@router.get(
    "/enterprise/monitors",
    response_model=OwnMonitors,
    operation_id="listOwnMonitors",
    summary="本企业在线监测设备 · an enterprise's monitors as registered",
)
async def list_monitors(connection: Connection, mine: Mine, _: Annotated[InWindow, Query()]) -> Response:
    """Outlet, place, channels with units and limits, streams of facilities."""
    body = {"enterprise_id": mine, "monitors": [_told(monitor) for monitor in await own(connection, mine)]}
    return Response(msgspec.json.encode(body), media_type="application/json")


@router.get(
    "/enterprise/monitors/{mn}",
    response_model=OwnMonitor,
    operation_id="getOwnMonitor",
    summary="一台在线监测设备 · one of an enterprise's monitors as registered",
)
async def one_monitor(connection: Connection, mine: Mine, mn: Mn, _: Annotated[InWindow, Query()]) -> Response:
    """A monitor of another enterprise is not there."""
    (monitor,) = await own(connection, mine, mn)
    return Response(msgspec.json.encode(_told(monitor)), media_type="application/json")


def _told(monitor: Monitor) -> dict[str, Any]:
    factors = [_channel(factor) for factor in monitor.factors]
    place = {"mn": monitor.mn, "outlet": monitor.outlet, "lon": monitor.lon, "lat": monitor.lat}
    return {**place, "factors": factors}


def _channel(factor: Factor) -> dict[str, Any]:
    stream = factor.facility._asdict() if factor.facility else None
    limit = {"limit": factor.registered_limit, "limit_period": factor.limit_period}
    return {"factor": factor.channel, "unit": factor.unit, **limit, "facility": stream}
