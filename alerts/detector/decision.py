"""From evidence to alarms: kernels that fuse neighbours, tell faults and fronts from plumes, and decide."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.detector.evidence import Minute
from alerts.detector.network import Network
from alerts.detector.state import NO_TRACE, State
from alerts.detector.tuning import Numbers
from alerts.detector.wind import Breeze


@njit(nogil=True, cache=False)
def corroborate(network: Network, state: State, minute: Minute, wind: Breeze, at: int, p: Numbers) -> None:
    """Score: own evidence where enough votes agree, or own and the best close neighbours together, less the doubts."""
    best = np.empty(network.neighbours.shape[1], np.float32)
    for i in range(len(minute.own)):
        own = minute.own[i]
        minute.score[i] = np.nan
        if np.isnan(own) or state.age[i] < p.prime:
            continue
        votes = bits(state.votes[i])
        score = own if votes >= p.votes else min(own, 0.0)
        if votes < 2:
            state.step[i] = 0
        elif own > 0:
            agreeing = allies(network, minute, i, best, p)
            if score > p.threshold and is_step(state, i, at, votes, agreeing, p):
                score = 0.0
            score = max(score, together(own, best[:agreeing]))
            if score > p.threshold:
                score -= doubt(network, minute, i, wind, p) + p.wide * max(
                    state.scale[i] / p.scale_floor - p.may_vary, 0.0
                )
        minute.score[i] = score


@njit(nogil=True, cache=False)
def is_step(state: State, i: int, at: int, votes: int, agreeing: int, p: Numbers) -> bool:
    """Whether a lonely excess is as even as steps of the sensor are and plumes never; once suspected, hard to clear."""
    state.step[i] = agreeing == 0 and variation(state.trace[:, i], at, votes) < (p.lively if state.step[i] else p.flat)
    return bool(state.step[i] == 1)


@njit(nogil=True, cache=False)
def allies(network: Network, minute: Minute, i: int, best: NDArray[np.floating], p: Numbers) -> int:
    """How many close neighbours see something too, and their evidence, highest first, into `best`."""
    n = 0
    for k in range(network.close[i]):
        other = minute.own[network.neighbours[i, k]]
        if other > p.vote_above:
            other = min(other, p.lean * minute.own[i])
            m = n
            while m > 0 and best[m - 1] < other:
                best[m] = best[m - 1]
                m -= 1
            best[m] = other
            n += 1
    return n


@njit(nogil=True, cache=False)
def together(own: float, best: NDArray[np.floating]) -> float:
    """The best subset is the top of the sorted neighbours (linear-time subset scan, Neill 2012); 0 without any."""
    total, highest = own, 0.0
    for k in range(len(best)):
        total += best[k]
        highest = max(highest, 1.25 * total / np.sqrt(2.0 * (k + 2)))
    return highest


@njit(nogil=True, cache=False)
def doubt(network: Network, minute: Minute, i: int, wind: Breeze, p: Numbers) -> float:
    """What a passing front takes off a score: nobody upwind to have seen it come, many that move."""
    seen, upwind, falling, rising = 0, 0, 0, 0
    for k in range(network.neighbours.shape[1]):
        j = network.neighbours[i, k]
        if j < 0:
            break
        if np.isnan(minute.z[j]):
            continue
        dx, dy = network.x[j] - network.x[i], network.y[j] - network.y[i]
        seen += 1
        upwind += dx * wind.u + dy * wind.v < 0
        falling += minute.z[j] < -1.5
        rising += minute.z[j] > 1.0
    turmoil = max(falling / max(seen, 1) - p.may_fall, 0.0) + max(rising / max(seen, 1) - p.may_rise, 0.0)
    return p.blind * (upwind < 3) + p.turmoil * turmoil


@njit(nogil=True, cache=False)
def variation(trace: NDArray[np.integer], at: int, votes: int) -> float:
    """SD over mean of the excess in the newest `votes` minutes with evidence, the first of them left out."""
    n, total, squares = 0, 0.0, 0.0
    for k in range(8):
        e = trace[(at - k) % len(trace)]
        if e != NO_TRACE and n < votes - 1:
            n, total, squares = n + 1, total + e, squares + e * e
    if n < 2 or total <= 0:
        return np.inf
    return float(np.sqrt(max(squares / n - (total / n) ** 2, 0.0)) * n / total)


@njit(nogil=True, cache=False)
def bits(byte: int) -> int:
    """How many of the eight are set."""
    n = 0
    while byte:
        n += byte & 1
        byte >>= 1
    return n


@njit(nogil=True, cache=False)
def decide(state: State, minute: Minute, p: Numbers) -> None:
    """An alarm begins at two of three minutes over the threshold, or one far over; it ends after enough quiet ones."""
    for i in range(len(minute.score)):
        score = minute.score[i]
        if np.isnan(score):
            state.over[i] = (state.over[i] << 1) & 0xFF
            state.quiet[i] = min(state.quiet[i] + 1, 255)
        else:
            state.over[i] = ((state.over[i] << 1) | (score > p.threshold)) & 0xFF
            confirmed = minute.own[i] > p.closing * p.threshold and not state.step[i]
            state.quiet[i] = 0 if confirmed else min(state.quiet[i] + 1, 255)
        sure = bits(state.over[i] & 7) >= 2 or score > p.at_once * p.threshold
        if not state.alarm[i] and state.over[i] & 1 and sure:
            state.alarm[i], state.quiet[i] = 1, 0
        elif state.alarm[i] and state.quiet[i] >= p.quiet:
            state.alarm[i] = 0
