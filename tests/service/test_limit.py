"""How much an address, an account and a key may ask a minute, and what they are told of it."""

import secrets

import asyncpg
import httpx2
import pytest

from service.access import ACCESS
from service.account.identity import hash_of
from service.limit import CHANGE, COSTS, place_of
from service.problems import MEDIA_TYPE
from service.settings import ServiceSettings
from tests.service.conftest import talking_to
from tests.support.signing import SignedIn

ALERTS, HEALTH = "/api/v1/alerts", "/healthz"
NOBODY = {"cookie": "hotgrid=nobody"}


def standing(answer: httpx2.Response) -> tuple[int, int]:
    """What the answer says of limit and rest."""
    return int(answer.headers["RateLimit-Limit"]), int(answer.headers["RateLimit-Remaining"])


async def statuses(client: httpx2.AsyncClient, count: int, path: str = ALERTS, **sent: object) -> list[int]:
    """Of so many requests one after the other."""
    return [(await client.get(path, **sent)).status_code for _ in range(count)]  # type: ignore[arg-type]


async def test_an_account_is_told_how_it_stands_and_then_to_wait(database: str) -> None:
    async with talking_to(database, limit_account=3) as client:
        answers = [await client.get(ALERTS) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [standing(answer) for answer in answers] == [(3, 2), (3, 1), (3, 0), (3, 0)]
        refused = answers[-1]
        assert refused.headers["content-type"] == MEDIA_TYPE
        assert refused.json()["type"] == "urn:hotgrid:problem:too-many"
        assert 1 <= int(refused.headers["Retry-After"]) <= 20 <= int(refused.headers["RateLimit-Reset"]) <= 60
        assert "Retry-After" not in answers[0].headers


async def test_screens_of_one_account_count_together_and_others_apart(database: str, pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO enterprise VALUES ('E1', 'Works', 120, 31, 'x', 'y', '')")
    async with talking_to(database, limit_account=3) as client:
        screens = [{"cookie": await SignedIn(database).cookie()} for _ in range(2)]
        assert [(await client.get(ALERTS, headers=screens[i % 2])).status_code for i in range(4)] == [200] * 3 + [429]
        other = await client.get("/api/v1/enterprise/monitors", headers={"X-Hotgrid-Actor": "enterprise:E1"})
        assert other.status_code != 429


async def test_a_key_counts_apart_from_its_account(database: str, pool: asyncpg.Pool) -> None:
    async with talking_to(database, limit_account=2) as client:
        assert await statuses(client, 3) == [200, 200, 429]
        secret = secrets.token_urlsafe(32)
        await pool.execute(
            "INSERT INTO api_key (prefix, secret_sha256, account, name, writes, made_at, made_by, expires_at)"
            " VALUES ('abcdefghijkl', $1, 'admin', 'k', false, now(), 'test', now() + interval '1 day')",
            hash_of(secret),
        )
        bearer = {"Authorization": f"Bearer abcdefghijkl.{secret}"}
        assert await statuses(client, 3, headers=bearer) == [200, 200, 429]


def test_what_is_dear_is_there() -> None:
    assert set(COSTS) <= set(ACCESS)


async def test_whole_files_cost_more(database: str) -> None:
    async with talking_to(database, limit_account=50) as client:
        answer = await client.get("/api/v1/duty/export?from=2026-11-01&to=2026-11-02")
        assert standing(answer) == (50, 50 - COSTS["exportDutyRoster"])
        answers = [await client.get("/api/v1/duty/export?from=2026-11-01&to=2026-11-02") for _ in range(2)]
        assert answers[1].status_code == 429


async def test_a_change_costs_more_than_a_look_and_leaves_so_many_lines(database: str, pool: asyncpg.Pool) -> None:
    async with talking_to(database, limit_account=100) as client:
        assert standing(await client.get(ALERTS)) == (100, 99)
        answers = [await client.post(f"{ALERTS}/none/acknowledge", json={}) for _ in range(40)]
        assert standing(answers[0]) == (100, 99 - CHANGE)
        assert answers[-1].status_code == 429
    assert await pool.fetchval("SELECT count(*) FROM audit") < 50


async def test_an_enterprise_cannot_bury_the_desk_in_letters(database: str, pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO enterprise VALUES ('E1', 'Works', 120, 31, 'x', 'y', '')")
    own = {"X-Hotgrid-Actor": "enterprise:E1"}
    async with talking_to(database, limit_account=ServiceSettings.model_fields["limit_account"].default) as client:
        sent = [await client.post("/api/v1/enterprise/messages", json={"text": "?"}, headers=own) for _ in range(60)]
        assert 40 <= [answer.status_code for answer in sent].count(201) <= 55
        assert sent[-1].status_code == 429
    assert await pool.fetchval("SELECT count(*) FROM thread_message") <= 55


async def test_an_address_is_refused_before_anybody_asks_who_it_is(database: str) -> None:
    async with talking_to(database, limit_address=2) as client:
        assert await statuses(client, 2) == [200, 200]
        for path in (ALERTS, HEALTH, "/page/page.js", "/no/such/path"):
            answer = await client.get(path)
            assert (answer.status_code, standing(answer)) == (429, (2, 0))
        assert (await client.post(ALERTS, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 429


async def test_whom_nobody_knows_gets_far_less_and_takes_nothing_from_who_is_known(database: str) -> None:
    async with talking_to(database, limit_unknown=3) as client:
        assert await statuses(client, 1) == [200]  # until it is accepted a session is unknown too
        assert await statuses(client, 3, HEALTH, headers=NOBODY) == [200, 200, 429]
        assert await statuses(client, 5) == [200] * 5


async def test_guessing_ends_soon_and_a_screen_that_was_signed_out_does_not_guess(database: str) -> None:
    async with talking_to(database, limit_refused=3) as client:
        assert await statuses(client, 20, headers=NOBODY) == [401] * 20
        guesses = [{"Authorization": f"Bearer abcdefghijkl.{number:043d}"} for number in range(4)]
        assert [(await client.get(ALERTS, headers=guess)).status_code for guess in guesses] == [401, 401, 429, 429]
        assert await statuses(client, 1) == [429], "a session not seen before waits with the rest of its address"


async def test_who_is_signed_in_is_not_held_back_by_guesses_from_the_same_address(database: str) -> None:
    async with talking_to(database, limit_refused=1) as client:
        assert await statuses(client, 1) == [200]
        for number in range(5):
            await client.get(ALERTS, headers={"Authorization": f"Bearer abcdefghijkl.{number:043d}"})
        assert await statuses(client, 5) == [200] * 5


async def test_a_session_that_was_ended_is_known_no_more(database: str, pool: asyncpg.Pool) -> None:
    async with talking_to(database, limit_unknown=2) as client:
        assert await statuses(client, 3) == [200] * 3
        await pool.execute("DELETE FROM session")
        assert await statuses(client, 3) == [401, 401, 429]


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_of_ipv6_the_network_is_counted(host: str, place: str) -> None:
    assert place_of({"client": (host, 1)}) == place
    assert place_of({"client": None}) == "-"
