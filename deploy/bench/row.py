"""A figure of a benchmark."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Row(NamedTuple):
    """One line of the table; `target` is what it should be, "" where nothing was promised."""

    name: str
    value: float
    unit: str
    target: str = ""


def spread(name: str, seconds: Sequence[float], unit: str, target: str = "") -> list[Row]:
    """Median and 99th percentile of times, in `ms` or `s`; the target is that of the latter."""
    times = np.asarray(seconds) * (1000 if unit == "ms" else 1)
    return [
        Row(f"{name}, p50 of {len(times)}", float(np.percentile(times, 50)), unit),
        Row(f"{name}, p99 of {len(times)}", float(np.percentile(times, 99)), unit, target),
    ]


def memory(pid: int | str, what: str = "VmRSS") -> float:
    """Resident memory of a process in MB; `VmHWM` is the most it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(f"{what}:"))


def forget_peak(pid: int | str) -> None:
    """Let `VmHWM` begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
