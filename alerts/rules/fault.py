"""Triage of a device that disagrees with its neighbours: fault, hotspot or unsure; only hotspots alarm."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.evidence import Minute
from alerts.detector.panel import FEWEST, Panel
from alerts.detector.state import State
from alerts.rules.condition import Condition, Seen
from ingest.channel import COLUMN, POLLUTANTS
from ingest.layout import Layout
from ingest.registry import Registry

KIND = "fault"
EVERY = 15  # min between two looks at a pollutant of all devices: they take turns, by their columns
HOLD = 6 * EVERY  # min without the sign before the alert closes: a fault that comes and goes is one
SAMPLE = 2000  # devices at most of which the middle is taken
WARM = 96  # looks (a day) before the usual difference of a device is known
LEARN = 1 / 192  # gain of it, a look: two days
ADOPT = 1 / 48  # the same after a step was found (half a day): a step is told once, and then is what is usual
CLIP = 0.1  # log units, the most that one look can teach
APART = 0.22  # log units (25 %) off its usual difference: over three times the SD of what lasts hours in sound devices
STAY = 0.6  # share of it under which a step is over
LASTS = 10  # looks (2.5 h) apart that make a step: long plumes come and go with the wind
COOLS = 16  # looks (4 h) after an alarm in which an excess is no step: the base has taken the plume in by then
ROUGH = 0.32  # log units from one value to the next: three times that of sound low-cost sensors
FALLS = 3.7  # SDs below the background: noise falls as often as it rises, plumes never fall below
RUSTLES = 2  # looks in a row that are noisy
FACTOR = 0.693  # log units: half or twice the others, in the long run (24 h ratio of medians outside 0.5 … 2)
STUCK = 30  # min of the same value at least, whatever the resolution
UNLIKELY = 1e-4  # probability of a run that nobody believes …
TIMES = 4  # … and so many times as long is demanded (at most 250 min): the repeat rate counts only how runs begin
ALONE = 3  # looks (30 min or more) of an even excess that no neighbour shares

SIGNS = ("", "stuck", "noisy", "step", "drift", "lonely", "hotspot")
NONE, IS_STUCK, IS_NOISY, IS_STEP, IS_DRIFT, IS_LONELY, IS_HOTSPOT = range(7)


LOOKS = np.dtype(
    [
        ("usual", "f4"),  # difference to the others in the long run, log units; NaN: unknown
        ("apart", "f4"),  # how far off it the last look found the device
        ("count", "u2"),  # looks so far
        ("off", "u1"),  # looks in a row: apart, noisy, lonely
        ("noisy", "u1"),
        ("alone", "u1"),
        ("cooling", "u1"),  # looks for which an excess may still be that of a hotspot
        ("sign", "u1"),  # index of SIGNS
        ("", "u1"),
    ]
)
"""What is remembered of a device and pollutant, side by side in memory because it is needed together."""


class Fault:
    """Looks at stations only: what monitors show when something is wrong has rules of its own."""

    def __init__(self, _registry: Registry, layout: Layout) -> None:
        self.keys: Sequence[str] = [device.id for device in layout.devices]
        self._looks = np.zeros((len(self.keys), len(POLLUTANTS)), LOOKS)
        self._looks["usual"] = np.nan
        self.memory: Mapping[str, NDArray[Any]] = {"looks": self._looks}

    def step(self, seen: Seen) -> list[Condition]:
        """The faults among the devices whose turn it is."""
        turn = seen.clock % EVERY
        panels = [p for p in seen.panels if p.pollutant in POLLUTANTS and COLUMN[p.pollutant] == turn]
        for panel in panels:
            triage(panel, self._looks)
        return [condition for panel in panels for condition in self._conditions(seen, panel)]

    def _conditions(self, seen: Seen, panel: Panel) -> Iterator[Condition]:
        sign = self._looks["sign"][panel.network.order, COLUMN[panel.pollutant]]
        is_monitor = seen.layout.is_monitor[panel.network.order]
        # Stacks hold a hundred times what is in the air: beside their monitors nobody's level is a drift.
        stacks = bool((is_monitor & (panel.state.age >= panel.profile.numbers.prime)).any())
        for i in np.flatnonzero((sign != NONE) & (sign != IS_HOTSPOT) & ~is_monitor):
            row = int(panel.network.order[i])
            if sign[i] != IS_DRIFT or not stacks:
                yield self._condition(seen.layout.devices[row].id, panel, int(i), row)

    def _condition(self, name: str, panel: Panel, i: int, row: int) -> Condition:
        look, state = self._looks[row, COLUMN[panel.pollutant]], panel.state
        sign, apart, usual = int(look["sign"]), float(look["apart"]), float(look["usual"])
        jumped = jumps(self._looks[row], COLUMN[panel.pollutant])
        sure = sign in (IS_STUCK, IS_NOISY, IS_STEP) or (sign == IS_DRIFT and usual < 0) or len(jumped) > 1
        # Its running level, so that what flutters is not told again and again.
        level = float(panel.minute.level[i])
        value = float(state.raw[i]) if sign == IS_STUCK else max(math.exp(level) - panel.floor, 0.0)
        beside = apart if sign == IS_STEP else usual if sign == IS_DRIFT else 0.0
        background = max(math.exp(level - beside) - panel.floor, 0.0)
        evidence = {
            "sign": SIGNS[sign] if sure else "unsure",
            "trait": SIGNS[sign],
            "times_usual": round(math.exp(apart), 3),
            "times_neighbours": None if math.isnan(usual) else round(math.exp(usual), 3),
            "roughness": round(float(state.rough[i]), 3),
            "repeated_min": int(state.run[i]),
            "usable_neighbours": panel.usable(i),
            "jumped_together": jumped,
            "profile": panel.profile.name,
        }
        return Condition(KIND, name, panel.pollutant, (name,), 1, value, background, abs(apart) / APART, evidence, HOLD)


def triage(panel: Panel, looks: NDArray[np.void]) -> None:
    """Put into `looks["sign"]` what each device shows of the panel's pollutant: a fault's sign, a hotspot, or nothing.

    Faults are `stuck` (one value for longer than its own repeat rate explains), `noisy` (from value to value, and
    below the background as well), `step` (hours off its usual difference to the others), `drift` (half of what the
    others show in the long run). Unsure are `drift` upwards, which may be the place, and `lonely`: an even excess that
    no neighbour shares; several pollutants that began so together make a fault of it. The detector's alarm is a
    hotspot where no fault is seen.
    """
    column, prime = COLUMN[panel.pollutant], panel.profile.numbers.prime
    stride = max(1, len(panel.network.order) // SAMPLE)
    known = panel.state.age[::stride] >= prime
    if np.count_nonzero(known) < 3:
        return
    # All references drift together, as every device leans on the others: only the difference to the middle says much.
    middle = np.median((panel.state.bias[::stride] + panel.state.base[::stride])[known])
    look(panel.state, panel.minute, panel.network.order, looks[:, column], prime, (panel.floor, middle))


def of_alarm(panel: Panel, i: int) -> dict[str, object]:
    """Triage of a device in alarm, from what the detector itself knows of it in this minute: `hotspot`, or `unsure`.

    The alarm stands either way; a sign of a fault, or too few neighbours to tell, is said with it. What takes hours to
    see (drift, steps) is not in it: that is `triage`.
    """
    state, usable = panel.state, panel.usable(i)
    signs = {
        # The plain function: the compiled one is for other types, and would be compiled in the midst of a minute.
        SIGNS[IS_STUCK]: is_stuck.py_func(state.raw[i] - panel.floor, int(state.run[i]), float(state.repeat[i])),
        SIGNS[IS_NOISY]: state.rough[i] > ROUGH and state.fall[i] > FALLS,
        SIGNS[IS_LONELY]: state.step[i],
        "few_neighbours": usable < FEWEST,
    }
    sign = next((name for name, there in signs.items() if there), SIGNS[IS_HOTSPOT])
    verdict = "hotspot" if sign == SIGNS[IS_HOTSPOT] else "unsure"
    return {"verdict": verdict, "sign": sign, "usable_neighbours": usable}


def jumps(looks: NDArray[np.void], column: int) -> list[str]:
    """The pollutants of a lonely device that became so together with this one, a look more or less."""
    alone = looks["alone"].astype(int)
    together = (alone > 0) & (abs(alone - alone[column]) <= 1)
    return [POLLUTANTS[c] for c in np.flatnonzero(together)] if alone[column] >= ALONE else []


@njit(nogil=True, cache=False)
def look(
    state: State,
    minute: Minute,
    order: NDArray[np.integer],
    looks: NDArray[np.void],
    prime: int,
    scale: tuple[float, float],
) -> None:
    """Take in the minute of every device, and name its sign; `scale` is the floor and the middle."""
    for i in range(len(order)):
        m = looks[order[i]]
        if state.age[i] < prime or state.gap[i] > EVERY:
            m.off, m.noisy, m.alone, m.sign = 0, 0, 0, NONE
        elif is_stuck(state.raw[i] - scale[0], state.run[i], state.repeat[i]):
            m.sign = IS_STUCK
        elif not np.isnan(minute.z[i]):
            learn(m, state.bias[i] + state.base[i] - scale[1])
            m.cooling = COOLS if state.alarm[i] else max(m.cooling - 1, 0)
            if m.apart < 0 or m.cooling == 0:
                m.off = streak(m.off, m.count > WARM and abs(m.apart) > APART)
            m.noisy = streak(m.noisy, state.rough[i] > ROUGH and state.fall[i] > FALLS and not state.alarm[i])
            m.alone = streak(m.alone, state.step[i] and not state.alarm[i])
            m.sign = sign_of(m, state.alarm[i])
        elif m.sign == IS_STUCK:
            m.sign = NONE


@njit(nogil=True, cache=False)
def is_stuck(above: float, run: int, repeat: float) -> bool:
    """Whether one value was repeated for longer than its own repeat rate explains; hardly anything is clean air."""
    likely = min(max(repeat, 1e-4), 0.98)
    return bool(above > 0 and run >= STUCK and run >= min(TIMES * np.log(UNLIKELY) / np.log(likely), 250.0))


@njit(nogil=True, cache=False)
def learn(m: Any, difference: float) -> None:
    """Take a difference to the others into what is usual; one that was found to be a step is usual sooner."""
    if np.isnan(m.usual):
        m.usual = difference
    apart = difference - m.usual
    found = m.sign == IS_STEP
    gain = max(ADOPT if found else LEARN, 1 / (m.count + 1))
    most = CLIP if m.count >= WARM and not found else np.inf
    m.usual += gain * min(max(apart, -most), most)
    m.apart = apart
    m.count = min(m.count + 1, 65535)


@njit(nogil=True, cache=False)
def streak(before: int, now: bool) -> int:
    """How many looks in a row."""
    return min(before + 1, 255) if now else 0


@njit(nogil=True, cache=False)
def sign_of(m: Any, alarm: int) -> int:
    """The gravest sign of a device, its index in SIGNS."""
    if m.noisy >= RUSTLES:
        return IS_NOISY
    if m.off >= LASTS or (m.sign == IS_STEP and abs(m.apart) > STAY * APART):
        return IS_STEP
    if alarm:
        return IS_HOTSPOT
    if m.count >= WARM and abs(m.usual) > FACTOR:
        return IS_DRIFT
    return IS_LONELY if m.alone >= ALONE else NONE
