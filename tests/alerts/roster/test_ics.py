"""The feed of shifts: what any calendar program reads from it is the roster, whatever is in its names."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from alerts.roster.ics import Look, calendar, fingerprint, uid
from alerts.roster.shift import Shift

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
TEAM = Look({"P1": "王芳", "P2": "欧阳娜娜"}, SHANGHAI)
SHIFT = Shift(NOW, NOW + 8 * HOUR, "值班员", "duty", "P1", "孟河镇", "rotation:1", "P2")


def _lines(feed: bytes) -> list[bytes]:
    assert feed.endswith(b"\r\n")
    return feed[:-2].split(b"\r\n")


def _events(feed: bytes) -> list[dict[str, object]]:
    events = Calendar.from_ical(feed).walk("VEVENT")
    return [{name.lower(): event.decoded(name) for name in event} for event in events]


def test_a_shift_is_an_event_with_its_person_post_and_place() -> None:
    [event] = _events(calendar([SHIFT], TEAM, NOW))
    assert (event["dtstart"], event["dtend"], event["dtstamp"]) == (NOW, NOW + 8 * HOUR, NOW)
    assert event["summary"] == "王芳 · 值班员"
    assert event["location"] == "孟河镇"
    assert str(event["description"]).splitlines() == [
        "王芳 · 值班员 · duty officer",
        "11-21 08:00 – 11-21 16:00 (Asia/Shanghai)",
        "替 欧阳娜娜 · instead of 欧阳娜娜",
    ]


def test_of_ones_own_feed_the_phone_rings_before() -> None:
    own = Look(TEAM.names, SHANGHAI, "P1", timedelta(minutes=90))
    feed = calendar([SHIFT], own, NOW)
    parsed = Calendar.from_ical(feed)
    assert str(parsed["X-WR-CALNAME"]) == "值班 · On duty · 王芳"
    [event] = parsed.events
    assert str(event["SUMMARY"]) == "值班 · On duty: 值班员"
    assert [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")] == [timedelta(minutes=-90)]
    assert not Calendar.from_ical(calendar([SHIFT], TEAM, NOW)).walk("VALARM")


def test_a_changed_shift_updates_its_event_and_another_one_is_another() -> None:
    later = Shift(SHIFT.start, SHIFT.end + HOUR, SHIFT.post, "leader", "P1", "薛家镇", "swap:3")
    assert uid(later) == uid(SHIFT)
    others = [
        Shift(NOW, SHIFT.end, "值班员", "duty", "P2"),
        Shift(NOW, SHIFT.end, "调度员", "duty", "P1"),
        Shift(NOW + HOUR, SHIFT.end, "值班员", "duty", "P1"),
    ]
    assert len({uid(one) for one in (SHIFT, *others)}) == 4


def test_the_fingerprint_changes_with_what_is_seen_and_not_with_time() -> None:
    told = fingerprint([SHIFT], TEAM)
    assert fingerprint([SHIFT], Look({"P2": "欧阳娜娜", "P1": "王芳"}, SHANGHAI)) == told
    assert fingerprint([SHIFT], Look({**TEAM.names, "P9": "别人"}, SHANGHAI)) == told
    changed = [
        fingerprint([], TEAM),
        fingerprint([Shift(NOW, NOW + 9 * HOUR, "值班员", "duty", "P1", "孟河镇", "rotation:1", "P2")], TEAM),
        fingerprint([SHIFT], Look({"P1": "王方"}, SHANGHAI)),
        fingerprint([SHIFT], Look(TEAM.names, SHANGHAI, "P1")),
        fingerprint([SHIFT], Look(TEAM.names, SHANGHAI, alarm=HOUR)),
    ]
    assert len({told, *changed}) == 6


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_an_hour_that_comes_twice_is_two_hours(zone: str) -> None:
    change = datetime(2026, 10, 25, tzinfo=UTC)
    hours = [Shift(change + n * HOUR, change + (n + 1) * HOUR, "x", "duty", "P1") for n in range(4)]
    events = _events(calendar(hours, Look({}, ZoneInfo(zone)), NOW))
    assert [(event["dtstart"], event["dtend"]) for event in events] == [(one.start, one.end) for one in hours]


def _seen(text: str) -> str:
    return "".join(char for char in text if char.isprintable() and char != " ")


@settings(max_examples=200, deadline=None)
@given(post=st.text(max_size=200), township=st.text(min_size=1, max_size=200), name=st.text(max_size=200))
@example(post="\x00\x07\x1b", township="a\rATTACH:x", name="\u2028\x85")
def test_no_text_breaks_out_of_its_line_and_none_is_lost(post: str, township: str, name: str) -> None:
    feed = calendar([Shift(NOW, NOW + HOUR, post, "duty", "P1", township)], Look({"P1": name}, SHANGHAI), NOW)
    assert all(len(line) <= 75 for line in _lines(feed))
    assert not re.search("[\x00-\x1f\x7f\x85\u2028\u2029]", feed.replace(b"\r\n", b"").decode())
    unfolded = feed.replace(b"\r\n ", b"").decode()
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded.split("\r\n")[:-1]]
    assert names.count("SUMMARY") == names.count("LOCATION") == names.count("UID") == names.count("BEGIN") - 1 == 1
    [event] = Calendar.from_ical(feed).events
    assert _seen(str(event["SUMMARY"])) == _seen(f"{name} · {post}")
