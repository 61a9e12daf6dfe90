"""The page and the documentation: whole, from this service alone, and unable to run what a name may hold."""

import gzip
import re
from importlib.resources import files
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from alerts.handling.stage import STAGES, Action, Cause
from alerts.kind import KINDS
from alerts.outbox import CLOCKED, DETECTED
from alerts.rules.fabrication import SIGNS as FABRICATED
from alerts.rules.fault import SIGNS
from service.access import ACCESS
from service.resources.house.page import PAGE

ALERTS = Path(str(files("alerts")))
# What only our own processes do is no path.
STEPS = set(get_args(Action)) - {"handover", "lapse", "clear", "resume"}
OURS = sorted(PAGE.iterdir())
PAGES = {"index", "docs", "sign_in", "own_window", "looks", "show", "press"}
APART = ("login", "enterprise", "docs")
DESK = [file for file in OURS if file.stem not in APART]
"""What the duty desk's page is made of."""
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("path", ["/", "/docs", "/login", "/enterprise"])
async def test_page_and_all_that_it_loads_come_from_this_service(client: httpx2.AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    wanted = re.findall(r'(?:src|href)="(?!/api/)([^"]+)"', page.text)
    assert wanted
    for address in wanted:
        assert address.startswith("/")
        assert (await client.get(address)).status_code == 200


async def test_documentation_describes_every_path_and_its_problems(client: httpx2.AsyncClient) -> None:
    told = (await client.get("/api/v1/openapi.json")).json()
    operations = [operation for path in told["paths"].values() for operation in path.values()]
    assert sorted(one["operationId"] for one in operations) == sorted(set(ACCESS) - PAGES)
    paths = {path.removeprefix("/api/v1/alerts/{alert_id}/") for path in told["paths"]}
    assert paths >= STEPS
    for answers in (operation["responses"] for operation in operations):
        assert list(answers["4XX"]["content"]) == ["application/problem+json"]
        assert answers["4XX"]["content"]["application/problem+json"]["schema"]
    assert list(told["paths"]["/api/v1/grid"]["get"]["responses"]["200"]["content"]) == ["application/geo+json"]
    assert list(told["paths"]["/api/v1/alerts/stream"]["get"]["responses"]["200"]["content"]) == ["text/event-stream"]


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_files_of_the_page_name_no_other_host(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert not re.findall(r"(?:https?:|wss?:)?//[a-z0-9.-]+\.[a-z]+", text)


@pytest.mark.parametrize("file", [file for file in OURS if file.suffix in (".js", ".html")], ids=lambda file: file.name)
def test_no_text_ever_becomes_markup_or_code(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for way in (r"innerHTML", r"outerHTML", r"insertAdjacentHTML", r"document\.write", r"\beval\(", r"new Function"):
        assert not re.search(way, text)
    if file.suffix == ".html":
        assert not re.search(r'\son\w+=|style="|<script>(?!</)', text)


def test_page_has_every_word_in_both_languages() -> None:
    words = (PAGE / "words.js").read_text(encoding="utf-8")
    chinese, english = (set(_keys(re.search(rf"const {name} = {{(.*?)\n}};", words, re.S))) for name in ("ZH", "EN"))
    assert chinese == english
    used = set(re.findall(r'data-(?:word|label)="(\w+)"', (PAGE / "index.html").read_text(encoding="utf-8")))
    for file in DESK:
        used |= set(re.findall(r'\b(?:w|named)\("(\w+)"', file.read_text(encoding="utf-8")))
    assert used <= chinese


def test_the_enterprises_page_has_every_word_in_both_languages() -> None:
    script = (PAGE / "enterprise.js").read_text(encoding="utf-8")
    chinese, english = (
        set(re.findall(r"\b(\w+):", re.sub(r"\"[^\"]*\"|`[^`]*`", "''", part)))
        for part in re.findall(r"\n  (?:zh|en): {(.*?)\n  },", script, re.S)
    )
    assert chinese == english
    assert set(re.findall(r'\bw\("(\w+)"', script)) <= chinese


def _keys(found: re.Match[str] | None) -> list[str]:
    assert found
    flat = re.sub(r"\{[^{}]*\}|`[^`]*`|\"[^\"]*\"", "''", found[1])
    return re.findall(r"(\w+):", flat)


def test_page_tells_alarms_from_notices_as_the_pushes_do() -> None:
    feed, words = ((PAGE / name).read_text(encoding="utf-8") for name in ("feed.js", "words.js"))
    for name, pushed in (("ALARMS", True), ("NOTICES", False)):
        listed = re.search(rf"const {name} = \[(.*?)\]", feed)
        assert listed
        assert set(re.findall(r"\w+", listed[1])) == {kind for kind, row in KINDS.items() if row.pushed is pushed}
    for kinds in re.findall(r"kinds: \{(.*?)\}", words, re.S):
        assert set(re.findall(r"(\w+):", kinds)) == set(KINDS)


def test_page_hears_and_says_every_step_stage_and_cause() -> None:
    """The feed's events are heard by name: one that is missing would be lost."""
    words = (PAGE / "words.js").read_text(encoding="utf-8").split("const EN")[0]

    def listed(name: str) -> set[str]:
        found = re.search(rf"\b{name}: \{{(.*?)\}}", words, re.S)
        assert found
        return set(re.findall(r"\"?([\w-]+)\"?: \"", found[1]))

    assert listed("actions") >= {*get_args(Action), *CLOCKED, *DETECTED} - {"raised"} | {"opened", "updated", "closed"}
    assert listed("stages") == set(STAGES)
    assert listed("causes") == set(get_args(Cause))


def test_page_says_every_sign_of_the_rules_in_both_languages() -> None:
    terms = (PAGE / "terms.js").read_text(encoding="utf-8")
    written = "".join(file.read_text(encoding="utf-8") for file in sorted(ALERTS.rglob("*.py")))
    literal = "|".join(re.findall(r"\"sign\": (\"[^,\n]*)", written) + re.findall(r"sign = (\"[^\n]*)", written))
    signs = set(re.findall(r"\"(\w+)\"", literal)) | set(SIGNS) | {sign.name for sign in FABRICATED}
    assert {"hour_mean", "no_valid_hour", "silent", "ahead", "nothing_arrives", "stuck", "replay"} <= signs
    told = _pairs(terms, "SIGNS")
    assert signs - {"", "hotspot"} == set(told) - {"unsure"}
    assert {figure for sign in FABRICATED for figure in sign.figures} <= set(_pairs(terms, "FIGURES"))
    assert not re.findall(r"\[\"[^\"]*\"\]", terms)


def _pairs(terms: str, name: str) -> list[str]:
    found = re.search(rf"const {name} = {{(.*?)\n}};", terms, re.S)
    assert found
    return re.findall(r"(\w+): \[\"[^\"]+\", \"[^\"]+\"\]", found[1])


def test_page_is_light() -> None:
    """As it goes over the wire; half of it is words in two languages."""
    assert sum(len(gzip.compress(file.read_bytes(), compresslevel=1)) for file in DESK) < 39_000
    for name in ("login", "enterprise"):
        assert sum(len(gzip.compress(file.read_bytes(), compresslevel=1)) for file in PAGE.glob(f"{name}.*")) < 6_000
