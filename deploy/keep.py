"""`hotgrid keep`: flags, hours and days of what was stored, and the end of what is old."""

from datetime import UTC, datetime

from deploy import servers
from deploy.forever import until_stopped


def keep() -> None:
    """判定、小时与日均值、过期清理 · flags, hours, days, and the end of what is old"""
    servers.use()
    from ingest.keep import keep
    from ingest.keeping.settings import KeepSettings

    settings = KeepSettings()
    until_stopped(lambda stop: keep(settings, lambda: datetime.now(UTC), stop))
