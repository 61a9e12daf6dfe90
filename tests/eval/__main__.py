"""`python -m tests.eval [GROUP …]`: how good the detector is, beside the peers; also in build/eval.json."""

import json
import os
import time
from collections import defaultdict
from typing import Annotated

import typer

from tests.eval.groups import BUILD, GROUPS, Case, cases
from tests.eval.peers import PEERS
from tests.eval.run import OURS, Scored, run
from tests.eval.score import Metrics, Tally, metrics, pool
from tests.eval.table import markdown, rows, verdict
from tests.eval.tune import tune

OUT = BUILD.with_suffix(".json")
BESIDE = 4  # peers to a table

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    groups: Annotated[list[str] | None, typer.Argument(help=f"只跑这些 · only these of: {', '.join(GROUPS)}")] = None,
    seeds: Annotated[str, typer.Option(help="别的种子 · other seeds, e.g. 1-4,9")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="同时几个进程 · processes at a time")] = min(os.cpu_count() or 1, 2),
    retune: Annotated[bool, typer.Option("--tune", help="重选对照方法的阈值 · choose the peers' limits again")] = False,
) -> None:
    """检测评测 · the evaluation of the detector"""
    unknown = set(groups or ()) - GROUPS.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(GROUPS)}")
    if retune:
        _tune()
        return
    began = time.monotonic()
    chosen = [case for name in groups or GROUPS for case in cases(name, _seeds(seeds))]
    found = _scored(chosen, jobs)
    pooled = {name: _pooled(found[name]) for name in GROUPS if name in found}
    _show(pooled, time.monotonic() - began)


def _seeds(text: str) -> tuple[int, ...] | None:
    """`1-4,9` → 1, 2, 3, 4, 9."""
    spans = [part.partition("-") for part in text.split(",") if part]
    try:
        return tuple(seed for low, _, high in spans for seed in range(int(low), int(high or low) + 1)) or None
    except ValueError as error:
        raise typer.BadParameter(f"{text}: seeds are numbers such as 1-4,9") from error


def _tune() -> None:
    for choice in tune():
        figures = choice.figures
        told = f"{figures['found']}/{figures['events']} found, {figures['false_alarms']} false alarms"
        typer.echo(f"{choice.peer}, {choice.where}: {choice.limit}: {told}")


def _scored(chosen: list[Case], jobs: int) -> dict[str, list[Scored]]:
    """The scenarios by group; every one is told as it is done."""
    found: dict[str, list[Scored]] = defaultdict(list)
    for number, scored in enumerate(run(chosen, jobs), 1):
        found[scored.case.group].append(scored)
        drawn, tested, peers = scored.seconds
        told = f"drawn {drawn:.0f} s, backtest {tested:.0f} s, peers {peers:.0f} s"
        typer.echo(f"{number}/{len(chosen)} {scored.case.name}: {told}")
    return found


def _pooled(scored: list[Scored]) -> dict[str, Metrics]:
    tallies: dict[str, list[Tally]] = defaultdict(list)
    for part in sorted(scored, key=lambda part: part.case.seed):
        for name, tally in part.tallies.items():
            tallies[name].append(tally)
    return {name: metrics(pool(several)) for name, several in tallies.items()}


def _show(pooled: dict[str, dict[str, Metrics]], seconds: float) -> None:
    table = rows(pooled, OURS)
    names = [peer.name for peer in PEERS]
    for first in range(0, len(names), BESIDE):
        typer.echo(f"\n{markdown(table, OURS, names[first : first + BESIDE])}")
    typer.echo(f"\n{verdict(table)}")
    typer.echo("36,793 × 6, 一分钟 ≤ 120 ms · a minute on one core: make bench ARGS=detector")
    OUT.parent.mkdir(exist_ok=True)
    told = {"seconds": round(seconds), "rows": [row._asdict() for row in table], "groups": pooled}
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    typer.echo(f"{seconds:.0f} s → {OUT}")


if __name__ == "__main__":  # the processes that score import this module
    app()
