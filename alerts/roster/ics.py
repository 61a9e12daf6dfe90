"""Shifts as an iCalendar feed (RFC 5545) that phones subscribe to: the same shift is the same event for ever."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vDuration

from alerts.roster.shift import Shift

REFRESH = timedelta(hours=1)
MEDIA_TYPE = "text/calendar"


class Word(NamedTuple):
    """In both languages."""

    zh: str
    en: str


DUTY = Word("值班", "On duty")
ROLES = {
    "leader": Word("带班领导", "shift leader"),
    "duty": Word("值班员", "duty officer"),
    "dispatcher": Word("第三方调度员", "dispatcher"),
    "chief": Word("点位长", "station chief"),
    "field": Word("外勤", "field team"),
    "bureau": Word("局领导", "bureau"),
}
# RFC 5545 has no control characters in a text: some programs refuse the whole feed for one.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Look:
    """How a feed presents itself: `names` of people by id; `whose` it is, "" for the whole team."""

    names: Mapping[str, str]
    zone: ZoneInfo
    whose: str = ""
    alarm: timedelta | None = None
    """How long before a shift the phone rings."""

    @property
    def title(self) -> str:
        """What the calendar is called."""
        return f"{DUTY.zh} · {DUTY.en}" + (f" · {self.name(self.whose)}" if self.whose else "")

    def name(self, person_id: str) -> str:
        """A person's name; the id of one who is not known."""
        return _plain(self.names.get(person_id, person_id))


def calendar(shifts: Iterable[Shift], look: Look, now: datetime) -> bytes:
    """The feed at `now` (DTSTAMP). Times are in UTC: every hour is one hour, also when the clock is changed."""
    feed = Calendar()
    feed.add("prodid", "-//hotgrid//duty roster//ZH")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", look.title)
    feed.add("name", look.title)
    feed.add("x-wr-timezone", look.zone.key)
    feed.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", vDuration(REFRESH))
    for shift in shifts:
        feed.add_component(_event(shift, look, now))
    file: bytes = feed.to_ical()
    return file


def uid(shift: Shift) -> str:
    """The same for a person, post and start, whatever else changes."""
    told = f"{shift.person_id}\n{shift.post}\n{shift.start.timestamp()}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@hotgrid"


def fingerprint(shifts: Sequence[Shift], look: Look) -> str:
    """Changes with the feed, but not with time (hex)."""
    names = sorted({(shift.person_id, look.name(shift.person_id)) for shift in shifts})
    return hashlib.sha256(repr((look.title, look.zone.key, look.alarm, names, shifts)).encode()).hexdigest()[:32]


def _event(shift: Shift, look: Look, now: datetime) -> Event:
    post, name = _plain(shift.post), look.name(shift.person_id)
    event = Event()
    event.add("uid", uid(shift))
    event.add("dtstamp", now)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", f"{DUTY.zh} · {DUTY.en}: {post}" if look.whose else f"{name} · {post}")
    if shift.township:
        event.add("location", _plain(shift.township))
    event.add("description", "\n".join(_description(shift, look)))
    event.add("transp", "OPAQUE" if look.whose else "TRANSPARENT")
    if look.alarm is not None:
        event.add_component(_alarm(look.alarm, f"{DUTY.zh} · {DUTY.en}: {post}"))
    return event


def _description(shift: Shift, look: Look) -> Iterable[str]:
    role = ROLES.get(shift.role, Word(shift.role, shift.role))
    start, end = shift.start.astimezone(look.zone), shift.end.astimezone(look.zone)
    yield f"{look.name(shift.person_id)} · {_plain(role.zh)} · {_plain(role.en)}"
    yield f"{start:%m-%d %H:%M} – {end:%m-%d %H:%M} ({look.zone.key})"
    if shift.instead_of:
        name = look.name(shift.instead_of)
        yield f"替 {name} · instead of {name}"


def _alarm(before: timedelta, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -before)
    return alarm


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)
