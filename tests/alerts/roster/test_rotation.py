"""Who takes which turn of a rotation."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.roster.definition import Day, Definitions, Rotation, Turn
from alerts.roster.plan import plan
from alerts.roster.rotation import shifts_of
from alerts.roster.shift import Shift

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 6, 1)
DAY = Rotation("r", "desk", "duty", ("A", "B", "C"), MONDAY, (Turn(time(8), 24),))


def _local(day: int, hour: int = 0, zone: ZoneInfo = SHANGHAI, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=zone)


def _turns(rotation: Rotation, start: datetime, end: datetime, overrides: dict[date, Day] | None = None) -> list[str]:
    """`person day hour` of each shift that begins in the span, local."""
    zone = ZoneInfo(rotation.zone)
    shifts = plan(Definitions((rotation,), overrides=overrides or {}), start, end)
    return [
        f"{shift.person_id} {shift.start.astimezone(zone):%d %H}h{(shift.end - shift.start) / timedelta(hours=1):g}"
        for shift in shifts
        if start <= shift.start
    ]


def test_people_take_a_day_each_from_the_anchor_on() -> None:
    assert _turns(DAY, _local(1), _local(5)) == ["A 01 08h24", "B 02 08h24", "C 03 08h24", "A 04 08h24"]


def test_the_rotation_runs_before_its_anchor_too() -> None:
    assert _turns(DAY, _local(30, month=5), _local(2)) == ["B 30 08h24", "C 31 08h24", "A 01 08h24"]


def test_four_crews_take_three_shifts_a_day() -> None:
    turns = (Turn(time(16), 8), Turn(time(0), 8), Turn(time(8), 8))
    rotation = replace(DAY, people=("A", "B", "C", "D"), turns=turns)
    assert _turns(rotation, _local(1), _local(3)) == [
        "A 01 00h8", "B 01 08h8", "C 01 16h8", "D 02 00h8", "A 02 08h8", "B 02 16h8",
    ]  # fmt: skip


def test_shifts_of_a_day_may_have_different_hours() -> None:
    rotation = replace(DAY, turns=(Turn(time(8, 30), 9.5), Turn(time(18), 14.5)))
    found = plan(Definitions((rotation,)), _local(1, 12), _local(2, 12))
    assert [(shift.person_id, shift.start, shift.end) for shift in found] == [
        ("A", _local(1, 8) + timedelta(minutes=30), _local(1, 18)),
        ("B", _local(1, 18), _local(2, 8) + timedelta(minutes=30)),
        ("C", _local(2, 8) + timedelta(minutes=30), _local(2, 18)),
    ]


def test_several_people_sit_together_and_the_next_ones_follow() -> None:
    assert _turns(replace(DAY, at_once=2), _local(1), _local(3)) == [
        "A 01 08h24",
        "B 01 08h24",
        "A 02 08h24",
        "C 02 08h24",
    ]


def test_somebody_keeps_as_many_nights_as_is_said() -> None:
    nights = replace(DAY, turns=(Turn(time(20), 12),), hold=2)
    assert _turns(nights, _local(1), _local(6)) == [
        "A 01 20h12",
        "A 02 20h12",
        "B 03 20h12",
        "B 04 20h12",
        "C 05 20h12",
    ]


def test_a_week_is_handed_over_on_its_weekday() -> None:
    week = replace(DAY, turns=(Turn(time(8), 168),), every=7)
    assert _turns(week, _local(1), _local(20)) == ["A 01 08h168", "B 08 08h168", "C 15 08h168"]


def test_a_week_and_its_weekend_may_be_different_turns() -> None:
    week = replace(DAY, turns=(Turn(time(18), 48, day=4), Turn(time(18), 120, day=6)), every=7)
    assert _turns(week, _local(1), _local(20)) == [
        "A 05 18h48",
        "B 07 18h120",
        "C 12 18h48",
        "A 14 18h120",
        "B 19 18h48",
    ]


def test_a_post_may_be_taken_every_third_day_only() -> None:
    assert _turns(replace(DAY, every=3), _local(1), _local(10)) == ["A 01 08h24", "B 04 08h24", "C 07 08h24"]


def test_on_workdays_only_make_up_workdays_count_and_nobody_misses_a_turn() -> None:
    office = replace(DAY, anchor=date(2026, 9, 28), turns=(Turn(time(9), 8),), days="workdays")
    found = _turns(office, _local(28, month=9), _local(12, month=10))
    assert found == ["A 28 09h8", "B 29 09h8", "C 30 09h8", "A 08 09h8", "B 09 09h8", "C 10 09h8"]


def test_holidays_are_days_off_of_any_kind_and_overrides_are_believed() -> None:
    off = replace(DAY, days="holidays")
    assert _turns(off, _local(1), _local(9)) == ["A 06 08h24", "B 07 08h24"]
    table = {date(2026, 6, 3): Day(False, "停工"), date(2026, 6, 6): Day(True)}
    assert _turns(off, _local(1), _local(9), table) == ["A 03 08h24", "B 07 08h24"]


def test_turns_of_another_time_are_counted_but_do_not_take_place() -> None:
    part = replace(DAY, valid_from=date(2026, 6, 3), valid_to=date(2026, 6, 5))
    assert _turns(part, _local(1), _local(9)) == ["C 03 08h24", "A 04 08h24"]
    assert plan(Definitions((part,)), _local(5), _local(9))[0].end == _local(5, 8)


def test_24_hours_on_the_clock_are_23_or_25_when_it_is_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    rotation = replace(DAY, zone="Europe/Berlin")
    spring = _turns(rotation, _local(27, 12, berlin, 3), _local(30, 0, berlin, 3))
    autumn = _turns(rotation, _local(24, 0, berlin, 10), _local(26, 0, berlin, 10))
    assert [turn.split(" ", 1)[1] for turn in spring] == ["28 08h23", "29 08h24"]
    assert [turn.split(" ", 1)[1] for turn in autumn] == ["24 08h25", "25 08h24"]


def test_a_handover_at_a_skipped_time_leaves_nobody_alone() -> None:
    rotation = replace(DAY, zone="Europe/Berlin", turns=(Turn(time(2, 30), 12), Turn(time(14, 30), 12)))
    found = plan(Definitions((rotation,)), datetime(2026, 3, 28, 18, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC))
    assert [(shift.start.hour, shift.end.hour) for shift in found] == [(13, 1), (1, 12)]


def test_the_last_minute_of_a_long_turn_has_its_person() -> None:
    """25 h from 23:30 on, and eleven days."""
    end = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    for turn, anchor in ((Turn(time(23, 30), 24), date(2026, 10, 24)), (Turn(time(23, 30), 264), date(2026, 10, 14))):
        rotation = replace(DAY, zone="Europe/Berlin", turns=(turn,), every=30, anchor=anchor)
        [found] = shifts_of(rotation, [(end - timedelta(minutes=1), end)], {})
        assert (found.person_id, found.end) == ("A", end)


def test_a_turn_that_the_clock_skips_does_not_take_place() -> None:
    rotation = replace(DAY, zone="Europe/Berlin", turns=(Turn(time(2), 1),))
    starts = [shift.start.day for shift in plan(Definitions((rotation,)), *_march(28, 31))]
    assert starts == [28, 30]


def test_a_shift_tells_where_it_comes_from() -> None:
    rotation = replace(DAY, township="T1")
    assert plan(Definitions((rotation,)), _local(1, 8), _local(2, 8)) == [
        Shift(_local(1, 8), _local(2, 8), "desk", "duty", "A", "T1", "rotation:r")
    ]


def _march(first: int, last: int) -> tuple[datetime, datetime]:
    return datetime(2026, 3, first, tzinfo=UTC), datetime(2026, 3, last, tzinfo=UTC)
