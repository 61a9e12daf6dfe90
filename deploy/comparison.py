"""What back-tests show beside each other, as text and for programs: a difference, a budget's table."""

import math
from collections.abc import Iterator

from alerts.alert import Alert
from alerts.budget import Point, Proposal, Tally
from alerts.detector.version import version
from alerts.difference import Difference
from alerts.text import BEIJING
from alerts.tuning_file import lines
from ingest.channel import CHANNELS

UNIT = {channel.name: channel.unit for channel in CHANNELS}


def difference_text(difference: Difference) -> Iterator[str]:
    """A line for each alert gained (+), lost (-) or moved in time (~), then the summary."""
    for sign, alerts in (("+", difference.gained), ("-", difference.lost)):
        for alert in alerts:
            yield f"{sign} {_about(alert)}"
    for pair in difference.same:
        if pair.minutes:
            yield f"~ {_about(pair.after)}  {pair.minutes:+d} min"
    counts = len(difference.gained), len(difference.lost), len(difference.same)
    yield "新增 · gained {}, 失去 · lost {}, 相同 · same {}".format(*counts)
    if shift := difference.shift:
        yield (
            f"提前 · earlier {shift.earlier}, 推迟 · later {shift.later}; "
            f"分钟 · minutes: p50 {shift.p50:+g}, {shift.earliest:+d} … {shift.latest:+d}"
        )


def _about(alert: Alert) -> str:
    at = alert.opened_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M%z")
    cells = " ".join(dict.fromkeys(f"{stay.ix}-{stay.iy}" for stay in alert.cells))
    peak = f"{alert.peak_value:.4g} {UNIT.get(alert.pollutant, '')}".strip()
    return f"{at}  {alert.id}  [{cells}]  {alert.pollutant} {peak}"


def difference_json(difference: Difference) -> dict[str, object]:
    """The lines of alerts.jsonl that came and went, the ids and minutes of the others."""
    shift = difference.shift
    return {
        "gained": [alert.line() for alert in difference.gained],
        "lost": [alert.line() for alert in difference.lost],
        "same": [
            {"before": pair.before.id, "after": pair.after.id, "minutes": pair.minutes} for pair in difference.same
        ],
        "shift": shift and shift._asdict(),
    }


def budget_text(proposal: Proposal, budget: float) -> Iterator[str]:
    """The table by rising threshold, what it means, and the tuning file to paste."""
    yield "阈值 · threshold (grid | fence)   告警/天 · alarms a day   POD (n)       SNR 3–6       SNR ≥ 6"
    for point in proposal.points:
        numbers = f"{_threshold(point):<33} {point.alarms:<24.2f} "
        shares = " ".join(f"{_share(tally):<13}" for tally in (point.all, point.weak, point.strong))
        yield f"{numbers}{shares} {_mark(point, proposal)}".rstrip()
    yield (
        "误报无从知晓：凡未经现场核实（findings.csv）的告警都计入；POD 是叠加到历史上的模拟排放的检出率 · "
        "what was false is not known: every alert that no finding confirms counts; "
        "POD: of made-up emissions on top of the recording"
    )
    if proposal.chosen is None:
        last = proposal.points[-1]
        yield (
            f"做不到 · out of reach: {_threshold(last)} 时仍有 · still gives {last.alarms:.2f} > {budget:g}; "
            "换更长的历史或改其他参数 · take a longer recording or change other numbers"
        )
        return
    yield f"每天最多 · at most {budget:g} 次 · a day → {_threshold(proposal.chosen)}"
    yield lines(proposal.chosen.tuning) or "# 现行参数不变 · the current numbers"


def _mark(point: Point, proposal: Proposal) -> str:
    marks = {"现行 · current": point == proposal.current, "建议 · proposed": point == proposal.chosen}
    return " ".join(mark for mark, is_so in marks.items() if is_so)


def _threshold(point: Point) -> str:
    """Of the stations of a grid, and of those at a fence."""
    return f"{point.tuning.grid.numbers.threshold:.4g} | {point.tuning.fence.numbers.threshold:.4g}"


def _share(tally: Tally) -> str:
    return f"{tally.share:.2f} ({tally.of})" if tally.of else "– (0)"


def budget_json(proposal: Proposal, budget: float) -> dict[str, object]:
    """The same for programs; a POD of none is null."""
    return {
        "budget": budget,
        "points": [_point(point) for point in proposal.points],
        "current": _point(proposal.current),
        "chosen": proposal.chosen and {**_point(proposal.chosen), "tuning": lines(proposal.chosen.tuning)},
    }


def _point(point: Point) -> dict[str, object]:
    def tally(of: Tally) -> dict[str, object]:
        return {**of._asdict(), "pod": None if math.isnan(of.share) else round(of.share, 4)}

    return {
        "grid": point.tuning.grid.numbers.threshold,
        "fence": point.tuning.fence.numbers.threshold,
        "detector": version(point.tuning),
        "alarms_a_day": round(point.alarms, 4),
        "all": tally(point.all),
        "weak": tally(point.weak),
        "strong": tally(point.strong),
    }
