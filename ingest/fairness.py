"""Who sends more than a device has reason to."""

WINDOW_S = 10.0
LIMIT = 200  # messages of a topic in a window; a device that measures every second sends 10
TIMES = 5  # … and so many times the mean of the others: when everybody sends much, after an outage, nobody floods
NAMED_EVERY_S = 60.0


class Rates:
    """Who was beyond the limit in a window is so until it has kept it for a whole one.

    Every method takes `now`, seconds of a clock that does not jump.
    """

    def __init__(self, now: float) -> None:
        self._ends = now + WINDOW_S
        self._counts: dict[str, int] = {}
        self._total = 0
        self._flooding: set[str] = set()
        self._named: dict[str, float] = {}

    def is_beyond(self, topic: str, now: float) -> bool:
        """Count a message; whether its topic is beyond the limit."""
        if now >= self._ends:
            self._turn(now)
        count = self._counts[topic] = self._counts.get(topic, 0) + 1
        self._total += 1
        if count <= LIMIT or count * (len(self._counts) - 1) < TIMES * (self._total - count):
            return topic in self._flooding
        self._flooding.add(topic)
        return True

    def to_name(self, now: float) -> list[str]:
        """Who is beyond the limit and was not named for a minute."""
        recent = {topic: at for topic, at in self._named.items() if now < at + NAMED_EVERY_S}
        fresh = sorted(self._flooding - recent.keys())
        self._named = recent | dict.fromkeys(fresh, now)
        return fresh

    def _turn(self, now: float) -> None:
        is_next = now < self._ends + WINDOW_S
        self._flooding = {topic for topic in self._flooding if is_next and self._counts.get(topic, 0) > LIMIT}
        self._counts, self._total = {}, 0
        self._ends = now + WINDOW_S
