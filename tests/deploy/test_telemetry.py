"""A monitor that is made up says in HJ 212 what it says in JSON."""

from datetime import UTC, datetime, timedelta

from deploy.demo import DISTRICT
from deploy.fleet import Fleet
from deploy.telemetry import frame_of
from ingest.channel import NAME_OF_CODE
from ingest.folder import read_folder
from tests.support.hj212 import said


def test_a_frame_says_the_same_as_the_message_of_the_same_minute() -> None:
    fleet = Fleet(read_folder(DISTRICT)[0], 20)
    minute = datetime(2026, 11, 21, 8, 29, tzinfo=UTC)
    values = fleet.minute(minute)
    for mn, password in {row.mn: row.password for row in fleet.registry.monitors}.items():
        decoded = said(frame_of(mn, password, minute, values[mn]), mn)
        (sent,), (claim,) = decoded.frames, decoded.claims
        assert {NAME_OF_CODE.get(code, code): value for code, value in sent.values.items()} == values[mn]
        assert sent.minute == minute
        assert claim.password == password
        assert claim.reply


def test_every_minute_has_a_qn_of_its_own() -> None:
    minute = datetime(2026, 11, 21, 8, 29, tzinfo=UTC)
    frames = {frame_of("M1", "123456", minute + timedelta(minutes=i), {"nmhc": 1.0})[9:29] for i in range(60)}
    assert len(frames) == 60
