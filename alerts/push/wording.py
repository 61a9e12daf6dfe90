"""An event of an alert in words for a person: title and text, Chinese or English, as long as the channel has room."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from alerts.push.policy import PushPolicy

Language = Literal["zh", "en"]


class Names(NamedTuple):
    """What ids are called: the township of the alert's place, enterprises and persons by id."""

    township: str = ""
    enterprises: Mapping[str, str] = {}
    people: Mapping[str, str] = {}


class Topic(NamedTuple):
    """What is said: an event's action, who did it (id), why and details, and the alert's body then (with `handling`).

    `test` is a push to oneself to try the channel; a drill is known by the alert's kind.
    """

    action: str
    alert: Mapping[str, Any]
    names: Names = Names()
    who: str = ""
    why: str = ""
    details: Mapping[str, Any] = {}
    test: bool = False


class Worded(NamedTuple):
    """One line, and a text that is complete without it."""

    title: str
    text: str


def worded(
    topic: Topic, language: Language, policy: PushPolicy, zone: ZoneInfo, room: int, link: str | None = None
) -> Worded:
    """One event in words; the text has at most `room` (≥ 70) characters.

    The least important parts fall away first, whole: a value is never cut. `link` confirms; it is kept, unless it
    leaves no room for what and how severe (then the text says to tap on the notification). None: the channel shows it.
    """
    raise NotImplementedError


def digest(
    topics: Sequence[Topic], language: Language, policy: PushPolicy, zone: ZoneInfo, room: int, link: str | None = None
) -> Worded:
    """Several events in one message, in the order given: counted, a line each as far as `room` goes, the rest counted.

    "… 另有 37 条" · "… and 37 more".
    """
    raise NotImplementedError


def fitted(text: str, room: int, link: str | None = None) -> str:
    """A text of other makers within `room`, its link kept; cut between words, ended by "…"."""
    raise NotImplementedError
