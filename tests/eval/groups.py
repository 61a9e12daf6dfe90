"""Which scenarios are evaluated, and where they are kept: drawn when first asked for, then used again."""

import hashlib
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from tests.eval.folder import write_folder
from tests.eval.settings import Settings
from tests.eval.simulate import simulate

SMALL = Settings(nx=12, ny=12)
FIVE_TIMES = replace(SMALL, gaps=3.0, stuck=0.15, spikes=2.5, steps=0.05, puffs=0.25, noisy=0.05)
PUBLIC = (1, 2, 3, 4, 5, 6, 7, 8)
STRESS = (201, 202, 203, 204)
TUNING = (100, 101, 102, 103, 104, 105)
BUILD = Path("build/eval")
HERE = Path(__file__).parent
RECORDING = HERE.parent / "data" / "metec-2022"
GENERATOR = ("settings", "background", "plume", "faults", "simulate", "folder")


class Group(NamedTuple):
    """Scenarios that are scored together; no settings: the METEC recording."""

    title: str
    settings: Settings | None
    seeds: tuple[int, ...]


class Case(NamedTuple):
    """One scenario folder and its truth; everything about it is kept beside it."""

    group: str
    name: str
    folder: Path
    truth: Path
    settings: Settings | None
    seed: int


GROUPS = {
    "city": Group("20 × 20", Settings(), (21, 22, 23)),
    "town": Group("12 × 12", SMALL, PUBLIC),
    "fronts": Group("two haze fronts a day", replace(SMALL, fronts_per_day=2.0), STRESS),
    "faults": Group("five times the faults", FIVE_TIMES, STRESS),
    "none": Group("no emission", replace(SMALL, events_per_day=0.0), STRESS),
    "noisy": Group("sensors twice as noisy", replace(SMALL, noise_sd=0.1), STRESS),
    "integer": Group("integer readings", replace(SMALL, resolution=1.0), STRESS),
    "metec": Group("METEC", None, (2022,)),
}


def cases(name: str, seeds: tuple[int, ...] | None = None, build: Path = BUILD) -> list[Case]:
    """The scenarios of a group, of other seeds than its own if told so."""
    group = GROUPS[name]
    return [_case(name, group.settings, seed, build) for seed in (group.settings and seeds) or group.seeds]


def _case(group: str, settings: Settings | None, seed: int, build: Path) -> Case:
    if settings is None:
        return Case(group, f"{group}-{seed}", RECORDING, HERE / "metec-truth.json", None, seed)
    name = f"{group}-{seed}-{_fingerprint(settings)}"
    return Case(group, name, build / name, build / name / "truth.json", settings, seed)


def prepare(case: Case) -> None:
    """Draw the scenario if it is not there yet."""
    if case.settings is None or case.truth.exists():
        return
    draft = case.folder.with_name(case.folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    write_folder(simulate(case.settings, case.seed), draft)
    shutil.rmtree(case.folder, ignore_errors=True)
    draft.rename(case.folder)


def _fingerprint(settings: Settings) -> str:
    """Of the settings and of the code that draws from them."""
    code = b"".join((HERE / f"{name}.py").read_bytes() for name in GENERATOR)
    return hashlib.sha256(json.dumps(asdict(settings)).encode() + code).hexdigest()[:8]
