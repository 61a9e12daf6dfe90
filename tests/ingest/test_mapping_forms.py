"""Vendors' CSV lines and SensorThings observations as frames, and what no payload may do."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mapping import ACME, EIGHT, mapped, refused, said

TOPICS = (
    "acme/A-17/up",
    "gw/data",
    "voc/park/1/2",
    "csv/up",
    "v1.1/Datastreams(12)/Observations",
)


def test_lines_of_csv_in_their_own_encoding() -> None:
    decoded = said("csv/up", "007,2026-11-21 08:00,35, 60 \r\n\r\n008,2026-11-21 08:01,,61,站\r\n".encode("gbk"))
    assert not decoded.rejects
    assert [(f.device_id, f.minute, f.values) for f in decoded.frames] == [
        ("lines-007", EIGHT, {"pm25": 35, "pm10": 60}),
        ("lines-008", EIGHT + timedelta(minutes=1), {"pm25": None, "pm10": 61}),
    ]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", ["structure"]),
        (b"\r\n", ["structure"]),
        (b"\xff\xff\xff", ["encoding"]),
        (b"007", ["time"]),
        (b"007,2026-11-21 08:00", ["empty"]),
        (b"007,2026-11-21 08:00,x,y", ["value", "value", "empty"]),
        (b"a b,2026-11-21 08:00,1,2", ["device"]),
        (b'007,"2026-11-21 08:00,1,2', ["time"]),
    ],
)
def test_bad_lines_of_csv(payload: bytes, expected: list[str]) -> None:
    decoded = said("csv/up", payload)
    assert not decoded.frames
    assert refused(decoded) == expected


def test_a_csv_with_a_header_and_one_by_numbers(tmp_path: Path) -> None:
    common = 'format = "csv"\ndelimiter = ";"\ntime_format = "%d.%m.%Y %H:%M"\ntime_zone = "+08:00"\n'
    sources = mapped(
        tmp_path,
        f"""[[source]]
        name = "headed"
        topic = "headed/+"
        device = "{{1}}"
        time = "{{@.date}} {{@.time}}"
        header = true
        values.pm25 = "@['PM2.5']"
        {common}
        [[source]]
        name = "numbered"
        topic = "numbered/+"
        device = "{{1}}"
        time = "{{@[0]}} {{@[1]}}"
        values.pm25 = "@[2]"
        {common}""",
    )
    for topic, head in (("headed/S1", b"date;time;PM2.5\n"), ("numbered/S1", b"")):
        (frame,) = said(topic, head + b"21.11.2026;08:00;35", sources).frames
        assert (frame.minute, frame.values) == (EIGHT, {"pm25": 35})


@pytest.mark.parametrize(
    ("topic", "also"),
    [
        ("v1.1/Datastreams(12)/Observations", {}),
        ("v1.1/x/Observations", {"Datastream": {"@iot.id": 12}}),
        ("v1.1/x/Observations", {"Datastream": {"@iot.id": "12"}}),
        ("v1.1/x/Observations", {"Datastream@iot.navigationLink": "http://sta/v1.1/Observations(9)/Datastreams(12)"}),
    ],
)
def test_observations_of_sensor_things(topic: str, also: dict[str, object]) -> None:
    time = "2026-11-21T00:00:00.000Z/2026-11-21T00:01:00.000Z"
    (frame,) = said(topic, {"phenomenonTime": time, "result": 35.2} | also).frames
    assert (frame.device_id, frame.minute, frame.values, frame.flags) == ("S1", EIGHT, {"pm25": 35.2}, {})


def test_an_observation_in_kelvin_and_without_a_time_of_the_phenomenon() -> None:
    payload = {"phenomenonTime": None, "resultTime": "2026-11-21T08:00:30+08:00", "result": "285.2"}
    (frame,) = said("v1.1/Datastreams('13')/Observations", payload).frames
    assert frame.minute == EIGHT
    assert frame.values == pytest.approx({"temperature": 12.05})  # 285.2 − 273.15


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "device"),
    [
        ("v1.1/Datastreams(12)/Observations", [], "structure", None),
        ("v1.1/x/Observations", {"phenomenonTime": "2026-11-21T00:00:00Z", "result": 1}, "structure", None),
        ("v1.1/Datastreams(99)/Observations", {"phenomenonTime": "2026-11-21T00:00:00Z", "result": 1}, "device", None),
        ("v1.1/Datastreams(12)/Observations", {"phenomenonTime": "2026-11-21T00:00:00Z"}, "empty", "S1"),
        ("v1.1/Datastreams(12)/Observations", {"phenomenonTime": "2026-11-21T00:00:00", "result": 1}, "time", "S1"),
        ("v1.1/Datastreams(12)/Observations", {"phenomenonTime": 17, "result": 1}, "time", "S1"),
        ("v1.1/Datastreams(12)/Observations", {"phenomenonTime": "2026-11-21T00:00Z", "result": True}, "value", "S1"),
        ("v1.1/Datastreams(12)/Observations", b"\xff", "encoding", None),
    ],
)
def test_observations_that_cannot_be_taken(topic: str, payload: object, reason: str, device: str | None) -> None:
    decoded = said(topic, payload)
    assert not decoded.frames
    assert [(reject.reason, reject.device_id) for reject in decoded.rejects] == [(reason, device)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([1795219200, "08"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["devId", "t", "v", "f", "gw", "data", "id", "ts", "MN", "time", "gps", "sensors", "code", "val"]
            )
            | st.text(max_size=3),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(TOPICS), JSON)
def test_no_json_does_worse_than_to_be_refused(topic: str, payload: object) -> None:
    decoded = said(topic, json.dumps(payload).encode())
    assert decoded.frames or decoded.rejects
    for reject in decoded.rejects:
        assert "\0" not in reject.detail
        reject.detail.encode()


SENSORS = {"MN": "M1", "time": "20261121080000", "gps": {"lng": 1, "lat": 2}, "sensors": [{"code": "VOC", "val": 1}]}
WHOLE: dict[str, Any] = {
    "acme/A-17/up": ACME,
    "gw/data": {"gw": "G1", "data": [{"id": 1, "ts": 1795219200, "st": 0, "tsp": {"10um": 80}, "fan": "on"}]},
    "voc/park/1/2": SENSORS,
    "v1.1/x/Observations": {"phenomenonTime": "2026-11-21T00:00Z", "result": 1, "Datastream": {"@iot.id": 12}},
}


def spoilt(node: Any, way: list[int], other: object) -> Any:
    """A payload with another thing at some place in it."""
    if not way or not isinstance(node, dict | list) or not node:
        return other
    if isinstance(node, list):
        at = way[0] % len(node)
        return [spoilt(member, way[1:], other) if i == at else member for i, member in enumerate(node)]
    chosen = sorted(node)[way[0] % len(node)]
    return {name: spoilt(member, way[1:], other) if name == chosen else member for name, member in node.items()}


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 9), max_size=4), JSON)
def test_no_part_of_a_good_payload_does_worse_than_to_be_refused(topic: str, way: list[int], other: object) -> None:
    decoded = said(topic, json.dumps(spoilt(WHOLE[topic], way, other)).encode())
    assert decoded.frames or decoded.rejects


@given(st.sampled_from(TOPICS), st.binary(max_size=200))
def test_no_bytes_do_worse_than_to_be_refused(topic: str, payload: bytes) -> None:
    decoded = said(topic, payload)
    assert decoded.frames or decoded.rejects


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_time_and_no_level_of_a_topic_does_worse(time: str, level: str) -> None:
    decoded = said(
        f"acme/{level.replace('/', '')}/up", msgspec.json.encode(ACME | {"t": time.encode(errors="replace")})
    )
    assert decoded.frames or decoded.rejects
