"""Whether a dependency has a known vulnerability, as far as the advisories can be reached: part of `make check`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import typer

REQUIREMENTS = Path("requirements.txt")
PATIENCE_S = 25.0
SOCKET_S = 5
AWAY = ("requests.exceptions.", "ConnectionError", "Could not connect", "timed out", "Timeout")
"""What the last words of the auditor are like where the advisories cannot be reached."""


class Report(NamedTuple):
    """How many of how many packages were audited, and what was found; `fault` where the auditor itself has failed."""

    audited: int
    packages: int
    vulnerable: tuple[str, ...] = ()
    fault: str = ""

    @property
    def passes(self) -> bool:
        """Whether nothing is known against it; what could not be asked is no reason to stop working."""
        return not self.vulnerable and not self.fault

    @property
    def lines(self) -> list[str]:
        """As it is told."""
        told = [f"有已知漏洞 · known vulnerability: {one}" for one in self.vulnerable]
        if self.fault:
            return [*told, f"依赖未能核对 · the dependencies could not be audited: {self.fault}"]
        count = f"核对了 {self.audited}/{self.packages} 个依赖 · {self.audited} of {self.packages} packages audited"
        left = self.packages - self.audited
        return [*told, f"{count}；{left} 个查不到通告 · no advisories to be had for {left}" if left else count]


def read(stdout: str, stderr: str, packages: int) -> Report:
    """The report of what the auditor has written; `packages` is how many it was to audit."""
    try:
        told = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (stderr.strip().splitlines() or ["no output"])[-1]
        return Report(0, packages, fault="" if any(sign in last for sign in AWAY) else last[:300])
    audited = [one for one in told if "vulns" in one]
    found = tuple(
        f"{one['name']} {one['version']}: {vulnerability['id']}"
        f" (修复于 · fixed in {', '.join(vulnerability['fix_versions']) or '-'})"
        for one in audited
        for vulnerability in one["vulns"]
    )
    return Report(len(audited), max(packages, len(told)), found)


def audit(requirements: Path) -> Report:
    """Ask for the advisories on every locked version; nothing is installed for it, and it ends soon without network."""
    packages = sum("==" in line for line in requirements.read_text(encoding="utf-8").splitlines())
    options = ("--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off", f"--timeout={SOCKET_S}")
    command = [sys.executable, "-m", "pip_audit", "-r", str(requirements), *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return Report(0, packages)
    return read(done.stdout, done.stderr, packages)


def main() -> None:
    """Tell it; exit status 1 where something is known against a dependency."""
    report = audit(REQUIREMENTS)
    for line in report.lines:
        typer.echo(line, err=not report.passes)
    sys.exit(not report.passes)


if __name__ == "__main__":
    main()
