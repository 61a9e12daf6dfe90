"""What the operator may set for the keeper, by environment variables."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

FOR_EVER = 0
YEAR = 365.25
Days = float


def _days(default: float, why: str) -> Days:
    days: Days = Field(default=default, ge=0, le=36525, description=f"days; 0: for ever. {why}")
    return days


class KeepSettings(BaseSettings):
    """HOTGRID_… variables of `hotgrid keep`; what is younger than a day always stays."""

    model_config = SettingsConfigDict(env_prefix="HOTGRID_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, Field(repr=False)]
    keep_s: float = Field(default=60, gt=0, le=3600, description="how often the keeper looks what has changed")
    max_age_days: float = Field(default=1826, gt=0, description="the gate's: what it still takes in is not dropped")

    keep_days_station_reading: Days = _days(1826, "Self-monitoring records are kept for five years.")
    keep_days_monitor_reading: Days = _days(1826, "Likewise.")
    keep_days_mobile_reading: Days = _days(1826, "Likewise.")
    keep_days_statistic: Days = _days(1826, "Likewise: what loggers themselves reported.")
    keep_days_device_note: Days = _days(1826, "Likewise: parameters and logs tell of fabrication.")
    keep_days_quality_flag: Days = _days(1826, "As long as the minutes that it is about.")
    keep_days_hour_mean: Days = _days(10 * YEAR, "A quarter of the minutes' space.")
    keep_days_day_mean: Days = _days(FOR_EVER, "Hardly any space.")
    keep_days_verdict: Days = _days(30, "What alerts need of it is in their evidence.")
    keep_days_refused: Days = _days(30, "Time enough to mend what refused it.")
    keep_days_hj212_part: Days = _days(7, "Packets whose others never came.")
    keep_mb_refused: float = Field(default=256, gt=0, description="MB of refused messages; the oldest go first")

    def kept(self, what: str) -> timedelta | None:
        """How long rows of a table are kept, None for ever; readings at least as long as the gate takes them in."""
        days: float = getattr(self, f"keep_days_{what}")
        if days == FOR_EVER:
            return None
        return timedelta(days=max(days, self.max_age_days if what in OF_READINGS else 1))


OF_READINGS = (
    *("station_reading", "monitor_reading", "mobile_reading", "statistic", "device_note"),
    *("quality_flag", "hour_mean", "day_mean"),
)
