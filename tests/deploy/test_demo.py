"""The demo's parts: what it plans, whom it puts on duty, and whose data it will never touch."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy import stage
from deploy.demo import DISTRICT, EMISSIONS_A_DAY, SEED, planned, with_roster
from deploy.fleet import Fleet
from deploy.problem import Problem
from deploy.roster import ZONE
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers, status
from ingest.folder import read_folder

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def raised(fleet: Fleet, more: Fleet, at: datetime) -> int:
    """How many values an emission raises by half at least."""
    before, after = fleet.minute(at), more.minute(at)
    return sum(after[d][name] >= 1.5 * value for d in before for name, value in before[d].items() if value > 0)


@pytest.mark.parametrize("hours", range(0, 240, 31))
def test_the_planned_emissions_are_seen_whatever_the_wind(hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    fleet = Fleet(read_folder(DISTRICT)[0], SEED, EMISSIONS_A_DAY)
    going, coming = planned(fleet, now)
    assert going.start < coming.start <= now
    assert going.start + going.minutes * MINUTE > now + 30 * MINUTE
    assert any(raised(fleet, fleet.with_emissions([going]), now - i * MINUTE) for i in range(20))
    assert any(raised(fleet, fleet.with_emissions([coming]), now + i * MINUTE) for i in range(20))


def test_the_roster_covers_now_and_the_folder_stays_valid(tmp_path: Path) -> None:
    registry, warnings = read_folder(with_roster(DISTRICT, tmp_path / "registry", NOW.astimezone(ZONE).date()))
    assert warnings == []
    on_duty = [shift.post for shift in registry.shifts if shift.start <= NOW < shift.end]
    desk = {"带班领导", "值班员", "调度员", "站长待命", "局领导待命"}
    assert set(on_duty) == desk | {f"外勤 {person.township}" for person in registry.people if person.role == "field"}
    assert len(on_duty) == len(set(on_duty))


def test_a_taken_port_is_told_with_the_variable_that_names_another(
    monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    with socket.create_server((stage.HOST, 0)) as taken:
        monkeypatch.setenv("HOTGRID_STATE", str(state))
        monkeypatch.setenv("HOTGRID_PORT", str(taken.getsockname()[1]))
        with pytest.raises(Problem, match="HOTGRID_PORT"), stage.set_up(lambda _: None):
            pass
    assert not state.with_name("state-demo").exists()


def test_the_demo_refuses_servers_that_may_hold_somebodys_data(
    monkeypatch: pytest.MonkeyPatch, state: Path, servers: Servers
) -> None:
    monkeypatch.setenv("HOTGRID_STATE", str(state))
    monkeypatch.setenv("HOTGRID_PORT", "7999")
    monkeypatch.setenv(DATABASE_VARIABLE, servers.database_url)
    monkeypatch.setenv(MQTT_VARIABLE, servers.mqtt_url)
    with pytest.raises(Problem, match="servers of its own"), stage.set_up(lambda _: None):
        pass
    assert status(servers.state).running
