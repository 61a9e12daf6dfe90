"""Words for a phone: what, how severe, where, how much, since when, in both languages."""

import pytest

from alerts.results import body_of
from alerts.text import text_of
from ingest.channel import CHANNELS
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
def test_every_channel_has_its_words_and_unit(channel: object) -> None:
    text = text_of("opened", body_of(hotspot(pollutant=channel.name)))  # type: ignore[attr-defined]
    assert channel.zh in text["zh"]  # type: ignore[attr-defined]
    assert channel.unit in text["en"]  # type: ignore[attr-defined]


def test_an_air_code_without_a_row_of_its_own_stands_for_itself() -> None:
    text = text_of("opened", body_of(hotspot(pollutant="a25002", peak_value=0.00012346, background=1e-5)))
    assert "a25002" in text["zh"]
    assert "0.0001235/1e-05," in text["en"]
