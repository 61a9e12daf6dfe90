"""Every operation, asked by every role, by a program and by nobody, for its own data and for those of others."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace

import httpx2
import pytest
import pytest_asyncio

from service.access import ACCESS, KEY, ROLES
from tests.service.access.asker import ELSEWHERE, FOREIGN, STRANGER, Asker, Way, owner, said
from tests.service.access.city import ROUTES, City, Fenced, request_of, say, talking
from tests.service.access.neighbour import FAULT
from tests.service.forgetful import Valid
from tests.support.signing import SignedIn

pytestmark = pytest.mark.asyncio(loop_scope="session")
AUTHORITIES = tuple(role for role in ROLES if role != "enterprise")
REFUSED = (401, 403)
GONE = (403, 404)
NOT_HIS = (*GONE, 409, 422)
# What there is no valid request for: receipts and single sign-on are of somebody's own making each time.
NOWHERE = {"show", "press", "beginSingleSignOn", "endSingleSignOn"}
OF_E0007 = (b"E0007", "江宇化工".encode(), b"010000A8900016F000169DC0")
# Of alerts and their handling all the authorities know: who is not to handle one is refused the step, not the look.
# The books of the house are its admin's, wherever he acts.
SEEN_BY_ALL = {
    *("streamAlerts", "listAlerts", "getAlert", "listPhotos", "getPhoto", "getHolds", "getRecurrence"),
    *("listCampaignAlerts", "listBreaches", "listHandovers", "getHandover", "getDutyLog", "listPushes"),
    *("offerHandover", "listAccounts", "listAudit"),
}


@dataclass
class Matrix:
    """The service, and how many cells were tried with what outcome."""

    client: httpx2.AsyncClient
    database: Fenced
    signed: SignedIn
    city: City
    tally: Counter[str] = field(default_factory=Counter)

    async def ask(self, operation: str, asker: Asker, valid: Valid) -> httpx2.Response:
        """The answer to one request; nothing lasts."""
        async with self.database.forgetting():
            who = await asker.headers(self.database.connection, self.signed)
            return await self.client.send(request_of(self.client, operation, valid, who))

    def valid(self, operation: str) -> Valid:
        """A request that is answered."""
        assert ROUTES[operation][1].count("{") == len(self.city.valid.get(operation, Valid()).path) or (
            operation in NOWHERE
        ), f"{operation}: tests/service/world.py has no valid request"
        return self.city.valid.get(operation, Valid())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def matrix(city: City, request: pytest.FixtureRequest) -> AsyncIterator[Matrix]:
    """The service over a database where nothing lasts."""
    app = city.app()
    async with talking(app) as client:
        first = app.state.database
        app.state.database = database = Fenced(city.url, 1)
        await database.pool()
        matrix = Matrix(client, database, SignedIn(city.url), city)
        yield matrix
        database.close()
        first.close()
        say(request.config, f"the matrix of access, {len(ROUTES)} operations", matrix.tally)


each = pytest.mark.parametrize("operation", list(ROUTES))


@each
async def test_a_role_is_let_in_as_the_table_says(matrix: Matrix, operation: str) -> None:
    wrong = []
    for role in ROLES:
        cell, valid = ACCESS[operation].cells[role], matrix.valid(operation)
        asker = Asker(owner(operation, role, valid), role)
        answer = await matrix.ask(operation, asker, said(operation, role, valid))
        good = answer.status_code == 403 if cell == "-" else answer.status_code < 300 or operation in NOWHERE
        matrix.tally["refused: role" if cell == "-" else f"allowed: role, {cell}"] += 1
        wrong += [] if good else [f"{role}, {cell}: {answer.status_code} {answer.text[:300]}"]
    assert not wrong


@each
async def test_nobody_is_let_in_where_it_is_not_open(matrix: Matrix, operation: str) -> None:
    for who in ({}, {"cookie": "hotgrid=nobody"}, {"authorization": f"Bearer {'0' * 12}.{'x' * 43}"}):
        request = request_of(matrix.client, operation, matrix.valid(operation), who)
        async with matrix.database.forgetting():
            answer = await matrix.client.send(request)
        if ACCESS[operation].open:
            assert answer.status_code < 300 or operation in NOWHERE
        else:
            assert answer.status_code == 401
    matrix.tally["allowed: nobody" if ACCESS[operation].open else "refused: nobody"] += 1


def _ways(operation: str) -> Iterator[tuple[Way, bool]]:
    """By which key one comes, and whether that is let in."""
    cell, method = ACCESS[operation].cells[KEY], ROUTES[operation][0]
    yield "reading key", cell != "-" and (method == "GET" or cell == "open")
    yield "writing key", cell != "-"


@each
async def test_a_program_is_let_in_as_the_table_says(matrix: Matrix, operation: str) -> None:
    valid = matrix.valid(operation)
    role = next(role for role in ROLES if ACCESS[operation].admits(role))
    for way, may in _ways(operation):
        asker = Asker(owner(operation, role, valid), role, way)
        answer = await matrix.ask(operation, asker, said(operation, role, valid))
        assert (answer.status_code < 300 or operation in NOWHERE) if may else answer.status_code == 403, answer.text
        matrix.tally[f"{'allowed' if may else 'refused'}: {way}"] += 1


@pytest.mark.parametrize("operation", [name for name, row in ACCESS.items() if row.cells["enterprise"] == "own"])
async def test_an_enterprise_gets_nothing_of_anothers(matrix: Matrix, operation: str) -> None:
    valid = said(operation, "enterprise", matrix.valid(operation))
    within = replace(valid, query={name: value for name, value in valid.query.items() if name != "enterprise"})
    for asked in (replace(within, query=within.query | {"enterprise": "E0009"}), within, valid):
        answer = await matrix.ask(operation, Asker(FOREIGN, "enterprise"), asked)
        assert answer.status_code in NOT_HIS or not _leaks(answer), answer.text
        if answer.status_code < 300 and asked.path and ROUTES[operation][0] != "GET":
            pytest.fail(f"{asked} was done: {answer.text}")
    if "enterprise" in valid.query:
        assert answer.status_code == 404, "a window that is not one's own is none"
    matrix.tally["refused: foreign, of an enterprise"] += 1


@pytest.mark.parametrize(
    ("operation", "role"),
    [(name, role) for name, row in ACCESS.items() for role in AUTHORITIES if row.cells[role] == "own"],
)
async def test_somebody_gets_nothing_of_another_persons(matrix: Matrix, operation: str, role: str) -> None:
    valid = matrix.valid(operation)
    answer = await matrix.ask(operation, Asker(STRANGER, role), said(operation, role, valid))
    whose = owner(operation, role, valid)
    if answer.status_code < 300:
        assert ROUTES[operation][0] == "GET" or operation in ("subscribe", "addKey") or answer.json() == {"ended": 0}
        assert f'"{whose}"' not in answer.text
    else:
        assert answer.status_code in NOT_HIS, answer.text
    matrix.tally["refused: foreign, of a person"] += 1


@pytest.mark.parametrize("operation", [name for name, row in ACCESS.items() if not row.open])
async def test_who_is_bound_to_a_township_gets_nothing_of_another(matrix: Matrix, operation: str) -> None:
    wrong = []
    for role in AUTHORITIES:
        if not ACCESS[operation].admits(role):
            continue
        valid = matrix.valid(operation)
        asker = Asker(owner(operation, role, valid), role, township=ELSEWHERE)
        asked = said(operation, role, valid)
        answer = await matrix.ask(operation, asker, asked)
        shown = answer.status_code < 300 and operation not in SEEN_BY_ALL and _leaks(answer)
        done = answer.status_code not in GONE and _is_of_a_place(operation, asked)
        wrong += [f"{role}: {answer.status_code} {answer.text[:600]}"] if shown or done else []
        matrix.tally["refused: foreign, of a township" if answer.status_code in GONE else "allowed: of all places"] += 1
    assert not wrong


async def test_nothing_is_merged_into_an_alert_of_another_township(matrix: Matrix) -> None:
    async with matrix.database.forgetting():
        who = await Asker("P1", "duty", township=ELSEWHERE).headers(matrix.database.connection, matrix.signed)
        asked = Valid({"alert_id": FAULT}, bodies=({"into": "S0"},))
        answer = await matrix.client.send(request_of(matrix.client, "mergeAlert", asked, who))
        assert answer.status_code == 403, answer.text


def _is_of_a_place(operation: str, asked: Valid) -> bool:
    """Whether it does something to an alert of one township, or looks into the window of one enterprise."""
    method, path = ROUTES[operation]
    window = "enterprise" in asked.query and f"{path}/".startswith("/api/v1/enterprise/")
    return window or (method == "POST" and path.startswith("/api/v1/alerts/{alert_id}/"))


def _leaks(answer: httpx2.Response) -> bool:
    sent = str(answer.request.url).encode() + answer.request.content
    told = answer.content + str(answer.headers).encode()
    return any(mark in told and mark not in sent for mark in OF_E0007)
