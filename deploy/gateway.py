"""`hotgrid gateway`: HJ 212 over TCP."""

import logging
from datetime import UTC, datetime

from deploy import servers
from deploy.files import SPARE, allow_files
from deploy.forever import until_stopped

logger = logging.getLogger(__name__)


def gateway() -> None:
    """HJ 212 的 TCP 接入，端口 9212 · HJ 212 over TCP, port 9212 (loggers → TimescaleDB)"""
    servers.use()
    from ingest.gateway import gateway
    from ingest.settings import GatewaySettings

    settings = GatewaySettings()
    files = allow_files(settings.gateway_connections)
    if 0 < files < settings.gateway_connections + SPARE:
        settings.gateway_connections = max(1, files - SPARE)
        logger.warning(
            "%d open files are allowed: no more than %d connections (ulimit -n)", files, settings.gateway_connections
        )
    until_stopped(lambda stop: gateway(settings, lambda: datetime.now(UTC), stop))
