"""An acknowledged alert goes back when nothing happens, or when the shift of who took it is over."""

from datetime import UTC, datetime, timedelta

from alerts.handling.lapse import Holder, lapse
from alerts.handling.policy import DeskPolicy
from alerts.handling.stage import Act, Actor, Handling
from alerts.handling.step import step

OPENED = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
POLICY = DeskPolicy(lapse=(60, 45, 30, 20))
DUTY = Actor("P04", "duty")
AT_HOME = Holder(False, False, None)


def minute(number: float) -> datetime:
    """So many minutes after the alert opened."""
    return OPENED + timedelta(minutes=number)


TAKEN = step(Handling("open", OPENED, times={"open": OPENED}), Act("acknowledge", DUTY), minute(2))


def on_shift(until: float) -> Holder:
    """Who took it is on duty until that minute."""
    return Holder(True, True, minute(until))


def test_it_goes_back_after_as_long_without_anything_as_its_severity_allows() -> None:
    for severity, minutes in ((1, 60), (2, 45), (3, 30), (4, 20)):
        end = minute(2 + minutes)
        assert lapse(TAKEN, minute(2), severity, AT_HOME, POLICY, end - timedelta(seconds=1)).why is None
        assert f"{minutes} minutes" in (lapse(TAKEN, minute(2), severity, AT_HOME, POLICY, end).why or "")


def test_a_comment_keeps_it_where_it_is() -> None:
    assert lapse(TAKEN, minute(40), 2, AT_HOME, POLICY, minute(80)).why is None
    assert lapse(TAKEN, minute(40), 2, AT_HOME, POLICY, minute(85)).why


def test_it_goes_back_when_the_shift_is_over_and_nothing_was_handed_over() -> None:
    assert lapse(TAKEN, minute(2), 2, on_shift(10), POLICY, minute(9)).why is None
    gone = lapse(TAKEN, minute(2), 2, Holder(True, False, None), POLICY, minute(10))
    assert "P04" in (gone.why or "")
    assert "handed over" in (gone.why or "")


def test_who_took_it_without_being_on_duty_keeps_it_over_the_ends_of_shifts() -> None:
    assert lapse(TAKEN, minute(2), 2, AT_HOME, POLICY, minute(30)).why is None


def test_it_is_looked_at_again_at_the_end_of_the_shift_or_of_the_patience() -> None:
    assert lapse(TAKEN, minute(2), 2, on_shift(10), POLICY, minute(3)).again == minute(10)
    assert lapse(TAKEN, minute(2), 2, on_shift(400), POLICY, minute(3)).again == minute(47)
    overdue = lapse(
        TAKEN, minute(2), 2, on_shift(1), POLICY, minute(3)
    )  # the outgoing stays until the incoming accepts
    assert overdue.again == minute(4)


def test_silenced_time_is_no_neglect() -> None:
    silenced = step(TAKEN, Act("silence", DUTY, "检修 · works", until=minute(120)), minute(3))
    assert lapse(silenced, minute(3), 2, AT_HOME, POLICY, minute(100)).why is None
    assert lapse(silenced, minute(3), 2, AT_HOME, POLICY, minute(165)).why


def test_what_somebody_was_sent_to_does_not_lapse() -> None:
    sent = step(TAKEN, Act("dispatch", DUTY, team="云溪镇"), minute(3))
    assert lapse(sent, minute(3), 2, Holder(True, False, None), POLICY, minute(4000)) == (None, None)
