"""The signs of invented values at one channel, each a pure function of what is remembered of it.

Each takes the hours of a channel, oldest first (HOURS, STATS), and gives `Found`: a score, 1 where the sign begins and
0 when there is none, and three figures for the evidence. Sources: the official check-list of automatic monitoring
(values in a narrow band round one value; variation long within 2 % of span; values round the detection limit), court
cases (scaling coefficients, replaced logger output), and detection work on CEMS (constant, sudden step, hugging).
"""

import math

import numpy as np
from numpy.typing import NDArray

from alerts.rules.fabrication_hours import DROP, GOOD, HOURS, HUG, IDLE, LEVEL, OVER, RATIO, SPREAD
from alerts.rules.fabrication_trace import CYCLES, DAY, LEAST_RUN, MARKED

Hours = NDArray[np.floating]
Found = tuple[float, float, float, float]
NOTHING = (0.0, np.nan, np.nan, np.nan)

AWAKE, FULL = 30, 45  # min of an hour that make it one of work, and full of it
IDLE_HOURS = 8  # h of the same idle value while the flow or the other channel says that it works
FINE = 10.0  # steps of its resolution: a higher value does not stand for a day by itself
SMOOTH_HOURS = 12
SMOOTH = 0.02  # relative SD; "variation long within 2 % of span"
SMOOTH_STEPS = 50.0  # steps of its resolution in a value: else 2 % are no step
HUG_HOURS = 8
HUGGED = 0.6  # share of minutes at 90–100 % of the limit …
OVERSHOT = 0.005  # … and at most so many above it
ECHO = 0.8  # share of the last 30 changes or so
ECHO_CHANGES = 60
DIGIT_CHANGES = 1000  # to know the digits of a channel
DIGIT_COUNT = 599.0  # independent values behind a running share with the gain of the digits, 2 / gain - 1
JUMP, WIDE = 6.0, 30.0  # steps from analysis to analysis, and SD of a day: then the last digit is a matter of chance
DIGIT_CHI2 = 150.0  # 9 degrees of freedom; far above chance, since values that follow one another are not independent
BREAK_HOURS = 4
BREAK = math.log(1.5)
STEP_HOURS = 72  # to wait: longer than a weekend
STEP = math.log(1.8)  # by how much the highest hours fall
ALIKE, UNLIKE = (25, 50, 75, 90), 0.3  # these percentiles of the hours fall with them, up to this (ln)
OCCASIONS = 3
UNLIKELY = 3e-5  # of so many absences by chance


def constant(minutes: float, cycle: float, seen: float, steps: float) -> Found:
    """One value for much longer than values of this channel usually stand.

    `minutes` of the run, `cycle` the minutes that a value usually stands (a GC's cycle, or a coarse resolution),
    `seen` minutes known, `steps` the value in steps of its resolution. Figures: minutes, cycles, the usual minutes.
    """
    longest = max(LEAST_RUN, CYCLES * cycle) if seen >= DAY else np.inf
    if steps > FINE:
        longest = min(longest, float(DAY))
    score = minutes / longest
    return (score, minutes, minutes / max(cycle, 1.0), cycle) if score >= 1 else NOTHING


def idle_at_work(minutes: float, hours: Hours, awake: NDArray[np.bool_]) -> Found:
    """One idle value for hours while the witness (gas flow, other channel) works, which was never so before.

    `awake` (HOURS): the witness works. Figures: minutes, share of such hours in which the channel showed something.
    """
    first = HOURS - int(np.ceil(minutes / 60)) - 1
    if minutes < 60 * IDLE_HOURS or first < 24 or not awake[HOURS - IDLE_HOURS :].all():
        return NOTHING
    then = awake[:first] & (hours[:first, GOOD] >= AWAKE)
    known, shown = (
        np.count_nonzero(then),
        np.count_nonzero(hours[:first, GOOD][then] - hours[:first, IDLE][then] >= AWAKE),
    )
    if known < 24 or shown < 0.95 * known:
        return NOTHING
    return minutes / 60 / IDLE_HOURS, minutes, shown / known, np.nan


def hugging_limit(hours: Hours, limit: float) -> Found:
    """Most values at 90–100 % of the limit and next to none above, where nature would go over or never was before.

    Figures: share of minutes there, share above, share there in the hours before.
    """
    now, earlier = hours[HOURS - HUG_HOURS :], hours[: HOURS - HUG_HOURS]
    good, usual = np.nansum(now[:, GOOD]), np.nansum(earlier[:, GOOD])
    if np.isnan(limit) or good < FULL * HUG_HOURS:
        return NOTHING
    share, over = float(np.nansum(now[:, HUG]) / good), float(np.nansum(now[:, OVER]) / good)
    before = np.nansum(earlier[:, HUG]) / usual if usual >= DAY else 0.0
    if share < HUGGED or over > OVERSHOT:
        return NOTHING
    sd = math.sqrt(np.nanmean(now[:, SPREAD] ** 2) + np.nanvar(now[:, LEVEL]))
    above = 0.5 * math.erfc((math.log(limit) - np.nanmean(now[:, LEVEL])) / max(sd, 1e-6) / math.sqrt(2.0))
    return (share / HUGGED, share, over, float(before)) if before <= 0.2 or above >= 0.01 else NOTHING


def variation(hours: Hours) -> float:
    """Relative SD over some hours, within and between them; NaN unless nearly all of them are full of work."""
    full = hours[:, GOOD] - np.where(np.isnan(hours[:, IDLE]), 0.0, hours[:, IDLE]) >= FULL
    if np.count_nonzero(full) < 0.8 * len(hours):
        return np.nan
    return math.sqrt(np.mean(hours[full, SPREAD] ** 2) + np.var(hours[full, LEVEL]))


def too_smooth(hours: Hours, flow: Hours, steps: float) -> Found:
    """Varies less than 2 % for twelve hours, a third of what its quiet hours did, or 1 % for a day at a changing flow.

    Figures: relative SD of the twelve hours, of its quiet hours (20th percentile), of the flow.
    """
    now = variation(hours[HOURS - SMOOTH_HOURS :])
    if not now < SMOOTH or steps < SMOOTH_STEPS:
        return NOTHING
    earlier = hours[: HOURS - SMOOTH_HOURS]
    known = earlier[(earlier[:, GOOD] - earlier[:, IDLE] >= FULL) & ~np.isnan(earlier[:, SPREAD]), SPREAD]
    quiet = float(np.percentile(known, 20)) if len(known) >= 48 else np.nan
    recent = float(np.nanmedian(hours[HOURS - SMOOTH_HOURS :, SPREAD]))
    flowing = variation(flow[HOURS - 24 :])
    if recent < quiet / 3:
        return max(1.0, quiet / 3 / max(recent, 1e-4)), now, quiet, flowing
    if flowing >= 0.10 and variation(hours[HOURS - 24 :]) < SMOOTH / 2:
        return SMOOTH / max(now, 1e-4), now, quiet, flowing
    return NOTHING


def replay(echo: NDArray[np.floating], changes: float) -> Found:
    """Values change minute for minute as they did 1 … 24 h before. Figures: share of changes, hours before."""
    lag = int(np.argmax(echo))
    if changes < ECHO_CHANGES or echo[lag] < ECHO:
        return NOTHING
    return float(echo[lag]) / ECHO, float(echo[lag]), lag + 1.0, np.nan


def last_digit(
    digits: NDArray[np.floating], usual: NDArray[np.floating], changes: float, jump: float, spread: float
) -> Found:
    """Last digits that are far from equally frequent, where noise and spread (in steps) must make them so.

    Digits that the channel has never used are its resolution (0.5, say), no sign. Figures: entropy in bit, most the
    channel could have, digits used now.
    """
    if changes < DIGIT_CHANGES or not (jump >= JUMP and spread >= WIDE):
        return NOTHING
    able = usual >= 0.01
    expected = 1.0 / np.count_nonzero(able)
    chi2 = DIGIT_COUNT * float(np.sum((digits[able] - expected) ** 2)) / expected
    used = digits[digits > 0]
    entropy = -float(np.sum(used * np.log2(used)))
    if chi2 < DIGIT_CHI2:
        return NOTHING
    return chi2 / DIGIT_CHI2, entropy, -math.log2(expected), float(np.count_nonzero(digits >= 0.02))


def ratio_break(hours: Hours) -> Found:
    """The ratio to the mate has left, for four hours, everything that it was until a day ago.

    Six robust SDs and a factor of 1.5 at least. Figures: ratio now, before, robust SD of its logarithm.
    """
    now, known = hours[HOURS - BREAK_HOURS :, RATIO], hours[: HOURS - 24, RATIO]
    before = known[~np.isnan(known)]
    if np.isnan(now).any() or len(before) < 48:
        return NOTHING
    middle = float(np.median(before))
    sd = 1.4826 * float(np.median(np.abs(before - middle)))
    apart = float(np.median(now) - middle)
    least = max(BREAK, 6 * sd)
    outside = bool(now.min() > before.max() if apart > 0 else now.max() < before.min())
    if abs(apart) < least or not outside:
        return NOTHING
    return abs(apart) / least, math.exp(middle + apart), math.exp(middle), sd


def sudden_step_down(hours: Hours, flow: Hours) -> Found:
    """A sudden fall after which the highest hours stay as much lower for three days, as restless as they were.

    No sign when the gas flow fell with it. Figures: factor, hours ago, 1 if it came right after a gap or mark.
    """
    for age in range(STEP_HOURS, STEP_HOURS + 24):
        drop = hours[HOURS - age, DROP]
        if drop > 0 and not _less_flow(flow, HOURS - age):
            fall = _fall(hours, HOURS - age)
            if fall >= STEP and 0.6 < fall / (drop % MARKED) < 1.6:
                return fall / STEP, math.exp(-fall), float(age), float(drop >= MARKED)
    return NOTHING


def _less_flow(flow: Hours, at: int) -> bool:
    """Whether the gas flow at work is less than before."""
    before, after = flow[:at, LEVEL], flow[at + 1 :, LEVEL]
    before, after = before[~np.isnan(before)], after[~np.isnan(after)]
    return len(before) > 0 and (len(after) == 0 or bool(np.median(after) < np.median(before) - STEP / 2))


def _fall(hours: Hours, at: int) -> float:
    """By how much (ln) the highest hour since `at` is lower than those of three days or more before (their median)."""
    awake = hours[:, GOOD] - hours[:, IDLE] >= AWAKE
    after = awake[at + 1 :]
    if np.count_nonzero(after) < 10:
        return np.nan
    highest, restless = [], []
    for end in range(at, 23, -24):
        day = hours[end - 24 : end][awake[end - 24 : end]]
        if len(day) >= 6:
            highest.append(day[:, LEVEL].max())
            restless.append(np.nanmedian(day[:, SPREAD]))
    if len(highest) < 3:
        return np.nan
    changed = float(np.nanmedian(hours[at + 1 :, SPREAD][after])) / max(float(np.mean(restless)), 1e-6)
    late, early = hours[at + 1 :, LEVEL][after], hours[:at, LEVEL][awake[:at]]
    fall = float(np.median(highest) - late.max())
    apart = np.percentile(early, ALIKE) - np.percentile(late, ALIKE) - fall
    return fall if 1 / 1.7 < changed < 1.7 and np.abs(apart).max() < UNLIKE else np.nan


def absent(occasions: float, absences: float, usual: float) -> Found:
    """Absent when the neighbours rise far more often than usual at these hours of the day (binomial tail).

    `usual` is the number of absences that its usual absence lets expect.

    Figures: absences, occasions, probability by chance.
    """
    n, k, p = round(occasions), round(absences), usual / max(occasions, 1.0)
    if k < OCCASIONS:
        return NOTHING
    chance = 0.0
    for i in range(k, n + 1):
        log = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        chance += math.exp(log + i * math.log(p) + (n - i) * math.log1p(-p))
    return (math.log(chance) / math.log(UNLIKELY), float(k), float(n), chance) if chance < UNLIKELY else NOTHING


def spread(hours: Hours) -> float:
    """SD of the values (not of their logarithms) over some hours, 0 if nothing is known."""
    known = hours[~np.isnan(hours[:, SPREAD])]
    if not len(known):
        return 0.0
    level = np.exp(known[:, LEVEL])
    return math.sqrt(float(np.var(level) + np.mean((level * known[:, SPREAD]) ** 2)))


def possible(own: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """Where the signs that look at hours (rows, HOURS, STATS) are worth the look; a sieve that loses none of them."""
    work, ratio = own[..., GOOD] - own[..., IDLE], own[..., RATIO]
    level = np.where(work >= AWAKE, own[..., LEVEL], np.nan)
    late = np.where(work >= FULL, level, np.nan)[:, HOURS - SMOOTH_HOURS :]
    now, before = ratio[:, HOURS - BREAK_HOURS :], ratio[:, : HOURS - 24]
    fallen = np.fmax.reduce(level[:, : HOURS - STEP_HOURS], axis=1) - STEP
    return {
        "hugging_limit": np.nansum(own[:, HOURS - HUG_HOURS :, HUG], axis=1) >= HUGGED * FULL * HUG_HOURS,
        "sudden_step_down": np.fmax.reduce(level[:, HOURS - STEP_HOURS + 1 :], axis=1) <= fallen,
        "too_smooth": np.fmax.reduce(late, axis=1) - np.fmin.reduce(late, axis=1) < SMOOTH * SMOOTH_HOURS,
        "ratio_break": (now.min(axis=1) > np.fmax.reduce(before, axis=1))
        | (now.max(axis=1) < np.fmin.reduce(before, axis=1)),
    }
