"""The same thing asked for many times at once is done once: a double tap, two officers, a phone that tries again."""

import asyncio
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service.forgetful import API, Valid
from tests.service.world import settle
from tests.support.pictures import encoded, scene

TIMES = 20
FILES = 8  # so many one account may send at the same time


@pytest.fixture
async def valid(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> dict[str, Valid]:
    """A district with one of everything."""
    return await settle(client, pool)


async def at_once(client: httpx2.AsyncClient, *paths: str, **sent: Any) -> list[httpx2.Response]:
    """The answers to many requests at the same time; none of them is a fault."""
    asked = [client.post(f"{API}{path}", **sent) for path in paths for _ in range(TIMES // len(paths))]
    answers = await asyncio.gather(*asked)
    assert all(answer.status_code < 500 for answer in answers), {answer.text for answer in answers}
    return answers


def statuses(answers: list[httpx2.Response]) -> dict[int, int]:
    """How often each."""
    codes = [answer.status_code for answer in answers]
    return {code: codes.count(code) for code in codes}


def by(valid: Valid) -> dict[str, str]:
    """Headers of who acts."""
    return {"X-Hotgrid-Actor": valid.actor}


async def test_one_officer_takes_an_alert_on(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    assert valid
    assert statuses(await at_once(client, "/alerts/S0/acknowledge")) == {200: 1, 409: TIMES - 1}


async def test_the_same_key_is_one_step(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    assert valid
    sent = {"json": {"why": "门卫不让进"}, "headers": {"Idempotency-Key": "tap"}}
    answers = await at_once(client, "/alerts/S1/comment", **sent)
    assert statuses(answers) == {200: TIMES}
    assert len({answer.json()["seq"] for answer in answers}) == 1


async def test_two_alerts_are_never_merged_into_each_other(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    assert valid
    there = at_once(client, "/alerts/S1/merge", json={"into": "S2"})
    back = at_once(client, "/alerts/S2/merge", json={"into": "S1"})
    codes = statuses([answer for answers in await asyncio.gather(there, back) for answer in answers])
    assert codes == {200: 1, 409: 2 * TIMES - 1}


async def test_a_swap_is_asked_for_once(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    asked = valid["requestSwap"].bodies[0]
    await client.post(f"{API}/duty/swaps/{valid['stepSwap'].path['swap_id']}/withdraw")
    answers = await at_once(client, "/duty/swaps", json=asked)
    assert len({answer.json()["swap_id"] for answer in answers}) == 1
    assert len((await client.get(f"{API}/duty/swaps?state=requested")).json()) == 1


async def test_a_desk_is_handed_over_once(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    offer = valid["offerHandover"]
    answers = await at_once(client, "/duty/handovers", json=offer.bodies[0], headers=by(offer))
    assert statuses(answers) == {201: 1, 409: TIMES - 1}
    answer = valid["answerHandover"]
    number = answer.path["handover_id"]
    answers = await at_once(client, f"/duty/handovers/{number}/accept", headers=by(answer))
    assert statuses(answers) == {200: TIMES}
    assert len({answer.text for answer in answers}) == 1


async def test_a_contact_a_browser_and_a_photo_are_there_once(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, valid: dict[str, Valid]
) -> None:
    siren, browser = valid["addContact"].bodies[1], valid["subscribe"]
    for path, sent in (
        ("/contacts", {"json": siren}),
        ("/push/subscriptions", {"json": browser.bodies[0], "headers": by(browser)}),
        ("/alerts/S0/photos", {"content": encoded(scene(80, 60)), "headers": {"Content-Type": "image/jpeg"}}),
    ):
        before = await pool.fetchval("SELECT (SELECT count(*) FROM contact) + (SELECT count(*) FROM photo)")
        told = await asyncio.gather(*(client.post(f"{API}{path}", **sent) for _ in range(FILES)))
        after = await pool.fetchval("SELECT (SELECT count(*) FROM contact) + (SELECT count(*) FROM photo)")
        assert after == before + 1
        assert len({answer.text for answer in told}) == 1


async def test_a_mute_is_made_and_ended_once(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    for body in valid["makeMute"].bodies:
        answers = await at_once(client, "/mutes", json=body | {"reason": "两次点击"})
        assert statuses(answers) == {201: TIMES}
        assert len({answer.json()["mute_id"] for answer in answers}) == 1
    number = answers[0].json()["mute_id"]
    answers = await at_once(client, f"/mutes/{number}/end", json={"reason": "完工"})
    assert statuses(answers) == {200: 1, 409: TIMES - 1}
    assert (await client.post(f"{API}/mutes", json=body | {"reason": "两次点击"})).json()["mute_id"] != number


async def test_a_drill_ends_once(client: httpx2.AsyncClient, valid: dict[str, Valid]) -> None:
    answers = await at_once(client, f"/drills/{valid['endDrill'].path['alert_id']}/end", json={})
    assert statuses(answers) == {204: 1, 404: TIMES - 1}


@pytest.mark.parametrize("operation", ["addRotation", "addLeave", "addTemporary", "addSubstitute", "makeCampaign"])
async def test_what_is_added_is_there_once(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, valid: dict[str, Valid], operation: str
) -> None:
    path = {"addRotation": "/duty/rotations", "addLeave": "/duty/leave", "makeCampaign": "/campaigns"}.get(
        operation, "/duty/temporary" if operation == "addTemporary" else "/duty/substitutes"
    )
    count = "SELECT (SELECT count(*) FROM roster_entry) + (SELECT count(*) FROM campaign)"
    before = await pool.fetchval(count)
    answers = await at_once(client, path, json=valid[operation].bodies[0])
    assert statuses(answers) == {201: TIMES}
    assert len({answer.text for answer in answers}) == 1
    assert await pool.fetchval(count) <= before + 1
