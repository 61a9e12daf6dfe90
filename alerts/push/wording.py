"""Events in words for a person: title and text, Chinese or English, as long as the channel has room."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from alerts.push.parts import (
    Language,
    Names,
    Part,
    Place,
    Topic,
    head,
    line_of,
    marks_of,
    on_one_line,
    parts_of,
    rendered,
    where,
)

__all__ = ["Language", "Names", "Place", "Topic", "Worded", "digest", "fitted", "shortened", "worded"]

TITLE, LINE = 60, 120  # characters of a title, and of an event in a list
SHORTEST = 12  # no line of a list is shorter
_BREAKS = " \n，。；、"


class Worded(NamedTuple):
    """One line, and a text that is complete without it."""

    title: str
    text: str


def worded(topic: Topic, place: Place, room: int, link: str | None = None) -> Worded:
    """One event in words; the text has at most `room` (≥ 70) characters.

    The least important parts fall away first, whole: a value is never cut. `link` confirms; it is kept, unless marks
    and severity have no room beside it. None: the channel itself shows it.
    """
    title = on_one_line([*head(topic, place), *where(topic, place)])
    said = parts_of(topic, place)
    return Worded(_fit(title, TITLE), _confirmed(lambda free: _fit(said, free), place.language, room, link))


def digest(topics: Sequence[Topic], place: Place, room: int, link: str | None = None) -> Worded:
    """Several events in one message, in the order given: counted, a line each as far as `room` goes, the rest counted.

    `room` and `link` as for `worded`. "… 另有 37 条" · "… and 37 more".
    """
    marks = {"".join(marks_of(topic)) for topic in topics}
    worst = max(topic.alert["severity"] for topic in topics)
    counted = {"zh": f"{len(topics)}条告警，最高{worst}级", "en": f"{len(topics)} alerts, up to severity {worst}"}
    title = (marks.pop() if len(marks) == 1 else "") + counted[place.language]
    lines = [_fit(line_of(topic, place), min(LINE, room // 2)) for topic in topics[: room // SHORTEST]]
    more = {"zh": "… 另有 {} 条", "en": "… and {} more"}[place.language]

    def listed(free: int) -> str:
        for shown in range(len(lines), 0, -1):
            rest = len(topics) - shown
            text = "\n".join([title, *lines[:shown], *([more.format(rest)] if rest else [])])
            if len(text) <= free:
                return text
        return title

    return Worded(title, _confirmed(listed, place.language, room, link))


def fitted(text: str, language: Language, room: int, link: str | None = None) -> str:
    """A text of other makers within `room` (as for `worded`); cut between words, ended by "…" where it is too long."""
    return _confirmed(lambda free: shortened(text, free), language, room, link)


def shortened(text: str, free: int) -> str:
    """At most so many characters of a text, cut between words and ended by "…" where it is too long."""
    if len(text) <= free:
        return text
    kept = text[: max(free - 1, 0)]
    at = max(kept.rfind(sign) for sign in _BREAKS)
    return f"{kept[:at] if at > free // 2 else kept}…"


def _confirmed(say: Callable[[int], str], language: Language, room: int, link: str | None) -> str:
    """What `say` makes of the room that is left free, and how to confirm it."""
    hint = {"zh": "\n点开通知，确认收到", "en": "\nOpen the notification to confirm"}[language]
    ending = {"zh": f"\n确认收到：{link}", "en": f"\nConfirm: {link}"}[language] if link else hint
    text = say(room - len(ending))
    if len(text) + len(ending) > room and link:
        ending = hint
        text = say(room - len(ending))
    return (text + ending)[:room]


def _fit(parts: Iterable[Part], room: int) -> str:
    """The parts that have room, in their order; of equal rank the last falls away first."""
    kept = list(parts)
    while len(text := rendered(kept)) > room and (worst := max(part.rank for part in kept)):
        del kept[max(i for i, part in enumerate(kept) if part.rank == worst)]
    return text
