"""The working days by which deadlines of enterprises are counted: the official ones, and the district's exceptions."""

from alerts.enterprise.release import Calendar
from alerts.policy import Policy
from alerts.roster.book import Holiday, entries
from alerts.roster.definition import Day
from alerts.roster.workday import day_of
from sql.queries import Connection


async def calendar(on: Connection, policy: Policy) -> Calendar:
    """The calendar, with the holidays that the roster has beside the official ones."""
    own = [entry.what for entry in await entries(on, "holiday") if isinstance(entry.what, Holiday)]
    overrides = {one.day: Day(one.workday, one.name) for one in own}
    return Calendar(lambda day: day_of(day, overrides).workday, policy.tz)
