"""What the operator does is in the audit log too, and the log is verified and listed by a command."""

import asyncio
import json
import re

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from deploy.command import app
from deploy.demo import DISTRICT
from deploy.problem import Problem
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers


@pytest.fixture(autouse=True)
def _here(database: str, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, database)
    monkeypatch.setenv(MQTT_VARIABLE, servers.mqtt_url)


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)


def as_owner(database: str, statement: str) -> None:
    async def do() -> None:
        connection = await asyncpg.connect(database)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(do())


def add(name: str) -> Result:
    return run("user", "add", name, "--role", "duty", "--password-stdin", stdin="three unrelated words\n")


def test_what_a_command_changes_is_written_before_and_after_without_secrets() -> None:
    assert add("wangfang").exit_code == 0
    told = run("audit", "list", "--json").stdout
    done, asked = map(json.loads, told.splitlines())
    assert (asked["event"], asked["operation"]) == ("asked", "hotgrid user add")
    assert asked["path"] == {"name": "wangfang", "role": "duty", "password_stdin": "True"}
    assert re.fullmatch(r"operator:[^@]+@\S+", asked["account"])
    assert (done["event"], done["asked"], done["outcome"]) == ("done", asked["seq"], "done")
    assert "unrelated" not in told


def test_what_fails_is_written_as_failed() -> None:
    with pytest.raises(Problem):
        run("user", "disable", "nobody")
    newest = json.loads(run("audit", "list", "--json", "--limit", "1").stdout)
    assert (newest["operation"], newest["outcome"]) == ("hotgrid user disable", "Problem")


def test_an_import_is_written() -> None:
    assert run("import", str(DISTRICT)).exit_code == 0
    assert run("audit", "list").stdout.count("hotgrid import folder=") == 2


def test_nothing_is_done_that_cannot_be_written(database: str) -> None:
    as_owner(database, "REVOKE EXECUTE ON FUNCTION audit_append FROM hotgrid_app")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        add("wangfang")
    assert json.loads(run("user", "list", "--json").stdout) == []


def test_an_intact_log_gives_a_head_that_proves_it_later(database: str) -> None:
    assert "0 行" in run("audit", "verify").stdout
    add("wangfang")
    told = json.loads(run("audit", "verify", "--json").stdout)
    assert (told["intact"], told["lines"]) == (True, 2)
    kept = ("--since", str(told["since"]), "--hash", told["hash"])
    assert " ".join(kept) in run("audit", "verify").stdout
    add("lina")
    assert "2 行" in run("audit", "verify", *kept).stdout
    as_owner(database, "DELETE FROM audit WHERE seq >= 2")
    assert run("audit", "verify").exit_code == 0
    with pytest.raises(Problem, match="audit-broken"):
        run("audit", "verify", *kept)


def test_a_changed_line_is_named(database: str) -> None:
    add("wangfang")
    as_owner(database, "UPDATE audit SET line = replace(line, 'duty', 'admin') WHERE seq = 1")
    failed = run("audit", "verify", "--json")
    assert failed.exit_code == 1
    assert json.loads(failed.stdout).items() >= {"intact": False, "line": 1}.items()


@pytest.mark.parametrize(
    "wrong",
    [["--since", "3"], ["--hash", "00"], ["--since", "1", "--hash", "zz"], ["--since", "0", "--hash", "00" * 32]],
)
def test_half_a_head_is_wrong_use(wrong: list[str]) -> None:
    assert run("audit", "verify", *wrong).exit_code == 2


def test_a_list_ends_where_it_is_told_to() -> None:
    add("wangfang")
    assert run("audit", "list", "--since", "2001-01-01", "--limit", "1").stdout.count("\n") == 1
    assert run("audit", "list", "--since", "2101-01-01").stdout == ""
