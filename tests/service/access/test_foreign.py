"""Ten thousand tries at the data of E0007, by another enterprise and by officers of another township: none succeeds."""

import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio

from service.account.identity import hash_of
from tests.service.access import marked
from tests.service.access.asker import ELSEWHERE, KEY
from tests.service.access.city import ROUTES, City, say, talking
from tests.service.access.tries import OF_ENTERPRISES, Secrets, Try, Trying
from tests.support.signing import SignedIn

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROUNDS, TRIES = 40, 260  # 10,400 in all
OFFICERS = {"officer": "leader", "watch": "duty"}
# Whom an enterprise's ids stand for in the addresses, filters and bodies that name them.
IDS = {
    "mn": "SELECT device_id FROM device JOIN monitor USING (device) WHERE enterprise_id = 'E0007'",
    "mark_id": "SELECT declaration_id::text FROM declaration WHERE enterprise_id = 'E0007'",
    "file_id": "SELECT file_id FROM window_file WHERE enterprise_id = 'E0007'",
    "hook_id": "SELECT contact_id::text FROM enterprise_hook WHERE enterprise_id = 'E0007'",
    "letter_id": "SELECT letter_id::text FROM reply WHERE enterprise_id = 'E0007'"
    " UNION SELECT letter_id::text FROM thread_message WHERE enterprise_id = 'E0007'",
    "outlet_id": "SELECT outlet_id::text FROM outlet WHERE enterprise_id = 'E0007'",
    "supersedes": "SELECT entry_id::text FROM consumable WHERE enterprise_id = 'E0007'",
    "prefix": "SELECT prefix FROM api_key WHERE account = 'enterprise-e0007'",
    "session_id": "SELECT session_id::text FROM session WHERE account = 'enterprise-e0007'",
    "push_id": "SELECT push_id::text FROM push",
    "alert_id": "SELECT alert_id FROM alert WHERE source = '010000A8900016F000169DC0' OR alert_id ~ '^S'",
    "operator_id": "SELECT 'YW01'",
    "enterprise_id": "SELECT 'E0007'",
}
ALSO = {
    "monitor": "mn",
    "files": "file_id",
    "proofs": "file_id",
    "contact_id": "hook_id",
    "alert": "alert_id",
    "into": "alert_id",
}


@dataclass
class Attempt:
    """The running service, who tries, and what came of it."""

    client: httpx2.AsyncClient
    on: asyncpg.Connection
    secrets: Secrets
    valid: Mapping[str, Any]
    filters: Mapping[str, list[str]]
    who: Mapping[str, Mapping[str, str]]
    own: Mapping[str, str]  # the owner's own headers, to see that there is something to be found
    tally: Counter[str] = field(default_factory=Counter)

    async def send(self, one: Try, who: Mapping[str, str]) -> httpx2.Response:
        """What is answered."""
        headers = {name: value for name, value in {**one.headers, **who}.items() if value}
        url = httpx2.URL("http://service").copy_with(raw_path=one.path.encode())
        if one.query:
            url = url.copy_merge_params(httpx2.QueryParams(one.query))
        return await self.client.send(self.client.build_request(one.method, url, headers=headers, content=one.body))

    def trying(self, seed: int, operations: tuple[str, ...]) -> Trying:
        """Tries from a seed."""
        return Trying(random.Random(seed), self.valid, self.secrets, self.filters, operations)


async def _secrets(client: httpx2.AsyncClient, on: asyncpg.Connection, own: Mapping[str, str]) -> Secrets:
    ids = {name: [row[0] for row in await on.fetch(query)] for name, query in IDS.items()}
    assert not [name for name, known in ids.items() if not known], "nothing of this kind is there to be tried"
    ids |= {name: ids[same] for name, same in ALSO.items()}
    ids[""] = [one for known in ids.values() for one in known]
    cursors, tags = [], []
    for path in ("marks", "alerts", "messages", "deadlines", "exceedances", "signs", "consumables"):
        answer = (await client.get(f"/api/v1/enterprise/{path}?limit=1", headers=own)).json()
        cursors += [answer["next"]] if isinstance(answer, dict) and isinstance(answer.get("next"), str) else []
    for file_id in ids["file_id"]:
        answer = await client.get(f"/api/v1/enterprise/files/{file_id}", headers=own)
        tags.append(answer.headers["etag"])
    assert cursors
    return Secrets(ids, cursors, tags, [f"{prefix}.{'x' * 43}" for prefix in ids["prefix"]])


async def _key(on: asyncpg.Connection, account: str, writes: bool) -> dict[str, str]:
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    await on.execute(KEY, prefix, hash_of(secret), account, writes)
    return {"authorization": f"Bearer {prefix}.{secret}"}


async def _askers(on: asyncpg.Connection, signed: SignedIn) -> dict[str, dict[str, str]]:
    own = {"cookie": await signed.cookie("enterprise:E0009")}
    who = {"session": own, "reading key": await _key(on, "enterprise-e0009", False)}
    who |= {"writing key": await _key(on, "enterprise-e0009", True)}
    for person, role in OFFICERS.items():
        await on.execute("INSERT INTO person VALUES ($1, $1, $2, '1', $3)", person, role, ELSEWHERE)
        who[person] = {"cookie": await signed.cookie(person)}
        await on.execute("INSERT INTO account_scope VALUES ($1, 'township', $2)", person, ELSEWHERE)
    return who


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def attempt(city: City, request: pytest.FixtureRequest) -> AsyncIterator[Attempt]:
    """The service with its own pool; what is done lasts."""
    app, on, signed = city.app(), await asyncpg.connect(city.url), SignedIn(city.url)
    own = {"cookie": await signed.cookie("enterprise:E0007")}
    await _key(on, "enterprise-e0007", True)
    filters = {
        told["operationId"]: [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"]
        for methods in app.openapi()["paths"].values()
        for told in methods.values()
    }
    async with talking(app) as client:
        known = await _secrets(client, on, own)
        await marked.mark_up(on)
        attempt = Attempt(client, on, known, city.valid, filters, await _askers(on, signed), own)
        yield attempt
        say(request.config, "tries at foreign data, none of which has come to anything", attempt.tally)
    await on.close()


def _finds(one: Try, answer: httpx2.Response, marks: tuple[str, ...]) -> bool:
    said, sent = marked.told(answer), one.sent
    return any(mark.encode() in said and mark.encode() not in sent for mark in marks) or (
        answer.status_code == 304 and "/files/" in one.path
    )


async def test_the_owner_finds_what_the_others_are_to_try(attempt: Attempt) -> None:
    found: Counter[str] = Counter()
    for one in attempt.trying(1, OF_ENTERPRISES).tries(400):
        if one.method in ("GET", "HEAD"):
            found[one.operation] += _finds(one, await attempt.send(one, attempt.own), _marks("session"))
    assert sum(found.values()) > 60
    assert len([name for name, number in found.items() if number]) > 15


def _marks(asker: str) -> tuple[str, ...]:
    """What must not come back."""
    window = (marked.MARK, str(marked.VALUE))
    return window if asker in OFFICERS else (*window, marked.KNOWN_MARK, "E0007", "010000A8900016F000169DC0")


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_nobody_gets_at_the_data_of_another(attempt: Attempt, seed: int) -> None:
    before, found = await marked.rows(attempt.on), []
    asker = list(attempt.who)[seed % len(attempt.who)]
    operations = tuple(ROUTES) if asker in OFFICERS or seed % 4 == 3 else OF_ENTERPRISES
    for one in attempt.trying(seed, operations).tries(TRIES):
        answer = await attempt.send(one, attempt.who[asker])
        attempt.tally[f"by {asker}"] += 1
        attempt.tally["answered 2xx"] += answer.is_success
        if _finds(one, answer, _marks(asker)) or answer.status_code >= 500:
            found.append((asker, one, answer.status_code, answer.text[:500]))
    assert found == []
    after = await marked.rows(attempt.on)
    assert [table for table in after if after[table] != before[table]] == []
