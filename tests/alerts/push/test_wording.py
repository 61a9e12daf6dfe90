"""An event in words: what a tired person with a phone needs, in both languages, within the channel's room."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.kind import KINDS
from alerts.push.parts import breeze, number, plain
from alerts.push.phrases import PHRASES
from alerts.push.policy import PushPolicy
from alerts.push.wording import Language, Names, Place, Topic, fitted, worded
from service.resources.alert.evidence import EXAMPLE

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZH, EN = (Place(language, SHANGHAI, PushPolicy().map_url) for language in ("zh", "en"))
LINK = "https://hot.example.cn/r/WzEyMzQ1NiwiUDA0Il0.awIwgA.3fwkyL3YQBJXAf20f6jHmbrAjd8"
SHARES = [("E0007", 0.6108), ("E0009", 0.2), ("E0010", 0.05), ("E0011", 0.01)]
NAMES = Names("湖塘镇", {"E0007": "常州某化工厂", "E0009": "乙厂"}, {"P04": "王芳"})


def alert(**changed: Any) -> dict[str, Any]:
    shares = [{"enterprise_id": enterprise_id, "score": score} for enterprise_id, score in SHARES]
    return {**EXAMPLE, "candidates": shares, "handling": {"stage": "open"}, **changed}


def said(action: str = "opened", place: Place = ZH, room: int = 1000, **changed: Any) -> str:
    return worded(Topic(action, alert(**changed), NAMES), place, room, LINK).text


def test_all_that_the_field_needs_in_chinese() -> None:
    done = worded(Topic("opened", alert(), NAMES), ZH, 1000, LINK)
    assert done.title == "【发现热点】3级 湖塘镇 网格10-7"
    assert done.text.splitlines() == [
        "【发现热点】3级",
        "湖塘镇 网格10-7",
        "细颗粒物：峰值 271.8 µg/m³，背景 50.1 µg/m³",
        "可吸入颗粒物：峰值 402.3 µg/m³，背景 81.2 µg/m³",
        "要做：请接警并派单",
        "11-21 08:12起",
        "疑似：常州某化工厂 61%、乙厂 20%、E0010 5%",
        "西北风 1.7 m/s",
        "地图：geo:31.69742,120.07395",
        f"确认收到：{LINK}",
    ]


def test_and_in_english() -> None:
    done = worded(Topic("opened", alert(), NAMES), EN, 1000, LINK)
    assert done.title == "Hotspot found · severity 3 湖塘镇 cell 10-7"
    assert done.text.splitlines() == [
        "Hotspot found · severity 3",
        "湖塘镇 cell 10-7",
        "PM2.5: peak 271.8 µg/m³, background 50.1 µg/m³",
        "PM10: peak 402.3 µg/m³, background 81.2 µg/m³",
        "To do: take it and dispatch",
        "since 11-21 08:12",
        "Likely: 常州某化工厂 61%, 乙厂 20%, E0010 5%",
        "wind NW 1.7 m/s",
        "Map: geo:31.69742,120.07395",
        f"Confirm: {LINK}",
    ]


def test_a_short_message_keeps_what_is_most_important_whole() -> None:
    done = worded(Topic("opened", alert(), NAMES), ZH, 70)
    assert done.text.splitlines() == [
        "【发现热点】3级",
        "湖塘镇",
        "细颗粒物：峰值 271.8 µg/m³，背景 50.1 µg/m³",
        "要做：请接警并派单",
        "点开通知，确认收到",
    ]
    done = worded(Topic("opened", alert(), NAMES), EN, 75)
    assert done.text.splitlines() == ["Hotspot found · severity 3", "湖塘镇", "Open the notification to confirm"]


def test_a_link_that_is_longer_than_the_room_is_left_to_the_channel_not_cut() -> None:
    text = worded(Topic("opened", alert(), NAMES), ZH, 70, LINK).text
    assert text == worded(Topic("opened", alert(), NAMES), ZH, 70).text


@pytest.mark.parametrize("place", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("action", [*PHRASES, "unheard-of"])
def test_every_event_says_what_it_is_and_what_is_to_be_done(action: str, place: Place) -> None:
    text = said(action, place)
    assert "\n\n" not in text
    asks = "要做：" if place is ZH else "To do: "
    assert (asks in text) is (action in PHRASES)
    titles = {said(other, place).splitlines()[0] for other in PHRASES}
    assert len(titles) == len(PHRASES)


@pytest.mark.parametrize("place", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("kind", [*KINDS, "meteorite"])
def test_every_kind_can_be_said_also_without_cells_pollutant_wind_or_candidates(kind: str, place: Place) -> None:
    bare: dict[str, Any] = {
        "cells": [],
        "pollutant": "",
        "candidates": [],
        "evidence": {},
        "source": "S1",
        "handling": None,
    }
    text = worded(Topic("opened", alert(kind=kind, **bare), NAMES), place, 1000, LINK).text
    assert "  " not in text
    assert "\n\n" not in text
    assert ("S1" in text) is (kind not in ("hotspot", "drill"))


def test_a_drill_is_marked_before_anything_else_in_both_languages_also_where_there_is_no_room() -> None:
    for place in (ZH, EN):
        for action in PHRASES:
            for room in (70, 110, 1000):
                done = worded(Topic(action, alert(kind="drill"), NAMES), place, room, LINK)
                assert done.text.startswith("【演练 DRILL】")
                assert done.title.startswith("【演练 DRILL】")


def test_a_test_and_what_is_muted_are_marked() -> None:
    topic = Topic("opened", alert(), NAMES, muted=True, test=True)
    assert worded(topic, ZH, 1000).text.startswith("【测试 TEST】【静音 MUTED】【发现热点】")


def test_a_reason_is_said_by_its_author_on_one_line() -> None:
    topic = Topic("decline", alert(), NAMES, "P04", "车坏了\n走不了\u202e")
    assert "\n王芳：车坏了 走不了\n" in worded(topic, ZH, 1000).text
    assert "timer" not in worded(topic._replace(who="timer"), ZH, 1000).text


def test_what_was_found_and_the_deadline_go_with_the_report_and_the_order() -> None:
    found = {
        "stage": "rectifying",
        "cause": "leak",
        "enterprise_id": "E0009",
        "rectify_by": "2026-11-22T10:00:00+00:00",
    }
    text = said("rectify", handling=found)
    assert "原因：泄漏\n企业：乙厂\n期限：11-22 18:00\n要做：请按期整改" in text
    assert "Cause: leak\nEnterprise: 乙厂\nDeadline: 11-22 18:00\nTo do: see that" in said(
        "rectify", EN, handling=found
    )
    assert "请核实" in said("rectify", handling={**found, "stage": "rectified"})


def test_what_is_asked_depends_on_kind_and_stage() -> None:
    assert "请检查网络" in said(kind="silence")
    assert "会商" in said(kind="regional")
    assert "无需再处理" in said("closed", handling={"stage": "closed"})
    assert "在处理的请完成并报告" in said("closed", handling={"stage": "arrived"})


def test_a_late_step_is_named() -> None:
    topic = Topic("breach", alert(), NAMES, "timer", details={"step": "arrive"})
    assert "超时步骤：到场" in worded(topic, ZH, 1000).text


def test_nobody_of_the_registry_is_said() -> None:
    source = {**EXAMPLE["evidence"]["source"], "registered": False}
    assert "可能不是登记企业" in said(evidence={**EXAMPLE["evidence"], "source": source})


@pytest.mark.parametrize(
    ("wind", "zh", "en"),
    [
        ((0, -2), "北风 2 m/s", "wind N 2 m/s"),
        ((-2, -2), "东北风 2.8 m/s", "wind NE 2.8 m/s"),
        ((-3, 0), "东风 3 m/s", "wind E 3 m/s"),
        ((-1, 1), "东南风 1.4 m/s", "wind SE 1.4 m/s"),
        ((0, 1), "南风 1 m/s", "wind S 1 m/s"),
        ((1, 1), "西南风 1.4 m/s", "wind SW 1.4 m/s"),
        ((1, 0), "西风 1 m/s", "wind W 1 m/s"),
        ((1, -1), "西北风 1.4 m/s", "wind NW 1.4 m/s"),
        ((0.3, 0.3), "静风", "calm"),
    ],
)
def test_a_wind_is_named_after_where_it_comes_from(wind: tuple[float, float], zh: str, en: str) -> None:
    assert breeze(*wind) == (zh, en)


def test_figures_are_read_without_an_exponent() -> None:
    assert [number(value) for value in (12345.6, 1000, 182.25, 35.0, 0.05)] == ["12346", "1000", "182.2", "35", "0.05"]


def test_the_map_is_the_districts_choice() -> None:
    text = said(place=ZH._replace(map_url="https://map.example/?q={lat:.3f},{lon:.3f}"))
    assert "地图：https://map.example/?q=31.697,120.074" in text


def test_names_of_people_and_enterprises_cannot_break_the_lines() -> None:
    assert plain("甲\n乙\t丙\0\u202e\ud800丁", 40) == "甲 乙 丙丁"
    assert plain("x" * 50, 40) == "x" * 39 + "…"


@pytest.mark.parametrize("language", ["zh", "en"])
@given(text=st.text(max_size=300), room=st.integers(70, 400))
def test_texts_of_others_are_fitted_too_the_link_kept(text: str, room: int, language: Language) -> None:
    done = fitted(text, language, room, LINK[:40])
    assert len(done) <= room
    assert done.endswith(LINK[:40])
    assert done.startswith(text) or "…" in done


ALERTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(sorted(KINDS)) | st.text(max_size=80),
        "severity": st.integers(1, 4),
        "peak_value": st.floats(0, 1e6),
        "background": st.floats(0, 1e6),
        "lat": st.floats(-90, 90),
        "lon": st.floats(-180, 180),
    }
)


@pytest.mark.parametrize("place", [ZH, EN], ids=["zh", "en"])
@given(
    changed=ALERTS,
    action=st.sampled_from(sorted(PHRASES)) | st.text(max_size=80),
    room=st.integers(70, 600),
    link=st.none() | st.integers(0, 600).map(lambda size: LINK + "x" * size),
    who=st.sampled_from(["", "timer", "P04", "?" * 60]),
    why=st.text(max_size=200),
    town=st.text(max_size=60),
)
def test_it_never_takes_more_than_its_room_and_keeps_severity_and_link(  # noqa: PLR0913 - all that it is made of
    changed: dict[str, Any], action: str, room: int, link: str | None, who: str, why: str, town: str, place: Place
) -> None:
    topic = Topic(action, alert(**changed), NAMES._replace(township=town), who, why)
    done = worded(topic, place, room, link)
    assert len(done.text) <= room
    assert "\n" not in done.title
    severity = f"{changed['severity']}级" if place is ZH else f"severity {changed['severity']}"
    assert severity in done.text
    if link and len(link) + 45 <= room:
        assert done.text.endswith(link)
    whole = worded(topic, place, 100_000, link).text
    for line in done.text.splitlines()[1:-1]:
        assert line in whole  # no value is cut
