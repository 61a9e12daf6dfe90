"""`hotgrid backtest` with another tuning and with a budget of alarms, on a scenario of the little district."""

import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.backtest import backtest
from alerts.budget import Point, Proposal, Tally, scaled
from alerts.detector.tuning import DEFAULT
from alerts.detector.version import version
from alerts.tuning_file import parse
from deploy.command import app, main
from deploy.comparison import budget_text
from tests.support.scenario import write_scenario

DEAF = "[grid.numbers]\nthreshold = 40\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten hours with five emissions."""
    return write_scenario(tmp_path_factory.mktemp("backtest") / "scenario")


def told(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["backtest", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_alerts_of_another_tuning_are_written_and_what_it_changes_is_shown(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "deaf.toml").write_text(DEAF)
    usual = backtest(folder)
    assert usual
    text = told(folder, "--tuning", tmp_path / "deaf.toml", "--out", tmp_path / "out.jsonl")
    deaf = [alert.line() for alert in backtest(folder, tuning=parse(DEAF))]
    assert lines(tmp_path / "out.jsonl") == deaf
    assert len(deaf) < len(usual)
    lost = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lost) == len(usual) - len(deaf)
    gone = next(alert for alert in usual if alert.id in lost[0])
    assert f"{gone.pollutant} {gone.peak_value:.4g} µg/m³" in lost[0]
    assert "[2-2" in lost[0]
    assert f"lost {len(lost)}" in text

    result = json.loads(told(folder, "--tuning", tmp_path / "deaf.toml", "--out", tmp_path / "out.jsonl", "--json"))
    assert result["alerts"] == len(deaf)
    assert gone.line() in result["difference"]["lost"]
    assert result["difference"]["gained"] == []


def test_the_tuning_of_the_detector_at_work_is_the_current_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deaf.toml").write_text(DEAF)
    (tmp_path / "usual.toml").write_text("")
    monkeypatch.setenv("HOTGRID_TUNING", str(tmp_path / "deaf.toml"))
    result = json.loads(told(folder, "--tuning", tmp_path / "usual.toml", "--out", tmp_path / "a.jsonl", "--json"))
    assert len(result["difference"]["gained"]) > 0
    assert result["difference"]["lost"] == []
    told(folder, "--out", tmp_path / "b.jsonl")
    assert {line["detector"] for line in lines(tmp_path / "b.jsonl")} <= {version(parse(DEAF))}


def test_a_budget_gives_a_threshold_with_the_emissions_it_costs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})  # on one CPU nothing has to be compiled twice
    out = tmp_path / "out.jsonl"
    result = json.loads(told(folder, "--budget", 30, "--pollutant", "pm25", "--out", out, "--json"))
    budget = result["budget"]
    assert budget["chosen"]["alarms_a_day"] <= 30
    tuning = parse(budget["chosen"]["tuning"])
    assert tuning.grid.numbers.threshold == budget["chosen"]["grid"]
    assert tuning.fence == DEFAULT.fence
    assert [point["grid"] for point in budget["points"]] == sorted(point["grid"] for point in budget["points"])
    assert {point["all"]["of"] for point in budget["points"]} == {budget["current"]["all"]["of"]}
    assert all(0 <= point["all"]["found"] <= point["all"]["of"] for point in budget["points"])
    assert lines(out) == [alert.line() for alert in backtest(folder, tuning=tuning)]


def test_the_table_of_a_budget_ends_with_the_tuning_file_to_paste_or_with_what_to_do() -> None:
    factors = {0.5: 9.0, 1.0: 5.0, 2.0: 1.5}
    points = tuple(
        Point(factor, scaled(DEFAULT, factor, ["grid"]), alarms, Tally(1, 2), Tally(0, 0), ())
        for factor, alarms in factors.items()
    )
    text = list(budget_text(Proposal(points, points[1], points[2]), 2))
    assert "5.00" in text[2]
    assert text[2].endswith("current")
    assert "0.50 (2)" in text[3]
    assert "– (0)" in text[3]
    assert text[3].endswith("proposed")
    assert parse(text[-1]) == points[2].tuning
    text = list(budget_text(Proposal(points, points[1], None), 1))
    assert "1.50 > 1" in text[-1]


def test_pollutants_that_nobody_measured_are_refused(folder: Path, tmp_path: Path) -> None:
    arguments = [str(folder), "--budget", "1", "--pollutant", "so2", "--out", str(tmp_path / "out.jsonl")]
    result = CliRunner().invoke(app, ["backtest", *arguments])
    assert result.exit_code == 2
    assert "so2" in result.output
    assert "pm25" in result.output


@pytest.mark.parametrize("command", ["backtest", "detect"])
def test_a_bad_tuning_file_ends_the_command_with_what_is_allowed(
    command: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text("[grid.numbers]\ntreshold = 3\n")
    monkeypatch.setenv("HOTGRID_TUNING", str(tmp_path / "bad.toml"))
    monkeypatch.setenv("HOTGRID_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("HOTGRID_MQTT_URL", "mqtt://nobody@127.0.0.1:1")
    arguments = [str(folder), "--out", str(tmp_path / "out.jsonl")] if command == "backtest" else []
    monkeypatch.setattr(sys, "argv", ["hotgrid", command, *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "grid.numbers.treshold: no such number; [grid.numbers] has floor_share" in capsys.readouterr().err
