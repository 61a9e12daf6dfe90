"""`python -m deploy.bench [NAME …]`: the benchmarks as a table and in build/bench.json."""

import asyncio
import inspect
import json
import os
import platform
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from deploy.bench.access import access
from deploy.bench.answers import answers
from deploy.bench.audit import audit
from deploy.bench.detector import detector, growth, million
from deploy.bench.enterprise import enterprise
from deploy.bench.intake import intake
from deploy.bench.latency import latency_305, latency_36793
from deploy.bench.load import load
from deploy.bench.month import month
from deploy.bench.on_duty import who_is_on_duty
from deploy.bench.push import push
from deploy.bench.rest import rest
from deploy.bench.roster import roster
from deploy.bench.row import Row
from deploy.problem import Problem

OUT = Path("build/bench.json")
Bench = Callable[[], "list[Row] | Awaitable[list[Row]]"]
BENCHES: dict[str, Bench] = {
    "detector": detector,
    "million": million,
    "growth": growth,
    "intake": intake,
    "latency-305": latency_305,
    "latency-36793": latency_36793,
    "answers": answers,
    "load": load,
    "rest": rest,
    "roster": roster,
    "on-duty": who_is_on_duty,
    "push": push,
    "enterprise": enterprise,
    "access": access,
    "audit": audit,
}

LONG: dict[str, Bench] = {"month": month}
"""Run only where they are named: many minutes, and much room on the disk."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help=f"只跑这些 · only these of: {', '.join(BENCHES)}; 指名才跑 · only when named: {', '.join(LONG)}"
        ),
    ] = None,
) -> None:
    """基准测试 · the benchmarks"""
    unknown = set(names or ()) - BENCHES.keys() - LONG.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join([*BENCHES, *LONG])}")
    machine = _machine()
    typer.echo(", ".join(f"{key} {value}" for key, value in machine.items()))
    rows: list[Row] = []
    for name in names or BENCHES:
        rows += _run(name)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"machine": machine, "rows": [row._asdict() for row in rows]}, indent=1) + "\n")
    typer.echo(f"→ {OUT}")


def _run(name: str) -> list[Row]:
    """One benchmark, its rows shown at once."""
    began = time.monotonic()
    try:
        found = {**BENCHES, **LONG}[name]()
        rows = asyncio.run(_awaited(found)) if inspect.isawaitable(found) else found
    except Problem as problem:
        typer.echo(f"error [{problem.code}]: {problem.what}\n  fix: {problem.fix}", err=True)
        raise typer.Exit(1) from problem
    typer.echo(f"\n{name} ({time.monotonic() - began:.0f} s)")
    for row in rows:
        typer.echo(f"  {row.name:<72} {_shown(row.value):>10} {row.unit:<10} {row.target}".rstrip())
    return rows


async def _awaited(found: Awaitable[list[Row]]) -> list[Row]:
    return await found


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _machine() -> dict[str, object]:
    """What the figures depend on; the load shows whether others were at work on the machine."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = f"{os.getloadavg()[0]:.1f}"
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(gigabytes),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "load_before": load,
    }


if __name__ == "__main__":  # benchmarks in processes of their own import this module
    app()
