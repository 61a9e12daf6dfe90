"""What the operator may set for the detector and the notices, by environment variables."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from alerts.channels.guard import Guard
from alerts.detector.tuning import DEFAULT, Tuning
from alerts.policy import PolicySettings
from alerts.tuning_file import TuningError, read


def _tuning(named: object) -> object:
    """The tuning of a file that is named; nothing named is the detector's own."""
    if not isinstance(named, str):
        return named
    try:
        return read(Path(named)) if named else DEFAULT
    except TuningError as error:
        raise TuningError(f"HOTGRID_TUNING: {error}") from error


class TuningSettings(BaseSettings):
    """With what numbers the detector works here."""

    model_config = SettingsConfigDict(env_prefix="HOTGRID_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    tuning: Annotated[InstanceOf[Tuning], NoDecode, BeforeValidator(_tuning)] = Field(
        default=DEFAULT, description="path of a tuning file"
    )


class DetectSettings(TuningSettings):
    """HOTGRID_… variables of `hotgrid detect`."""

    database_url: Annotated[str, Field(repr=False)]
    grace_s: float = Field(default=20, gt=0, le=3600, description="how long a minute waits for its late devices")
    lateness_min: float = Field(
        default=15, ge=0, le=1440, description="readings later than this are stored, not judged"
    )
    checkpoint_min: float = Field(default=5, gt=0, le=60, description="how often the detector's state is saved")

    @property
    def grace(self) -> timedelta:
        """How long a minute waits after its end for devices that have not reported."""
        return timedelta(seconds=self.grace_s)

    @property
    def lateness(self) -> timedelta:
        """How far back late readings change what was judged."""
        return timedelta(minutes=self.lateness_min)

    @property
    def checkpoint_every(self) -> timedelta:
        """Event time between two checkpoints."""
        return timedelta(minutes=self.checkpoint_min)


def _listed(told: object) -> object:
    return tuple(filter(None, map(str.strip, told.split(",")))) if isinstance(told, str) else told


def _guarded(allowed: tuple[str, ...]) -> tuple[str, ...]:
    Guard(allowed)  # raises ValueError
    return allowed


class NotifySettings(PolicySettings):
    """HOTGRID_… variables of `hotgrid notify`."""

    database_url: Annotated[str, Field(repr=False)]
    mqtt_url: str | None = Field(default=None, repr=False, description="the broker through which sirens are reached")
    siren_prefix: str = Field(
        default="hotgrid/v1/downlink",
        pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$",
        description="topics of sirens and lamps lie below it, and pushes are published nowhere else",
    )
    push_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_guarded)] = Field(
        default=(), description="internal networks and hosts that pushes may go to, with a comma between two"
    )
    push_subject: str = Field(
        default="mailto:hotgrid@localhost",
        pattern=r"^(mailto:[^@\s]+@(localhost|[\w-]+(\.[\w-]+)+)|https://(localhost|[\w-]+\.[\w.-]+))$",
        description="how the operators of push services reach this installation's operator; Apple's wants a real one",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern="^https?://",
        description="under which people's phones reach `hotgrid serve`: the links in pushes begin with it",
    )
    webhook_url: str | None = Field(
        default=None, pattern="^https?://", repr=False, description="where notices are posted"
    )
    webhook_secret: SecretStr | None = None
