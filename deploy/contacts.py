"""`hotgrid contacts`: how people, platforms and sirens are reached, set by the operator at the machine."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
import typer

from deploy.audit import audited
from deploy.option import Json
from deploy.problem import Problem
from deploy.transaction import WHO, transaction

FORMS = "webhook https://city.example.org/in · apprise dingtalk://SECRET@TOKEN · siren town/siren-1"
contacts = typer.Typer(no_args_is_help=True, help="推送地址 · how people, platforms and sirens are reached")


@contacts.command("list")
def list_(as_json: Json = False) -> None:
    """列出（地址不完整显示）· list them, addresses masked"""
    rows = asyncio.run(transaction("contacts", _listed))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        who = row["person_id"] or row["enterprise_id"]
        whose = f"{who} {row['name']}" if who else "-"
        about = f"{row['rank']:2} {row['language']} ≥{row['min_severity']}"
        typer.echo(f"{row['contact_id']:6}  {whose:20}  {row['channel']:8} {about}  {row['address']}")
    if not rows:
        typer.echo("没有 · none")


@contacts.command()
@audited("contacts add")
def add(
    channel: Annotated[str, typer.Argument(help="webhook · apprise · siren")],
    person: Annotated[str | None, typer.Option(help="人员编号，平台和警报器不填 · of whom; none: a platform")] = None,
    rank: Annotated[int, typer.Option(min=1, max=99, help="次序 · the order in which a person is tried")] = 1,
    language: Annotated[str, typer.Option(help="zh · en")] = "zh",
    severity: Annotated[int, typer.Option(min=1, max=4, help="最低级别 · from this severity on")] = 1,
) -> None:
    """添加，地址从标准输入读取，不留在命令历史中 · add one; its address is read from standard input"""
    from alerts.push.contact import Contact

    if language not in ("zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--language")
    prompt = "地址 · address"
    address = typer.prompt(prompt, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    contact = Contact(0, person, channel, address, rank, language, severity)
    number, added = asyncio.run(transaction("contacts", lambda on: _added(on, contact)))
    typer.echo(f"{'已添加 · added' if added else '已更新 · set anew'}: {number}  {contact.shown}")


@contacts.command()
@audited("contacts remove")
def remove(contact_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1)]) -> None:
    """停用并忘记地址 · use it no more and forget its address"""
    from alerts.push.contact import disable

    if not asyncio.run(
        transaction("contacts", lambda on: disable(on, contact_id, f"removed by {WHO}", datetime.now(UTC)))
    ):
        what = f"没有在用的推送地址 {contact_id} · no contact {contact_id} is in use"
        raise Problem("no-contact", what, "看 hotgrid contacts list · see hotgrid contacts list")
    typer.echo(f"已停用 · removed: {contact_id}")


async def _listed(on: asyncpg.Connection) -> list[dict[str, Any]]:
    from alerts.channels.address import masked
    from alerts.push.contact import CONTACT

    rows = await CONTACT.listed.fetch(on, person_id=None, disabled=False, after=0, limit=100_000)
    columns = ("contact_id", "person_id", "enterprise_id", "name", "channel", "rank", "language", "min_severity")
    return [
        {**{name: row[name] for name in columns}, "address": masked(row["channel"], row["address"])} for row in rows
    ]


async def _added(on: asyncpg.Connection, contact: Any) -> tuple[int, bool]:
    from alerts.push.contact import CONTACT
    from alerts.push.contact import add as put

    if contact.person_id and not await CONTACT.person.fetchrow(on, person_id=contact.person_id):
        what = f"没有这个人 · no such person: {contact.person_id}"
        raise Problem("no-person", what, "先导入 people.csv · import people.csv first")
    try:
        return await put(on, contact, WHO, datetime.now(UTC))
    except ValueError as error:
        fix = f"例如 · for example: {FORMS}"
        raise Problem("address", f"地址不能用 · the address {error}", fix) from error
