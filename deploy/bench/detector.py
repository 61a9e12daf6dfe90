"""The detector alone: one minute of a city on one core, alert logic included."""

import gc
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from alerts.detector.panel import Panel
from alerts.watch import Watch
from alerts.watch import compile as compile_kernels
from deploy.bench.city import City
from deploy.bench.row import Row, forget_peak, memory, spread

START = datetime(2026, 1, 1, tzinfo=UTC)


class Measured(NamedTuple):
    """Seconds a minute and to read the state once, MB of the process and of the arrays in it, alerts left open."""

    seconds: list[float]
    verdicts: list[float]
    read: float
    memory: float
    arrays: float
    alerts: int


def detector() -> list[Row]:
    """36,793 cells (the "2+26" cities' hot grid) by 6 pollutants."""
    measured = in_a_process_of_its_own(measure, 36_793, 30, 60)
    name = "detector, 36,793 cells x 6"
    return [
        *spread(f"{name}: a minute", measured.seconds, "ms", "<= 120"),
        Row(f"{name}: verdicts of the grid", 1000 * float(np.median(measured.verdicts)), "ms"),
        Row(f"{name}: reading the state once", 1000 * measured.read, "ms"),
        Row(f"{name}: a minute / reading", float(np.median(measured.seconds)) / measured.read, "x"),
        Row(f"{name}: alerts open at the end", measured.alerts, ""),
    ]


def million() -> list[Row]:
    """A million cells by 6 pollutants."""
    measured = in_a_process_of_its_own(measure, 1_000_000, 8, 12)
    name = "detector, 1,000,000 cells x 6"
    return [
        Row(f"{name}: a minute, p50 of {len(measured.seconds)}", float(np.median(measured.seconds)), "s", "<= 3"),
        Row(f"{name}: a minute / reading", float(np.median(measured.seconds)) / measured.read, "x"),
        Row(f"{name}: most memory of the process, without a registry", measured.memory, "MB", "<= 1000"),
        Row(f"{name}: state, findings and neighbours alone", measured.arrays, "MB"),
    ]


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
    seconds, verdicts = [], []
    for minute in range(warm, warm + minutes):
        frame = city.frame(watch.layout, minute)
        began = time.perf_counter()
        watch.close(frame)
        seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        watch.verdicts()
        verdicts.append(time.perf_counter() - began)
    most = memory("self", "VmHWM")
    return Measured(seconds, verdicts, read_once(watch.panels), most, arrays_of(watch.panels), len(watch.open()))


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
