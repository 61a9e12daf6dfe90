"""The devices of one network that are judged by one pollutant: state and findings, stepped minute by minute."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.detector import decision, evidence, reference
from alerts.detector.evidence import Minute
from alerts.detector.network import Network
from alerts.detector.reference import Exchange
from alerts.detector.state import TRACE, State, fresh
from alerts.detector.tuning import Profile
from alerts.detector.wind import Breeze
from ingest.flag import Qc
from ingest.layout import Frame

FEWEST = 3  # neighbours that make a reference
NO_DATA, WARMING, NORMAL, UNUSABLE, IN_ALERT = range(5)


class Verdict(NamedTuple):
    """The newest minute of one pollutant, rows in the order of the layout's devices."""

    value: NDArray[np.float32]
    background: NDArray[np.float32]
    score: NDArray[np.float32]
    state: NDArray[np.uint8]  # 0 no data, 1 warming up, 2 normal, 3 not usable, 4 in alert


def unknown(n: int) -> Verdict:
    """No data of `n` devices."""
    nothing = (np.full(n, np.nan, np.float32) for _ in range(3))
    return Verdict(next(nothing), next(nothing), next(nothing), np.full(n, NO_DATA, np.uint8))


def blank(n: int) -> Minute:
    """A minute of which nothing is known."""
    return Minute(*(np.full(n, np.nan, np.float32) for _ in Minute._fields))


@dataclass(slots=True)
class Panel:
    """`column` of the layout's channels; `floor` in the pollutant's unit (0: to be learned from the first values)."""

    pollutant: str
    column: int
    profile: Profile
    network: Network
    floor: float
    state: State = field(init=False)
    alone: NDArray[np.bool_] = field(init=False)  # too few neighbours to be judged: only their own past is known
    minute: Minute = field(init=False)

    def __post_init__(self) -> None:
        self.state = fresh(len(self.network.x))
        self.alone = (self.network.neighbours >= 0).sum(axis=1) < FEWEST
        self.minute = blank(len(self.network.x))

    def step(self, frame: Frame, clock: int, wind: Breeze, told: Exchange) -> NDArray[np.intp]:
        """Judge minute number `clock`, for which `told.side` is made; returns the places of the network in alarm."""
        state, minute, p = self.state, self.minute, self.profile.numbers
        self._learn_floor(frame)
        evidence.sense(frame.values, frame.qc, self.network.order, self.column, self.floor, state, minute, p)
        reference.offer(state, minute.y, told.offer)
        reference.refer(self.network, told, minute.reference, p)
        evidence.track(state, minute, self.alone, clock % TRACE, p)
        evidence.weigh(state, minute, p)
        minute.own[self.alone] = np.nan
        decision.corroborate(self.network, state, minute, wind, clock % TRACE, p)
        decision.decide(state, minute, p)
        return np.flatnonzero(state.alarm)

    def _learn_floor(self, frame: Frame) -> None:
        """An unknown code brings its unit with its first values: take the profile's share of their median."""
        if self.floor == 0:
            values, qc = (part[self.network.order, self.column] for part in (frame.values, frame.qc))
            seen = values[(values > 0) & (qc == Qc.GOOD)]
            self.floor = 0.07 * self.profile.numbers.floor_share * float(np.median(seen)) if len(seen) else 0.0

    def value(self, i: int) -> float:
        """The judged value of a place (median of three), in the pollutant's unit."""
        return float(np.exp(self.minute.y[i]) - self.floor)

    def background(self, i: int) -> float:
        """What the place would show without an emission."""
        return max(float(np.exp(self.minute.level[i]) - self.floor), 0.0)

    def witnesses(self, i: int) -> NDArray[np.int32]:
        """The neighbours of a place that gave evidence, nearest first."""
        near = self.network.neighbours[i]
        near = near[near >= 0]
        gave: NDArray[np.int32] = near[~np.isnan(self.minute.y[near])]
        return gave

    def usable(self, i: int) -> int:
        """How many they are."""
        return len(self.witnesses(i))

    def condition(self, i: int) -> dict[str, object]:
        """What speaks for or against the device at a place itself; SDs and roughness in log units."""
        state = self.state
        return {
            "flag": "good",  # anything else is no evidence
            "repeated": int(state.run[i]),
            "gap_min": int(state.gap[i]),
            "sd": round(float(state.scale[i]), 4),
            "roughness": round(float(state.rough[i]), 4),
            "suspected_step": bool(state.step[i]),
        }

    def write(self, frame: Frame, verdict: Verdict) -> None:
        """Put the newest minute into the rows of the layout."""
        rows, state, minute = self.network.order, self.state, self.minute
        sent = frame.values[rows, self.column]
        verdict.value[rows] = sent
        verdict.background[rows] = np.maximum(np.exp(minute.level) - self.floor, 0)
        verdict.score[rows] = minute.score
        warm = state.age < self.profile.numbers.prime
        judged = np.where(np.isnan(minute.score), np.where(warm, WARMING, UNUSABLE), NORMAL)
        judged = np.where(np.isnan(sent) & (frame.qc[rows, self.column] == 0), NO_DATA, judged)
        verdict.state[rows] = np.where(state.alarm == 1, IN_ALERT, judged)
