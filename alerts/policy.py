"""What a district may decide about its duty desk: a TOML file (HOTGRID_POLICY), every value with a default."""

import tomllib
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from alerts.enterprise.policy import EnterprisePolicy
from alerts.handling.policy import DeskPolicy, SlaPolicy
from alerts.muting.policy import MutePolicy
from alerts.push.policy import EscalationPolicy, PushPolicy
from alerts.roster.policy import RosterPolicy


class PolicyError(ValueError):
    """A policy file that cannot be used; the message names file, section and value."""


class Policy(BaseModel):
    """The rules of the duty desk, a section a concern; a name that does not exist is an error, not overlooked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str = "Asia/Shanghai"
    """IANA time zone of the district: nights, shifts and the times in texts."""
    desk: DeskPolicy = DeskPolicy()
    roster: RosterPolicy = RosterPolicy()
    sla: SlaPolicy = SlaPolicy()
    escalation: EscalationPolicy = EscalationPolicy()
    push: PushPolicy = PushPolicy()
    mute: MutePolicy = MutePolicy()
    enterprise: EnterprisePolicy = EnterprisePolicy()

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {name}; for example Asia/Shanghai") from error
        return name

    @property
    def tz(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.zone)


def read(path: Path) -> Policy:
    """The policy of a file; raises PolicyError."""
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise PolicyError(f"{path}: {told}") from error


def _policy(named: object) -> object:
    """The policy of a file that is named; nothing named is the defaults."""
    if not isinstance(named, str):
        return named
    try:
        return read(Path(named)) if named else Policy()
    except PolicyError as error:
        raise PolicyError(f"HOTGRID_POLICY: {error}") from error


class PolicySettings(BaseSettings):
    """By what rules the duty desk works here."""

    model_config = SettingsConfigDict(env_prefix="HOTGRID_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    policy: Annotated[InstanceOf[Policy], NoDecode, BeforeValidator(_policy)] = Field(
        default_factory=Policy, description="path of a policy file"
    )
