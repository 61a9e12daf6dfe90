"""The operator sets how people are reached; an address is typed once and never shown."""

import asyncio
import json

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from deploy.command import app
from deploy.problem import Problem
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers

DINGTALK = "dingtalk://SECsecret@token1234\n"


@pytest.fixture(autouse=True)
def _here(database: str, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, database)
    monkeypatch.setenv(MQTT_VARIABLE, servers.mqtt_url)

    async def prepare() -> None:
        connection = await asyncpg.connect(database)
        await connection.execute("INSERT INTO person VALUES ('P1', '王芳', 'duty', '', '')")
        await connection.close()

    asyncio.run(prepare())


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["contacts", *arguments], input=stdin, catch_exceptions=False)


def test_an_address_is_added_listed_masked_and_removed() -> None:
    added = run("add", "apprise", "--person", "P1", "--rank", "2", stdin=DINGTALK)
    assert added.exit_code == 0, added.output
    assert run("add", "siren", stdin="menghe/siren-1").exit_code == 0
    first, second = json.loads(run("list", "--json").stdout)
    assert (first["person_id"], first["name"], first["rank"]) == ("P1", "王芳", 2)
    assert (first["address"], second["address"]) == ("dingtalk://***", "menghe/siren-1")
    assert "王芳" in run("list").stdout
    assert run("remove", str(first["contact_id"])).exit_code == 0
    assert len(json.loads(run("list", "--json").stdout)) == 1
    assert "secret" not in added.output


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (("add", "apprise", "--person", "P7"), DINGTALK, "no-person"),
        (("add", "apprise"), "json://10.0.0.1/secret", "address"),
        (("add", "pager"), "secret", "address"),
        (("add", "webhook"), "", "address"),
        (("remove", "99"), "", "no-contact"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_fix(arguments: tuple[str, ...], stdin: str, code: str) -> None:
    with pytest.raises(Problem) as told:
        run(*arguments, stdin=stdin)
    assert told.value.code == code
    assert told.value.fix
    assert "secret" not in told.value.what


def test_another_language_is_wrong_use() -> None:
    assert run("add", "apprise", "--language", "fr", stdin=DINGTALK).exit_code == 2


def test_an_empty_list_says_so() -> None:
    assert "none" in run("list").stdout
