"""The closing of a minute: all detectors and trackers of a district, a pure function of state and frame."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts import attribution, checkpoint
from alerts.alert import Alert, Change
from alerts.attribution import TRAVEL
from alerts.case import Sighting
from alerts.detector import network, reference, wind
from alerts.detector.panel import Panel, Verdict, unknown
from alerts.detector.tuning import DEFAULT, FLOOR, Profile, Tuning
from alerts.detector.version import version
from alerts.inquiry import Inquiry
from alerts.rules import RULES
from alerts.rules.condition import Seen
from alerts.rules.standing import Keeper
from alerts.tracker import Tracker
from ingest.channel import POLLUTANTS, is_pollutant
from ingest.layout import MONITOR, Device, Frame, Layout
from ingest.marks import Marks
from ingest.registry import Enterprise, GridRow, MonitorChannel, Registry, Station

MINUTE = timedelta(minutes=1)
TURNS = 15  # minutes after which every rule has had its turn
BRIDGE = 60  # minutes of silence that are stepped through one by one; after them every alert is closed


class Watch:
    """All detectors and the trackers of a district."""

    def __init__(self, registry: Registry, tuning: Tuning = DEFAULT) -> None:
        self.layout = Layout.of(registry)
        self.marks = Marks.of(registry.marks, self.layout)
        self.tuning = tuning
        self.version = version(tuning)
        self.last: datetime | None = None
        self.wind = wind.Wind()
        self.panels: list[Panel] = []
        self.inquiry = Inquiry(registry, self.layout, self.wind)
        self.tracker = Tracker(self.layout, tuning.tracking, self.version, self.inquiry.expects)
        self.rules = [make(registry, self.layout) for make in RULES]
        self.keeper = Keeper(self.layout, self.version)
        self._profiles = [tuning.grid, tuning.fence]
        self._networks = [self._connect(profile) for profile in self._profiles]
        self._told = [reference.exchange(net) for net in self._networks]
        self._frame: Frame | None = None

    def close(self, frame: Frame) -> list[Change]:
        """Judge a minute; frames come in the order of time, minutes in which nobody sent anything are filled in."""
        changes = []
        for minute in self._silence(frame.minute):
            changes += self._step(Frame.empty(self.layout, minute))
        return changes + self._step(frame)

    def _step(self, frame: Frame) -> list[Change]:
        frame = replace(frame, values=writable(frame.values, np.float32), qc=writable(frame.qc, np.uint8))
        frame = self.marks.apply(frame)
        clock = round(frame.minute.timestamp()) // 60
        end = frame.minute.astimezone(UTC) + MINUTE
        breeze = self.wind.step(clock, wind.measured(frame, self.layout))
        for net, told in zip(self._networks, self._told, strict=True):
            reference.face(net, breeze, told.side)
        self._admit_new(frame)
        sightings = [sighting for panel in self.panels for sighting in self._judge(panel, frame, clock, breeze)]
        self.tracker.step(sightings, end, clock, breeze)
        for case in self.tracker.cases:
            self.inquiry.follow(case, self.panels, clock)
        self.last, self._frame = frame.minute, frame
        news = self.tracker.news()
        seen = Seen(self.layout, frame, self.panels, breeze, clock, end)
        conditions = [condition for rule in self.rules for condition in rule.step(seen)]
        return news + self.keeper.step(conditions, end, clock)

    def verdicts(self) -> dict[str, Verdict]:
        """The newest minute by pollutant, rows in the order of `layout.devices`."""
        verdicts: dict[str, Verdict] = {}
        for panel in self.panels:
            verdict = verdicts.setdefault(panel.pollutant, unknown(len(self.layout.devices)))
            if self._frame:
                panel.write(self._frame, verdict)
        return verdicts

    def open(self) -> list[Alert]:
        """The alerts that are open, in the order opened."""
        alerts = [case.alert for case in self.tracker.cases]
        alerts += [kept.alert for kept in self.keeper.standing.values()]
        return sorted(alerts, key=lambda alert: (alert.opened_at, alert.id))

    def profiles(self) -> list[str]:
        """Names of the profiles that somebody here is judged by."""
        return [known.name for known, net in zip(self._profiles, self._networks, strict=True) if len(net.order)]

    def dump(self) -> bytes:
        """Everything that the next minute depends on."""
        return checkpoint.dump(self)

    def load(self, blob: bytes) -> None:
        """Go on from a dump; raises CheckpointError if it is of another detector version."""
        checkpoint.load(self, blob)

    def find(self, pollutant: str, profile: str) -> Panel:
        """The panel of a pollutant under a profile."""
        return next(p for p in self.panels if (p.pollutant, p.profile.name) == (pollutant, profile))

    def admit(self, pollutant: str, profile: str) -> Panel:
        """Make the panel of a pollutant that is sent for the first time."""
        which = next(i for i, known in enumerate(self._profiles) if known.name == profile)
        floor = FLOOR.get(pollutant, 0.0) * self._profiles[which].numbers.floor_share
        column = self.layout.column[pollutant]
        panel = Panel(pollutant, column, self._profiles[which], self._networks[which], floor)
        self.panels = sorted([*self.panels, panel], key=lambda p: (p.column, p.profile.name))
        return panel

    def _silence(self, minute: datetime) -> list[datetime]:
        """The minutes since the last one that have to be stepped through."""
        last = self.last or minute
        return [last + i * MINUTE for i in range(1, min(round((minute - last) / MINUTE), BRIDGE + 1))]

    def _connect(self, profile: Profile) -> network.Network:
        rows = [i for i, device in enumerate(self.layout.devices) if self._profile(device) is profile]
        return network.connect(np.array(rows, np.int64), self.layout.xy, profile.reach, profile.close)

    def _profile(self, device: Device) -> Profile | None:
        """Which profile judges a device, None for weather masts and what lies outside the grid."""
        if device.kind == "weather" or device.cell is None:
            return None
        fine = self.layout.grid.cell_m <= self.tuning.fence_cell_m
        return self.tuning.fence if fine or device.kind in ("boundary", MONITOR) else self.tuning.grid

    def _admit_new(self, frame: Frame) -> None:
        """Admit every pollutant that somebody sends and that is not judged yet."""
        have = {(panel.column, panel.profile.name) for panel in self.panels}
        for profile, net in zip(self._profiles, self._networks, strict=True):
            sent = self.layout.channels if profile is self.tuning.fence else POLLUTANTS
            for name in filter(is_pollutant, sent):
                column = self.layout.column[name]
                if (column, profile.name) not in have and not np.isnan(frame.values[net.order, column]).all():
                    self.admit(name, profile.name)

    def _judge(self, panel: Panel, frame: Frame, clock: int, breeze: wind.Breeze) -> Iterable[Sighting]:
        """The devices of a panel that are in alarm."""
        for i in panel.step(frame, clock, breeze, self._told[self._profiles.index(panel.profile)]):
            if np.isnan(panel.minute.y[i]) or np.isnan(panel.minute.level[i]):
                value = background = 0.0
            else:
                value, background = panel.value(i), panel.background(i)
            device = self.layout.devices[panel.network.order[i]]
            assert device.cell is not None
            score = float(np.nan_to_num(panel.minute.score[i]))
            yield Sighting(device, device.cell, panel, int(i), value, background, score)


def writable(array: NDArray[Any], kind: type) -> NDArray[Any]:
    """The array as the kernels were compiled for it; a copy only where it is not that already."""
    return np.require(array, kind, ["C", "W"])


def compile(tuning: Tuning = DEFAULT) -> None:  # noqa: A001
    """Compile every kernel, so that the first real minute does not wait for it."""
    grid = GridRow(cell_m=500, epsg=4549, lon0=120.0, lat0=31.0, nx=4, ny=4)
    stations = [
        Station(station_id=f"S{i}", name="", kind="micro", lon=120.001 + i * 0.004, lat=31.001) for i in range(5)
    ]
    enterprise = Enterprise(enterprise_id="E", name="", lon=120.01, lat=31.0)
    monitor = MonitorChannel(
        mn="MN", enterprise_id="E", outlet="", lon=120.01, lat=31.0, password="", channel="nmhc", unit="mg/m3", limit=1
    )
    registry = Registry(grid=grid, stations=tuple(stations), enterprises=(enterprise,), monitors=(monitor,))
    watch = Watch(registry, tuning)
    panel = watch.admit("pm25", watch.tuning.grid.name)
    minute = datetime(2000, 1, 1, tzinfo=UTC)
    panel.state.age[:] = panel.profile.numbers.prime  # who is not primed is not triaged
    for i in range(TURNS):
        watch.close(Frame.empty(watch.layout, minute + i * MINUTE))
    trail = attribution.begin(panel, 0, watch.layout.xy, 0)
    attribution.attribute(trail, np.ones((len(trail.excess) + TRAVEL, 2)), ["E"], np.zeros((1, 2)))
