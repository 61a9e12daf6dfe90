"""An admin reads the audit log page by page; nobody else does."""

import hashlib
from typing import Any

import asyncpg
import httpx2
import pytest

from service.cursor import Cursor, decode, encode
from tests.service import seed

AUDIT = "/api/v1/audit"


@pytest.fixture
async def _written(client: httpx2.AsyncClient) -> None:
    for _ in range(3):
        await client.post("/api/v1/drills", json={"lon": 120.05, "lat": 31.68, "name": "x"})


async def pages(client: httpx2.AsyncClient, limit: int) -> list[dict[str, Any]]:
    """All lines, by pages of so many."""
    lines: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = (await client.get(AUDIT, params={"limit": limit} | cursor)).json()
        assert len(page["lines"]) <= limit
        lines += page["lines"]
        if page["next"] is None:
            return lines
        cursor = {"cursor": page["next"]}


@pytest.mark.usefixtures("_written")
async def test_every_line_comes_once_newest_first_and_can_be_verified(client: httpx2.AsyncClient) -> None:
    lines = await pages(client, 4)
    assert [line["seq"] for line in lines] == [6, 5, 4, 3, 2, 1]
    assert lines == await pages(client, 100)
    for before, line in zip(lines[1:], lines, strict=False):
        text = bytes.fromhex(before["hash"]) + f"{line['seq']} {line['line']}".encode()
        assert hashlib.sha256(text).hexdigest() == line["hash"]


async def test_an_empty_log_is_an_empty_page(client: httpx2.AsyncClient) -> None:
    assert (await client.get(AUDIT)).json() == {"lines": [], "next": None}


async def test_whoever_is_no_admin_is_refused_and_that_is_in_the_log(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await pool.execute("INSERT INTO person VALUES ('P1', '王芳', 'leader', '', '')")
    await pool.execute("INSERT INTO enterprise VALUES ('E1', 'Works', 120, 31, 'x', 'y', '')")
    for named in ("P1", "enterprise:E1"):
        assert (await client.get(AUDIT, headers={"X-Hotgrid-Actor": named})).status_code == 403
    (line, _) = (await client.get(AUDIT)).json()["lines"]
    assert (line["event"], line["operation"], line["who"]) == ("denied", "listAudit", "enterprise:E1")


@pytest.mark.parametrize("identifier", ["x", "", "٣", "9" * 19, "-1"])
async def test_a_cursor_of_another_list_is_told(client: httpx2.AsyncClient, identifier: str) -> None:
    cursor = encode(Cursor(seed.NOW, identifier))
    assert decode(cursor).id == identifier
    answer = await client.get(AUDIT, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")
