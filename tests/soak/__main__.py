"""`python -m tests.soak`: ingest under faults at random moments, nothing lost or doubled; also in build/soak.json."""

import asyncio
import json
import os
import random
import time
from pathlib import Path
from typing import Annotated

import typer

from sql.failure import FAILURES
from tests.soak.disk import NoDiskError
from tests.soak.plan import PLANS
from tests.soak.run import Result, run
from tests.soak.table import data, markdown

OUT = Path("build/soak.json")
OVERHEAD_S = 12.0  # of a plan: its servers, and catching up in the end

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    minutes: Annotated[float, typer.Option(min=0.1, help="总时长，分钟 · in all")] = 10.0,
    seed: Annotated[int, typer.Option(help="随机种子 · of the random moments; the default is another every time")] = 0,
    only: Annotated[list[str] | None, typer.Option(help=f"只做 · only these of: {', '.join(PLANS)}")] = None,
) -> None:
    """故障下的长时间试验 · ingest under faults at random moments"""
    unknown = set(only or ()) - PLANS.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(PLANS)}")
    seed = seed or random.SystemRandom().randrange(1, 1_000_000)
    typer.echo(f"seed {seed}, {os.cpu_count()} cores")
    chosen = {name: PLANS[name] for name in only or PLANS}
    share = (60 * minutes - OVERHEAD_S * len(chosen)) / sum(plan.share for plan in chosen.values())
    results: dict[str, Result] = {}
    broken = False
    for name, plan in chosen.items():
        began = time.monotonic()
        try:
            results[name] = asyncio.run(run(plan, max(5.0, share * plan.share), random.Random(f"{seed} {name}")))
        except NoDiskError as error:
            typer.echo(f"{name}: NOT RUN: {error}")
        except (AssertionError, *FAILURES) as error:
            broken = True
            typer.echo(f"{name}: WRONG, and ended early: {error or type(error).__name__}")
        else:
            _tell(name, results[name], time.monotonic() - began)
    _write(seed, results)
    if broken or not all(result.right for result in results.values()):
        raise typer.Exit(1)


def _tell(name: str, result: Result, seconds: float) -> None:
    typer.echo(f"{name}: {seconds:.0f} s, {result.published:,} published, {result.books}")
    for text in result.failed:
        typer.echo(f"  WRONG: {text}")


def _write(seed: int, results: dict[str, Result]) -> None:
    typer.echo(f"\n{markdown(list(results.values()))}")
    OUT.parent.mkdir(exist_ok=True)
    told = {"seed": seed, "cores": os.cpu_count(), "rows": data(results)}
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    typer.echo(f"→ {OUT}")


if __name__ == "__main__":
    app()
