"""A transition of an alert in words, Chinese and English, short enough for a phone's notification."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from ingest.channel import CHANNELS

_CHANNEL = {channel.name: channel for channel in CHANNELS}
BEIJING = timezone(timedelta(hours=8))
_ACTIONS = {"opened": ("发现热点", "Hotspot found"), "closed": ("热点结束", "Hotspot over")}


def text_of(action: str, alert: Mapping[str, Any]) -> dict[str, str]:
    """`zh` and `en`: what, how severe, where, value against background, since when."""
    channel = _CHANNEL.get(alert["pollutant"])
    unit = channel.unit if channel else ""
    zh, en = _ACTIONS.get(action, (action, action))
    at = datetime.fromisoformat(alert["opened_at"]).astimezone(BEIJING).strftime("%m-%d %H:%M")
    cell = "{ix}-{iy}".format(**alert["cells"][0])
    amount = f"{alert['peak_value']:.4g}/{alert['background']:.4g} {unit}".strip()
    name_zh, name_en = (channel.zh, channel.en) if channel else (alert["pollutant"],) * 2
    where, level = f"{alert['lon']:.5f},{alert['lat']:.5f}", alert["severity"]
    return {
        "zh": f"【{zh}】{name_zh} {level}级 网格{cell} 峰值/背景 {amount} {at}起 {where}",
        "en": f"{en}: {name_en}, severity {level}, cell {cell}, peak/background {amount}, since {at}, {where}",
    }
