"""The doctor says of a sound installation that it is, and names what is wrong with any other."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.command import app
from deploy.doctor.broker import broker
from deploy.doctor.database import of_roles
from deploy.doctor.machine import disk
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from service.account.password import hashed

GOOD = hashed("three unrelated words")
Findings = dict[str, dict[str, str]]
CHECKS = {
    *("servers", "configuration", "listening", "disk", "database", "schema", "roles", "row security", "clock"),
    *("device clocks", "accounts", "pushes", "audit log", "broker"),
}


def as_owner(database: str, *statements: str) -> None:
    async def do() -> None:
        connection = await asyncpg.connect(database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(do())


def account(name: str, role: str, kept: str) -> str:
    return f"INSERT INTO account VALUES ('{name}', '{role}', '', NULL, '{kept}', NULL, now(), 'test')"  # noqa: S608


def pushed(at: str, state: str) -> str:
    return (
        # Of what is pushed does not matter here.
        "ALTER TABLE push DROP CONSTRAINT push_seq_fkey;"  # noqa: S608
        " INSERT INTO push (key, seq, channel, action, reason, severity, made_at, due_at, try_at, state)"
        f" VALUES ('k', 1, 'siren', 'opened', '', 1, {at}, {at}, {at}, '{state}')"
    )


def examined() -> tuple[int, Findings]:
    result = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False)
    return result.exit_code, {one.pop("check"): one for one in json.loads(result.stdout)}


@pytest.fixture
def house(database: str, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A sound installation, and a function by which its owner breaks it."""
    monkeypatch.setenv(DATABASE_VARIABLE, database)
    monkeypatch.setenv(MQTT_VARIABLE, servers.mqtt_url)
    as_owner(
        database,
        account("boss", "admin", GOOD),
        "INSERT INTO person VALUES ('P1', '王芳', 'duty', '', '')",
        "INSERT INTO contact (person_id, channel, address, rank, language, min_severity, created_at, created_by)"
        " VALUES ('P1', 'siren', 'town/siren', 1, 'zh', 1, now(), 'test')",
        "SELECT audit_append('{}')",
    )
    return lambda *statements: as_owner(database, *statements)


@pytest.mark.usefixtures("house")
def test_a_sound_installation_is_sound() -> None:
    status, found = examined()
    assert (status, set(found)) == (0, CHECKS)
    assert {name for name, one in found.items() if one["state"] != "ok"} <= {"disk"}, found


@pytest.mark.usefixtures("house")
def test_people_read_one_line_a_check() -> None:
    shown = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) >= len(CHECKS)
    assert shown.stdout.count("✓") >= len(CHECKS) - 1


@pytest.mark.parametrize(
    ("check", "state", "deed", "said"),
    [
        ("schema", "failed", "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)", "missing"),
        ("row security", "failed", "ALTER TABLE monitor DISABLE ROW LEVEL SECURITY", "monitor"),
        ("accounts", "failed", "DELETE FROM account", "no admin"),
        ("accounts", "failed", "UPDATE account SET disabled_at = now()", "no admin"),
        ("accounts", "failed", account("leader", "leader", hashed("hotgrid-demo")), "leader"),
        ("audit log", "failed", "UPDATE audit SET line = '{\"x\": 1}'", "line 1"),
        ("pushes", "warning", "DELETE FROM contact", "nobody is told"),
        (
            "pushes",
            "failed",
            pushed("now() - INTERVAL '1 h'", "waiting"),
            "10 minutes",
        ),
        (
            "pushes",
            "warning",
            pushed("now()", "failed"),
            "could not be delivered",
        ),
        (
            "device clocks",
            "warning",
            "INSERT INTO device (device_id) VALUES ('S1');"
            " INSERT INTO clock_error SELECT device, now(), now(), 3600 FROM device",
            "S1 +3600 s",
        ),
    ],
)
def test_what_is_wrong_in_the_database_is_named(
    house: Callable[..., None], check: str, state: str, deed: str, said: str
) -> None:
    house(deed)
    status, found = examined()
    assert (found[check]["state"], status) == (state, int(state == "failed"))
    assert said in found[check]["said"]
    assert found[check]["fix"]
    assert {name for name, one in found.items() if one["state"] == "failed"} <= {check}


def test_roles_that_pass_over_all_rules_are_found() -> None:
    app, enterprise = ({"rolname": name, "rolsuper": False, "rolbypassrls": False} for name in ("app", "enterprise"))
    whose = {"name": "hotgrid", "unbound": False}
    assert of_roles([app, enterprise], whose).state == "ok"
    assert of_roles([app], whose).state == "failed"
    for power in ("rolsuper", "rolbypassrls"):
        found = of_roles([app, enterprise | {power: True}], whose)
        assert (found.state, "enterprise" in found.said) == ("failed", True)
    assert of_roles([app, enterprise], whose | {"unbound": True}).state == "warning"


@pytest.mark.usefixtures("house")
def test_a_database_that_is_away_leaves_the_other_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, f"postgresql://nobody:marked-secret@/none?host={tmp_path}")
    status, found = examined()
    assert (status, found["database"]["state"], found["broker"]["state"]) == (1, "failed", "ok")
    assert found["schema"]["state"] == "skipped"
    assert "marked-secret" not in str(found)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("address", ["postgresql://me:marked/secret@h/x", "nonsense marked", "postgresql://h:marked/x"])
def test_an_address_that_is_none_is_not_repeated(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, address)
    status, found = examined()
    assert (status, found["servers"]["state"]) == (1, "failed")
    assert "marked" not in str(found)


@pytest.mark.usefixtures("house")
def test_settings_and_the_policy_are_tried_and_their_values_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[desk]\nno_such_rule = 1\n", encoding="utf-8")
    monkeypatch.setenv("HOTGRID_POLICY", str(policy))
    monkeypatch.setenv("HOTGRID_OIDC_CLIENT_SECRET", "marked")
    monkeypatch.setenv("HOTGRID_BATCH_MS", "never")
    status, found = examined()
    said = found["configuration"]["said"]
    assert (status, found["configuration"]["state"], found["listening"]["state"]) == (1, "failed", "skipped")
    assert "no_such_rule" in said
    assert "HOTGRID_BATCH_MS" in said
    assert "marked" not in str(found)


@pytest.mark.usefixtures("house")
def test_passwords_that_can_be_overheard_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTGRID_HOST", "0.0.0.0")
    status, found = examined()
    assert (status, found["listening"]["state"]) == (0, "warning")
    monkeypatch.setenv("HOTGRID_TRUSTED_PROXIES", "192.0.2.1")
    assert examined()[1]["listening"]["state"] == "ok"


def test_a_broker_that_refuses_or_is_away_is_named(servers: Servers) -> None:
    assert broker(servers.mqtt_url).state == "ok"
    parts = urlsplit(servers.mqtt_url)
    wrong = urlunsplit(parts._replace(netloc=f"nobody:marked@{parts.hostname}:{parts.port}"))
    for url, said in ((wrong, "lets us not in"), ("mqtt://127.0.0.1:1", "reached"), ("mqtt://x:marked/y@h", "address")):
        found = broker(url)
        assert (found.state, said in found.said) == ("failed", True), found
        assert "marked" not in str(found)


def test_room_is_measured_where_the_data_will_lie(tmp_path: Path) -> None:
    found = disk(tmp_path / "not" / "yet" / "there")
    assert found.check == "disk"
    assert str(tmp_path) in found.said
