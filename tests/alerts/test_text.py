"""Words for a phone: what, how severe, where, how much, since when, in both languages."""

import pytest

from alerts.kind import KINDS, kind_of
from alerts.store import body_of
from alerts.text import text_of
from ingest.channel import CHANNELS, Channel
from tests.support.hotspot import hotspot


def test_an_opened_alert_in_words() -> None:
    assert text_of("opened", body_of(hotspot())) == {
        "zh": "【发现热点】细颗粒物 2级 网格3-4 峰值/背景 182.2/35 µg/m³ 11-21 16:30起 119.12346,31.50000",
        "en": "Hotspot found: PM2.5, severity 2, cell 3-4, peak/background 182.2/35 µg/m³, since 11-21 16:30, "
        "119.12346,31.50000",
    }


def test_a_closed_one() -> None:
    text = text_of("closed", body_of(hotspot()))
    assert text["zh"].startswith("【热点结束】")
    assert text["en"].startswith("Hotspot over: ")


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_every_channel_has_its_words_and_unit(channel: Channel) -> None:
    text = text_of("opened", body_of(hotspot(pollutant=channel.name)))
    assert channel.zh in text["zh"]
    assert channel.unit in text["en"]


def test_an_air_code_without_a_row_of_its_own_stands_for_itself() -> None:
    text = text_of("opened", body_of(hotspot(pollutant="a25002", peak_value=0.00012346, background=1e-5)))
    assert "a25002" in text["zh"]
    assert "0.0001235/1e-05," in text["en"]


@pytest.mark.parametrize("action", ["opened", "closed"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_own_words_also_without_cells_and_without_a_pollutant(kind: str, action: str) -> None:
    text = text_of(action, body_of(hotspot(kind=kind, pollutant="", pollutants=(), cells=(), source="S1")))
    row = KINDS[kind]
    assert text["zh"].startswith(f"【{getattr(row.zh, action)}】2级 ")
    assert text["en"].startswith(f"{getattr(row.en, action)}: severity 2, ")
    assert ("S1" in text["zh"]) is ("S1" in text["en"]) is (kind not in ("hotspot", "drill"))
    assert "  " not in text["zh"]
    assert ", ," not in text["en"]
    said = [text_of(action, body_of(hotspot(kind=other)))["en"].split(":")[0] for other in KINDS]
    assert len(set(said)) == len(KINDS)


def test_an_exceedance_names_the_monitor_and_the_limit_in_its_unit() -> None:
    changed = {"pollutant": "a25002", "peak_value": 5.5, "background": 4.0, "evidence": {"unit": "mg/m³"}}
    assert text_of("opened", body_of(hotspot(kind="exceedance", source="MN1", **changed))) == {
        "zh": "【排放超标】a25002 2级 MN1 网格3-4 小时均值/限值 5.5/4 mg/m³ 11-21 16:30起 119.12346,31.50000",
        "en": "Limit exceeded: a25002, severity 2, MN1, cell 3-4, hourly mean/limit 5.5/4 mg/m³, since 11-21 16:30, "
        "119.12346,31.50000",
    }


def test_what_is_about_the_whole_district_names_no_cell() -> None:
    text = text_of("opened", body_of(hotspot(kind="regional", source="district")))
    assert text["zh"] == "【区域污染】细颗粒物 2级 全区 全区/平时 182.2/35 µg/m³ 11-21 16:30起 119.12346,31.50000"
    assert text["en"].startswith(
        "Regional episode: PM2.5, severity 2, the whole district, district/usual 182.2/35 µg/m³,"
    )


def test_a_device_that_is_offline_has_no_figures() -> None:
    text = text_of("opened", body_of(hotspot(kind="offline", pollutant="", source="S1")))
    assert text["en"] == "Offline: severity 2, S1, cell 3-4, since 11-21 16:30, 119.12346,31.50000"


def test_what_people_did_has_its_own_title() -> None:
    text = text_of("dispatch", body_of(hotspot()))
    assert text["zh"].startswith("【派单】细颗粒物 2级 网格3-4 ")
    assert text["en"].startswith("Dispatched to you: PM2.5, severity 2, cell 3-4, ")
    assert text_of("unheard-of", body_of(hotspot()))["zh"].startswith("【unheard-of】")


def test_a_kind_that_is_not_in_the_table_and_an_alert_of_old_still_have_words() -> None:
    body = body_of(hotspot(kind="meteorite"))
    del body["source"]
    assert text_of("opened", body)["zh"].startswith("【meteorite】细颗粒物 2级 网格3-4 11-21")


def test_only_what_somebody_must_go_and_see_is_pushed() -> None:
    pushed = {name for name, row in KINDS.items() if row.pushed}
    assert pushed == {"hotspot", "exceedance", "park", "regional", "silence", "drill"}
    assert set(KINDS) - pushed == {"early_warning", "fault", "fabrication", "offline", "clock"}
    assert not kind_of("meteorite").pushed
