"""What the fuzzer found, each with what became of it."""

import pytest

from ingest.batch import Batch, lay_out
from ingest.clock import clock_errors
from ingest.frame import Message
from ingest.protocols import decode
from tests.fuzz.targets import DIRECTORY, NOW, SPAN
from tests.support.hj212 import frame


def laid_out(topic: str, payload: bytes) -> Batch:
    """What would be stored of a message."""
    return lay_out(decode([Message(topic, payload, None)]), DIRECTORY, SPAN)


def test_the_last_minute_there_is_costs_only_its_frame() -> None:
    batch = laid_out("hotgrid/v1/station/S1/reading", b'{"ts": "9999-12-31T23:59:00Z", "values": {"pm25": 1}}')
    assert [reject.reason for reject in batch.rejects] == ["time"]
    assert clock_errors(batch, NOW)[1] > 0


@pytest.mark.parametrize("value", ["1e39", "-1e39", "1e308", "1e10"])
@pytest.mark.parametrize("kind", ["Min", "Avg", "Max", "ZsAvg"])
def test_a_statistic_that_cannot_be_costs_only_itself(kind: str, value: str) -> None:
    cp = f"DataTime=20261121080000;a24088-{kind}={value},a24088-Flag=N;a21026-Avg=1,a21026-Flag=N"
    batch = laid_out("hotgrid/v1/hj212/M1", frame(cp, 2061, mn="M1"))
    assert [(reject.reason, reject.detail[:7]) for reject in batch.rejects] == [("implausible", "a24088:")]
    assert [row.channel for row in batch.periods] == ["so2"]
