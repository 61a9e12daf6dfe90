"""Vendors' JSON payloads as frames, by the example that is also the documentation."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.batch import lay_out
from ingest.flag import LETTERS, Qc
from ingest.frame import Decoded
from tests.support.mapping import ACME, EIGHT, mapped, refused, said
from tests.support.messages import DIRECTORY, SPAN


def test_nested_keys_arrays_scales_units_flags_and_names_of_devices() -> None:
    decoded = said("acme/A-17/up", ACME)
    (frame,) = decoded.frames
    assert not decoded.rejects
    assert (frame.device_id, frame.minute, frame.place) == ("S1", EIGHT, None)
    # 10 ppb · 46.006 / 24.465 · and a tenth of 41
    assert frame.values == pytest.approx({"pm25": 35.2, "no2": 18.8048, "so2": 4.1}, rel=1e-5)
    assert frame.flags == {"so2": "C"}


def test_a_device_that_is_not_renamed_keeps_its_name() -> None:
    assert said("acme/B-2/up", ACME).frames[0].device_id == "acme-B-2"


@pytest.mark.parametrize(("word", "flags"), [("ok", {}), ("cal", {"so2": "C"}), ("wat", {"so2": "?"}), (None, {})])
def test_words_of_the_vendor_become_letters_and_those_that_nobody_mapped_are_unknown(
    word: str | None, flags: dict[str, str]
) -> None:
    decoded = said("acme/A-17/up", ACME | {"f": {"so2": word}})
    assert decoded.frames[0].flags == flags
    assert set(flags.values()) <= LETTERS.keys()


@pytest.mark.parametrize("nothing", [None, -999, -999.0, "--", "", "  ", "-999"])
def test_what_the_vendor_sends_for_nothing_is_no_value_and_no_error(nothing: object) -> None:
    decoded = said("acme/A-17/up", ACME | {"v": {"pm2_5": nothing, "so2": 41}})
    assert not decoded.rejects
    assert decoded.frames[0].values == {"pm25": None, "so2": pytest.approx(4.1)}


def test_numbers_in_quotes_are_numbers() -> None:
    assert said("acme/A-17/up", ACME | {"v": {"pm2_5": " 35.2 "}}).frames[0].values == {"pm25": 35.2}


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1e400", "1" + "0" * 5000, '"1_0"', '"nan"', "true", "[1]", "{}"])
def test_a_bad_value_costs_only_itself(bad: str) -> None:
    payload = b'{"t": "2026-11-21 08:00", "v": {"pm2_5": %s, "so2": 41}}' % bad.encode()
    decoded = said("acme/A-17/up", payload)
    assert refused(decoded) == ["value"]
    assert decoded.rejects[0].device_id == "S1"
    assert "values.pm25: $.v.pm2_5" in decoded.rejects[0].detail
    assert decoded.frames[0].values == {"so2": pytest.approx(4.1)}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "json"),
        (b"{", "json"),
        (b"{} {}", "json"),
        (b"\xb2\xe2", "encoding"),
        (b"17", "structure"),
        (b"null", "structure"),
        (b"[" * 10_000 + b"]" * 10_000, "json"),
        ({"v": {"pm2_5": 1}}, "time"),
        (ACME | {"t": None}, "time"),
        (ACME | {"t": "昨天"}, "time"),
        (ACME | {"t": "2026-11-21"}, "time"),
        (ACME | {"t": {"a": 1}}, "time"),
        (ACME | {"t": "0001-01-01T00:00:00"}, "time"),
        (ACME | {"v": {"other": 1}}, "empty"),
        (ACME | {"v": None}, "empty"),
        (ACME | {"v": "35.2"}, "empty"),
    ],
)
def test_a_message_that_cannot_be_taken_is_kept_with_its_device_and_reason(payload: object, reason: str) -> None:
    decoded = said("acme/A-17/up", payload)
    assert not decoded.frames
    assert refused(decoded) == [reason]
    assert decoded.rejects[0].device_id == "S1"


@pytest.mark.parametrize("level", ["a b", "站", "x" * 70, "a#"])
def test_a_device_that_cannot_be_one_is_refused(level: str) -> None:
    decoded = said(f"acme/{level}/up", ACME)
    assert [(reject.reason, reject.device_id) for reject in decoded.rejects] == [("device", None)]


GATEWAY: dict[str, Any] = {"id": 1, "ts": EIGHT.timestamp(), "st": 0, "tsp": {"10um": 80}, "fan": "on"}


def gateway(*records: object) -> Decoded:
    return said("gw/data", {"gw": "G1", "data": records})


def test_records_of_one_message_each_with_its_device_and_the_end_of_its_minute() -> None:
    decoded = gateway(GATEWAY, GATEWAY | {"id": "x.2", "ts": str(EIGHT.timestamp() + 30), "st": "1", "fan": "off"})
    first, second = decoded.frames
    assert (first.device_id, first.minute) == ("G1-1", EIGHT - timedelta(minutes=1))
    assert (first.values, first.flags) == ({"pm10": 80, "SB1": 1}, {})
    assert (second.device_id, second.minute) == ("G1-x.2", EIGHT)
    assert (second.values, second.flags) == ({"pm10": 80, "SB1": 0}, {"pm10": "D", "SB1": "D"})


def test_a_bad_record_costs_only_itself() -> None:
    decoded = gateway(GATEWAY, 3, GATEWAY | {"ts": "x"}, GATEWAY | {"id": None}, GATEWAY | {"fan": "odd"})
    assert refused(decoded) == ["structure", "time", "device", "value"]
    assert [reject.detail[:9] for reject in decoded.rejects] == [f"record {i}:" for i in (1, 2, 3, 4)]
    assert [frame.values for frame in decoded.frames] == [{"pm10": 80, "SB1": 1}, {"pm10": 80}]


def test_the_flag_of_a_value_goes_before_that_of_its_record(tmp_path: Path) -> None:
    sources = mapped(
        tmp_path,
        """[[source]]
        name = "flagged"
        topic = "flagged"
        device = "S1"
        time = "$.t"
        flag = "$.state"
        values = { pm25 = { path = "$.a", flag = "$.a_state" }, pm10 = "$.b" }
        """,
    )
    payload = {"t": "2026-11-21T08:00+08:00", "state": "M", "a": 1, "b": 2}
    assert said("flagged", payload, sources).frames[0].flags == {"pm25": "M", "pm10": "M"}
    assert said("flagged", payload | {"a_state": "N"}, sources).frames[0].flags == {"pm10": "M"}


def test_other_words_are_what_the_star_says() -> None:
    assert gateway(GATEWAY | {"st": 7}).frames[0].flags == {"pm10": "?", "SB1": "?"}


@pytest.mark.parametrize(
    ("data", "reason"), [([], "structure"), ({}, "structure"), (None, "structure"), ([{}] * 1441, "batch-size")]
)
def test_no_records_and_too_many_are_refused(data: object, reason: str) -> None:
    assert refused(said("gw/data", {"gw": "G1", "data": data})) == [reason]


def test_records_of_an_object_are_named_by_their_keys(tmp_path: Path) -> None:
    sources = mapped(
        tmp_path,
        """[[source]]
        name = "keyed"
        topic = "keyed"
        records = "$[*]"
        device = "{key}"
        time = "@[0]"
        time_format = "epoch_ms"
        values.pm25 = "@[1]"
        """,
    )
    decoded = said("keyed", {"S1": [EIGHT.timestamp() * 1000, 1], "S2": [EIGHT.timestamp() * 1000, 2]}, sources)
    assert [(f.device_id, f.minute, f.values["pm25"]) for f in decoded.frames] == [("S1", EIGHT, 1), ("S2", EIGHT, 2)]


def test_names_and_values_with_units_and_a_place_to_the_second() -> None:
    sensors = [
        {"code": "VOC", "val": "4", "state": "D"},
        {"code": "流量", "val": 3600, "state": "ok"},
        {"code": "battery", "val": 3.7},
        {"code": "VOC", "val": 9},
        {"val": 1},
        7,
    ]
    payload = {"MN": "M1", "time": 20261121080007, "gps": {"lng": "120.5", "lat": 31.7}, "sensors": sensors}
    decoded = said("voc/park/1/2", payload)
    (frame,) = decoded.frames
    assert (frame.device_id, frame.minute, frame.place) == ("M1", EIGHT + timedelta(seconds=7), (120.5, 31.7))
    # as methane at 0 °C: 4 · 12.011 / 16.043 · 273.15 / 298.15; of a name sent twice the first value counts
    assert frame.values == pytest.approx({"nmhc": 2.74360, "a00000": 3600}, rel=1e-5)
    assert frame.flags == {"nmhc": "D", "a00000": "?"}  # no words are mapped there: letters of HJ 212 are meant
    still = said("voc/park", payload | {"gps": None}).frames[0]
    assert (still.minute, still.place) == (EIGHT, None)


@pytest.mark.parametrize("gps", [{"lng": 181, "lat": 31}, {"lng": 120}, {"lng": "x", "lat": 1}, {"lng": [], "lat": {}}])
def test_a_place_that_is_none_is_refused(gps: object) -> None:
    payload = {"MN": "M1", "time": "20261121080000", "gps": gps, "sensors": [{"code": "VOC", "val": 4}]}
    assert refused(said("voc/park", payload)) == ["place"]


def test_a_mapped_frame_goes_the_way_of_all_frames() -> None:
    """As far as the arrays that are stored: the flag that nobody mapped is the grade unknown."""
    decoded = said("acme/A-17/up", ACME | {"t": "2026-11-21 16:29:10", "f": {"so2": "wat"}})
    batch = lay_out(decoded, DIRECTORY, SPAN)
    assert not batch.rejects
    assert [Qc.UNKNOWN in row for row in batch.qc.tolist()] == [True]


def test_own_topics_are_not_looked_for_in_a_mapping() -> None:
    assert refused(said("hotgrid/v1/nobody/S1/reading", ACME)) == ["topic"]
