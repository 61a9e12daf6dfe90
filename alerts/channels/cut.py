"""Texts cut to the room that a channel has."""

from bisect import bisect_right
from collections.abc import Callable

ELLIPSIS = "…"


def utf8(text: str) -> int:
    """Bytes of a text."""
    return len(text.encode())


def cut(text: str, room: int, size: Callable[[str], int] = utf8) -> str:
    """The text, or as much of its beginning as fits into `room` together with an ellipsis; "" where nothing does.

    `size` must not fall as a text grows.
    """
    if size(text) <= room:
        return text
    kept = bisect_right(range(len(text)), room, key=lambda length: size(text[:length] + ELLIPSIS)) - 1
    return text[:kept] + ELLIPSIS if kept >= 0 else ""


def composed(title: str, text: str, url: str | None, room: int) -> str:
    """Title, text and link below each other; of what does not fit into `room` bytes the text goes first."""
    link = f"\n{url}" if url else ""
    head = cut(title, max(0, room - utf8(link)))
    left = room - utf8(head) - utf8(link) - 1
    body = cut(text, left) if left > 0 else ""
    return head + (f"\n{body}" if body else "") + link
