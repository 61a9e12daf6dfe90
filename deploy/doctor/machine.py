"""The checks of this machine: its settings, how it listens, its disk."""

import ipaddress
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from deploy.doctor.finding import Finding, short

DISK_WARNS, DISK_FAILS = 0.10, 0.02


def configuration() -> Finding:
    """Whether every process would take its settings and the policy file."""
    wrong = list(dict.fromkeys(_faults()))
    if wrong:
        return Finding(
            "configuration", "failed", "; ".join(wrong), "更正后再启动 · correct it before anything is started"
        )
    return Finding("configuration", "ok", "有效 · valid")


def _faults() -> Iterator[str]:
    """Without the values: they may be secrets."""
    for kind in _kinds():
        try:
            kind()
        except ValidationError as error:
            for one in error.errors(include_input=False, include_url=False):
                yield f"HOTGRID_{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}"
        except (OSError, ValueError) as error:
            yield short(error)


def _kinds() -> list[type[BaseSettings]]:
    from alerts.settings import DetectSettings, NotifySettings
    from ingest.keeping.settings import KeepSettings
    from ingest.settings import GatewaySettings
    from service.settings import ServiceSettings

    return [GatewaySettings, KeepSettings, DetectSettings, NotifySettings, ServiceSettings]


def listening() -> Finding:
    """Whether passwords and sessions would go over the network for anybody to read."""
    from service.settings import ServiceSettings

    try:
        settings = ServiceSettings()
    except (ValidationError, ValueError, OSError):
        return Finding("listening", "skipped", "配置无效 · needs a valid configuration")
    where = f"{settings.host}:{settings.port}"
    if settings.tls_cert and settings.tls_key:
        return Finding("listening", "ok", f"{where}, TLS")
    if _is_loopback(settings.host):
        return Finding("listening", "ok", f"{where}，仅本机 · this machine alone")
    if settings.trusted_proxies:
        return Finding(
            "listening", "ok", f"{where}, 由代理负责 TLS · TLS is the proxy's: {', '.join(settings.trusted_proxies)}"
        )
    said = f"{where} 无 TLS，密码可被窃听 · without TLS: passwords can be overheard"
    return Finding("listening", "warning", said, "HOTGRID_TLS_CERT, HOTGRID_TLS_KEY; hotgrid ca --help")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def disk(folder: Path) -> Finding:
    """How much room is left where the data of the private servers lie, or would."""
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    free = usage.free / usage.total
    said = f"{usage.free / 1e9:.0f} GB ({free:.0%}) 可用 · free: {folder}"
    if free > DISK_WARNS:
        return Finding("disk", "ok", said)
    return Finding(
        "disk", "failed" if free < DISK_FAILS else "warning", said, "hotgrid keep; 清理磁盘 · free some space"
    )
