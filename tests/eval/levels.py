"""The levels to reach: which figure of which group, how it is written, and how good it has to be."""

from collections.abc import Callable
from typing import NamedTuple

from tests.eval.score import Metrics

FALSE_ALARMS = "false_alarms_per_1000_cell_days"
BUDGET = "false alarms / 1,000 cell-days"


class Figure(NamedTuple):
    """A value, None where there is nothing to divide by, and how it is written with the number of events behind it."""

    value: float | None
    text: str


class Part(NamedTuple):
    """One figure of a row and the level it has to reach."""

    read: Callable[[Metrics], Figure]
    level: float
    at_least: bool
    shown: str

    def reached(self, metrics: Metrics) -> bool:
        """Whether the figure is as good as the level; a figure that there is none of is not."""
        value = self.read(metrics).value
        return value is not None and (value >= self.level if self.at_least else value <= self.level)


class Level(NamedTuple):
    """A row of the table; `attributed` rows are about naming enterprises, which no peer does."""

    title: str
    group: str
    parts: tuple[Part, ...]
    attributed: bool = False


def _least(read: Callable[[Metrics], Figure], level: float, unit: str = "") -> Part:
    return Part(read, level, True, f"≥ {level:g}{unit}")


def _most(read: Callable[[Metrics], Figure], level: float, scale: float = 1, unit: str = "") -> Part:
    return Part(read, level, False, f"≤ {level * scale:g}{unit}")


def _share(part: int, whole: int) -> Figure:
    return Figure(part / whole if whole else None, f"{part / whole:.3f} ({part}/{whole})" if whole else "–")


def _number(value: float | None, text: str) -> Figure:
    return Figure(value, "–" if value is None else text.format(value))


def _pod(metrics: Metrics) -> Figure:
    return _share(metrics["found"], metrics["events"])


def _weak(metrics: Metrics) -> Figure:
    band = metrics["pod_by_snr"]["3-6"]
    return _share(band["found"], band["events"])


def _rest(metrics: Metrics) -> Figure:
    bands = [band for name, band in metrics["pod_by_snr"].items() if name != "3-6"]
    return _share(sum(band["found"] for band in bands), sum(band["events"] for band in bands))


def _precision(metrics: Metrics) -> Figure:
    return _share(metrics["true_alerts"], metrics["alerts"])


def _false_alarms(metrics: Metrics) -> Figure:
    return _number(metrics[FALSE_ALARMS], f"{{:.2f}} ({metrics['false_alarms']})")


def _quantile(name: str, percent: str) -> Callable[[Metrics], Figure]:
    return lambda metrics: _number(metrics[name][percent], "{:,.4g}")


def _median_of(name: str) -> Callable[[Metrics], Figure]:
    return lambda metrics: _number(metrics[name]["p50"], f"{{:,.4g}} (n {metrics['found']})")


def _onsets(metrics: Metrics) -> Figure:
    return _number(metrics["false_onsets_per_1000_station_days"], f"{{:.2f}} (n {metrics['onsets']})")


def _minutes(metrics: Metrics) -> Figure:
    share = metrics["false_minute_share"]
    return Figure(share, f"{100 * share:.4f} %")


def _mean(name: str, count: str) -> Callable[[Metrics], Figure]:
    return lambda metrics: _number(metrics[name], f"{{:.3f}} (n {metrics[count]})")


def _top(name: str) -> Callable[[Metrics], Figure]:
    def read(metrics: Metrics) -> Figure:
        whole = metrics["events_of_enterprises_found"]
        return _share(round(whole * (metrics[name] or 0)), whole)

    return read


def _found(metrics: Metrics) -> Figure:
    return Figure(metrics["found"], f"{metrics['found']}/{metrics['events']}")


def _daily(metrics: Metrics) -> Figure:
    days = metrics["quiet_days"]
    rate = metrics["false_alarms"] / days if days else None
    return _number(rate, f"{{:.2f}} ({metrics['false_alarms']})")


def _quiet(metrics: Metrics) -> Figure:
    share = metrics["quiet_minutes_in_alert"]
    return Figure(share, "–" if share is None else f"{100 * share:.1f} %")


def _anywhere(group: str, size: str, pod: float) -> tuple[Level, ...]:
    """What is asked of every network without special trouble."""
    detected = _most(_median_of("minutes_to_detect"), 12), _most(_quantile("minutes_to_detect", "p90"), 28)
    false = _most(_onsets, 6), _most(_minutes, 0.0003, 100, " %")
    lumped = _most(_mean("events_per_true_alert", "true_alerts"), 1.2), _most(_mean("alerts_per_event", "found"), 1.2)
    return (
        Level(f"{size}: POD, SNR ≥ 3 · {BUDGET}", group, (_least(_pod, pod), _most(_false_alarms, 5))),
        Level(f"{size}: POD, SNR 3–6 · SNR > 6", group, (_least(_weak, 0.68), _least(_rest, 0.98))),
        Level(f"{size}: precision", group, (_least(_precision, 0.93),)),
        Level(f"{size}: minutes to detect, p50 · p90", group, detected),
        Level(f"{size}: false onsets / 1,000 station-days · false minutes", group, false),
        Level(f"{size}: emissions per true alert · alerts per emission", group, lumped),
    )


LOCATION = _most(_median_of("location_error_m"), 180), _most(_quantile("location_error_m", "p90"), 1100)
ENTERPRISE = _least(_top("top1"), 0.80), _least(_top("top3"), 0.92)
FENCE = _least(_found, 14), _most(_daily, 1), _most(_quiet, 0.05, 100, " %")

LEVELS = (
    *_anywhere("city", "20 × 20", 0.91),
    Level("20 × 20: location error, m, p50 · p90", "city", LOCATION),
    Level("20 × 20: right enterprise of 48 first · among three", "city", ENTERPRISE, attributed=True),
    *_anywhere("town", "12 × 12", 0.88),
    Level(f"two haze fronts a day: {BUDGET}", "fronts", (_most(_false_alarms, 4),)),
    Level(f"five times the faults: {BUDGET}", "faults", (_most(_false_alarms, 6),)),
    Level(f"no emission at all: {BUDGET}", "none", (_most(_false_alarms, 3),)),
    Level(f"sensors twice as noisy: POD · {BUDGET}", "noisy", (_least(_pod, 0.75), _most(_false_alarms, 5))),
    Level(f"integer readings: {BUDGET}", "integer", (_most(_false_alarms, 5),)),
    Level("METEC: found of 16 · false alarms a quiet day · quiet minutes", "metec", FENCE),
    Level("METEC: right source of 5 first", "metec", (_least(_top("top1"), 0.9),), attributed=True),
)
