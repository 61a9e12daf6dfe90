"""The detector alone: one minute of a city on one core, alert logic and rules included."""

import gc
import multiprocessing
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.detector.panel import Panel
from alerts.rules.condition import Condition, Rule, Seen
from alerts.watch import Watch
from alerts.watch import compile as compile_kernels
from deploy.bench.city import City
from deploy.bench.row import Row, forget_peak, memory, spread

START = datetime(2026, 1, 1, tzinfo=UTC)


HOT_GRID = 36_793  # cells of the "2+26" cities
MINUTES = {400: (30, 120), 4_000: (30, 60), HOT_GRID: (30, 60), 250_000: (12, 16), 1_000_000: (8, 12)}
"""Cells: minutes seen before, minutes measured."""


class Measured(NamedTuple):
    """Seconds a minute and to read the state once, MB of the process and of the arrays in it, alerts left open."""

    seconds: list[float]
    busy: list[float]  # of the processor
    rules: list[float]  # of it, in the rules beside the detector
    verdicts: list[float]
    read: float
    memory: float
    arrays: float
    alerts: int


class Timed:
    """A rule that counts the seconds it takes."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.seconds = rule, 0.0

    @property
    def keys(self) -> Sequence[str]:
        """Of the rule."""
        return self.rule.keys

    @property
    def memory(self) -> Mapping[str, NDArray[Any]]:
        """Of the rule."""
        return self.rule.memory

    def step(self, seen: Seen) -> list[Condition]:
        """Of the rule."""
        began = time.process_time()
        found = self.rule.step(seen)
        self.seconds += time.process_time() - began
        return found


def detector() -> list[Row]:
    """The hot grid by 6 pollutants."""
    measured = of_size(HOT_GRID)
    name = f"detector, {HOT_GRID:,} cells x 6"
    return [
        *spread(f"{name}: a minute", measured.seconds, "ms", "<= 120"),
        Row(f"{name}: of it the rules", 1000 * float(np.median(measured.rules)), "ms"),
        Row(f"{name}: verdicts of the grid", 1000 * float(np.median(measured.verdicts)), "ms"),
        Row(f"{name}: reading the state once", 1000 * measured.read, "ms"),
        Row(f"{name}: a minute / reading", float(np.median(measured.seconds)) / measured.read, "x"),
        Row(f"{name}: alerts open at the end", measured.alerts, ""),
    ]


def million() -> list[Row]:
    """A million cells by 6 pollutants."""
    measured = of_size(1_000_000)
    name = "detector, 1,000,000 cells x 6"
    return [
        Row(f"{name}: a minute, p50 of {len(measured.seconds)}", float(np.median(measured.seconds)), "s", "<= 3"),
        Row(f"{name}: a minute / reading", float(np.median(measured.seconds)) / measured.read, "x"),
        Row(f"{name}: most memory of the process, without a registry", measured.memory, "MB", "<= 1000"),
        Row(f"{name}: state, findings and neighbours alone", measured.arrays, "MB"),
    ]


def growth() -> list[Row]:
    """Whether the cost of a minute grows no faster than the number of cells; a cell's share, of the processor."""
    share = {cells: 1e6 * float(np.median(of_size(cells).busy)) / cells for cells in MINUTES}
    rules = {cells: 1e6 * float(np.median(of_size(cells).rules)) / cells for cells in MINUTES}
    rows = []
    for cells in MINUTES:
        name, target = f"a cell's share of a minute of {cells:,} cells x 6", "<= 1" if cells > HOT_GRID else ""
        rows += [
            Row(name, share[cells], "us"),
            Row(f"{name}: of it the rules", rules[cells], "us"),
            Row(f"{name}, of that at {HOT_GRID:,}", share[cells] / share[HOT_GRID], "x", target),
        ]
    return rows


@cache
def of_size(cells: int) -> Measured:
    """What a city of so many cells takes."""
    return in_a_process_of_its_own(measure, cells, *MINUTES[cells])


def in_a_process_of_its_own(work: Callable[[int, int, int], Measured], *arguments: int) -> Measured:
    """What `work` gives, measured where nothing else has used memory."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def measure(cells: int, warm: int, minutes: int) -> Measured:
    """Let a watch see `warm` minutes, take its baseline for primed, and time the next `minutes`."""
    compile_kernels()
    city = City(cells, START)
    watch = Watch(city.registry())
    gc.collect()
    forget_peak("self")
    for minute in range(warm):
        watch.close(city.frame(watch.layout, minute))
    prime(watch)
    rules = [Timed(rule) for rule in watch.rules]
    watch.rules = list[Rule](rules)
    seconds, busy, ruled, verdicts = [], [], [], []
    for minute in range(warm, warm + minutes):
        frame = city.frame(watch.layout, minute)
        before, began, work = sum(rule.seconds for rule in rules), time.perf_counter(), time.process_time()
        watch.close(frame)
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - work)
        ruled.append(sum(rule.seconds for rule in rules) - before)
        began = time.perf_counter()
        watch.verdicts()
        verdicts.append(time.perf_counter() - began)
    most = memory("self", "VmHWM")
    read, arrays = read_once(watch.panels), arrays_of(watch.panels)
    return Measured(seconds, busy, ruled, verdicts, read, most, arrays, len(watch.open()))


def arrays_of(panels: list[Panel]) -> float:
    """MB of what the panels keep; they share their networks."""
    networks = {id(panel.network): panel.network for panel in panels}.values()
    parts = [*networks, *(panel.state for panel in panels), *(panel.minute for panel in panels)]
    return sum(array.nbytes for part in parts for array in part) / 1e6


def prime(watch: Watch) -> None:
    """Take what the watch has seen for hours of evidence, so that it may alarm."""
    for panel in watch.panels:
        panel.state.age[:] = panel.profile.numbers.prime


def read_once(panels: list[Panel]) -> float:
    """Seconds to bring the state of all panels from memory into the processor once."""
    arrays = [array for panel in panels for array in panel.state]
    flat = [array.reshape(-1).view(np.uint8)[: array.nbytes // 8 * 8].view(np.uint64) for array in arrays]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        for array in flat:
            array.max()
        times.append(time.perf_counter() - began)
    return float(np.median(times))
