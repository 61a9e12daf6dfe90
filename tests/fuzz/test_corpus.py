"""The kept inputs of the fuzzer, again; and that it would notice what it is there to notice."""

import pytest

from ingest.frame import Decoded, Message, Reject
from tests.fuzz.corpus import KEPT, inputs, smallest, steps
from tests.fuzz.holds import check_said
from tests.fuzz.targets import TARGETS, in_time, json_frame


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_becomes_something_that_can_be_stored(name: str) -> None:
    target, kept = in_time(TARGETS[name]), inputs(KEPT / name)
    assert len(kept) >= 10
    for data in kept:
        target(data)


def test_the_kept_inputs_are_few_and_small() -> None:
    files = [path for path in KEPT.rglob("*") if path.is_file()]
    assert len(files) <= 300
    assert sum(path.stat().st_size for path in files) <= 1_000_000


def test_a_message_that_becomes_nothing_is_noticed() -> None:
    message = Message("hotgrid/v1/station/S1/reading", b"{}", None)
    check_said([message], Decoded(rejects=[Reject(message, "S1", "empty", "")]))
    with pytest.raises(AssertionError, match="became nothing"):
        check_said([message], Decoded())


def test_of_inputs_that_go_the_same_way_the_shortest_is_kept() -> None:
    bare, spaced = b"0[]", b"0 [ ] "
    assert steps(json_frame, bare) == steps(json_frame, spaced)
    assert smallest(json_frame, [spaced, bare, b'0{"ts": 1}']) == [b'0{"ts": 1}', bare]
