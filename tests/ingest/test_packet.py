"""What goes over the wire is MQTT 5: bytes worked out by hand from the standard."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import packet as mqtt
from ingest.packet import Answer, Publish, packets


def read(data: bytes) -> list[Publish | Answer]:
    """All packets of some bytes."""
    return [packet for packet, _ in packets(data)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            mqtt.connect("ab", "u", "pw", 60, 3600),
            "10 1b 00044d515454 05 c0 003c 05 11 00000e10 0002 6162 0001 75 0002 7077",
        ),
        (mqtt.connect("ab", None, None, 60, 3600), "10 14 00044d515454 05 00 003c 05 11 00000e10 0002 6162"),
        (mqtt.subscribe(1, ["a/+", "b"]), "82 0d 0001 00 0003 612f2b 01 0001 62 01"),
        (mqtt.unsubscribe(1, ["a/+"]), "a2 08 0001 00 0003 612f2b"),
        (mqtt.publish("a", b"hi"), "30 06 0001 61 00 6869"),
        (mqtt.puback(0x1234), "40 02 1234"),
        (mqtt.disconnect(), "e0 00"),
        (mqtt.disconnect(expiry_s=0), "e0 07 00 05 11 00000000"),
    ],
)
def test_what_we_send(written: bytes, expected: str) -> None:
    assert written == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("32 0a 0003 612f62 0007 00 6869", ("a/b", b"hi", 7)),
        ("30 05 0001 61 00 21", ("a", b"!", 0)),
        ("32 09 0001 61 0007 02 0101 21", ("a", b"!", 7)),  # with a property
        ("30 05 0001 ff 00 21", ("�", b"!", 0)),
        ("20 03 00 00 00", Answer(mqtt.CONNACK, 0, b"\0", session=False)),
        ("20 0e 01 00 0b 13 000a 21 0014 1f 0002 6f6b", Answer(mqtt.CONNACK, 0, b"\0", session=True, keepalive_s=10)),
        ("20 10 01 00 0d 26 0001 61 0001 62 22 000a 13 0005", Answer(mqtt.CONNACK, 0, b"\0", True, 5)),
        ("20 03 00 87 00", Answer(mqtt.CONNACK, 0, b"\x87")),
        ("90 05 0001 00 01 87", Answer(mqtt.SUBACK, 1, b"\x01\x87")),
        ("b0 04 0001 00 00", Answer(mqtt.UNSUBACK, 1, b"\0")),
        ("e0 00", Answer(mqtt.DISCONNECT, 0, b"\0")),
        ("e0 01 8e", Answer(mqtt.DISCONNECT, 0, b"\x8e")),
        ("d0 00", Answer(0xD0)),
    ],
)
def test_what_we_are_sent(data: str, expected: Publish | Answer) -> None:
    assert read(bytes.fromhex(data)) == [expected]


def test_reasons_are_said_in_words() -> None:
    assert Answer(mqtt.SUBACK, 1, b"\x01\x87\xfe").refusals == ["not authorized", "reason 0xfe"]


@pytest.mark.parametrize("size", [0, 100, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_lengths_of_every_number_of_bytes(size: int) -> None:
    payload = bytes(size)
    assert read(mqtt.publish("t", payload)) == [("t", payload, 0)]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=40), st.binary(max_size=300)), max_size=6), st.data())
def test_pieces_give_the_same_as_the_whole(messages: list[tuple[str, bytes]], data: st.DataObject) -> None:
    whole = b"".join(mqtt.publish(topic, payload) for topic, payload in messages)
    cut = data.draw(st.integers(0, len(whole)))
    first = list(packets(whole[:cut]))
    at = first[-1][1] if first else 0
    assert [packet for packet, _ in first] + read(whole[at:]) == [(*message, 0) for message in messages]


@given(st.binary(max_size=200))
def test_whatever_comes_is_packets_or_no_mqtt(data: bytes) -> None:
    with suppress(ValueError):
        for packet, end in packets(data):
            assert packet
            assert 0 < end <= len(data)


@pytest.mark.parametrize(
    "data", ["30 ffffffff 01", "32 02 0000", "30 03 0009 61", "32 05 0001 61 0007", "30 05 0001 61 09 21", "20 01 00"]
)
def test_what_is_no_mqtt_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="a "):
        read(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["", "30", "30 ff", "30 ffff", "30 ffffff", "30 ff01", "30 05 0001 61 00"])
def test_what_is_not_all_here_is_waited_for(data: str) -> None:
    assert read(bytes.fromhex(data)) == []
