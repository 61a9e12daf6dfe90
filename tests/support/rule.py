"""A rule by itself: frames made by hand go in, the alerts that its conditions become come out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from alerts.alert import Alert, Change
from alerts.detector.wind import Breeze
from alerts.rules.condition import Condition, Rule, Seen
from alerts.rules.standing import Keeper
from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.registry import Registry

MIDNIGHT = datetime(2026, 11, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CALM = Breeze(0.1, 0.0, known=False)
Make = Callable[[Registry, Layout], Rule]


@cache
def layout_of(registry: Registry) -> Layout:
    """The layout of a registry, made once: projecting places takes longer than a test."""
    return Layout.of(registry)


def seen(frame: Frame, layout: Layout, breeze: Breeze = CALM) -> Seen:
    """A minute as a rule is shown it."""
    return Seen(layout, frame, [], breeze, round(frame.minute.timestamp()) // 60, frame.minute + MINUTE)


def found(
    make: Make, registry: Registry, frames: Iterable[Frame], wind: Sequence[Breeze] = ()
) -> list[list[Condition]]:
    """What a fresh rule says of each minute; `wind` minute by minute, else it is calm."""
    layout = layout_of(registry)
    rule = make(registry, layout)
    winds = iter(wind)
    return [rule.step(seen(frame, layout, next(winds, CALM))) for frame in frames]


def told(make: Make, registry: Registry, frames: Sequence[Frame], wind: Sequence[Breeze] = ()) -> list[Change]:
    """What becomes of it."""
    layout = layout_of(registry)
    keeper = Keeper(layout, "test")
    changes = []
    for frame, conditions in zip(frames, found(make, registry, frames, wind), strict=True):
        changes += keeper.step(conditions, frame.minute + MINUTE, round(frame.minute.timestamp()) // 60)
    return changes


def last(changes: Iterable[Change], kind: str) -> list[Alert]:
    """The alerts of a kind as they were told last, in the order opened."""
    return list({change.alert.id: change.alert for change in changes if change.alert.kind == kind}.values())


def series(
    layout: Layout, device: str, channel: str, sent: Iterable[tuple[float | None, Qc]], start: datetime = MIDNIGHT
) -> list[Frame]:
    """One device sends one channel, minute by minute; None: nothing came."""
    frames = []
    for i, (value, qc) in enumerate(sent):
        frame = Frame.empty(layout, start + i * MINUTE)
        frame.values[layout.index[device], layout.column[channel]] = np.nan if value is None else value
        frame.qc[layout.index[device], layout.column[channel]] = qc
        frames.append(frame)
    return frames
