"""Tuning files: what they change, what they are refused for, and how the detector's alerts show it."""

import re
from pathlib import Path

import asyncpg
import pytest
from pydantic import ValidationError

from alerts.checkpoint import CheckpointError
from alerts.detector import DETECTOR
from alerts.detector.tuning import DEFAULT, Tuning
from alerts.detector.version import version
from alerts.minute import take_post
from alerts.settings import TuningSettings
from alerts.store import body_of
from alerts.tuning_file import TuningError, lines, parse, read
from alerts.watch import Watch
from tests.support.loop import FIRST, bodies, final, judged, script, send, settings, settle, work
from tests.support.scene import district

OTHER = "[grid.numbers]\nthreshold = 3\n[fence.numbers]\nvotes = 5\n"


def problems(text: str) -> list[str]:
    with pytest.raises(TuningError) as refused:
        parse(text)
    return str(refused.value).splitlines()


def test_a_file_changes_the_numbers_it_names_and_no_others() -> None:
    tuning = parse("fence_cell_m = 50\n[grid]\nlinger = 30\nagain = [0, 5]\n[grid.plume]\nup = 7\n" + OTHER)
    grid = DEFAULT.grid._replace(
        linger=30,
        again=(0, 5),
        plume=DEFAULT.grid.plume._replace(up=7),
        numbers=DEFAULT.grid.numbers._replace(threshold=3),
    )
    fence = DEFAULT.fence._replace(numbers=DEFAULT.fence.numbers._replace(votes=5))
    assert tuning == Tuning(grid, fence, DEFAULT.tracking, 50)
    assert parse("") == DEFAULT


def test_a_whole_number_for_a_length_is_the_same_as_a_fraction() -> None:
    assert isinstance(parse(OTHER).grid.numbers.threshold, float)
    assert version(parse(OTHER)) == version(parse(OTHER.replace("= 3", "= 3.0")))


def test_every_problem_is_named_with_what_is_allowed() -> None:
    found = problems(
        "[grid]\nlinger = 2.5\nplume = 3\nagain = []\n[fence.numbers]\ntreshold = 3\nvotes = true\n[other]\n"
    )
    assert [line.split(":")[0] for line in found] == [
        "grid.linger",
        "grid.plume",
        "grid.again",
        "fence.numbers.treshold",
        "fence.numbers.votes",
        "other",
    ]
    assert "whole number" in found[0]
    assert "threshold" in found[3]
    assert "tracking" in found[5]


@pytest.mark.parametrize("value", ["-1", "0", "nan", "inf", "'3'"])
def test_a_threshold_is_a_number_above_zero(value: str) -> None:
    (line,) = problems(f"[grid.numbers]\nthreshold = {value}")
    assert line.startswith("grid.numbers.threshold: must be")


def test_what_a_profile_does_without_may_be_zero() -> None:
    assert DEFAULT.fence.numbers.blind == 0
    assert parse("[grid.numbers]\nblind = 0").grid.numbers.blind == 0


def test_a_profile_keeps_its_name() -> None:
    assert "no such number" in problems("[grid]\nname = 'fence'")[0]


def test_what_is_no_toml_and_what_cannot_be_read_are_refused_with_the_path(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    with pytest.raises(TuningError, match=r"other\.toml: cannot be read.*give the path"):
        read(path)
    path.write_text("threshold: 3")
    with pytest.raises(TuningError, match=r"other\.toml: no TOML"):
        read(path)
    path.write_bytes(b"\xff")
    with pytest.raises(TuningError, match="cannot be read"):
        read(path)


def test_the_lines_of_a_tuning_give_it_back() -> None:
    tuning = parse(OTHER)
    assert parse(lines(tuning)) == tuning
    assert lines(tuning) == "[grid.numbers]\nthreshold = 3.0\n[fence.numbers]\nvotes = 5"
    assert lines(DEFAULT) == ""


def test_alerts_say_which_tuning_made_them() -> None:
    (usual,) = final(judged(script())).values()
    (other,) = final(judged(script(), Watch(district(), parse(OTHER)))).values()
    assert usual.detector == DETECTOR == version(DEFAULT)
    name, mark = other.detector.split("+")
    assert (name, len(mark)) == (DETECTOR, 8)
    assert other.detector != version(parse("[grid.numbers]\nthreshold = 3\n"))


def test_a_checkpoint_of_another_tuning_is_not_gone_on_from() -> None:
    blob = Watch(district(), parse(OTHER)).dump()
    Watch(district(), parse(OTHER)).load(blob)
    with pytest.raises(CheckpointError, match=re.escape(f"{DETECTOR}+")):
        Watch(district()).load(blob)


def test_the_environment_names_the_tuning_of_the_detector_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTGRID_TUNING", "")
    assert TuningSettings().tuning == DEFAULT
    (tmp_path / "other.toml").write_text(OTHER)
    monkeypatch.setenv("HOTGRID_TUNING", "other.toml")
    assert TuningSettings().tuning == parse(OTHER)
    (tmp_path / "other.toml").write_text("[grid]\nlingr = 3\n")
    with pytest.raises(ValidationError, match=r"HOTGRID_TUNING: other\.toml: grid\.lingr: no such number; .* linger"):
        TuningSettings()


async def test_a_detector_with_another_tuning_judges_the_past_again(
    pool: asyncpg.Pool, database: str, connection: asyncpg.Connection
) -> None:
    await settle(connection, district())
    frames = script()
    await send(pool, frames[:FIRST])
    await work(await take_post(connection, settings(database), district()))
    post = await take_post(connection, settings(database, tuning=parse(OTHER)), district())
    assert (post.saved, post.last) == (None, frames[FIRST - 1].minute)
    await send(pool, frames[FIRST:])
    await work(post)
    (told,) = final(judged(frames, Watch(district(), parse(OTHER)))).values()
    assert await bodies(pool) == {told.id: {**body_of(told), "late": False}}
    assert told.detector == version(parse(OTHER))
