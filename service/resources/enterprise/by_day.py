"""The cursor of lists that are in the order of a day and a number."""

from datetime import UTC, date, datetime, time

from service.cursor import WRONG, Cursor, decode, encode
from service.problems import bad_input

DIGITS = 18  # so many fit into a number of the database


def cursor_of(day: date, number: int) -> str:
    """The cursor of the last row of a page."""
    return encode(Cursor(datetime.combine(day, time(), UTC), str(number)))


def place_of(cursor: str | None) -> tuple[date, int] | None:
    """The day and number of a cursor, None without one; raises BadInputError for one of another list."""
    if cursor is None:
        return None
    at, number = decode(cursor)
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise bad_input({"cursor": WRONG})
    return at.date(), int(number)
