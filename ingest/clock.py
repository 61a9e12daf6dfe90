"""Whose clock is wrong: how far what a device sends is from our clock when it comes in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingest.batch import Batch

MINUTE = timedelta(minutes=1)
AHEAD = timedelta(minutes=3)  # a frame may come as its minute begins, and a clock be two minutes fast
BEHIND = timedelta(minutes=15)  # devices that send every ten minutes are late by so much; later ones are hardly judged
GAP = timedelta(minutes=15)  # without a wrong reading: the run is over
JUMP = timedelta(minutes=2)  # between two errors of a run: a backlog that is caught up with changes, a clock hardly
LASTS = timedelta(minutes=20)  # a run must have begun so long ago before anybody is told: more than GAP, so that …
SHORT = LASTS - GAP  # … shorter runs, such as a backlog sent at once, never count
KEPT = timedelta(days=7)
FEW = 5  # more than half of a batch's devices, and as many: a recording, or our own clock; theirs are not in question


def clock_errors(batch: Batch, now: datetime) -> dict[int, float]:
    """Devices of a batch that came in at `now` → seconds that the end of their minute is ahead (+) or behind (-).

    Of several frames of a device the one nearest to our clock counts: buffered ones come with a new one.
    """
    minutes = [*batch.minutes, *(value.ts for value in batch.monitor)]
    early, late = now - BEHIND - MINUTE, now + AHEAD - MINUTE
    if not batch.untimely and (not minutes or (min(minutes) >= early and max(minutes) <= late)):
        return {}
    nearest: dict[int, timedelta] = {}
    for device, minute in _stamps(batch):
        error = minute - now + MINUTE  # in this order: there is no minute after the last one of the year 9999
        if device not in nearest or abs(error) < abs(nearest[device]):
            nearest[device] = error
    wrong = {device: error.total_seconds() for device, error in nearest.items() if not -BEHIND <= error <= AHEAD}
    return {} if len(wrong) >= FEW and 2 * len(wrong) > len(nearest) else wrong


def _stamps(batch: Batch) -> Iterator[tuple[int, datetime]]:
    yield from zip(batch.devices, batch.minutes, strict=True)
    yield from ((value.device, value.ts) for value in batch.monitor)
    yield from batch.untimely
