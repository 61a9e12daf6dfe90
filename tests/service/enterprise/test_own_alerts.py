"""What an enterprise sees of alerts: what concerns it, once the desk has said so, and nothing of anybody else."""

from datetime import timedelta

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.service.enterprise.correspondence import API, DISPATCHER, DUTY, SECRET, A, B, Talk, about, monitor, settle


@pytest.fixture
async def talk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> Talk:
    """A client, with everything in place."""
    await settle(pool)
    return Talk(client)


async def test_from_found_to_verified(talk: Talk) -> None:
    await talk.found()
    assert await talk.alerts(A) == []
    await talk.get("/enterprise/alerts/H", A, 404)
    await talk.post("/enterprise/alerts/H/reply", A, 404, text="不是我们")

    due = await talk.release()
    assert await talk.alerts(A) == ["H"]
    seen = await talk.get("/enterprise/alerts/H", A)
    assert (seen["released_as"], seen["stage"], seen["cause"]) == ("found", "reported", "bypass")
    assert (seen["reply_by"], seen["appeal_by"]) == (due["reply_by"], due["appeal_by"])
    assert seen["evidence"]["wind"] == {"sector": "NW", "degrees": 315, "speed": 2.1}

    proof = await talk.file(A)
    told = await talk.post("/enterprise/alerts/H/reply", A, 201, text="当时正在检修", files=[proof])
    assert (told["due_at"], told["late"]) == (due["reply_by"], False)
    appeal = await talk.post("/enterprise/alerts/H/appeal", A, 201, text="设施运行正常")
    await talk.post(f"/letters/{appeal['letter_id']}/dismiss", DUTY, why="有照片为证")

    await talk.post("/enterprise/alerts/H/rectify", A, 409, text="已整改")
    await talk.post("/alerts/H/rectify", DUTY, deadline="2100-01-01T00:00:00Z")
    assert (await talk.get("/enterprise/alerts/H", A))["rectify_by"] == "2100-01-01T00:00:00Z"
    done = await talk.post("/enterprise/alerts/H/rectify", A, 201, text="旁路阀已铅封", files=[proof])
    assert done["due_at"] == "2100-01-01T00:00:00Z"
    await talk.post("/alerts/H/verify", DUTY, passed=True)

    end = await talk.get("/enterprise/alerts/H", A)
    assert end["stage"] == "verified"
    assert [(one["kind"], one["state"], one["decided_why"]) for one in end["letters"]] == [
        ("reply", None, None),
        ("appeal", "dismissed", "有照片为证"),
        ("rectification", None, None),
    ]
    assert end["letters"][0]["files"][0]["file_id"] == proof
    log = [(event["action"], event["who"]) for event in (await talk.get("/alerts/H", DUTY))["events"]]
    assert log == [
        ("opened", "detector"),
        ("acknowledge", "P1"),
        ("report", "P1"),
        ("release-name", "P1"),
        ("reply", "enterprise:EA"),
        ("appeal", "enterprise:EA"),
        ("dismissed", "P1"),
        ("rectify", "P1"),
        ("rectify", "enterprise:EA"),
        ("verify", "P1"),
    ]


async def test_nothing_of_anybody_else_is_in_an_answer(talk: Talk, client: httpx2.AsyncClient) -> None:
    await talk.found()
    await talk.release()
    await talk.release(enterprise_id="EB", as_="candidate")
    await talk.post("/alerts/H/comment", DUTY, why="候选保密")
    appeal = await talk.post("/enterprise/alerts/H/appeal", A, 201, text="不服")
    await talk.post(f"/letters/{appeal['letter_id']}/dismiss", DUTY, why="证据充分")
    await talk.post("/messages", DUTY, 201, enterprise_id="EA", text="请配合", alert_id="H")
    await talk.post("/messages", DUTY, 201, enterprise_id="EB", text="候选保密")
    for path in ("alerts", "alerts/H", "messages"):
        told = (await client.get(f"{API}/enterprise/{path}", headers=A)).text
        assert not [secret for secret in SECRET if secret in told], told


async def test_a_candidate_does_not_learn_what_becomes_of_another(talk: Talk) -> None:
    await talk.release(enterprise_id="EB", as_="candidate")
    await talk.found()
    await talk.post("/alerts/H/rectify", DUTY, deadline="2100-01-01T00:00:00Z")
    seen = await talk.get("/enterprise/alerts/H", B)
    assert (seen["stage"], seen["cause"], seen["rectify_by"]) == ("inquiry", None, None)
    await talk.post("/enterprise/alerts/H/rectify", B, 409, text="整改完毕")
    assert (await talk.get("/alerts/H", DUTY))["handling"]["stage"] == "rectifying"


async def test_nobody_learns_who_is_on_the_way(talk: Talk) -> None:
    await talk.release(as_="candidate")
    await seed_field(talk)
    await talk.post("/alerts/H/dispatch", DUTY, person="F1")
    assert (await talk.get("/enterprise/alerts/H", A))["stage"] == "inquiry"


async def seed_field(talk: Talk) -> None:
    """Somebody to be sent."""
    database = talk.client._transport.app.state.database  # type: ignore[attr-defined]
    await seed.person(await database.pool(), "F1", "field", "孟河镇")


async def test_own_monitors_need_no_release_but_fabrication_does(talk: Talk, pool: asyncpg.Pool) -> None:
    await monitor(pool, "EA", "MA1")
    await monitor(pool, "EB", "MB1")
    for name, kind, source in (
        ("X", "exceedance", "MA1"),
        ("F", "fault", "MA1"),
        ("O", "offline", "MA1"),
        ("Z", "fabrication", "MA1"),
        ("W", "early_warning", "MA1"),
        ("Y", "exceedance", "MB1"),
    ):
        await about(pool, name, kind, source, evidence={"sign": "hour_mean", "unit": "mg/m3"})
    assert sorted(await talk.alerts(A)) == ["F", "O", "W", "X"]
    assert await talk.alerts(B) == ["Y"]
    seen = await talk.get("/enterprise/alerts/X", A)
    assert seen["monitor"] == {"device_id": "MA1", "outlet": "DA001", "lon": 120.1, "lat": 31.7}
    assert (seen["released_as"], seen["reply_by"], seen["evidence"]["unit"]) == (None, None, "mg/m3")
    assert (await talk.post("/enterprise/alerts/X/reply", A, 201, text="检修中"))["due_at"] is None
    await talk.post("/enterprise/alerts/X/appeal", A, 409, text="不服")

    await talk.release("Z", as_="candidate")
    assert sorted(await talk.alerts(A)) == ["F", "O", "W", "X", "Z"]
    await talk.release("X", as_="candidate")
    assert sorted(await talk.alerts(A)) == ["F", "O", "W", "X", "Z"]
    assert (await talk.get("/enterprise/alerts/X", A))["monitor"]["device_id"] == "MA1"


async def test_pages_follow_one_another_and_hold_nothing_foreign(talk: Talk, pool: asyncpg.Pool) -> None:
    await monitor(pool, "EA", "MA1")
    await monitor(pool, "EB", "MB1")
    for number in range(7):
        at = seed.NOW + timedelta(minutes=number // 2)
        await about(pool, f"A{number}", "fault", "MA1", opened_at=at, status="open")
        await pool.execute("UPDATE alert SET status = 'closed', closed_at = $1 WHERE alert_id = $2", at, f"A{number}")
        await about(pool, f"B{number}", "offline", "MB1", opened_at=at)
        await pool.execute("UPDATE alert SET status = 'closed', closed_at = $1 WHERE alert_id = $2", at, f"B{number}")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await talk.get("/enterprise/alerts", A, limit="2", **cursor)
        seen += [one["alert_id"] for one in page["alerts"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == ["A6", "A5", "A4", "A3", "A2", "A1", "A0"]
    foreign = (await talk.get("/enterprise/alerts", B, limit="2"))["next"]
    assert {one[0] for one in await talk.alerts(A, cursor=foreign)} == {"A"}
    assert await talk.alerts(A, status="open") == []
    since = (seed.NOW + timedelta(minutes=3)).isoformat()
    assert await talk.alerts(A, since=since, status="closed") == ["A6"]


async def test_what_is_taken_back_is_seen_no_more(talk: Talk) -> None:
    await talk.found()
    await talk.release()
    await talk.post("/enterprise/alerts/H/reply", A, 201, text="不是我们")
    await talk.post("/alerts/H/withdraw-name", DUTY, enterprise_id="EA", why="复核排除")
    assert await talk.alerts(A) == []
    await talk.get("/enterprise/alerts/H", A, 404)
    await talk.post("/enterprise/alerts/H/reply", A, 404, text="补充")
    await talk.post("/alerts/H/withdraw-name", DUTY, 409, enterprise_id="EA", why="再次")
    names = (await talk.get("/alerts/H/released-names", DISPATCHER))["names"]
    assert [(one["enterprise_id"], one["withdrawn_by"], one["withdrawn_why"]) for one in names] == [
        ("EA", "P1", "复核排除")
    ]
    await talk.release()
    assert await talk.alerts(A) == ["H"]
    assert len((await talk.get("/alerts/H/released-names", DUTY))["names"]) == 2


async def test_the_authorities_look_through_the_same_window(talk: Talk) -> None:
    await talk.found()
    await talk.get("/enterprise/alerts", DUTY, 422)
    assert await talk.alerts(DUTY, enterprise="EA") == []
    await talk.release()
    assert await talk.alerts(DUTY, enterprise="EA") == ["H"]
    assert await talk.alerts(DUTY, enterprise="EB") == []
    await talk.get("/enterprise/alerts", A, 404, enterprise="EB")
    await talk.get("/enterprise/alerts/H", DUTY, 404, enterprise="EB")
    await talk.release(enterprise_id="EB", as_="candidate")
    for who in (A, B):
        await talk.post("/enterprise/alerts/H/reply", who, 201, text="说明")
        await talk.post("/enterprise/messages", who, 201, text="请问")
    for enterprise in ("EA", "EB"):
        thread = await talk.get("/enterprise/messages", DUTY, enterprise=enterprise)
        assert (len(thread["messages"]), thread["unread"]) == (1, 1)
        seen = await talk.get("/enterprise/alerts/H", DUTY, enterprise=enterprise)
        assert len(seen["letters"]) == 1
