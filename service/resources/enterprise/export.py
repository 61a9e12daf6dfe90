"""A monitor's own data as a file: CSV for spreadsheets, Parquet and JSON for programs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field

from ingest.export.form import Form, Step, Subject, unit_of
from ingest.export.monitor import MOST, write
from ingest.validity import BEIJING
from service.actor import Identified
from service.database import Connection
from service.parameters import Instant
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.enterprise.mine import InWindow, Mine
from service.spool import Spooled, Spools
from sql.queries import Queries

router = APIRouter(prefix=API, tags=["enterprise"])
OWN_EXPORT = Queries("own_export")
TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
Mn = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="MN · 设备编号", examples=["M1"])]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_EXAMPLE = {
    "mn": "M1",
    "enterprise_id": "E0007",
    "step": "hour",
    "channels": [{"channel": "nmhc", "unit": "mg/m³", "zh": "非甲烷总烃", "en": "NMHC"}],
    "points": [{"ts": "2026-11-21T08:00:00+08:00", "values": {"nmhc": 41.2}, "minutes": {"nmhc": 58}}],
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; of minutes with each value's flag, of means with how many valid minutes or hours made"
        " them. CSV: UTF-8 with its mark, times with +08:00. Parquet: times in UTC, units in the metadata of columns.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE},
            "text/csv": _BINARY,
            "application/vnd.apache.parquet": _BINARY,
        },
    }
}


def exporting() -> Spools:
    """Where files of enterprises are made: two at once, and so many wait for their readers."""
    return Spools(2, 16)


class OwnExportQuery(InWindow):
    """Of when, in which steps, as what."""

    since: Annotated[Instant | None, Field(alias="from", description="one day before `to` where not given")] = None
    to: Annotated[Instant | None, Field(description="now where not given; not included")] = None
    step: Annotated[Step, Field(description="minute: 31 days at most · hour: 366 · day: 3660")] = "hour"
    format: Annotated[Form | None, Field(description="where not given, as `Accept` says; else JSON")] = None


@router.get(
    "/enterprise/monitors/{mn}/export",
    operation_id="exportOwnMonitor",
    summary="导出本企业监测数据 · one's own data as a file",
    response_class=Response,
    responses=_FILES,
)
async def export(  # noqa: PLR0913 - whose, which, of when, and as what
    request: Request,
    connection: Connection,
    enterprise_id: Mine,
    identity: Identified,
    mn: Mn,
    asked: Annotated[OwnExportQuery, Query()],
    accept: Annotated[str, Header()] = "",
) -> Response:
    """One of the enterprise's own monitors; who comes when too many files are being made is told to come again."""
    span = _span(asked, datetime.now(UTC))
    device = await OWN_EXPORT.monitor.fetchval(connection, mn=mn, enterprise_id=enterprise_id)
    if device is None:
        raise NotFoundError(f"本企业没有监测点 {mn} · {enterprise_id} has no monitor {mn}")
    rows = await OWN_EXPORT.channels.fetch(connection, device=device)
    units = {row["channel"]: unit_of(row["channel"], row["unit"]) for row in rows}
    form = asked.format or _accepted(accept)
    spools: Spools = request.app.state.exporting
    async with spools.making(identity.account) as spool:
        await write(connection, device, Subject(mn, enterprise_id, asked.step, units), span, form, spool.file)
        name = f"{_plain(mn)}-{asked.step}-{span[0].astimezone(BEIJING):%Y%m%d}.{form}"
        return Spooled(spool, TYPES[form], {"Content-Disposition": f'attachment; filename="{name}"'})


def _span(asked: OwnExportQuery, now: datetime) -> tuple[datetime, datetime]:
    to = (asked.to or now).astimezone(UTC)
    since = (asked.since or to - timedelta(days=1)).astimezone(UTC)
    if since >= to:
        raise bad_input({"to": "must lie after `from`"})
    if to - since > MOST[asked.step]:
        raise bad_input({"from": f"a file of steps of a {asked.step} has {MOST[asked.step].days} days at most"})
    return since, to


def _accepted(accept: str) -> Form:
    """The first of the types named that there is; order counts, weights do not."""
    for one in accept.lower().split(","):
        kind = one.partition(";")[0].strip()
        for form, media_type in TYPES.items():
            if kind == media_type.partition(";")[0]:
                return form
    return "json"


def _plain(mn: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in mn)
