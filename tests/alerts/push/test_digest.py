"""Several alerts in one message: counted, the first lines, the rest counted."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.push.wording import Names, Place, Topic, digest
from service.resources.alert.evidence import EXAMPLE

ZH, EN = (Place(language, ZoneInfo("Asia/Shanghai"), "geo:{lat:.5f},{lon:.5f}") for language in ("zh", "en"))
LINK = "https://hot.example.cn/r/WzEyMzQ1NiwiUDA0Il0.awIwgA.3fwkyL3YQBJXAf20f6jHmbrAjd8"


def topic(number: int = 1, action: str = "opened", **changed: Any) -> Topic:
    body = {**EXAMPLE, "cells": [{"ix": number, "iy": 7}], "handling": {"stage": "open"}, **changed}
    return Topic(action, body, Names("湖塘镇"))


def test_a_few_are_all_told_a_line_each() -> None:
    done = digest([topic(1, severity=4), topic(2, "rung")], ZH, 1000, LINK)
    assert done.title == "2条告警，最高4级"
    assert done.text.splitlines() == [
        "2条告警，最高4级",
        "【发现热点】4级 湖塘镇 网格1-7 细颗粒物 271.8/50.1 µg/m³ 11-21 08:12起",
        "【无人接警】发现热点 3级 湖塘镇 网格2-7 细颗粒物 271.8/50.1 µg/m³ 11-21 08:12起",
        f"确认收到：{LINK}",
    ]


def test_many_are_counted() -> None:
    topics = [topic(number) for number in range(40)]
    assert "\n… 另有 37 条\n" in digest(topics, ZH, 300, LINK).text
    assert "\n… and 38 more\n" in digest(topics, EN, 310, LINK).text
    assert digest(topics, EN, 310, LINK).title == "40 alerts, up to severity 3"


def test_drills_are_marked_each_and_all_together_when_there_is_nothing_else() -> None:
    drills = [topic(1, kind="drill"), topic(2, kind="drill")]
    assert digest(drills, ZH, 1000).title == "【演练 DRILL】2条告警，最高3级"
    mixed = digest([topic(0), *drills], ZH, 1000)
    assert mixed.title == "3条告警，最高3级"
    assert mixed.text.count("【演练 DRILL】") == 2


@pytest.mark.parametrize("place", [ZH, EN], ids=["zh", "en"])
@given(count=st.integers(2, 60), room=st.integers(70, 2000), linked=st.booleans())
def test_every_alert_is_told_or_counted_within_the_room(count: int, room: int, linked: bool, place: Place) -> None:
    link = LINK if linked else None
    text = digest([topic(number) for number in range(count)], place, room, link).text
    assert len(text) <= room
    shown = text.count("【发现热点】" if place is ZH else "Hotspot found")
    more = re.search(r"… (?:另有|and) (\d+)", text)
    assert text.startswith(str(count))
    assert not shown or shown + (int(more[1]) if more else 0) == count
    if room >= len(LINK) + 60:
        assert (LINK in text) is linked


def test_ten_thousand_are_one_short_message() -> None:
    text = digest([topic()] * 10_000, ZH, 200).text
    assert text.startswith("10000条告警，最高3级\n")
