"""Triage of a device that disagrees with its neighbours: fault, hotspot or unsure; only hotspots alarm."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.evidence import Minute
from alerts.detector.panel import Panel
from alerts.detector.state import State
from alerts.rules.condition import Condition, Seen
from ingest.channel import COLUMN, POLLUTANTS
from ingest.layout import Layout
from ingest.registry import Registry

KIND = "fault"
EVERY = 15  # min between two looks at a device: each minute a fifteenth of them has its turn
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
FALLS = 3.4  # SDs below the background: noise falls as often as it rises, plumes never fall below
RUSTLES = 2  # looks in a row that are noisy
FACTOR = 0.693  # log units: half or twice the others, in the long run (24 h ratio of medians outside 0.5 … 2)
STUCK = 30  # min of the same value at least, whatever the resolution
ALONE = 3  # looks (30 min or more) of an even excess that no neighbour shares

SIGNS = ("", "stuck", "noisy", "step", "drift", "lonely", "hotspot")
NONE, IS_STUCK, IS_NOISY, IS_STEP, IS_DRIFT, IS_LONELY, IS_HOTSPOT = range(7)


class Memory(NamedTuple):
    """Of every device and named pollutant (N, P)."""

    usual: NDArray[np.float32]  # difference to the others in the long run, log units; NaN: unknown
    apart: NDArray[np.float32]  # how far off it the last look found it
    looks: NDArray[np.uint16]
    off: NDArray[np.uint8]  # looks in a row: apart, noisy, lonely
    rough: NDArray[np.uint8]
    alone: NDArray[np.uint8]
    cooling: NDArray[np.uint8]  # looks for which an excess may still be that of a hotspot
    sign: NDArray[np.uint8]  # index of SIGNS


class Fault:
    """Looks at stations only: what monitors show when something is wrong has rules of its own."""

    def __init__(self, _registry: Registry, layout: Layout) -> None:
        self.keys: Sequence[str] = [device.id for device in layout.devices]
        shape = (len(self.keys), len(POLLUTANTS))
        nothing = np.full(shape, np.nan, np.float32)
        self._memory = Memory(
            nothing, np.zeros(shape, np.float32), np.zeros(shape, np.uint16), *np.zeros((5, *shape), np.uint8)
        )
        self.memory: Mapping[str, NDArray[Any]] = self._memory._asdict()

    def step(self, seen: Seen) -> list[Condition]:
        """The faults among the devices whose turn it is."""
        panels = [panel for panel in seen.panels if panel.pollutant in POLLUTANTS]
        for panel in panels:
            triage(panel, self._memory, seen.clock)
        return [condition for panel in panels for condition in self._conditions(seen, panel)]

    def _conditions(self, seen: Seen, panel: Panel) -> Iterator[Condition]:
        column = COLUMN[panel.pollutant]
        turn = np.arange(seen.clock % EVERY, len(panel.network.order), EVERY)
        sign = self._memory.sign[panel.network.order[turn], column]
        for i in turn[(sign != NONE) & (sign != IS_HOTSPOT)]:
            row = int(panel.network.order[i])
            if not seen.layout.is_monitor[row]:
                yield self._condition(seen.layout.devices[row].id, panel, int(i), row)

    def _condition(self, name: str, panel: Panel, i: int, row: int) -> Condition:
        memory, state, column = self._memory, panel.state, COLUMN[panel.pollutant]
        sign, apart, usual = (int(memory.sign[row, column]), *(m[row, column] for m in (memory.apart, memory.usual)))
        jumped = jumps(memory, row, column)
        sure = sign in (IS_STUCK, IS_NOISY, IS_STEP) or (sign == IS_DRIFT and usual < 0) or len(jumped) > 1
        # Its running level, so that what flutters is not told again and again.
        level = float(panel.minute.level[i])
        value = float(state.raw[i]) if sign == IS_STUCK else max(float(np.exp(level)) - panel.floor, 0.0)
        beside = apart if sign == IS_STEP else usual if sign == IS_DRIFT else 0.0
        background = max(float(np.exp(level - beside)) - panel.floor, 0.0)
        evidence = {
            "sign": SIGNS[sign] if sure else "unsure",
            "trait": SIGNS[sign],
            "times_usual": round(float(np.exp(apart)), 3),
            "times_neighbours": round(float(np.exp(usual)), 3) if usual == usual else None,
            "roughness": round(float(state.rough[i]), 3),
            "repeated_min": int(state.run[i]),
            "usable_neighbours": panel.usable(i),
            "jumped_together": jumped,
            "profile": panel.profile.name,
        }
        score = abs(float(apart)) / APART
        return Condition(KIND, name, panel.pollutant, (name,), 1, value, background, score, evidence, HOLD)


def triage(panel: Panel, memory: Memory, clock: int) -> None:
    """Put into `memory.sign` what each device whose turn it is shows: a fault's sign, a hotspot, or nothing.

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
    middle = np.median((panel.state.bias + panel.state.base)[::stride][known])
    look(panel.state, panel.minute, panel.network.order, clock % EVERY, memory, (column, prime), (panel.floor, middle))


def jumps(memory: Memory, row: int, column: int) -> list[str]:
    """The pollutants of a lonely device that became so at the same look as this one."""
    if memory.alone[row, column] < ALONE:
        return []
    return [POLLUTANTS[c] for c in np.flatnonzero(memory.alone[row] == memory.alone[row, column])]


@njit(nogil=True, cache=False)
def look(  # noqa: PLR0913
    state: State,
    minute: Minute,
    order: NDArray[np.integer],
    turn: int,
    memory: Memory,
    which: tuple[int, int],
    scale: tuple[float, float],
) -> None:
    """Of every EVERYth device: take in the minute, and name its sign."""
    column, prime = which
    for i in range(turn, len(order), EVERY):
        at = (order[i], column)
        if state.age[i] < prime or state.gap[i] > EVERY:
            memory.off[at], memory.rough[at], memory.alone[at], memory.sign[at] = 0, 0, 0, NONE
        elif is_stuck(state, i, scale[0]):
            memory.sign[at] = IS_STUCK
        elif not np.isnan(minute.z[i]):
            count(state, i, memory, at, scale[1])
            memory.sign[at] = sign_of(state, i, memory, at)
        elif memory.sign[at] == IS_STUCK:
            memory.sign[at] = NONE


@njit(nogil=True, cache=False)
def is_stuck(state: State, i: int, floor: float) -> bool:
    """Whether one value was repeated for longer than its own repeat rate explains; nothing but zeros is clean air."""
    likely = min(max(state.repeat[i], 1e-4), 0.98)
    return bool(state.raw[i] > floor and state.run[i] >= max(STUCK, min(2 * np.log(1e-4) / np.log(likely), 250.0)))


@njit(nogil=True, cache=False)
def count(state: State, i: int, memory: Memory, at: tuple[int, int], middle: float) -> None:
    """Learn the usual difference, and count the looks in a row at which something was odd."""
    difference = state.bias[i] + state.base[i] - middle
    if np.isnan(memory.usual[at]):
        memory.usual[at] = difference
    apart = difference - memory.usual[at]
    looks = memory.looks[at]
    found = memory.sign[at] == IS_STEP
    gain = max(ADOPT if found else LEARN, 1 / (looks + 1))
    most = CLIP if looks >= WARM and not found else np.inf
    memory.usual[at] += gain * min(max(apart, -most), most)
    memory.looks[at] = min(looks + 1, 65535)
    memory.apart[at] = apart
    memory.cooling[at] = COOLS if state.alarm[i] else max(memory.cooling[at] - 1, 0)
    if apart < 0 or memory.cooling[at] == 0:
        memory.off[at] = min(memory.off[at] + 1, 255) if looks >= WARM and abs(apart) > APART else 0
    noisy = state.rough[i] > ROUGH and state.fall[i] > FALLS and not state.alarm[i]
    memory.rough[at] = min(memory.rough[at] + 1, 255) if noisy else 0
    memory.alone[at] = min(memory.alone[at] + 1, 255) if state.step[i] and not state.alarm[i] else 0


@njit(nogil=True, cache=False)
def sign_of(state: State, i: int, memory: Memory, at: tuple[int, int]) -> int:
    """The gravest sign of a device, its index in SIGNS."""
    stays = memory.sign[at] == IS_STEP and abs(memory.apart[at]) > STAY * APART
    if memory.rough[at] >= RUSTLES:
        return IS_NOISY
    if memory.off[at] >= LASTS or stays:
        return IS_STEP
    if state.alarm[i]:
        return IS_HOTSPOT
    if memory.looks[at] >= WARM and abs(memory.usual[at]) > FACTOR:
        return IS_DRIFT
    return IS_LONELY if memory.alone[at] >= ALONE else NONE
