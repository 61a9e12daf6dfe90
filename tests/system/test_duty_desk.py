"""From an alert to its sign-off with whole processes: the phone rings, people act, every step is in the log."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from alerts.store import put_alert
from sql.pool import connect
from tests.support.hotspot import hotspot
from tests.support.pictures import from_a_phone
from tests.support.receiver import Posted, Receiver, receiving
from tests.support.signing import SignedIn
from tests.system.conftest import House

TOWNSHIP = "云溪镇"
PEOPLE = {"P01": "leader", "P04": "duty", "P10": "dispatcher", "P14": "chief", "P19": "field"}
ALERT = hotspot(lon=120.05, lat=31.68, severity=3, candidates=())
PATIENCE_S = 30


async def task_force(house: House, phone: str) -> None:
    """Everybody is on duty for a day, and reached at the same receiver; every path is a person."""
    on = await connect(house.url, "test")
    try:
        async with on.transaction():  # a roster's past can be set up once only
            for person, role in PEOPLE.items():
                await on.execute("INSERT INTO person VALUES ($1, $1, $2, '', $3)", person, role, TOWNSHIP)
                await on.execute(
                    "INSERT INTO shift (person_id, start_at, end_at, post)"
                    " VALUES ($1, now() - INTERVAL '1 hour', now() + INTERVAL '1 day', $2)",
                    *(person, role),
                )
                await on.execute(
                    "INSERT INTO contact (person_id, channel, address, rank, language, min_severity, created_at,"
                    " created_by) VALUES ($1, 'webhook', $2, 1, 'zh', 1, now(), 'test')",
                    *(person, phone.replace("/hook", f"/{person}")),
                )
    finally:
        await on.close()


async def raised(house: House) -> None:
    """The detector finds it."""
    on = await connect(house.url, "test")
    try:
        async with on.transaction():
            await put_alert(on, ALERT, "opened", await on.fetchval("SELECT now()"))
    finally:
        await on.close()


async def message(receiver: Receiver, person: str, about: str = "") -> dict[str, Any]:
    """The newest message that a person got whose text has these words."""

    def found() -> list[Posted]:
        return [one for one in receiver.posted if one.path == f"/{person}" and about in json.loads(one.body)["text"]]

    async with asyncio.timeout(PATIENCE_S):
        while not found():  # noqa: ASYNC110 - it is another process that posts
            await asyncio.sleep(0.02)
    told: dict[str, Any] = json.loads(found()[-1].body)
    return told


class Desk:
    """People at the API."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def does(self, person: str, action: str, **told: Any) -> dict[str, Any]:
        """A step that is taken."""
        answer = await self.client.post(
            f"/api/v1/alerts/{ALERT.id}/{action}", json=told, headers={"X-Hotgrid-Actor": person}
        )
        assert answer.status_code == 200, answer.text
        handling: dict[str, Any] = answer.json()["handling"]
        return handling

    async def may_not(self, person: str, action: str, **told: Any) -> int:
        """A step that is refused; how."""
        answer = await self.client.post(
            f"/api/v1/alerts/{ALERT.id}/{action}", json=told, headers={"X-Hotgrid-Actor": person}
        )
        assert answer.json()["detail"]
        return answer.status_code


@pytest.mark.timeout(180)
async def test_from_a_ringing_phone_to_the_sign_off(bare_house: House) -> None:
    house = bare_house
    async with receiving() as receiver:
        await task_force(house, receiver.url)
        _, url = house.serve()
        house.hotgrid.start("notify", HOTGRID_PUBLIC_URL=url, HOTGRID_PUSH_ALLOW="127.0.0.1").says("at work")
        await raised(house)
        rung = await message(receiver, "P04")
        assert "发现热点" in rung["title"]
        async with httpx2.AsyncClient(base_url=url, timeout=30, auth=SignedIn(house.url)) as client:
            await _handled(house, Desk(client), receiver, urlsplit(rung["url"]).path)


async def _handled(house: House, desk: Desk, receiver: Receiver, link: str) -> None:
    pressed = await desk.client.post(f"{link}?take=1")
    assert pressed.status_code == 200, pressed.text
    assert await desk.may_not("P19", "dispatch", team=TOWNSHIP) == 403
    await desk.does("P10", "dispatch", team=TOWNSHIP)
    asked = await message(receiver, "P19")
    accepted = await desk.client.post(f"{urlsplit(asked['url']).path}?take=1")
    assert accepted.status_code == 200
    assert await desk.may_not("P19", "arrive", lon=121.0, lat=31.68) == 409
    photo = await desk.client.post(
        f"/api/v1/alerts/{ALERT.id}/photos",
        content=from_a_phone(),
        headers={"Content-Type": "image/jpeg", "X-Hotgrid-Actor": "P19"},
    )
    assert photo.status_code == 201, photo.text
    photos = [photo.json()["photo_id"]]
    assert (await desk.does("P19", "arrive", lon=120.051, lat=31.68, photos=photos))["distance_m"] < 200
    await desk.does("P19", "report", cause="leak", why="法兰泄漏", photos=photos)
    soon = (await house.value("SELECT now() + INTERVAL '4 hours'")).isoformat()
    await desk.does("P04", "rectify", deadline=soon, why="更换垫片")
    await desk.does("P19", "rectify", why="已更换")
    await desk.does("P14", "verify", passed=True)
    assert await desk.may_not("P10", "close", why="可以销号") == 403
    await desk.does("P10", "propose", why="可以销号")
    closed = await desk.does("P01", "close", why="已整改，复测正常")
    assert (closed["stage"], closed["closed_by"], closed["cause"]) == ("closed", "P01", "leak")
    told = (await desk.client.get(f"/api/v1/alerts/{ALERT.id}")).json()
    assert [(event["action"], event["who"]) for event in told["events"]] == [
        ("opened", "detector"),
        ("acknowledge", "P04"),
        ("dispatch", "P10"),
        ("accept", "P19"),
        ("arrive", "P19"),
        ("report", "P19"),
        ("rectify", "P04"),
        ("rectify", "P19"),
        ("verify", "P14"),
        ("propose", "P10"),
        ("close", "P01"),
    ]
    assert [event["place"] for event in told["events"][1:4]] == ["link", "127.0.0.1", "link"]
    assert await house.value("SELECT count(*) FROM push WHERE state = 'confirmed'") == 2
    assert await house.value("SELECT cause FROM finding") == "leak"


@pytest.mark.timeout(180)
async def test_a_drill_rings_and_everybody_sees_that_it_is_one(bare_house: House) -> None:
    house = bare_house
    async with receiving() as receiver:
        await task_force(house, receiver.url)
        _, url = house.serve()
        house.hotgrid.start("notify", HOTGRID_PUBLIC_URL=url, HOTGRID_PUSH_ALLOW="127.0.0.1").says("at work")
        async with httpx2.AsyncClient(base_url=url, timeout=30, auth=SignedIn(house.url)) as client:
            plan = {"lon": 120.05, "lat": 31.68, "severity": 3}
            begun = await client.post("/api/v1/drills", json=plan, headers={"X-Hotgrid-Actor": "P01"})
            assert begun.status_code == 201, begun.text
            rung = await message(receiver, "P04")
    assert "演练" in rung["title"]
    assert await house.value("SELECT count(*) FROM finding") == 0
