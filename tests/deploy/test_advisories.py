"""A known vulnerability stops the check; advisories that cannot be reached are said, and stop nothing."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from deploy.advisories import PATIENCE_S, read

# As the auditor wrote them: of a package it knows, of one with an advisory, of one it does not find.
SOUND = {"name": "idna", "version": "3.18", "vulns": []}
BAD = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [
        {
            "id": "PYSEC-2019-217",
            "fix_versions": ["2.10.1"],
            "aliases": ["CVE-2019-10906"],
            "description": "In Pallets Jinja before 2.10.1, str.format_map allows a sandbox escape.",
        },
        {"id": "GHSA-h75v-3vvj-5mfj", "fix_versions": [], "aliases": [], "description": "xmlattr"},
    ],
}
UNKNOWN = {"name": "aiohttp", "skip_reason": "Dependency not found and could not be audited: aiohttp (3.14.5)"}
NO_NETWORK = """Traceback (most recent call last):
  File "adapters.py", line 723, in send
requests.exceptions.ProxyError: HTTPSConnectionPool(host='advisories', port=443): Max retries exceeded
"""
ROOT = Path(__file__).parents[2]


def written(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_a_known_vulnerability_stops_the_check_and_says_what_mends_it() -> None:
    report = read(written(SOUND, BAD, UNKNOWN), "Found 2 known vulnerabilities in 1 package", 3)
    assert not report.passes
    first, second, count = report.lines
    assert "jinja2 2.4.1: PYSEC-2019-217" in first
    assert "2.10.1" in first
    assert "GHSA-h75v-3vvj-5mfj" in second
    assert "2 of 3 packages audited" in count


def test_all_audited_and_nothing_known() -> None:
    report = read(written(SOUND), "No known vulnerabilities found", 1)
    assert (report.passes, report.lines) == (True, ["核对了 1/1 个依赖 · 1 of 1 packages audited"])


def test_what_could_not_be_audited_is_said_and_stops_nothing() -> None:
    for report in (read(written(UNKNOWN, UNKNOWN), "", 2), read("", NO_NETWORK, 2)):
        assert report.passes
        assert report.lines == [
            "核对了 0/2 个依赖 · 0 of 2 packages audited；2 个查不到通告 · no advisories to be had for 2"
        ]


def test_an_auditor_that_fails_is_no_clean_bill() -> None:
    report = read("", "ERROR:pip_audit._cli:requirements.txt: not pinned to an exact version\n", 2)
    assert not report.passes
    assert "not pinned" in report.lines[-1]


def test_without_network_it_ends_soon_and_passes() -> None:
    nowhere = {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https")}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "deploy.advisories"],
        cwd=ROOT,
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "核对了 0/" in done.stdout
    assert time.monotonic() - begun < PATIENCE_S + 5
