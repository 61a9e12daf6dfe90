"""`python -m tests.fuzz`: millions of inputs, guided by coverage, for what reads messages; also build/fuzz.json."""

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer

from tests.fuzz.corpus import KEPT, Step, inputs, keep, lines_reached, smallest, steps
from tests.fuzz.rounds import WORK, Done, jobs, run
from tests.fuzz.targets import TARGETS

OUT = Path("build/fuzz.json")
# The deeper a target, the slower: so many of all inputs each.
SHARES = {"hj212-stream": 20, "hj212-frame": 20, "json": 35, "mapping": 25}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    targets: Annotated[list[str] | None, typer.Argument(help=f"只做 · only these of: {', '.join(TARGETS)}")] = None,
    total: Annotated[int, typer.Option("--inputs", min=1, help="输入总数 · inputs in all")] = 10_000_000,
    seconds: Annotated[float | None, typer.Option(min=1, help="最长秒数 · at most so many seconds")] = None,
    workers: Annotated[int, typer.Option(min=1, help="进程数 · processes at a time")] = 2,
    kept: Annotated[bool, typer.Option("--keep", help="更新 · renew tests/data/fuzz from what was found")] = False,
) -> None:
    """模糊测试 · fuzzing"""
    unknown = set(targets or ()) - TARGETS.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(TARGETS)}")
    chosen = {name: SHARES[name] for name in targets or TARGETS}
    began = time.monotonic()
    rounds: dict[str, list[Done]] = defaultdict(list)
    for done in run(jobs(chosen, total), workers, seconds):
        rounds[done.target].append(done)
        _tell(done, sum(one.inputs for some in rounds.values() for one in some), total)
    rows = [_row(name, rounds[name]) for name in chosen]
    _write(rows, time.monotonic() - began)
    if kept:
        _keep(list(chosen))
    if any(done.code for some in rounds.values() for done in some):
        raise typer.Exit(1)


def _tell(done: Done, so_far: int, total: int) -> None:
    typer.echo(f"{so_far:>11,} of {total:,}  {done.target}: {done.inputs / done.seconds:,.0f}/s, {done.edges} edges")
    if done.code:
        typer.echo(f"  FAILED: {', '.join(done.found) or done.code}\n{done.log[-4000:]}")


def _row(name: str, rounds: list[Done]) -> dict[str, object]:
    count, seconds = sum(done.inputs for done in rounds), sum(done.seconds for done in rounds)
    return {
        "target": name,
        "inputs": count,
        "process_s": round(seconds),
        "per_s": round(count / seconds) if seconds else 0,
        "edges": max((done.edges for done in rounds), default=0),
        "features": max((done.features for done in rounds), default=0),
        "memory_mb": max((done.memory_mb for done in rounds), default=0),
        "failed": sum(done.code != 0 for done in rounds),
    }


def _write(rows: list[dict[str, object]], seconds: float) -> None:
    whole = sum(int(str(row["inputs"])) for row in rows)
    typer.echo(f"\n{whole:,} inputs in {seconds:,.0f} s, {whole / seconds:,.0f}/s")
    typer.echo("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows:
        typer.echo("| " + " | ".join(f"{x:,}" if isinstance(x, int) else str(x) for x in row.values()) + " |")
    lines = _lines()
    for path, (reached, there) in sorted(lines.items()):
        typer.echo(f"  {path}: {reached} of {there} lines")
    told = {"inputs": whole, "seconds": round(seconds), "targets": rows, "lines": lines}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    typer.echo(f"→ {OUT}")


def _lines() -> dict[str, tuple[int, int]]:
    """The lines that all inputs reach which are kept or found."""
    taken: set[Step] = set()
    for name, target in TARGETS.items():
        for data in [*inputs(KEPT / name), *inputs(WORK / name)]:
            taken |= steps(target, data)
    return lines_reached(taken)


def _keep(names: list[str]) -> None:
    for name in names:
        chosen = smallest(TARGETS[name], [*inputs(KEPT / name), *inputs(WORK / name)])
        keep(name, chosen)
        typer.echo(f"{name}: {len(chosen)} inputs, {sum(map(len, chosen)):,} bytes kept")


if __name__ == "__main__":
    app()
