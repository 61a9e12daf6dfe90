"""The roster as a file: what was exported and is imported again changes nothing, and what was edited is as edited."""

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import asyncpg
import httpx2
import pytest
import xlsxwriter
from python_calamine import load_workbook

from tests.service import seed

API = "/api/v1"
HOUR = timedelta(hours=1)
LEADER, DUTY = {"X-Hotgrid-Actor": "L1"}, {"X-Hotgrid-Actor": "P1"}
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pytest.fixture(autouse=True)
async def now(pool: asyncpg.Pool, client: httpx2.AsyncClient) -> datetime:
    """A rotation of three that began an hour ago, a leader, and the time."""
    now: datetime = await pool.fetchval("SELECT date_trunc('hour', now())")
    await seed.person(pool, "L1", "leader")
    for name in ("P1", "P2", "P3", "P4"):
        await seed.person(pool, name)
    rotation = {
        "post": "值班员",
        "role": "duty",
        "people": ["P1", "P2", "P3"],
        "anchor": f"{now - 24 * HOUR:%Y-%m-%d}",
        "turns": [{"begins": f"{hour:02}:00:00", "hours": 8} for hour in (0, 8, 16)],
    }
    assert (await client.post(f"{API}/duty/rotations", json=rotation)).status_code == 201
    return now


async def _exported(client: httpx2.AsyncClient, kind: str, **asked: str) -> bytes:
    answer = await client.get(f"{API}/duty/export", params={"format": kind, **asked})
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, TYPES[kind])
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="roster-')
    return answer.content


async def _imported(client: httpx2.AsyncClient, data: bytes, **asked: Any) -> httpx2.Response:
    headers = {"Content-Type": "application/octet-stream", **LEADER}
    return await client.post(f"{API}/duty/import", params=asked, content=data, headers=headers)


async def _roster(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await pool.fetch("SELECT * FROM shift ORDER BY start_at, post, person_id")]


def _edited(data: bytes, edit: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> bytes:
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))
    file = StringIO(newline="")
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(edit(rows))
    return file.getvalue().encode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_export_and_import_change_nothing(client: httpx2.AsyncClient, pool: asyncpg.Pool, kind: str) -> None:
    before = await _roster(pool)
    data = await _exported(client, kind)
    done = await _imported(client, data)
    assert done.status_code == 200, done.text
    assert (done.json()["added"], done.json()["removed"], done.json()["temporary"]) == (0, 0, [])
    assert done.json()["unchanged"] > 90
    assert await _roster(pool) == before


async def test_an_edited_line_is_on_duty_and_the_rest_stays(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    before = await _roster(pool)

    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[5]["person_id"], rows[5]["name"] = "", "王P4"
        return rows

    data = _edited(await _exported(client, "csv"), edit)
    dry = (await _imported(client, data, dry_run=True)).json()
    assert (dry["dry_run"], dry["added"], dry["removed"], dry["temporary"]) == (True, 1, 1, [])
    assert await _roster(pool) == before
    assert await pool.fetchval("SELECT count(*) FROM roster_entry WHERE kind = 'temporary'") == 0

    done = (await _imported(client, data, why="顶班")).json()
    assert [shift["person_id"] for shift in done["on"]] == ["P4"]
    after = await _roster(pool)
    assert len(after) == len(before)
    assert {row[:4] for row in before} - {row[:4] for row in after} == {
        (shift["person_id"], *map(datetime.fromisoformat, (shift["start"], shift["end"])), "值班员")
        for shift in done["off"]
    }
    changed = (await client.get(f"{API}/duty/changes")).json()
    assert "顶班" in str(changed)
    again = (await _imported(client, await _exported(client, "csv"))).json()
    assert (again["added"], again["removed"]) == (0, 0)

    [entry] = done["temporary"]
    assert (await client.get(f"{API}/duty/temporary")).json()[0]["id"] == entry
    assert (await client.delete(f"{API}/duty/temporary/{entry}", headers=LEADER)).status_code == 200
    assert {row[:4] for row in await _roster(pool)} == {row[:4] for row in before}


async def test_the_columns_of_shifts_csv_make_a_new_post(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    start, end = now + 30 * HOUR, now + 40 * HOUR
    data = f"start,end,person_id,post\n{start.isoformat()},{end.isoformat()},P4,巡查\n".encode()
    assert (await _imported(client, data)).json()["added"] == 1
    row = await pool.fetchrow("SELECT * FROM shift WHERE post = '巡查'")
    assert (row["person_id"], row["start_at"], row["end_at"], row["role"]) == ("P4", start, end, "duty")


async def test_one_wrong_line_and_nothing_is_taken(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    before = await _roster(pool)

    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[4]["person_id"] = rows[4]["name"] = "P4"
        rows[5]["person_id"], rows[5]["name"] = "P4", ""
        rows[6]["end"] = "明天"
        return rows

    answer = await _imported(client, _edited(await _exported(client, "csv"), edit))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hotgrid:problem:bad-input")
    assert [error["field"] for error in answer.json()["errors"]] == ["csv:6:name", "csv:8:end"]
    assert await _roster(pool) == before


async def test_who_was_on_duty_cannot_be_imported_otherwise(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[0]["person_id"], rows[0]["name"] = "P4", ""
        return rows

    answer = await _imported(client, _edited(await _exported(client, "csv"), edit))
    assert [error["field"] for error in answer.json()["errors"]] == ["csv:2:start"]
    assert await pool.fetchval("SELECT count(*) FROM shift WHERE person_id = 'P4'") == 0


async def test_what_a_leave_would_undo_is_refused(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    leave = {"person_id": "P4", "start": now.isoformat(), "end": (now + 500 * HOUR).isoformat()}
    assert (await client.post(f"{API}/duty/leave", json=leave)).status_code == 201
    before = await _roster(pool)

    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[5]["person_id"], rows[5]["name"] = "P4", ""
        return rows

    answer = await _imported(client, _edited(await _exported(client, "csv"), edit))
    assert [error["field"] for error in answer.json()["errors"]] == ["csv:7:person_id"]
    assert "leave" in answer.json()["errors"][0]["message"]
    assert await _roster(pool) == before


async def test_only_leaders_import_and_no_enterprise_exports(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.enterprise(pool, "E1", "一厂")
    data = await _exported(client, "csv")
    headers = {"Content-Type": "text/csv", **DUTY}
    assert (await client.post(f"{API}/duty/import", content=data, headers=headers)).status_code == 403
    headers = {"X-Hotgrid-Actor": "enterprise:E1"}
    assert (await client.get(f"{API}/duty/export", headers=headers)).status_code == 403


async def test_a_workbook_is_read_by_its_sheet_of_shifts_and_names_its_lines(
    client: httpx2.AsyncClient, now: datetime
) -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("十二月")
        for row, cells in enumerate([("开始", "结束", "姓名", "岗位"), (f"{now + 48 * HOUR}", "x", "王P4", "巡查")]):
            sheet.write_row(row, 0, cells)
    answer = await _imported(client, file.getvalue())
    assert [error["field"] for error in answer.json()["errors"]] == ["十二月:2:end"]


async def test_the_exported_workbook_has_a_board(client: httpx2.AsyncClient) -> None:
    with load_workbook(BytesIO(await _exported(client, "xlsx"))) as book:
        board = book.get_sheet_by_name("值班表 board").to_python()
    assert board[0] == ["日期 date", "值班员"]
    assert "王P" in str(board[2][1])


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "text/csv", 422),
        (b"PK\x03\x04" + bytes(100), "text/csv", 422),
        (b"\xff\xfe\xff", "text/csv", 422),
        (b"start,end,person_id,post\n", "multipart/form-data; boundary=x", 415),
        (b"start,end,person_id,post\n", "application/json", 415),
        (bytes(5 * 1024 * 1024 + 1), "text/csv", 413),
        (b"start,end,person_id,post\n", "text/csv", 200),
    ],
    ids=str,
)
async def test_what_is_no_roster_is_refused(
    client: httpx2.AsyncClient, body: bytes, content_type: str, status: int
) -> None:
    answer = await client.post(f"{API}/duty/import", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/duty/export?format=pdf", "format"),
        ("/duty/export?from=yesterday", "from"),
        ("/duty/export?from=2026-11-21T00:00:00Z&to=2028-11-21T00:00:00Z", "from"),
        ("/duty/export?since=x", "since"),
    ],
)
async def test_wrong_wishes_are_named(client: httpx2.AsyncClient, path: str, field: str) -> None:
    answer = await client.get(API + path)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
