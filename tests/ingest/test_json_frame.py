"""What devices get wrong costs what is wrong and nothing beside it, and is kept with its reason."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.batch import Batch
from ingest.channel import COLUMN
from ingest.frame import Message
from tests.support.messages import MINUTE, NOW, frame, message, reasons, taken

GOOD = message(frame(pm25=35.5), "S2")
MS = round(MINUTE.timestamp() * 1000)


def values(batch: Batch, device: int) -> dict[str, float]:
    """What a station has sent, of its one minute."""
    row = batch.values[batch.devices.index(device)]
    return {name: float(row[i]) for name, i in COLUMN.items() if not np.isnan(row[i])}


WHOLLY_BAD: dict[str, tuple[bytes, list[str]]] = {
    "an empty payload": (b"", ["json"]),
    "broken JSON": (b'{"ts": 1', ["json"]),
    "two values after each other": (b"{} {}", ["json"]),
    "GBK bytes": (json.dumps(frame(温度=1), ensure_ascii=False).encode("gbk"), ["encoding"]),
    "random bytes": (bytes(range(128, 256)), ["encoding"]),
    "a list instead of an object": (b"[]", ["structure"]),
    "a number": (b"17", ["structure"]),
    "null": (b"null", ["structure"]),
    "a list ten thousand deep": (b"[" * 10_000 + b"]" * 10_000, ["json"]),
    "an object ten thousand deep": (b'{"values":' * 10_000 + b"1" + b"}" * 10_000, ["json"]),
    "no values": (b'{"ts": %d}' % MS, ["structure"]),
    "values that are a list": (b'{"ts": %d, "values": [1]}' % MS, ["structure"]),
    "values that are empty": (b'{"ts": %d, "values": {}}' % MS, ["empty"]),
    "flags that are a list": (b'{"ts": %d, "values": {"pm25": 1}, "flags": ["C"]}' % MS, ["structure"]),
    "readings that are no list": (b'{"readings": {"ts": 1}}', ["structure"]),
    "no readings at all": (b'{"readings": []}', ["batch-size"]),
    "ten thousand frames": (json.dumps({"readings": [frame(pm25=1)] * 10_000}).encode(), ["batch-size"]),
    "no time": (b'{"values": {"pm25": 1}}', ["time"]),
    "a time that is null": (b'{"ts": null, "values": {"pm25": 1}}', ["time"]),
    "a time that is a truth": (b'{"ts": true, "values": {"pm25": 1}}', ["time"]),
    "a time without offset": (json.dumps(frame("2026-11-21T08:29:00", pm25=1)).encode(), ["time"]),
    "a time in words": (json.dumps(frame("昨天", pm25=1)).encode(), ["time"]),
    "a time with a lone surrogate": (b'{"ts": "\\ud800", "values": {"pm25": 1}}', ["time"]),
    "a time of half a surrogate pair in a text": (b'{"ts": "2026\\udfff", "values": {"pm25": 1}}', ["time"]),
    "a time beyond all calendars": (b'{"ts": 1e400, "values": {"pm25": 1}}', ["time"]),
    "a time of four thousand digits": (b'{"ts": 1' + b"0" * 4400 + b', "values": {"pm25": 1}}', ["time"]),
    "a time that is not a number": (b'{"ts": NaN, "values": {"pm25": 1}}', ["time"]),
    "a time before year one": (json.dumps(frame("0001-01-01T00:00:00+08:00", pm25=1)).encode(), ["time"]),
    "a time after year 9999": (json.dumps(frame("9999-12-31T23:59:00-12:00", pm25=1)).encode(), ["time"]),
    "a time of years ago": (json.dumps(frame("1970-01-01T08:00:00+08:00", pm25=1)).encode(), ["time"]),
    "a time in the future": (json.dumps(frame((NOW + timedelta(minutes=6)).isoformat(), pm25=1)).encode(), ["time"]),
    "seconds instead of milliseconds": (b'{"ts": %d, "values": {"pm25": 1}}' % (MS // 1000), ["time"]),
    "an unknown channel alone": (json.dumps(frame(radon=1)).encode(), ["channel"]),
    "a channel named with a NUL": (json.dumps(frame(**{"pm\0": 1})).encode(), ["channel"]),
    "a channel named with a lone surrogate": (b'{"ts": %d, "values": {"\\ud800": 1}}' % MS, ["channel"]),
}


@pytest.mark.parametrize("what", WHOLLY_BAD)
def test_a_message_that_cannot_be_taken_is_kept_with_its_reason_and_its_neighbour_is_taken(what: str) -> None:
    payload, expected = WHOLLY_BAD[what]
    batch = taken(GOOD, message(payload), GOOD._replace(topic="hotgrid/v1/station/S1/reading"))
    assert reasons(batch) == expected
    assert batch.rejects[0].device_id == "S1"
    assert batch.rejects[0].message.payload == payload
    assert values(batch, 1) == values(batch, 2) == {"pm25": 35.5}
    for reject in batch.rejects:
        assert "\0" not in reject.detail
        reject.detail.encode()


BAD_VALUES: dict[str, str] = {
    "not a number": "NaN",
    "infinity": "Infinity",
    "minus infinity": "-Infinity",
    "more than a double holds": "1e400",
    "an integer of four hundred digits": "1" + "0" * 400,
    "an integer of five thousand digits": "1" + "0" * 5000,
    "a text": '"35.2"',
    "a truth": "true",
    "a list": "[1]",
    "an object": "{}",
    "a lone surrogate": '"\\ud800"',
}


@pytest.mark.parametrize("what", BAD_VALUES)
def test_a_bad_value_costs_only_itself(what: str) -> None:
    payload = f'{{"ts": {MS}, "values": {{"no2": {BAD_VALUES[what]}, "pm25": 7}}}}'.encode()
    batch = taken(message(payload))
    assert reasons(batch) == ["value"]
    assert "values.no2" in batch.rejects[0].detail
    assert values(batch, 1) == {"pm25": 7}


@pytest.mark.parametrize("what", BAD_VALUES)
def test_a_bad_value_alone_leaves_nothing_to_take(what: str) -> None:
    batch = taken(message(f'{{"ts": {MS}, "values": {{"no2": {BAD_VALUES[what]}}}}}'.encode()))
    assert reasons(batch)[0] == "value"
    assert batch.devices == []


BAD_FRAMES: dict[str, tuple[Any, str]] = {
    "null": (None, "structure"),
    "a number": (3, "structure"),
    "empty": ({}, "structure"),
    "without values": ({"ts": MS}, "structure"),
    "without a time": ({"values": {"pm25": 1}}, "time"),
    "in the future": (frame((NOW + timedelta(days=1)).isoformat(), pm25=1), "time"),
    "with a text for a value": (frame(pm25="1"), "value"),
    "with a channel that does not exist": (frame(radon=1), "channel"),
    "with a value that cannot be": (frame(pm25=99_999), "implausible"),
    "with a letter that does not exist": (frame(flags={"pm25": "Q"}, pm25=1), "flag"),
}


@pytest.mark.parametrize("what", BAD_FRAMES)
def test_a_bad_frame_in_the_middle_of_a_batch_does_not_stop_the_frames_beside_it(what: str) -> None:
    bad, reason = BAD_FRAMES[what]
    times = [(MINUTE - timedelta(minutes=i)).isoformat() for i in (1, 2)]
    batch = taken(message({"readings": [frame(times[0], pm25=1), bad, frame(times[1], pm25=2)]}))
    assert reason in reasons(batch)
    taken_minutes = {minute.isoformat(): row[0] for minute, row in zip(batch.minutes, batch.values, strict=True)}
    assert [taken_minutes[ts] for ts in times] == [1, 2]


def test_the_place_of_a_bad_frame_is_named() -> None:
    batch = taken(message({"readings": [frame(pm25=1), frame("never", pm25=1)]}))
    assert batch.rejects[0].detail.startswith("readings[1]: ts: ")


def test_a_day_of_minutes_in_one_message_is_taken_and_a_minute_more_is_not() -> None:
    day = [frame((MINUTE - timedelta(minutes=i)).isoformat(), pm25=i % 50) for i in range(1441)]
    batch = taken(message({"readings": day[:1440]}))
    assert len(batch.devices) == len(set(batch.minutes)) == 1440
    assert not batch.rejects
    assert reasons(taken(message({"readings": day}))) == ["batch-size"]


TIMES: dict[str, Any] = {
    "UTC": "2026-11-21T08:29:00Z",
    "Beijing": "2026-11-21T16:29:00+08:00",
    "with seconds of the minute": "2026-11-21T16:29:59.999+08:00",
    "a space instead of the T": "2026-11-21 16:29:00+08:00",
    "epoch milliseconds": MS,
    "epoch milliseconds within the minute": MS + 59_999,
    "epoch milliseconds with a fraction": MS + 0.5,
}


@pytest.mark.parametrize("what", TIMES)
def test_the_minute_is_the_one_in_which_the_time_lies(what: str) -> None:
    batch = taken(message(frame(TIMES[what], pm25=1)))
    assert batch.minutes == [datetime(2026, 11, 21, 8, 29, tzinfo=UTC)]


def test_of_a_key_that_stands_twice_the_last_counts_whether_or_not_the_message_is_well_formed() -> None:
    for end in (b"}", b', "no2": "x"}'):
        assert values(taken(message(b'{"ts": %d, "values": {"pm25": 1, "pm25": 2' % MS + end + b"}")), 1) == {"pm25": 2}


def test_what_the_contract_does_not_name_is_passed_over() -> None:
    batch = taken(message({**frame(pm25=1), "firmware": "3.1", "meta": {"nested": [1, {}]}}))
    assert not batch.rejects
    assert values(batch, 1) == {"pm25": 1}


def test_a_byte_order_mark_does_no_harm() -> None:
    assert values(taken(message(b"\xef\xbb\xbf" + message(frame(pm25=1)).payload)), 1) == {"pm25": 1}


def test_null_is_a_value_that_was_not_sent() -> None:
    batch = taken(message(frame(pm25=None, no2=4)))
    assert not batch.rejects
    assert values(batch, 1) == {"no2": 4}


def test_an_unknown_device_is_kept_with_its_name() -> None:
    batch = taken(message(frame(pm25=1), "S9"), GOOD)
    assert [(r.device_id, r.reason) for r in batch.rejects] == [("S9", "device")]
    assert batch.devices == [2]


@pytest.mark.parametrize("topic", ["hotgrid/v1/radar/S1/reading", "hotgrid/v1", ""])
def test_a_topic_without_protocol_is_kept(topic: str) -> None:
    batch = taken(Message(topic, GOOD.payload, None), GOOD)
    assert reasons(batch) == ["topic"]
    assert batch.devices == [2]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["pm25", "ts", "C", MS])
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["ts", "values", "flags", "readings", "pm25"]) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
names = st.sampled_from(["pm25", "wind_direction", "nmhc", "a25002", "\0", "\ud800"]) | st.text(max_size=3)
near = st.fixed_dictionaries(
    {"ts": st.sampled_from([MS, MINUTE.isoformat(), "\ud800"]) | scalars},
    optional={
        "values": st.dictionaries(names, scalars, max_size=4) | trees,
        "flags": st.dictionaries(names, scalars, max_size=3) | trees,
    },
)
bodies = st.one_of(
    st.binary(max_size=60),
    st.builds(lambda tree: json.dumps(tree).encode(), trees),
    st.builds(lambda tree: json.dumps(tree).encode(), near),
    st.builds(lambda trees: json.dumps({"readings": trees}).encode(), st.lists(near | trees, max_size=4)),
)


@given(st.lists(st.tuples(bodies, st.sampled_from(["S1", "M1", "S9"])), min_size=1, max_size=3))
def test_whatever_is_sent_becomes_rows_or_rejects(sent: list[tuple[bytes, str]]) -> None:
    for payload, device in sent:
        batch = taken(message(payload, device))
        assert batch.devices or batch.monitor or batch.rejects
        for reject in batch.rejects:
            assert "\0" not in reject.detail
            reject.detail.encode()
    together = taken(*(message(payload, device) for payload, device in sent))
    assert together.values.shape == together.qc.shape == (len(together.devices), len(COLUMN))
    assert len(set(zip(together.devices, together.minutes, strict=True))) == len(together.devices)
    assert len({value[:3] for value in together.monitor}) == len(together.monitor)
