"""Who of the authorities is bound to a township reads, decides and writes to the enterprises of that one alone."""

import asyncpg
import httpx2
import pytest

from tests.service.enterprise.correspondence import DUTY, A, B, Talk, settle

ADMIN: dict[str, str] = {}


@pytest.fixture
async def talk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> Talk:
    """P1 is bound to the township of EB; both enterprises have appealed, and have written."""
    await settle(pool)
    await pool.execute("UPDATE enterprise SET township = '春江街道' WHERE enterprise_id = 'EB'")
    talk = Talk(client)
    for enterprise_id, who in (("EA", A), ("EB", B)):
        await talk.release(enterprise_id=enterprise_id, as_="candidate")
        await talk.post("/enterprise/alerts/H/appeal", who, 201, text="不服")
        await talk.post("/enterprise/messages", who, 201, text="请问", files=[await talk.file(who)])
    await pool.execute("INSERT INTO account_scope VALUES ('p1', 'township', '春江街道')")
    return talk


async def test_letters_names_and_files_of_others_are_not_there(talk: Talk) -> None:
    everybody = (await talk.get("/letters", ADMIN))["letters"]
    assert {one["enterprise_id"] for one in everybody} == {"EA", "EB"}
    own = (await talk.get("/letters", DUTY))["letters"]
    assert {one["enterprise_id"] for one in own} == {"EB"}
    assert (await talk.get("/letters", DUTY, enterprise_id="EA"))["letters"] == []
    names = (await talk.get("/alerts/H/released-names", DUTY))["names"]
    assert [one["enterprise_id"] for one in names] == ["EB"]
    for one in everybody:
        for file in one["files"]:
            gives = 404 if one["enterprise_id"] == "EA" else 200
            path = f"/api/v1/enterprise/files/{file['file_id']}"
            got = await talk.client.get(path, params={"enterprise": one["enterprise_id"]}, headers=DUTY)
            assert got.status_code == gives
    await talk.get("/enterprise/alerts", DUTY, 404, enterprise="EA")
    await talk.get("/enterprise/messages", DUTY, 404, enterprise="EA")


async def test_what_concerns_others_is_not_decided(talk: Talk, pool: asyncpg.Pool) -> None:
    appeals = {
        one["enterprise_id"]: one["letter_id"] for one in (await talk.get("/letters", ADMIN, kind="appeal"))["letters"]
    }
    await talk.post(f"/letters/{appeals['EA']}/uphold", DUTY, 404, why="有理")
    await talk.post("/messages", DUTY, 422, enterprise_id="EA", text="请说明")
    await talk.post("/alerts/H/withdraw-name", DUTY, 409, enterprise_id="EA", why="撤")
    await talk.post(f"/letters/{appeals['EB']}/uphold", DUTY, 200, why="有理")
    await talk.post("/messages", DUTY, 201, enterprise_id="EB", text="请说明")
    assert await talk.alerts(A) == ["H"]
    await pool.execute("UPDATE handling SET township = '孟河镇'")
    await talk.post("/alerts/H/withdraw-name", DUTY, 403, enterprise_id="EB", why="撤")
