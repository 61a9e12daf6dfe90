"""The whole API under schemathesis, in every role: nothing that it can think of is a fault, or answered undescribed."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx2
import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.access import ROLES
from service.app import make_app
from service.settings import ServiceSettings
from sql.pool import open_pool
from tests.service.access.asker import Asker, owner
from tests.service.access.city import City, Fenced, say, talking
from tests.service.forgetful import Valid
from tests.support.signing import SignedIn

pytestmark = pytest.mark.asyncio(loop_scope="session")
EXAMPLES = int(os.environ.get("HOTGRID_FUZZ_EXAMPLES", "3"))
"""So many of a kind for each operation: right ones, wrong ones, and right ones about something that is there."""
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREAM = "streamAlerts"  # what an event of it looks like OpenAPI 3.1 has no words for
SCHEMA = schemathesis.openapi.from_dict(make_app(ServiceSettings(database_url="postgresql://nowhere/none")).openapi())
OPERATIONS = {
    one.ok().definition.raw["operationId"]: one.ok() for one in SCHEMA.get_all_operations() if isinstance(one, Ok)
}
Case: TypeAlias = "schemathesis.Case[Any]"
ASKERS = (*ROLES, "nobody")


@dataclass
class Fuzzing:
    """The service over a database where nothing lasts, and what was sent."""

    client: httpx2.AsyncClient
    database: Fenced
    signed: SignedIn
    city: City
    tally: Counter[str] = field(default_factory=Counter)

    async def send(self, case: Case, asker: Asker) -> httpx2.Response:
        """A case as schemathesis would send it, by somebody."""
        told = case.as_transport_kwargs(base_url="http://service")
        told = {name: value for name, value in told.items() if name in REQUEST}
        made = requests.Request(**told).prepare()
        async with self.database.forgetting():
            who = await asker.headers(self.database.connection, self.signed)
            sent = {name: str(value) for name, value in made.headers.items() if name.lower() not in OURS}
            body = made.body if isinstance(made.body, str | bytes) else None
            return await self.client.send(
                self.client.build_request(str(made.method), str(made.url), headers={**sent, **who}, content=body)
            )


AS_DETECTED = """UPDATE alert SET body = '{"pollutants": [], "source": "2-3"}' || body"""
"""What the seeds of the tests leave out of an alert, and the detector does not."""
REQUEST = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
OURS = ("cookie", "authorization", "content-length")  # who asks is ours to say


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fuzzing(city: City, request: pytest.FixtureRequest) -> AsyncIterator[Fuzzing]:
    """The service; a stream of it is over at once."""
    app = city.app()
    async with talking(app) as client:
        async with await open_pool(city.url, "test") as pool:
            await pool.execute(AS_DETECTED)
        first = app.state.database
        app.state.database = database = Fenced(city.url, 1)
        await database.pool()
        fuzzing = Fuzzing(client, database, SignedIn(city.url), city)
        yield fuzzing
        database.close()
        first.close()
        what = f"schemathesis {schemathesis.__version__}, {len(OPERATIONS)} operations × {len(ASKERS)}"
        say(request.config, what, fuzzing.tally)


def _made(operation: str, mode: GenerationMode) -> list[Case]:
    cases: list[Case] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[operation].as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        cases.append(case)

    try:
        collect()
    except Unsatisfiable:  # nothing can be wrong where nothing can be said
        return []
    return cases


def _cases(operation: str, valid: Valid) -> Iterator[Case]:
    yield from _made(operation, GenerationMode.NEGATIVE)
    for case in _made(operation, GenerationMode.POSITIVE):
        yield case
        case.path_parameters = {**case.path_parameters, **valid.path}
        named = {name: value for name, value in valid.query.items() if name in ("enterprise", "person")}
        case.query = {**case.query, **named}
        yield case


async def test_every_operation_is_understood() -> None:
    assert len(OPERATIONS) == len(list(SCHEMA.get_all_operations()))


@pytest.mark.parametrize("operation", list(OPERATIONS))
async def test_whatever_is_asked_is_answered_as_described(fuzzing: Fuzzing, operation: str) -> None:
    wrong = []
    valid = fuzzing.city.valid.get(operation, Valid())
    for case in _cases(operation, valid):
        for role in ASKERS:
            asker = Asker(owner(operation, role, valid), role, "nobody" if role == "nobody" else "session")
            answer = await fuzzing.send(case, asker)
            fuzzing.tally[f"answered {answer.status_code // 100}xx"] += 1
            fuzzing.tally["requests"] += 1
            try:
                case.validate_response(answer, checks=CHECKS[:-1] if operation == STREAM else CHECKS)
            except FailureGroup as error:
                told = "; ".join(f"{one}" for one in error.exceptions)
                wrong.append(f"{role}: {case.path_parameters} {case.query} {answer.status_code}: {told}"[:900])
    assert not wrong
