"""A span of one person on a post: what the roster is made of."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """One person's span on a post; start included, end not; aware datetimes in UTC.

    `source` says which layer put the person there (`rotation:ID`, `temporary:ID`, `swap:ID`, `substitute:ID`),
    `instead_of` whose shift it was before somebody else took it.
    """

    start: datetime
    end: datetime
    post: str
    role: str
    person_id: str
    township: str = ""
    source: str = "plan"
    instead_of: str = ""

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether any of it lies in the span."""
        return self.start < end and start < self.end

    def within(self, start: datetime, end: datetime) -> "Shift":
        """The part of it in a span that it overlaps."""
        if start <= self.start and self.end <= end:
            return self
        return replace(self, start=max(self.start, start), end=min(self.end, end))

    def taken_by(self, person_id: str, source: str) -> "Shift":
        """The same span, with somebody else on the post."""
        first = self.instead_of or self.person_id
        return Shift(
            self.start,
            self.end,
            self.post,
            self.role,
            person_id,
            self.township,
            source,
            "" if first == person_id else first,
        )
