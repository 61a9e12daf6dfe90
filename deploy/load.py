"""`hotgrid load`: history from a Parquet or CSV file into the database."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy import servers
from deploy.option import Json
from deploy.progress import bar

if TYPE_CHECKING:
    from ingest.load import Tally

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Parquet 或 CSV · Parquet or CSV")]
Converted = Annotated[
    bool,
    typer.Option(
        "--converted",
        help="数值已是通道的标准单位，如 hotgrid export 所写 · in the channels' units, as export writes them",
    ),
]
NAMED = 20  # unknown devices


def load(files: Files, converted: Converted = False, as_json: Json = False) -> None:
    """装入历史数据，不触发告警 · load history from files; it is not judged live and raises no alerts

    每列一个通道，另有 ts（带时区或毫秒）和 device_id，可有 <通道>_flag（HJ 212 标记）。已有的值保留；可随时中断后重跑。
    · Columns: ts (ISO 8601 with an offset, or epoch ms), device_id, one a channel; <channel>_flag may hold HJ 212
    letters; units are those of the registry. What is in the database stays. Can be stopped and run again.
    """
    from ingest.load import Asked, Tally
    from ingest.load import load as load_file

    url = servers.use().database_url
    for path in files:
        tally = Tally()
        try:
            with bar(f"load {path.name}") as progress:
                asyncio.run(load_file(Asked(path, converted), url, lambda: datetime.now(UTC), tally, progress))
        finally:
            for line in [json.dumps(_json(path, tally), ensure_ascii=False)] if as_json else _lines(path, tally):
                typer.echo(line)


def _json(path: Path, tally: "Tally") -> dict[str, object]:
    return {
        "file": str(path),
        "rows": tally.read,
        "new": tally.new,
        "already_there": tally.there,
        "empty": tally.empty,
        "unknown_devices": dict(tally.unknown),
        "refused": dict(tally.refused),
        "ignored_columns": list(tally.ignored),
        "first_refused": tally.shown,
    }


def _lines(path: Path, tally: "Tally") -> Iterator[str]:
    yield (
        f"{path.name}: 读取 · rows read {tally.read:,}; 新增 · new {tally.new:,}; "
        f"已有 · already there {tally.there:,}; 空行 · empty {tally.empty:,}"
    )
    if tally.ignored:
        yield f"  不是通道的列 · columns of no channel: {', '.join(tally.ignored)}"
    if tally.unknown:
        rows = sum(tally.unknown.values())
        named = ", ".join(f"{name} ({count:,})" for name, count in tally.unknown.most_common(NAMED))
        more = f" … {len(tally.unknown) - NAMED} more" if len(tally.unknown) > NAMED else ""
        yield f"  未登记设备 · devices not in the registry, {rows:,} rows: {named}{more}"
    for reason, count in tally.refused.most_common():
        yield f"  未装入 · refused, {reason}: {count:,}"
    for line in tally.shown:
        yield f"    行 · row {line}"
