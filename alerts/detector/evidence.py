"""From values to evidence: kernels, each a plain loop over the devices of one pollutant; NaN means no evidence."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.state import NO_TRACE, TRACE_STEP, State
from alerts.detector.tuning import Numbers

CAP = 30.0  # z is clipped here


class Minute(NamedTuple):
    """What the kernels find out about N devices in one minute."""

    y: NDArray[np.float32]  # ln(value + floor), median of three; NaN: no evidence
    reference: NDArray[np.float32]  # what the neighbours let expect, without the device's own bias
    level: NDArray[np.float32]  # ln(background + floor) of the device
    z: NDArray[np.float32]  # excess in SDs
    own: NDArray[np.float32]  # the device's own evidence
    score: NDArray[np.float32]  # with its neighbours'


@njit(nogil=True, cache=False)
def sense(  # noqa: PLR0913
    values: NDArray[np.floating],
    qc: NDArray[np.integer],
    rows: NDArray[np.integer],
    column: int,
    floor: float,
    state: State,
    minute: Minute,
    p: Numbers,
) -> None:
    """Log values, spikes taken out by a median of three; flagged, missing and stuck ones are no evidence."""
    for i in range(len(rows)):
        minute.y[i] = np.nan
        v = values[rows[i], column]
        if np.isnan(v) or qc[rows[i], column] != 0:
            state.gap[i] = min(state.gap[i] + 1, 255)
            if state.gap[i] > p.gap:
                state.y1[i] = np.nan
                state.y2[i] = np.nan
            continue
        same = v == state.raw[i]
        state.run[i] = min(state.run[i] + 1, 255) if same else 0
        if state.run[i] <= 3:
            state.repeat[i] += p.repeat_gain * (same - state.repeat[i])
        state.raw[i] = v
        state.gap[i] = 0
        y = np.log(max(v, 0.0) + floor)
        y1, y2 = state.y1[i], state.y2[i]
        state.y1[i], state.y2[i] = y, y1
        if not np.isnan(y1):
            state.rough[i] += p.rough_gain * (min(abs(y - y1), 2.0) - state.rough[i])
        longest = max(3.0, np.log(p.unlikely) / np.log(min(max(state.repeat[i], 1e-4), 0.98)))
        if state.run[i] >= longest:
            state.y1[i], state.y2[i] = np.nan, np.nan
        if state.run[i] >= longest or np.isnan(y1):
            continue
        if np.isnan(y2):
            minute.y[i] = min(y, y1)
        else:
            minute.y[i] = max(min(y, y1), min(max(y, y1), y2))


@njit(nogil=True, cache=False)
def track(state: State, minute: Minute, alone: NDArray[np.bool_], at: int, p: Numbers) -> None:
    """Excess over the reference and the running base, in units of the device's own scale; both follow slowly.

    Who stands `alone` has no reference but its own past: the base then is the whole level.
    """
    for i in range(len(minute.y)):
        minute.z[i] = np.nan
        state.trace[at, i] = NO_TRACE
        if alone[i]:
            minute.reference[i] = 0.0
            if state.age[i] == 0 and not np.isnan(minute.y[i]):
                state.base[i] = minute.y[i]
        level = minute.reference[i] + state.bias[i]
        minute.level[i] = level + state.base[i]
        if np.isnan(minute.y[i]):
            continue
        if np.isnan(level):
            state.age[i] = max(state.age[i], 1)
            continue
        age = state.age[i]
        state.age[i] = min(age + 1, 65535)
        early = max(1.0, p.settle / (age + 1.0))  # gains are higher at first
        apart = minute.y[i] - level
        excess = apart - state.base[i]
        z = excess / max(state.scale[i], p.scale_floor)
        gain = p.base_gain * (p.held if abs(z) > p.held_above and early <= 1 else 1.0)
        step = min(max(z, -p.base_clip), p.base_clip) * max(state.scale[i], p.scale_floor)
        state.base[i] += min(gain * early, 0.5) * step
        if not alone[i]:
            state.bias[i] += p.bias_gain * early * (1.0 if apart > 0 else -1.0)
        wide = 1.0 if abs(excess) > 0.6745 * state.scale[i] else -1.0
        state.scale[i] *= np.exp(min(p.scale_gain * early, 0.2) * wide)
        minute.z[i] = min(max(z, -CAP), CAP)
        state.trace[at, i] = int(min(max(np.round(excess / TRACE_STEP), -127.0), 127.0))


@njit(nogil=True, cache=False)
def weigh(state: State, minute: Minute, p: Numbers) -> None:
    """The device's own evidence from its running means, and its votes of the last eight minutes."""
    for i in range(len(minute.z)):
        z = minute.z[i]
        minute.own[i] = np.nan
        if np.isnan(z):
            if np.isnan(state.y1[i]):
                state.fast[i], state.slow[i], state.votes[i] = 0, 0, 0
            continue
        state.fast[i] += np.float32(0.5) * (z - state.fast[i])
        state.slow[i] += np.float32(0.3) * (z - state.slow[i])
        # A vote looks at the newest value itself: the median of three knows a minute later.
        raw = (state.y1[i] - minute.level[i]) / max(state.scale[i], p.scale_floor)
        state.votes[i] = ((state.votes[i] << 1) | (raw > p.vote_above)) & 0xFF
        below = min(max(-raw, 0.0), 6.0)
        state.fall[i] += np.float32((p.fall_up if below > state.fall[i] else p.fall_down) * (below - state.fall[i]))
        unrest = p.fall_weight * max(state.fall[i] - p.fall_free, 0.0)
        rough = state.rough[i] / max(state.scale[i], p.scale_floor) - p.rough_share * state.slow[i]
        unrest += p.rough_weight * max(rough - p.rough_free, 0.0)
        minute.own[i] = max(1.2 * state.fast[i], state.slow[i]) - unrest
