"""What stations and loggers send of a fleet is what must be stored of it."""

from datetime import UTC
from pathlib import Path

import pytest

from ingest.folder import read_folder
from ingest.frame import Decoded, Message
from ingest.grid import Grid
from ingest.protocols import hj212, json_frame
from tests.soak.loggers import frame
from tests.support.fleet import Fleet, Reading

FLEET = Fleet(50)
NUMBERS = (0, 7, 49, 50, 12_345)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_message_says_what_must_be_stored(number: int) -> None:
    topic, payload = FLEET.message(number)
    decoded = Decoded()
    json_frame.decode(Message(topic, payload, None), topic.split("/")[3], decoded)
    (sent,) = decoded.frames
    assert Reading(sent.device_id, sent.minute, *sent.values.values()) == FLEET.reading(number)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_frame_says_the_same_and_asks_for_an_answer(number: int) -> None:
    device_id = FLEET.reading(number).device_id
    decoded = Decoded()
    hj212.decode(Message(f"hotgrid/v1/hj212/{device_id}", frame(FLEET, number), None), device_id, decoded)
    (sent,) = decoded.frames
    assert Reading(device_id, sent.minute.astimezone(UTC), *sent.values.values()) == FLEET.reading(number)  # type: ignore[arg-type]
    assert decoded.claims[0].reply


def test_the_stations_of_a_fleet_stand_in_cells_of_their_own(tmp_path: Path) -> None:
    registry, _ = read_folder(Fleet(4000).write(tmp_path))
    grid = Grid(**registry.grid.model_dump())
    cells = {grid.cell(station.lon, station.lat) for station in registry.stations}
    assert len(cells) == 4000
    assert None not in cells
