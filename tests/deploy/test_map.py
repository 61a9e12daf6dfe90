"""`hotgrid map`: what a sample becomes, for people and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.command import app, main
from tests.support.mapping import EXAMPLE

SAMPLE = b"""{"devId": "A-17", "t": "2026-11-21 08:00:00", "f": {"so2": "cal"},
 "v": {"pm2_5": 35.2, "so2": "x", "gas": [21.3, 5, 6], "rel.hum": 50}}"""


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["map", *map(str, arguments)], input=stdin, catch_exceptions=False)


def told(*arguments: object, stdin: bytes | None = None) -> dict[str, Any]:
    """What is said to a program."""
    said: dict[str, Any] = json.loads(run(*arguments, "--json", stdin=stdin).stdout)
    return said


def test_a_sample_is_shown_as_what_it_becomes(tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_bytes(SAMPLE)
    result = run(EXAMPLE, tmp_path / "sample.json", "--topic", "acme/A-17/up")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["acme", "(acme/+/up)", "←", "acme/A-17/up"],
        ["S1", "2026-11-21T00:00:00+00:00"],
        ["pm25", "35.2", "N", "细颗粒物"],
        ["no2", "40.0543", "N", "二氧化氮"],
        ["so2", "–", "C", "二氧化硫"],
        ["拒收", "·", "refused", "[value]", "S1", "values.so2:", "$.v.so2:", "not", "a", "finite", "number:", "'x'"],
        ["未读", "·", "not", "read", "$.devId"],
        ["未读", "·", "not", "read", "$.v.gas[*]"],
        ["未读", "·", "not", "read", "$.v['rel.hum']"],
    ]


def test_the_same_for_programs_from_stdin() -> None:
    said = told(EXAMPLE, "-", "--topic", "acme/A-17/up", stdin=SAMPLE)
    assert (said["source"], said["topic"]) == ("acme", "acme/A-17/up")
    (frame,) = said["frames"]
    assert frame == {
        "device": "S1",
        "ts": "2026-11-21T00:00:00+00:00",
        "values": {"pm25": 35.2, "no2": pytest.approx(21.3 * 46.006 / 24.465)},
        "flags": {"so2": "C"},
        "place": None,
    }
    assert [(reject["device"], reject["reason"]) for reject in said["rejects"]] == [("S1", "value")]
    assert said["unread"] == ["$.devId", "$.v.gas[*]", "$.v['rel.hum']"]


def test_names_that_nobody_takes_and_unread_members_of_records_are_shown_once() -> None:
    record = '{"id": %d, "ts": 1795219200, "tsp": {"10um": 8}, "rssi": -60}'
    data = ", ".join(record % i for i in (1, 2))
    said = told(EXAMPLE, "-", "--topic", "gw/data", stdin=f'{{"gw": "G1", "data": [{data}]}}'.encode())
    assert (len(said["frames"]), said["unread"]) == (2, ["$.data[*].rssi"])
    sensors = '[{"code": "VOC", "val": 1}, {"code": "battery", "val": 3}, {"code": "battery", "val": 3}]'
    payload = f'{{"MN": "M1", "time": "20261121080000", "sensors": {sensors}}}'
    said = told(EXAMPLE, "-", "--topic", "voc/x", stdin=payload.encode())
    assert said["unread"] == ["$.sensors[*] code = battery"]


def test_lines_of_csv_show_what_is_left_of_them() -> None:
    said = told(EXAMPLE, "-", "--topic", "csv/up", stdin=b"7,2026-11-21 08:00,35,60,99\n")
    assert said["frames"][0]["values"] == {"pm25": 35, "pm10": 60}
    assert said["unread"] == []


@pytest.mark.parametrize("payload", [b"", b"{", b"[" * 5000, b"\xff", b"{}", b'{"t": "2026-11-21 08:00:00"}'])
def test_a_sample_of_which_nothing_comes_out_fails(payload: bytes) -> None:
    result = run(EXAMPLE, "-", "--topic", "acme/A-17/up", stdin=payload)
    assert result.exit_code == 1
    assert "没有得到任何数据 · nothing came out" in result.stdout
    assert "拒收 · refused [" in result.stdout


def test_without_a_sample_the_file_is_checked_and_its_topics_are_listed() -> None:
    assert ["gateway", "gw/data"] in [line.split() for line in run(EXAMPLE).stdout.splitlines()]
    assert told(EXAMPLE)["sources"]["acme"] == "acme/+/up"


@pytest.mark.parametrize("topic", [[], ["--topic", "elsewhere"]])
def test_a_topic_is_needed_that_somebody_takes(topic: list[str]) -> None:
    result = run(EXAMPLE, "-", *topic, stdin=SAMPLE)
    assert result.exit_code == 2
    assert "acme/+/up" in result.stderr


def test_the_only_topic_need_not_be_said(tmp_path: Path) -> None:
    text = '[[source]]\nname = "a"\ntopic = "a"\ndevice = "$.d"\ntime = "$.t"\nvalues.pm25 = "$.v"\n'
    (tmp_path / "mapping.toml").write_text(text)
    said = told(tmp_path / "mapping.toml", "-", stdin=b'{"d": "S1", "t": "2026-11-21T08:00:00+08:00", "v": 1}')
    assert said["frames"][0]["device"] == "S1"


@pytest.mark.parametrize(("text", "problem"), [("[[source]]\nname = 'a'\n", "source a: topic"), (None, "No such file")])
def test_what_is_wrong_is_one_message(
    text: str | None,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(text or EXAMPLE.read_text())
    monkeypatch.setattr("sys.argv", ["hotgrid", "map", str(file), str(tmp_path / "none"), "--topic", "acme/1/up"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert problem in capsys.readouterr().err
