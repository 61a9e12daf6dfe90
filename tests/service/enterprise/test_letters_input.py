"""What cannot be understood in letters, names and files is refused with its name."""

from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service.enterprise.correspondence import API, DUTY, A, Talk, settle

HUGE = "9" * 30


@pytest.fixture
async def talk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> Talk:
    """A client, with H released to EA."""
    await settle(pool)
    talk = Talk(client)
    await talk.found()
    await talk.release()
    return talk


LOOKS = [
    ("/enterprise/alerts?status=maybe", "status"),
    ("/enterprise/alerts?since=yesterday", "since"),
    ("/enterprise/alerts?cursor=abc", "cursor"),
    ("/enterprise/alerts?cursor=WyIyMDI2LTExLTIxVDAwOjMwOjAwWiIsImFcdTAwMDAiXQ", "cursor"),
    ("/enterprise/alerts?limit=0", "limit"),
    (f"/enterprise/alerts?limit={HUGE}", "limit"),
    ("/enterprise/alerts?enterprise=%00", "enterprise"),
    ("/enterprise/alerts?stage=open", "stage"),
    ("/enterprise/alerts/%00", "alert_id"),
    ("/enterprise/alerts/H?x=1", "x"),
    ("/enterprise/files/abc", "file_id"),
    ("/enterprise/files/%00", "file_id"),
    ("/enterprise/messages?before=0", "before"),
    (f"/enterprise/messages?before={HUGE}", "before"),
    ("/enterprise/messages?alert_id=%00", "alert_id"),
    ("/letters?kind=rumour", "kind"),
    ("/letters?waits=perhaps", "waits"),
    ("/letters?enterprise_id=%00", "enterprise_id"),
    ("/letters?since=2026-02-30T00:00:00Z", "since"),
    ("/letters?before=-1", "before"),
    ("/letters?enterprise=EA", "enterprise"),
    ("/alerts/H/released-names?x=1", "x"),
]


async def test_a_wrong_parameter_is_named(talk: Talk) -> None:
    for path, field in LOOKS:
        who = A if path.startswith("/enterprise") else DUTY
        answer = await talk.client.get(f"{API}{path}", headers=who)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field]), path


WRITES: list[tuple[str, dict[str, Any], str]] = [
    ("/enterprise/alerts/H/reply", {}, "text"),
    ("/enterprise/alerts/H/reply", {"text": " \n"}, "text"),
    ("/enterprise/alerts/H/reply", {"text": "a\0b"}, "text"),
    ("/enterprise/alerts/H/reply", {"text": "字" * 2001}, "text"),
    ("/enterprise/alerts/H/reply", {"text": "文", "files": ["x"]}, "files.0"),
    ("/enterprise/alerts/H/reply", {"text": "文", "files": ["0" * 32] * 21}, "files"),
    ("/enterprise/alerts/H/reply", {"text": "文", "who": "P1"}, "who"),
    ("/enterprise/messages", {}, "text"),
    ("/enterprise/messages", {"text": "文", "alert_id": "a\0"}, "alert_id"),
    ("/enterprise/messages", {"text": "文", "side": "desk"}, "side"),
    ("/enterprise/messages/read", {"until": 0}, "until"),
    ("/enterprise/messages/read", {"until": 10**30}, "until"),
    ("/letters/1/uphold", {"why": ""}, "why"),
    ("/letters/0/uphold", {"why": "理由"}, "letter_id"),
    (f"/letters/{HUGE}/dismiss", {"why": "理由"}, "letter_id"),
    ("/messages", {"enterprise_id": "NO", "text": "文"}, "enterprise_id"),
    ("/messages", {"text": "文"}, "enterprise_id"),
    ("/messages", {"enterprise_id": "EA", "text": ""}, "text"),
    ("/alerts/H/withdraw-name", {"enterprise_id": "EA"}, "why"),
]


async def test_a_wrong_field_is_named(talk: Talk, pool: asyncpg.Pool) -> None:
    for path, said, field in WRITES:
        who = A if path.startswith("/enterprise") else DUTY
        told = await talk.post(path, who, 422, **said)
        assert [one["field"] for one in told["errors"]] == [field], (path, said)
    assert await pool.fetchval("SELECT count(*) FROM reply") == 0
    assert await pool.fetchval("SELECT count(*) FROM thread_message") == 0
