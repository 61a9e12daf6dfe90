"""The operator keeps accounts: added with what they need, given passwords, shut out, let in again."""

import asyncio
import json
import re
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from deploy.command import app
from deploy.problem import Problem
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from service.account.lockout import keys
from service.account.password import Passwords

PASSWORD = "three unrelated words\n"


def ask(url: str, statement: str, *arguments: object) -> list[asyncpg.Record]:
    async def asked() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows

    return asyncio.run(asked())


@pytest.fixture(autouse=True)
def _here(database: str, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, database)
    monkeypatch.setenv(MQTT_VARIABLE, servers.mqtt_url)
    ask(database, "INSERT INTO person VALUES ('P1', '王芳', 'duty', '', '')")
    ask(database, "INSERT INTO enterprise VALUES ('E0007', '江宇', 120, 31, '化工', '孟河镇', '')")
    ask(database, "INSERT INTO district_township VALUES ('新北区', '孟河镇')")


def run(*arguments: str, stdin: str = "", command: str = "user") -> Result:
    return CliRunner().invoke(app, [command, *arguments], input=stdin, catch_exceptions=False)


def listed(*arguments: str, command: str = "user") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run("list", "--json", *arguments, command=command).stdout)
    return rows


def kept(database: str, name: str) -> str:
    return str(ask(database, "SELECT password_hash FROM account WHERE name = $1", name)[0][0])


def matches(password: str, kept: str) -> bool:
    async def verified() -> bool:
        passwords = Passwords()
        try:
            return (await passwords.verify(password, kept)).right
        finally:
            passwords.close()

    return asyncio.run(verified())


def test_the_first_admin_is_made_with_a_password_from_standard_input(database: str) -> None:
    assert "hotgrid user add" in run("list").stdout
    added = run("add", "chief", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    assert added.exit_code == 0
    assert PASSWORD.strip() not in added.output
    assert matches(PASSWORD.strip(), kept(database, "chief"))
    assert [(one["name"], one["role"], one["made_by"]) for one in listed()] == [("chief", "admin", "operator")]
    assert "chief" in run("list").stdout


def test_without_a_terminal_a_password_is_made_and_printed_once(database: str) -> None:
    added = run("add", "wang", "--role", "duty", "--person", "P1", "--township", "孟河镇")
    made = re.search(r"(\w{4}-){4}\w{4}", added.stdout)
    assert made
    assert matches(made[0], kept(database, "wang"))
    assert made[0] not in run("list", "--json").stdout
    (one,) = listed()
    assert (one["display"], one["person_id"], one["townships"]) == ("王芳", "P1", ["孟河镇"])


def test_at_a_terminal_a_password_is_typed_twice_and_not_shown(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.user._is_terminal", lambda: True)
    added = run("add", "wang", "--role", "duty", stdin=PASSWORD * 2)
    assert added.exit_code == 0
    assert PASSWORD.strip() not in added.output
    assert matches(PASSWORD.strip(), kept(database, "wang"))
    with pytest.raises(Problem) as told:
        run("add", "li", "--role", "duty", stdin=PASSWORD + "another one, mistyped\n")
    assert told.value.code == "password"
    assert "shown this once" in run("add", "sun", "--role", "duty", stdin="\n").output


def test_an_enterprises_account_and_one_of_single_sign_on() -> None:
    assert run("add", "jiangyu", "--role", "enterprise", "--enterprise", "E0007").exit_code == 0
    assert run("add", "li", "--role", "bureau", "--district", "新北区", "--single-sign-on").exit_code == 0
    assert run("add", "sun", "--role", "bureau", "--subject", "https://sso.example 7").exit_code == 0
    told = {one["name"]: one for one in listed()}
    assert told["jiangyu"]["enterprises"] == ["E0007"]
    assert told["li"]["districts"] == ["新北区"]
    assert told["sun"]["subject"] == "https://sso.example 7"
    assert [told[name]["password"] for name in ("jiangyu", "li", "sun")] == [True, False, False]


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (("Wang", "--role", "duty"), "", "name"),
        (("a b", "--role", "duty"), "", "name"),
        (("x" * 65, "--role", "duty"), "", "name"),
        (("taken", "--role", "duty"), "", "name-taken"),
        (("wang", "--role", "boss"), "", "role"),
        (("wang", "--role", "duty", "--person", "P9"), "", "no-person"),
        (("wang", "--role", "duty", "--person", "P1"), "", "person-taken"),
        (("wang", "--role", "enterprise"), "", "no-enterprise"),
        (("wang", "--role", "enterprise", "--enterprise", "E9"), "", "no-such-enterprise"),
        (("wang", "--role", "enterprise", "--enterprise", "E0007", "--township", "孟河镇"), "", "scope"),
        (("wang", "--role", "admin", "--township", "孟河镇"), "", "scope"),
        (("wang", "--role", "duty", "--township", "无此镇"), "", "no-such-township"),
        (("wang", "--role", "duty", "--district", "无此区"), "", "no-such-district"),
        (("wang", "--role", "duty", "--password-stdin"), "short\n", "password"),
        (("wang", "--role", "duty", "--password-stdin"), "", "password"),
        (("wang", "--role", "duty", "--password-stdin"), "hotgrid-demo\n", "password"),
        (("wang", "--role", "duty", "--subject", "https://sso.example 1"), "", "subject"),
    ],
)
def test_what_cannot_be_added_is_said_with_its_fix(arguments: tuple[str, ...], stdin: str, code: str) -> None:
    run("add", "taken", "--role", "duty", "--person", "P1", "--subject", "https://sso.example 1")
    with pytest.raises(Problem) as told:
        run("add", *arguments, stdin=stdin)
    assert told.value.code == code
    assert told.value.fix
    assert len(listed()) == 1


def test_a_new_password_ends_all_sessions_and_unlocks(database: str) -> None:
    run("add", "wang", "--role", "duty")
    before = kept(database, "wang")
    signed_in(database, "wang")
    assert run("password", "wang", "--password-stdin", stdin=PASSWORD).exit_code == 0
    assert kept(database, "wang") != before
    assert not ask(database, "SELECT FROM session")
    assert "(" not in run("password", "wang").stdout


def test_an_account_is_shut_out_and_let_in_again(database: str) -> None:
    run("add", "chief", "--role", "admin")
    run("add", "wang", "--role", "duty")
    signed_in(database, "wang")
    assert run("disable", "wang").exit_code == 0
    assert not ask(database, "SELECT FROM session")
    assert "already" in run("disable", "wang").stdout
    assert "disabled" in run("list").stdout
    assert run("enable", "wang").exit_code == 0
    assert listed()[1]["disabled_at"] is None
    with pytest.raises(Problem) as told:
        run("disable", "chief")
    assert told.value.code == "last-admin"


def test_a_lost_phone_is_cut_off(database: str) -> None:
    run("add", "wang", "--role", "duty")
    signed_in(database, "wang")
    signed_in(database, "wang")
    assert "192.0.2.7" in run("sessions", "wang").stdout
    assert len(json.loads(run("sessions", "wang", "--json").stdout)) == 2
    assert "2" in run("sessions", "wang", "--end").stdout
    assert "none" in run("sessions", "wang").stdout


def test_wrong_tries_are_forgotten(database: str) -> None:
    run("add", "wang", "--role", "duty")
    for address in ("192.0.2.1", "192.0.2.2"):
        for what in keys("wang", address).values():
            ask(database, "INSERT INTO sign_in_failure VALUES ($1, 9, now(), now()) ON CONFLICT DO NOTHING", what)
    for what in keys("li", "192.0.2.1").values():
        ask(database, "INSERT INTO sign_in_failure VALUES ($1, 9, now(), now()) ON CONFLICT DO NOTHING", what)
    assert run("unlock", "wang").exit_code == 0
    left = {row["what"] for row in ask(database, "SELECT what FROM sign_in_failure")}
    assert left == {keys("wang", "192.0.2.2")["address"], *keys("li", "192.0.2.1").values()}


@pytest.mark.parametrize("command", ["password", "disable", "enable", "unlock"])
def test_an_account_that_there_is_not(command: str) -> None:
    with pytest.raises(Problem) as told:
        run(command, "nobody")
    assert told.value.code == "no-account"


def test_a_key_is_made_listed_and_revoked() -> None:
    run("add", "jiangyu", "--role", "enterprise", "--enterprise", "E0007")
    made = run("add", "jiangyu", "--name", "夜间导出", "--days", "30", command="key")
    found = re.search(r"([0-9a-z]{12})\.[\w-]{43}", made.stdout)
    assert found
    (one,) = listed(command="key")
    assert (one["prefix"], one["enterprise_id"], one["writes"]) == (found[1], "E0007", False)
    assert found[0] not in run("list", command="key").stdout
    assert run("revoke", found[1], command="key").exit_code == 0
    assert listed(command="key") == []
    assert listed("--ended", command="key")[0]["revoked_at"]
    with pytest.raises(Problem) as told:
        run("revoke", found[1], command="key")
    assert told.value.code == "no-key"


@pytest.mark.parametrize("arguments", [("nobody", "--name", "x"), ("jiangyu", "--name", "x", "--enterprise", "E9")])
def test_a_key_that_cannot_be_made(arguments: tuple[str, ...]) -> None:
    run("add", "jiangyu", "--role", "enterprise", "--enterprise", "E0007")
    with pytest.raises(Problem) as told:
        run("add", *arguments, command="key")
    assert told.value.code == "key"
    assert run("add", "jiangyu", "--name", "\x00", command="key").exit_code == 2


def signed_in(database: str, name: str) -> None:
    ask(
        database,
        "INSERT INTO session (token_sha256, account, made_at, expires_at, seen_at, address, agent) VALUES"
        " (sha256(random()::text::bytea), $1, now(), now() + INTERVAL '1 day', now(), '192.0.2.7', 'phone')",
        name,
    )
