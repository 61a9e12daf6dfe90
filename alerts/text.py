"""A transition of an alert in words, Chinese and English, short enough for a phone's notification."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from alerts.kind import Words, kind_of
from ingest.channel import CHANNELS

_CHANNEL = {channel.name: channel for channel in CHANNELS}
BEIJING = timezone(timedelta(hours=8))
HOTSPOT = "hotspot"  # is about a place; other kinds are about a device, a park or the district
DISTRICT = "district"


def text_of(action: str, alert: Mapping[str, Any]) -> dict[str, str]:
    """`zh` and `en`: what, how severe, where, value against background, since when."""
    kind, channel = kind_of(alert["kind"]), _CHANNEL.get(alert["pollutant"])
    name_zh, name_en = (channel.zh, channel.en) if channel else (alert["pollutant"],) * 2
    at = datetime.fromisoformat(alert["opened_at"]).astimezone(BEIJING).strftime("%m-%d %H:%M")
    level, where = alert["severity"], f"{alert['lon']:.5f},{alert['lat']:.5f}"
    cell, source = _place(alert)
    about_zh, about_en = ("全区", "the whole district") if source == DISTRICT else (source, source)
    zh = [name_zh, f"{level}级", about_zh, cell and f"网格{cell}", _figures(kind.zh, alert), f"{at}起", where]
    en = [
        name_en,
        f"severity {level}",
        about_en,
        cell and f"cell {cell}",
        _figures(kind.en, alert),
        f"since {at}",
        where,
    ]
    return {
        "zh": f"【{_title(action, kind.zh)}】{' '.join(filter(None, zh))}",
        "en": f"{_title(action, kind.en)}: {', '.join(filter(None, en))}",
    }


def _title(action: str, words: Words) -> str:
    return {"opened": words.opened, "closed": words.closed}.get(action, action)


def _place(alert: Mapping[str, Any]) -> tuple[str, str]:
    """The first cell, and what it is about if that is not a cell; "" for what there is not."""
    source = "" if alert["kind"] == HOTSPOT else alert.get("source", "")
    cells = [] if source == DISTRICT else alert["cells"]
    return ("{ix}-{iy}".format(**cells[0]) if cells else ""), source


def _figures(words: Words, alert: Mapping[str, Any]) -> str:
    if not words.figures:
        return ""
    channel = _CHANNEL.get(alert["pollutant"])
    # A channel without a row of its own, an HJ 212 code, is in the unit of the registry, which the evidence names.
    unit = channel.unit if channel else alert.get("evidence", {}).get("unit", "")
    return f"{words.figures} {alert['peak_value']:.4g}/{alert['background']:.4g} {unit}".strip()
