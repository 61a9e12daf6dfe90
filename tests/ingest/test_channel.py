"""The channels: their order is that of the database, and only what pollutes is judged."""

import pytest

from ingest.channel import CHANNELS, is_pollutant
from sql.queries import Queries


@pytest.mark.parametrize("name", ["pm25", "nmhc", "ch4", "a24088", "a25002", "a21026"])
def test_what_pollutes_is_judged(name: str) -> None:
    assert is_pollutant(name)


@pytest.mark.parametrize("name", ["wind_speed", "temperature", "a00000", "a01012", "a19001", "flow", "a2500"])
def test_flow_weather_and_the_conditions_of_a_stack_are_not(name: str) -> None:
    assert not is_pollutant(name)


def test_the_order_of_the_channels_is_that_of_the_columns_and_their_quality_bytes() -> None:
    frames = Queries("minute").station_frames.text
    places = [frames.index(f"AS {channel.name}") for channel in CHANNELS]
    assert places == sorted(places)
    assert f"repeat('00', {len(CHANNELS)})" in frames
