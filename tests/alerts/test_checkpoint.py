"""What the rules remember goes with their names: rules may come, go, change and stand in another order."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from alerts import watch as module
from alerts.alert import Change
from alerts.rules import RULES
from alerts.rules.condition import Rule
from alerts.rules.fault import Fault
from alerts.rules.offline import Offline
from alerts.watch import Watch
from ingest.layout import Frame, Layout
from ingest.registry import Registry
from tests.support.scene import district, weather

SILENT, CUT, END = 60, 95, 130  # M07 falls silent, is told of, and reports again after this minute
Makes = Sequence[Callable[[Registry, Layout], Rule]]
FEWER: Makes = [make for make in RULES if make is not Offline]


def frames() -> list[Frame]:
    """Ordinary minutes in which one device is silent for a while."""
    layout = Layout.of(district())
    minutes = list(weather(layout, END + 5))
    for frame in minutes[SILENT:END]:
        frame.values[layout.index["M07"]] = np.nan
    return minutes


def watch(monkeypatch: pytest.MonkeyPatch, rules: Makes) -> Watch:
    """A watch with just these rules."""
    monkeypatch.setattr(module, "RULES", tuple(rules))
    return Watch(district())


def run(watch: Watch, minutes: list[Frame]) -> list[Change]:
    """All that happens."""
    return [change for frame in minutes for change in watch.close(frame)]


def remembered(watch: Watch, kind: type) -> dict[str, bytes]:
    """The memory of one rule."""
    (rule,) = (rule for rule in watch.rules if isinstance(rule, kind))
    return {name: array.tobytes() for name, array in rule.memory.items()}


def test_rules_in_another_order_remember_what_they_knew(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = frames()
    first, second = watch(monkeypatch, RULES), watch(monkeypatch, RULES[::-1])
    before = run(first, minutes[:80])
    second.load(first.dump())
    changes = before + run(second, minutes[80:])
    assert [(change.what, change.alert.source) for change in changes] == [("opened", "M07"), ("closed", "M07")]
    assert changes == run(watch(monkeypatch, RULES), minutes)


def test_a_rule_that_is_new_begins_afresh_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = watch(monkeypatch, FEWER), watch(monkeypatch, RULES)
    run(first, frames()[:CUT])
    second.load(first.dump())
    assert remembered(second, Offline) == remembered(Watch(district()), Offline)
    assert remembered(second, Fault) == remembered(first, Fault)
    assert second.last == first.last


@pytest.mark.parametrize("memory", [np.zeros((38, 2), np.int32), np.zeros(38, np.int64)], ids=["shape", "dtype"])
def test_a_rule_that_remembers_something_else_now_begins_afresh(
    monkeypatch: pytest.MonkeyPatch, memory: np.ndarray
) -> None:
    def changed(registry: Registry, layout: Layout) -> Rule:
        rule = Offline(registry, layout)
        assert len(rule.keys) == len(memory)
        rule.memory = {**rule.memory, "last": memory.copy()}
        return rule

    first, second = watch(monkeypatch, RULES), watch(monkeypatch, [*FEWER, changed])
    run(first, frames()[:CUT])
    second.load(first.dump())
    (rule,) = (rule for rule in second.rules if isinstance(rule, Offline))
    assert not any(array.any() for name, array in rule.memory.items() if name != "usual")


def test_the_open_alerts_of_a_rule_that_is_gone_are_closed_when_they_have_been_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    minutes = frames()
    first, second = watch(monkeypatch, RULES), watch(monkeypatch, FEWER)
    run(first, minutes[:CUT])
    (alert,) = first.open()
    second.load(first.dump())
    assert second.open() == [alert]
    (change,) = run(second, minutes[CUT:])
    assert (change.what, change.alert.id) == ("closed", alert.id)
    assert change.alert.closed_at == minutes[CUT].minute + module.MINUTE  # the rule itself said: 1 min
