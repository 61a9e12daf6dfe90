"""The roster as a file for spreadsheets: out as Excel or CSV, and back in."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.policy import Policy
from alerts.roster import book, feed, intake
from alerts.roster.change import By
from alerts.roster.right import must_lead
from alerts.roster.sheet import MOST_ROWS, Setting, SheetError, in_order, read
from alerts.roster.sheet_file import csv_of, table_of_csv, xlsx_of
from alerts.roster.shift import Shift
from alerts.roster.workbook import table_of_xlsx
from alerts.roster.workday import day_of
from service.actor import Acting
from service.body import BOUNDED_HERE, Intake
from service.database import Connection
from service.parameters import Instant, Strict
from service.problems import WrongTypeError, bad_input
from service.resources import API
from service.resources.duty.rostering import Why, span_of, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["duty"])
MONTH = timedelta(days=31)
MOST_BYTES = 5 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
# As programs and browsers name such files; which of the two it is says its content.
TAKEN = frozenset({CSV, XLSX, "application/vnd.ms-excel", "application/octet-stream", "text/plain", "application/csv"})
ZIP = b"PK\x03\x04"
MOST_TOLD = 500


def copyist() -> Intake:
    """Where files of the roster are taken in: one at a time."""
    return Intake(1, 4, MOST_BYTES)


class ExportQuery(Strict):
    """Of when, and as what."""

    since: Annotated[Instant | None, Field(alias="from", description="31 days before `to`, or now")] = None
    to: Annotated[Instant | None, Field(description="31 days later, where not given")] = None
    format: Literal["xlsx", "csv"] = "xlsx"


_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: _FILE, CSV: _FILE}}}


@router.get(
    "/duty/export",
    operation_id="exportDutyRoster",
    summary="导出值班表 · the roster as Excel or CSV",
    response_class=Response,
    responses=_FILES,
)
async def export(connection: Connection, rules: OwnRules, asked: Annotated[ExportQuery, Query()]) -> Response:
    """A line a shift that lies in the span in part; of the workbook the second sheet is a board of days by posts."""
    now = datetime.now(UTC)
    since, to = span_of(asked.since, asked.to, now, MONTH)
    setting = await _setting(connection, rules, min(since, now))
    shifts = in_order(await feed.shifts(connection, since, to))
    if len(shifts) >= MOST_ROWS:
        raise bad_input({"to": f"{len(shifts)} shifts: ask for a shorter span, {MOST_ROWS - 1} at most"})
    made = await asyncio.to_thread(_made, asked.format, shifts, setting, now)
    name = f"roster-{since.astimezone(rules.tz):%Y-%m-%d}.{asked.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=XLSX if asked.format == "xlsx" else f"{CSV}; charset=utf-8", headers=headers)


def _made(kind: str, shifts: list[Shift], setting: Setting, now: datetime) -> bytes:
    return xlsx_of(shifts, setting, now) if kind == "xlsx" else csv_of(shifts, setting)


async def _setting(connection: Connection, rules: Policy, since: datetime) -> Setting:
    overrides = (await book.definitions(connection, since)).overrides
    return Setting(await feed.people(connection), rules.tz, lambda day: day_of(day, overrides))


async def _file(request: Request, content_type: Annotated[str, Header()] = "") -> AsyncIterator[bytes]:
    if content_type.partition(";")[0].strip().lower() not in TAKEN:
        raise WrongTypeError(f"Content-Type is {content_type or 'missing'}; send the file itself, as {XLSX} or {CSV}")
    copying: Intake = request.app.state.copyist
    async with copying.body(request) as raw:
        yield raw


# Before the actor: no connection is held while the body comes in.
File = Annotated[bytes, Depends(_file, scope="function")]
_RAW = {"required": True, "content": {XLSX: _FILE, CSV: _FILE}}


class ImportQuery(Why):
    """Only to see what would be, or to do it; and why."""

    dry_run: bool = False


class Moved(BaseModel):
    """A shift that comes or goes."""

    model_config = ConfigDict(from_attributes=True)

    person_id: str
    post: str
    role: str
    township: str
    start: datetime
    end: datetime


class Imported(BaseModel):
    """What the file changed, or would; of each list the first 500."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dry_run": False,
                    "temporary": [12],
                    "added": 1,
                    "removed": 1,
                    "unchanged": 92,
                    "on": [
                        {
                            "person_id": "P09",
                            "post": "值班员",
                            "role": "duty",
                            "township": "",
                            "start": "2026-11-22T00:00:00Z",
                            "end": "2026-11-22T12:00:00Z",
                        }
                    ],
                    "off": [
                        {
                            "person_id": "P04",
                            "post": "值班员",
                            "role": "duty",
                            "township": "",
                            "start": "2026-11-22T00:00:00Z",
                            "end": "2026-11-22T12:00:00Z",
                        }
                    ],
                }
            ]
        }
    )

    dry_run: bool
    temporary: Annotated[list[int], Field(description="the temporary schedules that it became, to be ended by `id`")]
    added: int
    removed: int
    unchanged: int
    on: list[Moved]
    off: list[Moved]


@router.post(
    "/duty/import",
    operation_id="importDutyRoster",
    summary="导入值班表 · shifts from Excel or CSV",
    max_body_size=BOUNDED_HERE,
    openapi_extra={"requestBody": _RAW},
)
async def import_(
    raw: File, connection: Connection, rules: OwnRules, actor: Acting, asked: Annotated[ImportQuery, Query()]
) -> Imported:
    """The columns of the export, or those of shifts.csv; all of it or nothing, every wrong line named.

    Only leaders. Of a post in the file, what has not begun between its first and its last line becomes as the file
    says, or everything from now on where it has a line that has begun; lines that have begun must be as they were.
    """
    with told():
        must_lead(actor)
        by = By(actor, asked.why, datetime.now(UTC), timedelta(days=rules.roster.horizon_days))
        try:
            table = await table_of_xlsx(raw) if raw.startswith(ZIP) else await asyncio.to_thread(table_of_csv, raw)
            lines = await asyncio.to_thread(read, table, await _setting(connection, rules, by.now))
            done = await intake.take_in(connection, table.sheet, lines, by, asked.dry_run)
        except SheetError as error:
            raise bad_input({problem.place: problem.reason for problem in error.problems}) from error
    return _shown(done, asked.dry_run)


def _shown(done: intake.Taken, dry_run: bool) -> Imported:
    return Imported(
        dry_run=dry_run,
        temporary=[] if dry_run else list(done.entries),
        added=len(done.added),
        removed=len(done.removed),
        unchanged=done.unchanged,
        on=[Moved.model_validate(shift) for shift in done.added[:MOST_TOLD]],
        off=[Moved.model_validate(shift) for shift in done.removed[:MOST_TOLD]],
    )
