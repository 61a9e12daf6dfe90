"""One scenario after the other through the product's own backtest and through every peer, in processes that stay."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from alerts.backtest import backtest
from alerts.backtest import write as write_alerts
from tests.eval.claim import read_claims
from tests.eval.groups import BUILD, Case, prepare
from tests.eval.joining import alarms, join, lines, write
from tests.eval.peers import PEERS
from tests.eval.readings import read_readings
from tests.eval.score import Tally, tally
from tests.eval.truth import Truth, read_truth

OURS = "hotgrid"


class Scored(NamedTuple):
    """What every method did on one scenario, and the seconds that drawing it, our backtest and the peers took."""

    case: Case
    tallies: dict[str, Tally]
    seconds: tuple[float, float, float]


def run(chosen: list[Case], jobs: int) -> Iterator[Scored]:
    """Score the scenarios, as they are done; kernels are compiled once a process."""
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(score, case) for case in chosen]):
            yield done.result()


def score(case: Case, build: Path = BUILD) -> Scored:
    """Backtest one scenario as `hotgrid backtest` does, and the peers; alerts go to files as they do from there."""
    build.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    prepare(case)
    drawn = time.perf_counter()
    files = {OURS: build / f"{case.name}.jsonl"}
    write_alerts(backtest(case.folder), files[OURS])
    tested = time.perf_counter()
    truth = read_truth(case.folder, case.truth)
    files |= _peers(case, truth, build)
    tallies = {name: tally(truth, read_claims(path, truth)) for name, path in files.items()}
    return Scored(case, tallies, (drawn - began, tested - drawn, time.perf_counter() - tested))


def _peers(case: Case, truth: Truth, build: Path) -> dict[str, Path]:
    readings = read_readings(case.folder, truth)
    files = {}
    for number, peer in enumerate(PEERS):
        limit = peer.limit if case.settings else peer.fence
        if limit is not None:
            path = build / f"{case.name}.peer{number}.jsonl"
            write(lines(join(alarms(peer.statistic(readings), limit), readings), readings, truth), path)
            files[peer.name] = path
    return files
