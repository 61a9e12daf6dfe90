"""The rules of the duty desk: a file that says what is different here, and names what it gets wrong."""

from pathlib import Path

import pytest

import deploy
from alerts.policy import Policy, PolicyError, PolicySettings, read

EXAMPLE = Path(deploy.__file__).parent / "policy.example.toml"


def written(folder: Path, text: str) -> Path:
    """A policy file."""
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_says_every_default() -> None:
    assert read(EXAMPLE) == Policy()
    text = EXAMPLE.read_text(encoding="utf-8")
    for section, values in Policy().model_dump().items():
        names = values if isinstance(values, dict) else {}
        assert all(f"{name} = " in text or f"{section}.{name}]" in text for name in names), section


def test_what_is_not_said_keeps_its_default(tmp_path: Path) -> None:
    policy = read(written(tmp_path, "[sla]\narrive = 20\n"))
    assert (policy.sla.arrive, policy.sla.report) == ((20, 20, 20, 20), Policy().sla.report)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone = 'Mars/Olympus'", "zone"),
        ("[sla]\narive = 3", "sla.arive"),
        ("[sla]\narrive = -3", "sla.arrive"),
        ("[escalation]\nnight = 'late'", "escalation.night"),
        ("[[escalation.levels]]\nrole = 'mayor'\nday = [1,1,1,1]\nnight = [1,1,1,1]", "escalation.levels.0.role"),
        ("[push]\nmap_url = '{x}'", "push.map_url"),
        ("[sla", "policy.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said.replace(".", r"\.")):
        read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_said_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTGRID_POLICY", str(tmp_path / "nothing.toml"))
    with pytest.raises(ValueError, match="HOTGRID_POLICY"):
        PolicySettings(_env_file=None)


def test_the_settings_read_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTGRID_POLICY", str(written(tmp_path, "zone = 'Europe/Berlin'")))
    assert PolicySettings(_env_file=None).policy.zone == "Europe/Berlin"
