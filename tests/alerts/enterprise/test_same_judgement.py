"""What is shown of an hour is what the detector finds: both judge the same minutes, each in its own way."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from alerts.enterprise.standing import Span, judge, unmarked
from alerts.rules.limit import Limit
from ingest.flag import Qc
from ingest.keeping.summary import sum_up
from ingest.marks import Marks
from ingest.registry import Mark, MonitorChannel, Registry
from tests.support.rule import MIDNIGHT, layout_of, series, told
from tests.support.scene import district

MN, LIMIT, HOURS = "MN1", 60.0, 40
HOUR = timedelta(hours=1)


def plant(unit: str) -> Registry:
    """The little district with one monitor of NMHC."""
    near = next(row for row in district().enterprises if row.enterprise_id == "NEAR")
    line = {"mn": MN, "enterprise_id": near.enterprise_id, "lon": near.lon, "lat": near.lat, "channel": "nmhc"}
    line |= {"unit": unit, "limit": LIMIT, "limit_period": "hour"}
    return district().model_copy(update={"monitors": (MonitorChannel.model_validate(line),)})


def marks_of(random: np.random.Generator) -> list[Mark]:
    """Some of up to half an hour, at any second."""
    starts = [MIDNIGHT + timedelta(seconds=int(at)) for at in random.integers(0, HOURS * 3600, 25)]
    lengths = [timedelta(seconds=int(length)) for length in random.integers(1, 1800, 25)]
    return [
        Mark.model_validate({"device_id": MN, "kind": "calibration", "start": start, "end": start + length})
        for start, length in zip(starts, lengths, strict=True)
    ]


@pytest.mark.parametrize("unit", ["mg/m³", "ppm"])
@pytest.mark.parametrize("seed", range(6))
def test_hours_that_exceed_are_those_that_the_detector_tells(seed: int, unit: str) -> None:
    random, registry = np.random.default_rng(seed), plant(unit)
    layout = layout_of(registry)
    ((_, _, scale),) = layout.registered
    level = np.repeat(LIMIT * scale * random.choice([0.9, 0.99999, 1.0, 1.00001, 1.1], HOURS), 60)
    value = (level * random.choice([1.0, 1.0, 0.999, 1.001], len(level))).astype(np.float32)
    bad = random.random(len(level)) < np.repeat(random.choice([0.0, 0.1, 0.25, 0.3], HOURS), 60)
    sent = [(float(v), Qc.FAULT if b else Qc.GOOD) for v, b in zip(value, bad, strict=True)]
    marks = marks_of(random)
    applied = Marks.of(marks, layout)
    frames = [applied.apply(frame) for frame in series(layout, MN, "nmhc", sent)]
    found = {
        change.alert.evidence["from"]
        for change in told(Limit, registry, frames)
        if change.alert.kind == "exceedance" and change.alert.evidence["sign"] == "hour_mean"
    }
    qc = np.array([frame.qc[layout.index[MN], layout.column["nmhc"]] for frame in frames])
    assert found == {(MIDNIGHT + i * HOUR).isoformat() for i in range(HOURS) if _shown(i, value, qc, marks, scale)}
    assert found


def _shown(hour: int, value: NDArray[np.float32], qc: NDArray[np.uint8], marks: list[Mark], scale: float) -> bool:
    """Whether the hour exceeds, as it was summed up and is shown."""
    minutes = slice(60 * hour, 60 * hour + 60)
    summed = sum_up(value[minutes, None, None], qc[minutes, None, None], ["nmhc"])
    mean, valid = float(summed.mean[0, 0]), int(summed.valid[0, 0])
    left = unmarked(MIDNIGHT + hour * HOUR, [Span(mark.start, mark.end) for mark in marks])
    judged = judge(None if np.isnan(mean) else mean, valid, LIMIT * scale, left)
    assert judged.is_evidence == judged.is_valid, "marks were there when the hour was summed up"
    return judged.exceeded
