"""`hotgrid backtest`: the detector over a recording, against another tuning, or for a budget of alarms."""

import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.option import Folder, Json
from deploy.progress import bar

if TYPE_CHECKING:
    from alerts.alert import Alert
    from alerts.detector.tuning import Tuning
    from alerts.trial import Outcome, Trial

Out = Annotated[Path, typer.Option(help="输出文件 · the file to write")]
TuningFile = Annotated[
    Path | None,
    typer.Option(
        "--tuning",
        help="另一份参数文件，并列出它带来的差别 · another tuning file; shows what it changes against the current one",
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        min=0, help="每天最多的告警数：由历史求出阈值 · most alarms a day: finds the threshold from the recording"
    ),
]
Pollutants = Annotated[
    list[str] | None,
    typer.Option("--pollutant", help="与 --budget 同用：模拟排放哪些 · with --budget: of what emissions are made up"),
]


def backtest(
    folder: Folder,
    out: Out,
    tuning: TuningFile = None,
    budget: Budget = None,
    pollutant: Pollutants = None,
    as_json: Json = False,
) -> None:
    """用同一检测器回测一个场景文件夹 · run the very same detector over a scenario folder"""
    from alerts.backtest import write
    from alerts.settings import TuningSettings
    from alerts.tuning_file import read

    current = TuningSettings().tuning
    other = read(tuning) if tuning else current
    if budget is not None:
        alerts, told, text = _budget(folder, other, budget, pollutant)
    elif tuning:
        alerts, told, text = _difference(folder, current, other)
    else:
        alerts, told, text = _run(folder, current, "backtest"), {}, []
    write(alerts, out)
    if as_json:
        typer.echo(json.dumps({"alerts": len(alerts), "out": str(out), **told}, ensure_ascii=False))
        return
    for line in [*text, f"{len(alerts)} alerts → {out}"]:
        typer.echo(line)


Shown = tuple[Sequence["Alert"], dict[str, object], list[str]]


def _run(folder: Path, tuning: "Tuning", label: str) -> list["Alert"]:
    from alerts.backtest import backtest

    with bar(label) as progress:
        return backtest(folder, progress, tuning)


def _difference(folder: Path, current: "Tuning", other: "Tuning") -> Shown:
    """The alerts of the other tuning, and what they are against those of the current one."""
    from alerts.difference import compare
    from deploy.comparison import difference_json, difference_text

    before, after = _run(folder, current, "current"), _run(folder, other, "tuning")
    difference = compare(before, after)
    return after, {"difference": difference_json(difference)}, list(difference_text(difference))


def _budget(folder: Path, tuning: "Tuning", budget: float, pollutants: Sequence[str] | None) -> Shown:
    """The alerts of the threshold that keeps to the budget, or the current ones if none does; the table."""
    from alerts.budget import FACTORS, propose
    from alerts.trial import Trial, scope
    from deploy.comparison import budget_json, budget_text

    here = scope(folder, tuning)
    if unknown := set(pollutants or ()) - set(here.pollutants):
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))}: not in the recording; there are {', '.join(here.pollutants) or 'none'}",
            param_hint="--pollutant",
        )
    trial = Trial(folder, tuning, tuple(pollutants or here.pollutants))
    with bar("budget") as progress, _pool(2 * len(FACTORS)) as pool:
        proposal = propose(trial, here, budget, lambda trials: _all(pool, trials, progress))
    shown = proposal.chosen or proposal.current
    return shown.alerts, {"budget": budget_json(proposal, budget)}, list(budget_text(proposal, budget))


def _pool(most: int) -> Executor:
    """A worker for each CPU that we may use; each process of its own has to compile the kernels for itself."""
    workers = min(len(os.sched_getaffinity(0)), most)
    if workers == 1:
        return ThreadPoolExecutor(1)
    # Spawned: to fork a process that has threads, as Arrow's readers are, may hang it.
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))


def _all(pool: Executor, trials: Sequence["Trial"], progress: Callable[[float], None]) -> list["Outcome"]:
    """The trials' outcomes, in their order."""
    from alerts.trial import run

    futures = [pool.submit(run, trial) for trial in trials]
    for done, _ in enumerate(as_completed(futures), 1):
        progress(done / len(futures))
    return [future.result() for future in futures]
