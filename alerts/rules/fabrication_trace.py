"""What is remembered of every channel of a monitor, minute by minute: some 4.5 KB each, no list of readings."""

from typing import NamedTuple, get_args

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.rules.fabrication_rows import HOUR, Rows

DAY = 1440  # min
LAGS = 24  # readings are compared with those 1 … 24 h before
MARKED = 10.0  # added to the depth of a fall that came right after a gap or mark
SUMS = 9  # good, idle, sum ln, sum, sum of squares, hug, over, ratio, its minutes
DIGITS = 10
POWERS = (1.0, 10.0, 100.0, 1000.0)

IDLE_LIMIT = 0.01  # of the permit limit: below it nothing is gained by inventing values
IDLE_PEAK = 0.02  # of the channel's own highest hours: a stack that is off
AT_FLOOR = 0.05  # of the limit or own peak: up to here the channel's lowest value is a detection limit
FLOOR_RISE = 2e-5  # a minute, relative: a lower limit is forgotten in weeks
CYCLE_MEMORY = 4320  # min
CYCLES = 24.0  # a run so many times the usual one is suspicious …
LEAST_RUN = 120.0  # … but no shorter one than this, min
LONGEST_GAP = 60  # min: over more than this a run does not go on
ECHO_GAIN = 1 / 30  # a change
DIGIT_GAIN = 1 / 300  # an analysis
USUAL_GAIN = 1 / 20_000  # an analysis; the mean of all while there are fewer
FALL = 0.4  # ln: a third less within BELOW analyses is sudden
BELOW = 3
EXACT = 4e6  # single precision tells so many steps apart


class Trace(NamedTuple):
    """The memory of R channels; minutes are numbers since 1970, -1 never."""

    hour: NDArray[np.int64]  # the device's hour that is summed up
    last: NDArray[np.int64]  # newest minute
    mated: NDArray[np.int64]  # with whom RATIO was formed
    value: NDArray[np.float32]  # of the newest good minute
    before: NDArray[np.float32]  # the analysis before the one before
    gap: NDArray[np.int32]  # min without a good value
    run: NDArray[np.int32]  # min with the same value
    asleep: NDArray[np.uint8]  # whether the newest value is idle
    seen: NDArray[np.int32]  # good minutes that were not idle
    changes: NDArray[np.int32]  # analyses that were not idle
    cycle: NDArray[np.float32]  # min that a value usually stands, weighted by minutes
    peak: NDArray[np.float32]  # mean of the highest hours
    floor: NDArray[np.float32]  # lowest value above 0
    base: NDArray[np.float32]  # running ln level
    below: NDArray[np.int32]  # analyses in a row that are FALL or more apart from it
    depth: NDArray[np.float32]  # their sum
    torn: NDArray[np.int32]  # min without a good value just before the first of them
    jump: NDArray[np.float32]  # usual change from analysis to analysis, as sent
    digits: NDArray[np.float32]  # (R, 10) how often each last digit was used lately
    usual: NDArray[np.float32]  # (R, 10) and in weeks
    places: NDArray[np.float32]  # (R, 4) share of values that need so many decimals
    echo: NDArray[np.float32]  # (R, LAGS) share of changes that happened the same way before
    pairs: NDArray[np.uint8]  # (R, DAY) what changed into what, hashed; 1 no change, 0 no value
    sums: NDArray[np.float64]  # (R, SUMS) of the hour
    drop: NDArray[np.float64]  # ln, depth of the last sudden fall in the hour
    onset: NDArray[np.int64]  # when the neighbours began to rise; -1 they do not
    since: NDArray[np.int64]  # when they last began to
    quiet: NDArray[np.int32]  # min since they last rose
    risen: NDArray[np.int32]  # min they rose, of these …
    missed: NDArray[np.int32]  # … without a good value here
    watched: NDArray[np.int32]  # min looked at
    missing: NDArray[np.float32]  # (R, 24) share of these without a good value, by the hour of the day
    usually: NDArray[np.float32]  # what these shares let expect of the occasions
    occasions: NDArray[np.float32]  # how often they rose; old occasions fade
    absences: NDArray[np.float32]  # of these without us


def fresh(n: int) -> Trace:
    """Nothing known of `n` channels."""
    shapes: dict[str, tuple[int, ...]] = {"digits": (DIGITS,), "usual": (DIGITS,), "places": (4,)}
    shapes |= {"echo": (LAGS,), "missing": (24,), "pairs": (DAY,), "sums": (SUMS,)}
    start = {"hour": -1, "last": -1, "value": np.nan, "before": np.nan, "cycle": 1, "floor": np.inf}
    start |= {"base": np.nan, "jump": np.nan, "onset": -1, "since": -DAY}
    kinds = {name: get_args(get_args(kind)[1])[0] for name, kind in Trace.__annotations__.items()}
    arrays = {name: np.full((n, *shapes.get(name, ())), start.get(name, 0), kind) for name, kind in kinds.items()}
    return Trace(**arrays)


@njit(nogil=True, cache=False)
def slot(clock: int) -> int:
    """Where a minute lies in `pairs`: the same minute of all hours side by side, for they are read together."""
    return clock % HOUR * LAGS + clock // HOUR % LAGS


@njit(nogil=True, cache=False)
def take(values: NDArray[np.floating], qc: NDArray[np.integer], rows: Rows, trace: Trace, clock: int) -> None:
    """Take in minute number `clock`; missing and flagged values leave nothing but their absence."""
    logs, at = np.full(len(rows.device), np.nan), slot(clock)
    for r in range(len(rows.device)):
        v, mark = values[rows.device[r], rows.column[r]], qc[rows.device[r], rows.column[r]]
        if trace.last[r] != clock - 1:
            _forget(trace.last[r], clock, trace.pairs[r])
        trace.last[r] = clock
        if mark != 0 or np.isnan(v):
            _miss(mark, trace, r, at)
            continue
        idle = _idle(v, rows.limit[r], trace, r)
        if v == trace.value[r]:
            trace.run[r] += 1
            trace.pairs[r, at] = 1
        else:
            if rows.judged[r]:
                _learn_cycle(trace, r)
                _compare(v, idle, trace, r, at)
                if not idle:
                    _analyse(v, v / rows.unit[r], trace, r)
            trace.before[r] = trace.value[r]
            trace.run[r] = 1
        trace.value[r], trace.asleep[r], trace.gap[r] = v, idle, 0
        trace.sums[r, 0] += 1
        trace.sums[r, 1] += idle
        if not idle:
            trace.seen[r] += 1
            logs[r] = np.log(v)
            _add(v, logs[r], rows.limit[r], trace.sums[r])
    for r in range(len(rows.device)):
        if rows.mate[r] >= 0 and not np.isnan(logs[r] - logs[rows.mate[r]]):
            trace.sums[r, 7] += logs[r] - logs[rows.mate[r]]
            trace.sums[r, 8] += 1


@njit(nogil=True, cache=False)
def _forget(last: int, clock: int, pairs: NDArray[np.integer]) -> None:
    """Minutes after `last` in which nobody was asked leave nothing behind."""
    if last >= 0:
        for skipped in range(max(last + 1, clock - DAY + 1), clock):
            pairs[slot(skipped)] = 0


@njit(nogil=True, cache=False, inline="always")
def _miss(mark: int, trace: Trace, r: int, at: int) -> None:
    """A minute without evidence; a mark or a long gap ends a run."""
    trace.pairs[r, at] = 0
    trace.gap[r] += 1
    if mark != 0 or trace.gap[r] > LONGEST_GAP:
        trace.run[r] = 0


@njit(nogil=True, cache=False, inline="always")
def _idle(v: float, limit: float, trace: Trace, r: int) -> bool:
    """Whether a stack that is off, or cleaner than can be measured, reads like this."""
    if v <= 0:
        return True
    trace.floor[r] = min(trace.floor[r] * (1 + FLOOR_RISE), v)
    high = trace.peak[r] if np.isnan(limit) else limit
    lowest = max(IDLE_PEAK * trace.peak[r], 0.0 if np.isnan(limit) else IDLE_LIMIT * limit)
    return bool(v <= lowest or (v <= AT_FLOOR * high and v <= trace.floor[r] * 1.05))


@njit(nogil=True, cache=False, inline="always")
def _learn_cycle(trace: Trace, r: int) -> None:
    """A run has ended: how long a value usually stands; runs that are suspicious do not make it usual."""
    if trace.run[r] > 0 and not trace.asleep[r]:
        length = min(float(trace.run[r]), max(LEAST_RUN, CYCLES * trace.cycle[r]))
        gain = min(1.0, trace.run[r] / (min(trace.seen[r], CYCLE_MEMORY) + 1))
        trace.cycle[r] += gain * (length - trace.cycle[r])


@njit(nogil=True, cache=False, inline="always")
def _compare(v: float, idle: bool, trace: Trace, r: int, at: int) -> None:
    """Whether the value changed in the same way 1 … 24 h ago; to and fro between two values is no evidence."""
    a, b = np.float32(trace.value[r]), np.float32(v)
    mixed = np.int64(a * np.float32(1009)) * 31 + np.int64(b * np.float32(1009)) * 17
    pair = 2 + mixed % 253
    if not idle and b != trace.before[r] and not np.isnan(a):
        first = at // LAGS * LAGS
        for k in range(LAGS):
            before = at - k - 1 if at - k - 1 >= first else at - k - 1 + LAGS
            other = trace.pairs[r, before]
            if other != 0:
                trace.echo[r, k] += np.float32(ECHO_GAIN) * ((other == pair) - trace.echo[r, k])
    trace.pairs[r, at] = pair if not np.isnan(a) else 1


@njit(nogil=True, cache=False, inline="always")
def _analyse(v: float, sent: float, trace: Trace, r: int) -> None:
    """A new result that is not idle: its digits, and whether the level has fallen."""
    trace.changes[r] += 1
    usual = max(USUAL_GAIN, 1 / trace.changes[r])
    need = _decimals(sent)
    _count(need, usual, trace.places[r])
    scaled = sent * POWERS[decimals(trace.places[r])]
    if scaled < EXACT:
        digit = int(np.round(scaled)) % DIGITS
        _count(digit, max(DIGIT_GAIN, 1 / trace.changes[r]), trace.digits[r])
        _count(digit, usual, trace.usual[r])
    if not np.isnan(trace.value[r]) and not trace.asleep[r]:
        step = abs(v - trace.value[r]) * sent / v
        trace.jump[r] = step if np.isnan(trace.jump[r]) else trace.jump[r] + DIGIT_GAIN * (step - trace.jump[r])
    _follow(np.log(v), trace, r)


@njit(nogil=True, cache=False, inline="always")
def _follow(y: float, trace: Trace, r: int) -> None:
    """The running level takes a step when some analyses in a row are far from it; a step down is noted."""
    if np.isnan(trace.base[r]):
        trace.base[r] = y
    apart = y - trace.base[r]
    if abs(apart) < FALL or trace.depth[r] * apart < 0:
        trace.base[r] += 0.1 * apart if abs(apart) < FALL else 0.0
        trace.below[r], trace.depth[r] = 0, 0.0
        return
    if trace.below[r] == 0:
        trace.torn[r] = trace.gap[r]
    trace.below[r] += 1
    trace.depth[r] += apart
    if trace.below[r] >= BELOW:
        mean = trace.depth[r] / trace.below[r]
        if -mean >= FALL:
            trace.drop[r] = max(trace.drop[r] % MARKED, -mean) + (MARKED if trace.torn[r] else 0.0)
        trace.base[r] += mean
        trace.below[r], trace.depth[r] = 0, 0.0


@njit(nogil=True, cache=False)
def _count(which: int, gain: float, shares: NDArray[np.floating]) -> None:
    """One more of a kind, into running shares of all kinds."""
    for d in range(len(shares)):
        shares[d] *= np.float32(1 - gain)
    shares[which] += np.float32(gain)


@njit(nogil=True, cache=False)
def _decimals(sent: float) -> int:
    """How many decimals a value needs, 3 for more."""
    for d in range(3):
        scaled = sent * POWERS[d]
        if abs(scaled - np.round(scaled)) < max(1e-3, 3e-7 * abs(scaled)):
            return d
    return 3


@njit(nogil=True, cache=False)
def decimals(places: NDArray[np.floating]) -> int:
    """The decimals that a channel sends: the most that at least 3 % of its values need."""
    for d in (3, 2, 1):
        if places[d] >= 0.03:
            return d
    return 0


@njit(nogil=True, cache=False, inline="always")
def _add(v: float, log: float, limit: float, sums: NDArray[np.floating]) -> None:
    """A good minute that is not idle into the sums of the hour."""
    sums[2] += log
    sums[3] += v
    sums[4] += v * v
    if not np.isnan(limit):
        sums[5] += 0.9 * limit <= v <= limit
        sums[6] += v > limit
