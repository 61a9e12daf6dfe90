"""One run of the detector over a folder with a tuning, with or without made-up emissions; for a process of its own."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from alerts.alert import Alert
from alerts.backtest import READINGS, judge
from alerts.detector.tuning import FLOOR, Profile, Tuning
from alerts.injection import Injection, Touch, scheduled
from alerts.watch import Watch
from ingest.folder import read_folder
from ingest.grid import Floats
from ingest.layout import Layout
from ingest.recording import channels_of, frames, minutes_of, read_recording
from ingest.registry import Registry

WARM = (
    2880  # min before which nothing is counted; at most a third of the recording, at least until the detector may alarm
)


class Trial(NamedTuple):
    """`pollutants` are those that the made-up emissions may be of, None without any."""

    folder: Path
    tuning: Tuning
    pollutants: tuple[str, ...] | None = None
    seed: int = 1


class Outcome(NamedTuple):
    """What the detector said; the minute numbers that count; where the emissions could be seen."""

    alerts: tuple[Alert, ...]
    counted: range
    footprints: tuple[tuple[Touch, ...], ...]


def run(trial: Trial) -> Outcome:
    """Raises FolderError for a bad registry and RecordingError for bad readings."""
    registry, _ = read_folder(trial.folder)
    watch = Watch(registry, trial.tuning)
    table = read_recording(trial.folder / READINGS)
    counted = _counted(minutes_of(table), trial.tuning.grid.numbers.prime)
    recording = frames(table, watch.layout)
    if trial.pollutants is None:
        return Outcome(tuple(judge(watch, recording)), counted, ())
    profile = trial.tuning.fence if registry.grid.cell_m <= trial.tuning.fence_cell_m else trial.tuning.grid
    sites = _sites(registry, watch.layout, profile)
    stations = len([device for device in watch.layout.devices if device.cell and device.kind != "weather"])
    random = np.random.default_rng([trial.seed, *b"injection"])
    emissions = scheduled(random, counted, stations, len(sites), trial.pollutants, profile)
    injection = Injection(watch.layout, emissions, sites, profile.plume)
    alerts = judge(watch, injection.into(recording))
    return Outcome(tuple(alerts), counted, tuple(injection.footprint(i) for i in range(len(emissions))))


class Scope(NamedTuple):
    """Of a folder: what emissions can be made of, which profiles judge, which alerts a finding confirms."""

    pollutants: tuple[str, ...]
    profiles: tuple[str, ...]
    confirmed: frozenset[str]  # ids


def scope(folder: Path, tuning: Tuning) -> Scope:
    """Raises FolderError for a bad registry and RecordingError for bad readings."""
    registry, _ = read_folder(folder)
    watch = Watch(registry, tuning)
    columns = channels_of(read_recording(folder / READINGS), watch.layout)
    return Scope(
        pollutants=tuple(name for name, column in columns.items() if name in FLOOR and not np.isnan(column).all()),
        profiles=tuple(watch.profiles()),
        confirmed=frozenset(finding.alert_id for finding in registry.findings if finding.enterprise_id),
    )


def _counted(minutes: np.ndarray[tuple[int], np.dtype[np.int64]], prime: int) -> range:
    if not len(minutes):
        return range(0)
    first, end = int(minutes[0]), int(minutes[-1]) + 1
    return range(first + max(prime, min(WARM, (end - first) // 3)), end)


def _sites(registry: Registry, layout: Layout, profile: Profile) -> Floats:
    """The enterprises (E, 2) m that a device is in reach of."""
    rows = registry.enterprises
    sites = np.column_stack(layout.grid.metres([row.lon for row in rows], [row.lat for row in rows])).reshape(-1, 2)
    apart = [np.hypot(*(layout.xy - site).T).min(initial=np.inf) for site in sites]
    return sites[np.array(apart, float) <= profile.plume.reach]
