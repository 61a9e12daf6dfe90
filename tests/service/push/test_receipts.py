"""The link of a push: a page for any phone, which confirms only when a button is pressed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg
import httpx2
import pytest

from alerts.keys import key
from alerts.policy import Policy
from alerts.push.plan import plan
from alerts.push.receipt import sign
from tests.support.hotspot import hotspot
from tests.support.pushing import SENT, contact, does, happens, people

Link = Callable[..., str]


@pytest.fixture
async def link(pool: asyncpg.Pool) -> Link:
    """The link that P1 gets for an alert."""
    await people(pool, P1="duty", F1="field")
    await contact(pool, "P1", "http://127.0.0.1:1/")
    await happens(pool)
    async with pool.acquire() as on:
        await plan(on, Policy(), False, SENT)
    number = await pool.fetchval("SELECT push_id FROM push")
    await pool.execute("UPDATE push SET state = 'sent', sent_at = now(), message_key = key")
    secret = await key(pool, "receipt")
    now: datetime = await pool.fetchval("SELECT now()")
    return lambda age=timedelta(): f"/r/{sign(secret, number, 'P1', now - age)}"


async def state(pool: asyncpg.Pool) -> tuple[str, str, str]:
    """Of the push, from where it was confirmed, and the stage of the alert."""
    row = await pool.fetchrow("SELECT state, confirmed_from, stage FROM push JOIN handling USING (alert_id)")
    return tuple(row)


async def test_to_look_at_it_confirms_nothing(client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link) -> None:
    answer = await client.get(link())
    assert answer.status_code == 200
    assert answer.text.count("<button") == 2
    assert "发现热点" in answer.text
    assert "Hotspot found" in answer.text
    assert "<script" not in answer.text
    assert 'href="/r.css"' in answer.text
    assert (await client.get("/r.css")).headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert await state(pool) == ("sent", "", "open")


async def test_received_confirms_and_leaves_the_alert_open(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link
) -> None:
    answer = await client.post(link())
    assert answer.status_code == 200
    assert "已确认收到" in answer.text
    assert answer.text.count("<button") == 1
    assert await state(pool) == ("confirmed", "link", "open")


async def test_i_take_it_acknowledges_as_that_person_from_the_link(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link
) -> None:
    for _ in range(2):  # a double tap
        answer = await client.post(f"{link()}?take=1")
        assert answer.status_code == 200
        assert "<button" not in answer.text
    assert await state(pool) == ("confirmed", "link", "acknowledged")
    rows = await pool.fetch("SELECT who, place FROM alert_event WHERE action = 'acknowledge'")
    assert [tuple(row) for row in rows] == [("P1", "link")]


async def test_after_a_lapse_the_same_link_takes_it_again(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link
) -> None:
    await client.post(f"{link()}?take=1")
    await does(pool, "release", "P9", "leader", SENT)
    assert await state(pool) == ("confirmed", "link", "open")
    await client.post(f"{link()}?take=1")
    assert await state(pool) == ("confirmed", "link", "acknowledged")


async def test_an_alert_that_somebody_has_already_is_told_kindly(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link
) -> None:
    await does(pool, "acknowledge", "P9", "leader", SENT)
    answer = await client.post(f"{link()}?take=1")
    assert answer.status_code == 200
    assert "acknowledged" in answer.text
    assert await pool.fetchval("SELECT body ->> 'acknowledged_by' FROM handling") == "P9"


async def test_all_that_went_in_the_message_is_confirmed(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link
) -> None:
    await happens(pool, id="other", source="7-7")
    async with pool.acquire() as on:
        await plan(on, Policy(), False, SENT)
    await pool.execute("UPDATE push SET state = 'sent', message_key = 'hotgrid-b-1'")
    answer = await client.post(f"{link()}?take=1")
    assert answer.text.count("<li>") == 2
    assert await pool.fetchval("SELECT count(*) FROM push WHERE state = 'confirmed'") == 2
    assert await pool.fetchval("SELECT count(*) FROM handling WHERE stage = 'acknowledged'") == 2


async def test_an_old_link_and_a_wrong_one_say_so(client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link) -> None:
    old, wrong = link(timedelta(days=2)), link()[:-2]
    for method in (client.get, client.post):
        assert ((await method(old)).status_code, (await method(wrong)).status_code) == (410, 404)
    answer = await client.get(old)
    assert "已过期" in answer.text
    assert "has expired" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert await state(pool) == ("sent", "", "open")


@pytest.mark.parametrize("token", ["x", "%00", "%E9%94%99", "a" * 399, "..%2f", "W10.aaa.bbb"])
async def test_nonsense_is_no_receipt(client: httpx2.AsyncClient, token: str) -> None:
    assert (await client.get(f"/r/{token}")).status_code in (404, 422)
    assert (await client.post(f"/r/{token}?take=1")).status_code in (404, 422)


async def test_what_is_shown_cannot_carry_markup(client: httpx2.AsyncClient, pool: asyncpg.Pool, link: Link) -> None:
    await pool.execute("UPDATE person SET name = '<b>王' WHERE person_id = 'P1'")
    await pool.execute(
        'UPDATE alert SET body = body || \'{"kind": "fault", "source": "<i>x"}\' WHERE alert_id = $1', hotspot().id
    )
    text = (await client.get(link())).text
    assert "<b>" not in text
    assert "<i>" not in text
    assert "&lt;b&gt;" in text
