"""Signs that values of enterprises' VOC monitors are invented, with the evidence to argue about it.

Every device is looked at once an hour, at a minute of its own; severity is that of the gravest sign, one more when
there are several signs at once. Flagged and missing values are never judged: only *that* they are missing, and when.

Measured with `tests.support.stacks` and `tests.support.fabricated` (60 monitors a kind, 1 to 0.001 mg/m³, a result
every 1 to 5 min; NMHC fabricated on the eleventh day): share found, median hours until then; in brackets by any sign.
replay 0.97 3.4 · constant 0.98 2.9 · hugging_limit 1.00 5.6 · too_smooth 0.67 12.4 (0.95 11.9) · last_digit 0.60 7.4 ·
ratio_break 0.77 4.0 · sudden_step_down 0.47 72 · idle_at_work 0.55 8.6.
Honest ones, 23 monitor-years of two seeds: 0.4 and 0.5 false alarms a monitor-year, nearly all of them
sudden_step_down (work that fell suddenly and for days looks the same); replay, constant, hugging_limit, too_smooth and
idle_at_work none. Absent: none in 46 monitor-years with neighbours that rise at random; where they rise daily at the
very time of a calibration, 0.3 a monitor-year.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.rules import fabrication_signs as signs
from alerts.rules.condition import Condition, Seen
from alerts.rules.fabrication_hours import GOOD, HOURS, HUG, IDLE, LEVEL, SPREAD, STATS, close_hours, past
from alerts.rules.fabrication_neighbours import attend, rising
from alerts.rules.fabrication_rows import HOUR, Rows, rows_of
from alerts.rules.fabrication_signs import Found
from alerts.rules.fabrication_trace import DAY, LEAST_RUN, Trace, decimals, fresh, take
from ingest.layout import Layout
from ingest.registry import Registry

KIND = "fabrication"
HOLD = 2 * HOUR + 10  # min: one look may find nothing
SEVEREST = 4
PEERS = 0.1  # where others are at 90–100 % of their limits for this share of minutes too, it is no sign


class Look(NamedTuple):
    """A channel that is looked at: its row, and the hours of it and its witnesses, oldest first."""

    r: int
    trace: Trace
    rows: Rows
    own: NDArray[np.float64]  # (HOURS, STATS)
    flow: NDArray[np.float64]  # the first four of the gas flow, NaN without one
    awake: NDArray[np.bool_]  # (HOURS): the flow, without one the mate, shows that there is work

    @property
    def fine(self) -> float:
        """Steps of the channel's resolution in one canonical unit."""
        return float(10.0 ** decimals(self.trace.places[self.r]) / self.rows.unit[self.r])

    @property
    def steps(self) -> float:
        """The newest value in steps of its resolution."""
        return float(self.trace.value[self.r]) * self.fine


class Sign(NamedTuple):
    """What a sign is called, how grave it is (1 look at the instrument … 3 inspect at once), names of its figures."""

    name: str
    severity: int
    figures: tuple[str, ...]
    judge: Callable[[Look], Found]


def _digits(at: Look) -> Found:
    t, r = at.trace, at.r
    jump = t.jump[r] * 10.0 ** decimals(t.places[r])
    wide = signs.spread(at.own[HOURS - 24 :]) * at.fine
    return signs.last_digit(t.digits[r], t.usual[r], t.changes[r], jump, wide)


SIGNS = (
    Sign(
        "replay",
        3,
        ("same_changes", "hours_before"),
        lambda at: signs.replay(at.trace.echo[at.r], at.trace.changes[at.r]),
    ),
    Sign(
        "constant",
        2,
        ("minutes", "cycles", "usual_minutes"),
        lambda at: signs.constant(at.trace.run[at.r], at.trace.cycle[at.r], at.trace.seen[at.r], at.steps),
    ),
    Sign(
        "idle_at_work",
        2,
        ("minutes", "usually_above_idle"),
        lambda at: signs.idle_at_work(at.trace.run[at.r], at.own, at.awake),
    ),
    Sign(
        "hugging_limit",
        3,
        ("near_limit", "above_limit", "near_limit_before"),
        lambda at: signs.hugging_limit(at.own, at.rows.limit[at.r]),
    ),
    Sign(
        "sudden_step_down",
        2,
        ("factor", "hours_ago", "after_gap_or_mark"),
        lambda at: signs.sudden_step_down(at.own, at.flow),
    ),
    Sign(
        "absent_when_neighbours_rise",
        3,
        ("absences", "occasions", "probability"),
        lambda at: signs.absent(at.trace.occasions[at.r], at.trace.absences[at.r], at.trace.usually[at.r]),
    ),
    Sign(
        "too_smooth",
        2,
        ("variation", "usual_variation", "flow_variation"),
        lambda at: signs.too_smooth(at.own, at.flow, at.steps),
    ),
    Sign("ratio_break", 1, ("ratio", "ratio_before", "usual_log_sd"), lambda at: signs.ratio_break(at.own)),
    Sign("last_digit", 1, ("entropy_bit", "possible_bit", "digits_used"), _digits),
)
"""The first that is found names the alert; `evidence["signs"]` has them all."""


class Fabrication:
    """The rule; its memory is a `Trace` and its hours, 4.5 KB a channel."""

    def __init__(self, registry: Registry, layout: Layout) -> None:
        self._keys, self._rows = rows_of(registry, layout)
        self._trace = fresh(len(self._keys))
        self._hours = np.full((len(self._keys), HOURS, STATS), np.nan, np.float16)
        self._layout = layout

    @property
    def keys(self) -> Sequence[str]:
        """ "mn/channel"."""
        return self._keys

    @property
    def memory(self) -> Mapping[str, NDArray[Any]]:
        """Arrays by channel."""
        return self._trace._asdict() | {"hours": self._hours}

    def step(self, seen: Seen) -> list[Condition]:
        """Look at the channels whose hour is over, then take in the minute."""
        if not self._keys:
            return []
        rows, trace, frame = self._rows, self._trace, seen.frame
        due = close_hours(rows, trace, self._hours, seen.clock)
        looks = self._looks(due[rows.judged[due]], seen.clock) if len(due) else {}
        conditions = [condition for r, told in looks.items() for condition in self._tell(r, told)]
        take(frame.values, frame.qc, rows, trace, seen.clock)
        good = (frame.qc[rows.device, rows.column] == 0) & ~np.isnan(frame.values[rows.device, rows.column])
        attend(rising(seen.panels, len(seen.layout.devices)), good, rows, trace, seen.clock)
        return conditions

    def _looks(self, due: NDArray[np.intp], clock: int) -> dict[int, dict[str, Found]]:
        """What is found in some rows, by row and sign."""
        rows, trace = self._rows, self._trace
        own, flow = past(trace, self._hours, due), past(trace, self._hours, rows.flow[due], SPREAD + 1)
        mate = past(trace, self._hours, rows.mate[due], IDLE + 1)
        flow[rows.flow[due] < 0] = np.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            awake = flow[..., LEVEL] >= np.log(trace.peak[rows.flow[due]] / 2)[:, None]
        working = mate[..., GOOD] - mate[..., IDLE] >= signs.AWAKE
        awake |= working & (rows.flow[due] < 0)[:, None] & (rows.mate[due] >= 0)[:, None]
        worth = signs.possible(own) | _possible(trace, due, awake, clock)
        worth["ratio_break"] &= rows.first[due]
        found: dict[int, dict[str, Found]] = {}
        for sign in SIGNS:
            for i in np.flatnonzero(worth[sign.name]).tolist():
                r = int(due[i])
                figures = sign.judge(Look(r, trace, rows, own[i], flow[i], awake[i]))
                if figures[0] > 0:
                    found.setdefault(r, {})[sign.name] = figures
        return found

    def _tell(self, r: int, found: dict[str, Found]) -> Iterator[Condition]:
        """One condition for all signs of a channel."""
        if "hugging_limit" in found and self._peers(r) > PEERS:
            del found["hugging_limit"]
        signs_found = [sign for sign in SIGNS if sign.name in found]
        if not signs_found:
            return
        told = {sign.name: _named(sign, found[sign.name]) for sign in signs_found}
        first, device = signs_found[0], self._layout.devices[self._rows.device[r]]
        severity = max(sign.severity for sign in signs_found) + (len(told) > 1)
        yield Condition(
            kind=KIND,
            source=device.id,
            pollutant=self._layout.channels[self._rows.column[r]],
            devices=(device.id,),
            severity=min(severity, SEVEREST),
            value=float(self._trace.value[r]),
            background=self._usual(r),
            score=found[first.name][0],
            evidence={"sign": first.name, **told[first.name], "signs": told, **self._compared(first.name, r)},
            hold=HOLD,
        )

    def _peers(self, r: int) -> float:
        """Mean share of minutes that the other channels with a limit were near it, in the same hours."""
        others = np.flatnonzero(~np.isnan(self._rows.limit) & (self._rows.device != self._rows.device[r]))
        hours = past(self._trace, self._hours, others)[:, -signs.HUG_HOURS :]
        good = np.nansum(hours[..., GOOD])
        return float(np.nansum(hours[..., HUG]) / good) if good else 0.0

    def _usual(self, r: int) -> float:
        """Median level of the hours that are remembered, NaN without any."""
        level = past(self._trace, self._hours, np.array([r]))[0, :, LEVEL]
        return float(np.exp(np.nanmedian(level))) if not np.isnan(level).all() else float("nan")

    def _compared(self, sign: str, r: int) -> dict[str, object]:
        """With what: the limit and the other monitors, or the other channel."""
        if sign == "hugging_limit":
            return {"limit": float(self._rows.limit[r]), "peers_near_limit": _rounded(self._peers(r))}
        return {"compared_with": self._keys[self._rows.mate[r]]} if sign == "ratio_break" else {}


def _possible(
    trace: Trace, due: NDArray[np.intp], awake: NDArray[np.bool_], clock: int
) -> dict[str, NDArray[np.bool_]]:
    """Where the signs that look at what runs along are worth the look."""
    asleep, run = trace.asleep[due] == 1, trace.run[due]
    uneven = np.sum((trace.digits[due] - 0.1) ** 2, axis=1) * 10 * signs.DIGIT_COUNT >= signs.DIGIT_CHI2
    return {
        "replay": trace.echo[due].max(axis=1, initial=0) >= signs.ECHO,
        "constant": ~asleep & (run >= LEAST_RUN),
        "idle_at_work": asleep & (run >= HOUR * signs.IDLE_HOURS) & awake[:, HOURS - signs.IDLE_HOURS :].all(axis=1),
        "absent_when_neighbours_rise": (trace.absences[due] >= signs.OCCASIONS) & (clock - trace.since[due] <= DAY),
        "last_digit": uneven & (trace.changes[due] >= signs.DIGIT_CHANGES),
    }


def _named(sign: Sign, figures: Found) -> dict[str, float]:
    """The figures of a sign by their names, those that are not known left out."""
    named = zip(("score", *sign.figures), figures, strict=False)
    return {name: _rounded(figure) for name, figure in named if not np.isnan(figure)}


def _rounded(x: float) -> float:
    return float(f"{x:.4g}")
