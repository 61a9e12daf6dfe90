"""A registry folder is read whole: every problem is named by file, line and column, and odd places are told."""

from pathlib import Path

import pytest

from ingest.folder import FolderError, read_folder
from tests.support.registry_folder import FILES, replaced, write


def problems(folder: Path) -> list[str]:
    """What is wrong with a folder."""
    with pytest.raises(FolderError) as refused:
        read_folder(folder)
    return refused.value.problems


def test_a_folder_in_order_is_read_without_a_word(tmp_path: Path) -> None:
    registry, warnings = read_folder(write(tmp_path))
    assert warnings == []
    assert [row.station_id for row in registry.stations] == ["S1", "S2", "W1"]
    assert registry.stations[0].name == "北站"
    limits = {row.channel: (row.limit, row.limit_period) for row in registry.monitors}
    assert limits == {"nmhc": (60, "hour"), "so2": (None, ""), "a25002": (4, "hour")}
    assert registry.shifts[0].start.isoformat() == "2099-11-21T08:00:00+08:00"
    assert registry.marks[0].end is not None
    assert registry.marks[0].end.isoformat() == "2026-11-20T10:00:00+08:00"
    assert (registry.marks[1].kind, registry.marks[1].end) == ("fault", None)
    assert [finding.enterprise_id for finding in registry.findings] == ["E1", None]
    assert [(row.park_id, row.device_id, row.limit) for row in registry.parks][:2] == [
        ("K1", "M1", 0.1),
        ("K1", "S1", 20),
    ]


def test_excels_byte_order_mark_and_line_ends_make_no_difference(tmp_path: Path) -> None:
    plain, _ = read_folder(write(tmp_path))
    excel = {name[:-4]: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in FILES.items()}
    assert read_folder(write(tmp_path, **excel)) == (plain, [])


def test_quotes_spaces_and_empty_lines_make_no_difference(tmp_path: Path) -> None:
    plain, _ = read_folder(write(tmp_path))
    text = replaced("stations", "S1,北站,micro,119.94", '\n"S1", 北站 ,"micro", 119.94 ') + "\n,,,,,,\n"
    assert read_folder(write(tmp_path, stations=text)) == (plain, [])


def test_a_line_break_or_a_strange_blank_within_a_name_does_not_disturb_the_lines_after_it(tmp_path: Path) -> None:
    text = replaced("stations", "北站", '"北\u2028站\x0b1\n号"') + "S3,x,micro,far,31.7,,\n"
    assert problems(write(tmp_path, stations=text))[0].startswith("stations.csv:6:lon: ")


def test_an_id_of_blanks_is_none(tmp_path: Path) -> None:
    text = replaced("stations", "S1,", '"  ",')
    assert problems(write(tmp_path, stations=text))[0].startswith("stations.csv:2:station_id: ")
    text = replaced("enterprises", "E1,", '"  ",')
    assert problems(write(tmp_path, enterprises=text))[0].startswith("enterprises.csv:2:enterprise_id: ")


def test_the_optional_files_may_be_missing_and_the_others_not(tmp_path: Path) -> None:
    optional = [name[:-4] for name in FILES if name not in ("grid.csv", "stations.csv")]
    registry, _ = read_folder(write(tmp_path, **dict.fromkeys(optional)))
    assert (registry.marks, registry.findings, registry.parks) == ((), (), ())
    found = problems(write(tmp_path, **dict.fromkeys(name[:-4] for name in FILES)))
    assert [line.split(":")[0] for line in found] == ["grid.csv", "stations.csv"]


SPOILT: dict[str, tuple[str, str, str, str]] = {
    "a station in words": ("stations", "119.94", "east", "stations.csv:2:lon: "),
    "a station at no longitude": ("stations", "119.94", "", "stations.csv:2:lon: Field required"),
    "a station at no number": ("stations", "119.94", "nan", "stations.csv:2:lon: "),
    "a station beyond the world": ("stations", "119.94", "1119.94", "stations.csv:2:lon: "),
    "another kind of station": ("stations", "micro,119.95", "mini,119.95", "stations.csv:3:kind: "),
    "an id with a slash": ("stations", "S2,", "S/2,", "stations.csv:3:station_id: "),
    "an id with a wildcard": ("stations", "S2,", "+,", "stations.csv:3:station_id: "),
    "the same id twice": ("stations", "S2,", "S1,", "stations.csv:3:station_id: 'S1' stands in line 2 already"),
    "a column too many": ("stations", "王\n", "王,!\n", "stations.csv:2: 8 columns, the header has 7"),
    "a column too few": ("stations", ",王\n", "\n", "stations.csv:2: 6 columns, the header has 7"),
    "a column that does not exist": ("stations", "chief\n", "boss\n", "stations.csv:1:boss: no such column"),
    "a column missing": ("stations", "kind,", "township,", "stations.csv:1:kind: column missing"),
    "a column twice": ("stations", "chief\n", "name\n", "stations.csv:1:name: column twice"),
    "an open quote": ("stations", "S2,", 'S2,"', "stations.csv:4: not CSV: "),
    "a name with a NUL": ("stations", "北站", "北\0站", "stations.csv:2:name: "),
    "an enterprise's name with a NUL": ("enterprises", "化工厂", "\0", "enterprises.csv:2:name: "),
    "a password with a NUL": ("monitors", "123456,nmhc", "1\0,nmhc", "monitors.csv:2:password: "),
    "a grid of no cells": ("grid", "12,10", "0,10", "grid.csv:2:nx: "),
    "a projection that does not exist": ("grid", "4549", "4", "grid.csv:2:epsg: no such projection: 4"),
    "a projection in degrees": ("grid", "4549", "4326", "grid.csv:2:epsg: "),
    "a projection in feet": ("grid", "4549", "2263", "grid.csv:2:epsg: "),
    "a corner that the projection does not reach": (
        "grid",
        "4549,119.93,31.75",
        "2154,119.93,-90",
        "grid.csv:2:lon0: ",
    ),
    "two grids": ("grid", "12,10\n", "12,10\n500,4549,119.93,31.75,12,10\n", "grid.csv:1: one grid is needed, found 2"),
    "no grid": ("grid", "500,4549,119.93,31.75,12,10\n", "", "grid.csv:1: one grid is needed, found 0"),
    "a monitor of nobody": ("monitors", "M1,E1", "M1,E9", "monitors.csv:2:enterprise_id: 'E9' is not in enterprises"),
    "a monitor that is a station": ("monitors", "M1,E1", "S1,E1", "monitors.csv:2:mn: 'S1' is a station_id already"),
    "a monitor in two places": ("monitors", "119.96,31.77,123456,so2", "119.97,31.77,123456,so2", "monitors.csv:3:lon"),
    "a monitor with two passwords": ("monitors", "123456,so2", "654321,so2", "monitors.csv:3:password: differs"),
    "a channel twice": ("monitors", "so2", "nmhc", "monitors.csv:3:channel: ('M1', 'nmhc') stands in line 2 already"),
    "a channel that does not exist": ("monitors", "so2", "radon", "monitors.csv:3:channel: no such channel"),
    "a limit of nothing": ("monitors", ",60,", ",0,", "monitors.csv:2:limit: "),
    "a limit by the week": ("monitors", "60,hour", "60,week", "monitors.csv:2:limit_period: "),
    "another role": ("people", "duty", "guard", "people.csv:2:role: "),
    "a shift of nobody": ("shifts", "P2,night", "P3,night", "shifts.csv:3:person_id: 'P3' is not in people.csv"),
    "a shift without offset": ("shifts", "21T08:00:00+08:00,", "21T08:00:00,", "shifts.csv:2:start: "),
    "a shift backwards": ("shifts", "22T08:00:00+08:00", "20T08:00:00+08:00", "shifts.csv:3:end: not after start"),
    "a mark of nothing": ("marks", "S2,", "S9,", "marks.csv:3:device_id: 'S9' is neither in stations.csv nor in mon"),
    "another kind of mark": ("marks", "fault", "broken", "marks.csv:3:kind: "),
    "a mark without offset": ("marks", "09:00:00+08:00,,", "09:00:00,,", "marks.csv:3:start: "),
    "a mark backwards": ("marks", "20T10:00:00+08:00", "20T08:00:00+08:00", "marks.csv:2:end: before start"),
    "a mark twice": (
        "marks",
        "S2,fault,2026-11-20T09:00:00+08:00",
        "M1,calibration,2026-11-20T01:00:00Z",
        "marks.csv:3:start: ('M1', 'calibration', '2026-11-20 01:00:00+00:00') stands in line 2 already",
    ),
    "a finding at a stranger's": ("findings", "E1", "E9", "findings.csv:2:enterprise_id: 'E9' is not in enterprises"),
    "a finding without a cause": ("findings", "emission", "", "findings.csv:2:cause: "),
    "a finding of no alert": ("findings", "hotspot-pm25-2", "", "findings.csv:3:alert_id: "),
    "a finding without offset": ("findings", "12:00:00+08:00", "12:00:00", "findings.csv:3:at: "),
    "a park at no device": ("parks", "S2", "S9", "parks.csv:3:device_id: 'S9' is neither in stations.csv nor in mon"),
    "a park by what does not exist": ("parks", "S2,so2", "S2,radon", "parks.csv:3:channel: no such channel"),
    "a park by what a station cannot send": ("parks", "S2,so2", "S2,a25002", "parks.csv:3:channel: 'S2' sends no 'a2"),
    "a park by what a monitor does not send": ("parks", "a25002", "a25003", "parks.csv:4:channel: 'M1' sends no 'a25"),
    "a park by the weather": ("parks", "S2,so2,ppb", "S2,humidity,%", "parks.csv:3:channel: 'humidity' is no poll"),
    "a park in metres": ("parks", "S2,so2,ppb", "S2,so2,m", "parks.csv:3:unit: so2: 'm' does not convert"),
    "a park in another unit than a code's": ("parks", "mg/m³", "ppm", "parks.csv:4:unit: M1 sends a25002 in 'mg/m³'"),
    "a park with two limits": ("parks", "S2,so2,ppb,20", "S2,so2,ppb,30", "parks.csv:3:limit: differs from the first"),
    "a park with two units": ("parks", "S2,so2,ppb", "S2,so2,ppm", "parks.csv:3:unit: differs from the first line of"),
    "a park with two names": (
        "parks",
        "东园,S2",
        "西园,S2",
        "parks.csv:3:name: differs from the first line of park K1",
    ),
    "a park without a limit": ("parks", "S2,so2,ppb,20", "S2,so2,ppb,", "parks.csv:3:limit: Field required"),
    "a park's device twice": ("parks", "S2", "S1", "parks.csv:3:channel: ('K1', 'S1', 'so2') stands in line 2 already"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_problem_is_named_by_file_line_and_column(what: str, tmp_path: Path) -> None:
    file, old, new, expected = SPOILT[what]
    found = problems(write(tmp_path, **{file: replaced(file, old, new)}))
    assert any(problem.startswith(expected) for problem in found), found


def test_all_problems_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    found = problems(
        write(
            tmp_path,
            stations=replaced("stations", "micro,119.95", "mini,x"),
            people=replaced("people", "duty", "guard"),
            shifts=replaced("shifts", "P2,night", "P3,night"),
            marks=replaced("marks", "S2,fault", "S9,broken"),
            parks=None,
        )
    )
    assert [":".join(line.split(":")[:3]) for line in found if not line.startswith("shifts.csv:2")] == [
        "stations.csv:3:kind",
        "stations.csv:3:lon",
        "people.csv:2:role",
        "marks.csv:3:kind",
        "shifts.csv:3:person_id",
    ]


@pytest.mark.parametrize("file", ["grid", "stations", "monitors"])
def test_gbk_is_refused_with_what_to_do_about_it(file: str, tmp_path: Path) -> None:
    text = FILES[f"{file}.csv"].replace("m³", "") + "中文"
    (problem,) = (p for p in problems(write(tmp_path, **{file: text.encode("gbk")})) if p.startswith(file))
    assert problem.startswith(f"{file}.csv: not UTF-8")
    assert "save it as CSV UTF-8" in problem


def test_stations_outside_the_grid_are_told_and_masts_are_not(tmp_path: Path) -> None:
    text = replaced("stations", "119.94,31.76", "120.94,31.76").replace("weather,119.95", "weather,121.95")
    _, warnings = read_folder(write(tmp_path, stations=text))
    assert [line.split(" lies")[0] for line in warnings] == ["stations.csv:2:lon: S1"]


def test_a_station_at_the_other_end_of_the_world_is_outside_the_grid(tmp_path: Path) -> None:
    grid = replaced("grid", "4549,119.93,31.75", "2154,3,46")
    _, warnings = read_folder(write(tmp_path, grid=grid, stations=replaced("stations", "119.94,31.76", "3,-90")))
    assert warnings[0].startswith("stations.csv:2:lon: S1 lies outside the grid")


def test_stations_on_one_spot_are_told(tmp_path: Path) -> None:
    text = replaced("stations", "119.95,31.77,东山", "119.9400001,31.76,东山")
    _, warnings = read_folder(write(tmp_path, stations=text))
    assert warnings == ["stations.csv:3:lon: S2 stands on the spot of S1 (line 2): not used as its neighbour"]
