"""`hotgrid export`: any span of the database into a Parquet or CSV file."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy import servers
from deploy.option import Json
from deploy.progress import bar
from ingest.validity import BEIJING


def _instant(text: str) -> datetime:
    """RFC 3339; without an offset on the Beijing clock."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: 2026-11-21, or 2026-11-21T08:00:00+08:00") from error
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).astimezone(UTC)


From = Annotated[
    datetime, typer.Option("--from", parser=_instant, metavar="TIME", help="起，含 · included; 2026-11-21 or RFC 3339")
]
To = Annotated[datetime, typer.Option("--to", parser=_instant, metavar="TIME", help="止，不含 · not included")]
Out = Annotated[Path, typer.Option(help="输出文件，.parquet 或 .csv · the file to write")]
Devices = Annotated[list[str] | None, typer.Option("--device", help="只导出这些设备 · only these devices")]
OfKind = Annotated[
    Literal["station", "monitor", "mobile"] | None,
    typer.Option("--kind", help="设备种类，默认 station · of which devices; stations if not said"),
]
OfStep = Annotated[
    Literal["minute", "hour", "day"],
    typer.Option("--step", help="分钟值、小时值或日均值 · minutes, or means of hours or days"),
]


def export(  # noqa: PLR0913 - a command has as many options as it has
    from_at: From,
    to: To,
    out: Out,
    device: Devices = None,
    kind: OfKind = None,
    step: OfStep = "minute",
    as_json: Json = False,
) -> None:
    """导出一段数据为 Parquet 或 CSV · any span as Parquet (times in UTC) or CSV (+08:00, opens in Excel)

    列与 hotgrid load 相同（CSV 加 --converted） · columns are those that `hotgrid load` takes (CSV: with --converted).
    Means of hours and days have the number of valid minutes (<channel>_minutes) or hours (<channel>_hours) beside them.
    """
    from ingest.export import Asked
    from ingest.export import export as write

    url = servers.use().database_url
    asked = Asked(from_at, to, out, tuple(device or ()), kind, step)
    with bar(f"export {out.name}") as progress:
        rows = asyncio.run(write(asked, url, progress))
    typer.echo(json.dumps({"rows": rows, "out": str(out)}) if as_json else f"{rows:,} 行 · rows → {out}")
