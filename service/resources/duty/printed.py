"""A handover as a page to print: two languages, no scripts, nothing from elsewhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from alerts.handling.words import STAGE_ZH

ANSWERS = {
    None: "待接收 · not answered yet",
    "accepted": "已接收 · accepted",
    "declined": "已退回 · declined",
    "withdrawn": "已撤回 · withdrawn",
}
PAGE = """<!DOCTYPE html>
<html lang="zh">
<head><meta charset="utf-8"><title>交接单 {number} · Handover {number}</title></head>
<body>
<h1>交接单 · Handover {number}</h1>
<table border="1" cellspacing="0" cellpadding="4">
{facts}
</table>
<h2>交班说明 · Note</h2>
<p>{note}</p>
<h2>未结告警 · Open alerts ({count})</h2>
<table border="1" cellspacing="0" cellpadding="4">
<tr>{heads}</tr>
{rows}
</table>
<p>交班人签字 · outgoing: ____________________ &nbsp; 接班人签字 · incoming: ____________________</p>
</body>
</html>
"""
HEADS = (
    "编号 · id",
    "类别 · kind",
    "级别 · severity",
    "环节 · stage",
    "发现 · opened",
    "乡镇 · township",
    "位置 · place",
)


def printed(handover: Mapping[str, Any], zone: ZoneInfo) -> str:
    """The page; every text is escaped."""
    facts = {
        "岗位 · post": handover["post"],
        "交班 · outgoing": f"{handover['from_name']} ({handover['from_person']})",
        "班次 · shift": f"{_time(handover['start'], zone)} – {_time(handover['end'], zone)}",
        "接班 · incoming": f"{handover['to_name']} ({handover['to_person']})",
        "提出 · offered": _time(handover["offered_at"], zone),
        "答复 · answer": " ".join(filter(None, (ANSWERS[handover["answer"]], handover["reason"]))),
        "答复时间 · answered": _time(handover["answered_at"], zone),
    }
    return PAGE.format(
        number=handover["handover_id"],
        facts="\n".join(_row((name, text)) for name, text in facts.items()),
        note=escape(handover["note"]).replace("\n", "<br>") or "—",
        count=len(handover["alerts"]),
        heads="".join(f"<th>{head}</th>" for head in HEADS),
        rows="\n".join(_row(_alert(alert, zone)) for alert in handover["alerts"]),
    )


def _alert(alert: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, ...]:
    return (
        alert["alert_id"],
        f"{alert['kind']} {alert['pollutant']}",
        str(alert["severity"]),
        f"{STAGE_ZH.get(alert['stage'], '')} · {alert['stage']}",
        _time(alert["opened_at"], zone),
        alert["township"],
        f"{alert['lon']:.5f}, {alert['lat']:.5f}",
    )


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "—"
