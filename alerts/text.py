"""A transition of an alert on one line, Chinese and English: for logs, other platforms, and lists of several."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from alerts.kind import Words, kind_of
from alerts.push.phrases import phrase_of
from ingest.channel import CHANNELS

_CHANNEL = {channel.name: channel for channel in CHANNELS}
BEIJING = timezone(timedelta(hours=8))
PLACES = frozenset({"hotspot", "drill"})  # are about a place; other kinds about a device, a park or the district
DISTRICT = "district"


def text_of(action: str, alert: Mapping[str, Any]) -> dict[str, str]:
    """`zh` and `en`: what, how severe, where, value against background, since when."""
    kind = kind_of(alert["kind"])
    name_zh, name_en = name_of(alert["pollutant"])
    at = datetime.fromisoformat(alert["opened_at"]).astimezone(BEIJING).strftime("%m-%d %H:%M")
    level, where = alert["severity"], f"{alert['lon']:.5f},{alert['lat']:.5f}"
    cell, source = place_of(alert)
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
    title_zh, title_en = title_of(action, alert)
    return {"zh": f"【{title_zh}】{' '.join(filter(None, zh))}", "en": f"{title_en}: {', '.join(filter(None, en))}"}


def title_of(action: str, alert: Mapping[str, Any]) -> tuple[str, str]:
    """What has happened, in Chinese and in English: the kind's own words when it opens and closes."""
    kind, phrase = kind_of(alert["kind"]), phrase_of(action)
    own = {"opened": (kind.zh.opened, kind.en.opened), "closed": (kind.zh.closed, kind.en.closed)}
    return own.get(action, (phrase.title_zh, phrase.title_en))


def name_of(pollutant: str) -> tuple[str, str]:
    """A pollutant's name in Chinese and in English; a code without a row stands for itself."""
    channel = _CHANNEL.get(pollutant)
    return (channel.zh, channel.en) if channel else (pollutant, pollutant)


def unit_of(pollutant: str, alert: Mapping[str, Any]) -> str:
    """A channel without a row of its own, an HJ 212 code, is in the unit of the registry, which the evidence names."""
    channel = _CHANNEL.get(pollutant)
    return channel.unit if channel else str((alert.get("evidence") or {}).get("unit") or "")


def place_of(alert: Mapping[str, Any]) -> tuple[str, str]:
    """The first cell, and what it is about if that is not a cell; "" for what there is not."""
    source = "" if alert["kind"] in PLACES else alert.get("source", "")
    cells = [] if source == DISTRICT else alert["cells"]
    return ("{ix}-{iy}".format(**cells[0]) if cells else ""), source


def _figures(words: Words, alert: Mapping[str, Any]) -> str:
    if not words.figures:
        return ""
    unit = unit_of(alert["pollutant"], alert)
    return f"{words.figures} {alert['peak_value']:.4g}/{alert['background']:.4g} {unit}".strip()
