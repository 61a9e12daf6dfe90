"""What the operator may set for ingest, by environment variables."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _paths(named: object) -> object:
    return tuple(filter(None, named.split(os.pathsep))) if isinstance(named, str) else named


class IngestSettings(BaseSettings):
    """HOTGRID_… variables; the two addresses have no default: private servers fill them in."""

    model_config = SettingsConfigDict(env_prefix="HOTGRID_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str, Field(repr=False)]
    mqtt_url: Annotated[str, Field(repr=False)]
    max_age_days: float = Field(default=1826, gt=0, description="older readings are refused; old recordings need more")
    max_ahead_s: float = Field(default=300, ge=0, description="readings further in the future are refused")
    database_timeout_s: float = Field(
        default=30, gt=0, description="a longer statement is tried again; a dead connection shows after twice as long"
    )
    mqtt_keepalive_s: int = Field(
        default=20, gt=0, le=3600, description="a dead connection to the broker shows after twice as long"
    )
    batch_messages: int = Field(default=2000, gt=0, le=100_000)
    batch_ms: float = Field(default=100, gt=0, le=10_000)
    mapping: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_paths)] = Field(
        default=(), description="mapping files of vendors' topics, with a colon between two"
    )

    @property
    def max_age(self) -> timedelta:
        """The age beyond which a reading is a clock gone wrong."""
        return timedelta(days=self.max_age_days)

    @property
    def max_ahead(self) -> timedelta:
        """How far a device's clock may run ahead."""
        return timedelta(seconds=self.max_ahead_s)


class GatewaySettings(IngestSettings):
    """What the gateway needs besides. Loggers are elsewhere: HOTGRID_GATEWAY_HOST=0.0.0.0 lets them in."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=9212, ge=0, le=65535, description="0 is any free port")
    gateway_connections: int = Field(default=4000, gt=0, le=60_000)
    gateway_idle_s: float = Field(default=3900, gt=0, description="the longest interval of HJ 212 is 3600 s")
    gateway_first_s: float = Field(default=660, gt=0, description="until a logger has sent a frame that can be taken")
