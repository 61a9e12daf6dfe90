"""Whatever goes wrong, no secret of the environment is in the output of a process, nor in what the service answers."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx2
import pytest
from pydantic_settings import BaseSettings

from alerts.settings import DetectSettings, NotifySettings
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from ingest.keeping.settings import KeepSettings
from ingest.settings import GatewaySettings, IngestSettings
from service.settings import ServiceSettings
from tests.support.processes import Child, Hotgrid, hotgrid

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
MARK = "marked7Qx"
SECRETS = {
    "HOTGRID_WEBHOOK_URL": f"http://127.0.0.1:9/{MARK}",
    "HOTGRID_WEBHOOK_SECRET": f"{MARK}-webhook",
    "HOTGRID_OIDC_ISSUER": "http://127.0.0.1:9/",
    "HOTGRID_OIDC_CLIENT_ID": "hotgrid",
    "HOTGRID_OIDC_CLIENT_SECRET": f"{MARK}-of-single-sign-on",
}
FREE = {"HOTGRID_PORT": "0", "HOTGRID_GATEWAY_PORT": "0"}
PROCESSES = ("ingest", "gateway", "detect", "keep", "notify", "serve")
COMMANDS = (
    *(
        ("migrate",),
        ("doctor",),
        ("doctor", "--json"),
        ("status",),
        ("rejects",),
        ("user", "list"),
        ("audit", "verify"),
    ),
    *(("key", "list"), ("contacts", "list"), ("device", "list"), ("findings",)),
)
Start = Callable[..., Hotgrid]


def marked(url: str) -> str:
    """The address with a password that is wrong, and marked."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username or 'nobody'}:{MARK}@{parts.hostname}:{parts.port}"))


@pytest.fixture
def house(database: str, servers: Servers, tmp_path: Path) -> Iterator[Start]:
    """Commands with secrets in their environment, the two addresses as told."""
    with hotgrid({}, tmp_path) as commands:

        def make(database_url: str = database, mqtt_url: str = servers.mqtt_url) -> Hotgrid:
            commands.env |= {DATABASE_VARIABLE: database_url, MQTT_VARIABLE: mqtt_url, **SECRETS, **FREE}
            return commands

        yield make


def said(children: list[Child]) -> dict[str, str]:
    """What those said that let a secret out."""
    return {child.name: child.text() for child in children if MARK in child.text()}


def test_servers_that_refuse_are_told_without_the_password(house: Start, database: str, servers: Servers) -> None:
    here = house(marked(database), marked(servers.mqtt_url))
    commands = [here.start(*command) for command in COMMANDS]
    assert [child.name for child in commands if child.ended() == 0] == ["status"]
    processes = [here.start(name) for name in PROCESSES]
    for child in processes:
        child.says("password authentication failed")
        child.kill()
    assert said([*commands, *processes]) == {}


@pytest.mark.parametrize("address", [f"postgresql://me:{MARK}/x@h/db", f"postgresql://h:{MARK}/db", f"{MARK}:x"])
def test_an_address_that_is_none_is_not_repeated(house: Start, servers: Servers, address: str, database: str) -> None:
    here = house(address)
    for pair in ((address, servers.mqtt_url), (database, address.replace("postgresql", "mqtt"))):
        here = house(*pair)
        commands = [here.start(name) for name in ("migrate", "doctor", "serve", "ingest")]
        assert {child.ended() for child in commands} == {1}
        assert said(commands) == {}


def test_wrong_settings_are_named_and_not_shown(house: Start) -> None:
    here = house()
    wrong = {
        "HOTGRID_OIDC_CLIENT_SECRET": MARK,  # too short
        "HOTGRID_WEBHOOK_URL": MARK,
        "HOTGRID_MAX_AGE_DAYS": MARK,
    }
    commands = [here.start(name, **wrong) for name in ("serve", "notify", "ingest")]
    assert [child.ended() for child in commands] == [1, 1, 1]
    assert said(commands) == {}


def test_the_service_answers_and_logs_none(house: Start) -> None:
    child = house().start("serve").says("serving on ")
    url = child.text().split("serving on ")[1].split()[0]
    with httpx2.Client(base_url=url) as client:
        typed = {"name": MARK, "password": f"{MARK} three unrelated words"}
        answers = [
            client.post("/api/v1/auth/login", json=typed),
            client.post("/api/v1/auth/login", json={"name": [MARK], "password": {"x": MARK}}),
            client.post("/api/v1/auth/login", content=json.dumps(typed)[:-3]),
            client.get("/api/v1/alerts", headers={"Authorization": f"Bearer abcdefghijkl.{MARK:x<43}"}),
            client.get("/api/v1/alerts", headers={"Cookie": f"hotgrid={MARK}"}),
            client.get("/api/v1/auth/sso"),
            *(client.get(path) for path in ("/metrics", "/readyz", "/api/v1/openapi.json", "/")),
        ]
    assert [answer.status_code for answer in answers[:5]] == [401, 422, 422, 401, 401]
    child.stop()
    assert [answer.text for answer in answers if MARK in answer.text or MARK in str(answer.headers)] == []
    assert said([child]) == {}


@pytest.mark.parametrize(
    "kind", [IngestSettings, GatewaySettings, KeepSettings, DetectSettings, NotifySettings, ServiceSettings]
)
def test_settings_that_are_shown_show_none(kind: type[BaseSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(DATABASE_VARIABLE, f"postgresql://hotgrid:{MARK}@h/db")
    monkeypatch.setenv(MQTT_VARIABLE, f"mqtt://hotgrid:{MARK}@h")
    assert MARK not in repr(kind())
    assert MARK not in str(kind())
