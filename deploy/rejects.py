"""`hotgrid rejects`: what was refused and why, and the same taken in again."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from deploy import servers
from deploy.option import Json
from sql.pool import connect

HEAD = ("原因 · reason", "设备 · device", "消息 · messages", "次数 · times", "最近 · last", "说明 · detail")


def rejects(
    reason: Annotated[list[str] | None, typer.Option(help="只看这些原因 · only of these reasons")] = None,
    device: Annotated[str | None, typer.Option(help="只看这台设备 · only of this device")] = None,
    hours: Annotated[float | None, typer.Option(min=0, help="最近几小时 · of the last so many hours")] = None,
    again: Annotated[bool, typer.Option("--replay", help="修正之后重新接收 · take them in again, after a fix")] = False,
    as_json: Json = False,
) -> None:
    """未能接收的数据及原因；--replay 重新接收 · what could not be taken in and why; --replay takes it in again"""
    from ingest.rejects import Which

    since = None if hours is None else datetime.now(UTC) - timedelta(hours=hours)
    which = Which(reason or None, device, since)
    if again:
        outcome = asyncio.run(_replay(which))
        typer.echo(json.dumps(outcome._asdict()) if as_json else _told(outcome))
        return
    rows = asyncio.run(_summary(which))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
    else:
        typer.echo("\n".join(_table(rows)) if rows else "没有 · none")


async def _summary(which: Any) -> list[dict[str, Any]]:
    from ingest.rejects import REJECT

    connection = await connect(servers.use().database_url, "rejects")
    try:
        return [dict(row) for row in await REJECT.summary.fetch(connection, limit=1000, **which._asdict())]
    finally:
        await connection.close()


async def _replay(which: Any) -> Any:
    from ingest.gate import open_gate
    from ingest.rejects import replay
    from ingest.settings import IngestSettings

    servers.use()
    async with open_gate(IngestSettings(), lambda: datetime.now(UTC), "rejects") as gate:
        return await replay(gate, which)


def _told(outcome: Any) -> str:
    return f"{outcome.taken} 条已接收 · messages taken in, {outcome.refused} 条仍被拒绝 · refused still" + (
        f", {outcome.cut} 条过长未保存全 · were too long to be kept whole" if outcome.cut else ""
    )


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "  ".join(HEAD)
    for row in rows:
        last = row["received_at"].astimezone().isoformat(" ", "seconds")
        device = row["device_id"] or "-"
        yield f"{row['reason']:12} {device:24} {row['messages']:8} {row['times']:8}  {last}  {row['detail']}"
