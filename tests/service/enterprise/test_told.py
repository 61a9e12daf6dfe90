"""What an enterprise hears by its own addresses: that it is named, what is due, what was decided, that it is over."""

from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2
import pytest

import service
from alerts.enterprise.policy import EnterprisePolicy
from alerts.enterprise.reminders import turn
from alerts.policy import Policy
from tests.service.enterprise.correspondence import DUTY, A, Talk, settle

DEADLINE = "2100-01-01T04:00:00Z"
SECOND = timedelta(seconds=1)


@pytest.fixture
async def talk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> Talk:
    """A client, with EA found to be the source of H."""
    await settle(pool)
    talk = Talk(client)
    await talk.found()
    return talk


async def heard(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    """What was told to whom, in its order, by the first word of the key."""
    rows = await pool.fetch("SELECT telling, words FROM telling WHERE words ? 'data' ORDER BY made_at, telling")
    for row in rows:
        assert "候选保密" not in str(row["words"])
        assert row["words"]["data"].get("alert_id") in ("H", None)
    return [(row["telling"].partition("-")[0], row["telling"].rpartition("-")[2]) for row in rows]


async def test_every_turn_of_its_case_is_told_to_the_enterprise(talk: Talk, pool: asyncpg.Pool) -> None:
    await talk.release()
    await talk.post("/alerts/H/rectify", DUTY, deadline=DEADLINE)
    appeal = await talk.post("/enterprise/alerts/H/appeal", A, 201, text="不服")
    await talk.post(f"/letters/{appeal['letter_id']}/dismiss", DUTY, why="有据")
    await talk.post("/messages", DUTY, 201, enterprise_id="EA", text="请尽快", alert_id="H")
    await talk.post("/enterprise/alerts/H/rectify", A, 201, text="已改")
    await talk.post("/alerts/H/verify", DUTY, passed=False, why="仍有异味", deadline=DEADLINE)
    await talk.post("/enterprise/alerts/H/rectify", A, 201, text="再改")
    await talk.post("/alerts/H/verify", DUTY, passed=True)
    await talk.post("/alerts/H/withdraw-name", DUTY, enterprise_id="EA", why="结案")
    told = ["release", "order", "appeal", "letter", "order", "order", "withdrawn"]
    assert await heard(pool) == [(what, "EA") for what in told]
    words = await pool.fetchval("SELECT words FROM telling WHERE telling LIKE 'order-%' ORDER BY made_at LIMIT 1")
    assert "01-01 12:00" in words["zh"]


async def test_whose_name_is_not_released_hears_nothing(talk: Talk, pool: asyncpg.Pool) -> None:
    await talk.release(enterprise_id="EB", as_="candidate")
    await talk.post("/alerts/H/rectify", DUTY, deadline=DEADLINE)
    assert await heard(pool) == [("release", "EB")]


async def test_a_step_that_is_sent_twice_is_told_once(talk: Talk, pool: asyncpg.Pool) -> None:
    await talk.release()
    for _ in range(2):
        await talk.post("/alerts/H/rectify", DUTY | {"Idempotency-Key": "k"}, deadline=DEADLINE)
    assert [what for what, _ in await heard(pool)] == ["release", "order"]


async def test_who_has_not_answered_is_reminded_once(talk: Talk, pool: asyncpg.Pool) -> None:
    policy = Policy(enterprise=EnterprisePolicy(remind_hours=12))
    await talk.release()
    await talk.release(enterprise_id="EB", as_="candidate")
    await talk.post("/enterprise/alerts/H/reply", A, 201, text="说明")
    due = await pool.fetchval("SELECT max(reply_by) FROM alert_release")
    async with pool.acquire() as connection:
        await turn(connection, policy, due - timedelta(hours=12) - SECOND)
        assert [what for what, _ in await heard(pool)] == ["release", "release"]
        for seconds in (0, 1, 60 * 60 * 24):
            await turn(connection, policy, due - timedelta(hours=12) + seconds * SECOND)
    assert (await heard(pool))[2:] == [("reminder", "EB")]


async def test_the_page_of_the_desk_has_a_word_for_every_act(talk: Talk) -> None:
    await talk.release()
    for step in ("dismiss", "uphold"):
        appeal = await talk.post("/enterprise/alerts/H/appeal", A, 201, text="不服")
        await talk.post(f"/letters/{appeal['letter_id']}/{step}", DUTY, why="有据")
        await talk.post("/alerts/H/withdraw-name", DUTY, enterprise_id="EA", why="复核")
        await talk.release()
    await talk.post("/enterprise/alerts/H/reply", A, 201, text="说明")
    acts = {event["action"] for event in (await talk.get("/alerts/H", DUTY))["events"]}
    assert acts >= {"release-name", "withdraw-name", "reply", "appeal", "upheld", "dismissed"}
    words = (Path(service.__file__).parent / "page" / "words.js").read_text(encoding="utf-8")
    for language in words.split("const EN"):
        actions = language[language.index("actions: {") :]
        assert [act for act in acts if f"{act}:" not in actions and f'"{act}":' not in actions] == []
