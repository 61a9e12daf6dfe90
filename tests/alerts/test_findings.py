"""The hit rate counts what field teams found against what had been named before they went."""

from datetime import UTC, datetime, timedelta

import asyncpg

from alerts.findings import Score, load_score, score
from ingest.registry import Finding
from tests.service import seed

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
RANKED = ["E1", "E2", "E3", "E4"]


def finding(alert: str, enterprise: str | None, at: datetime = AT) -> Finding:
    """What a field team found."""
    return Finding(alert_id=alert, at=at, enterprise_id=enterprise, cause="emission" if enterprise else "not_found")


def test_first_among_three_later_and_not_named_at_all_are_told_apart() -> None:
    findings = [finding(f"A{i}", name) for i, name in enumerate(["E1", "E1", "E2", "E3", "E4", "E9"])]
    told = score(findings, {f"A{i}": RANKED for i in range(6)})
    assert told == Score(named=6, first=2, among_three=4, nobody=0, unmatched=0)
    assert (told.top1, told.top3) == (0.3333, 0.6667)


def test_an_alert_that_named_nobody_is_a_miss() -> None:
    assert score([finding("A", "E1")], {"A": []}) == Score(1, 0, 0, 0, 0)


def test_nobody_found_is_counted_beside_and_is_no_share() -> None:
    told = score([finding("A", None)], {"A": RANKED})
    assert told == Score(0, 0, 0, 1, 0)
    assert told.line() == told._asdict() | {"top1": None, "top3": None}


def test_where_nothing_was_emitted_nobody_is_to_be_named() -> None:
    causes = ["false_alarm", "device", "weather", "regional", "leak", "reopened"]
    findings = [finding(f"A{i}", None).model_copy(update={"cause": cause}) for i, cause in enumerate(causes)]
    told = score(findings, {f"A{i}": RANKED for i in range(6)})
    assert told == Score(named=0, first=0, among_three=0, nobody=1, unmatched=0, no_emission=4)


def test_findings_of_unknown_alerts_are_only_counted() -> None:
    assert score([finding("B", "E1"), finding("C", None)], {"A": RANKED}) == Score(0, 0, 0, 0, 2)


def test_the_newest_finding_of_an_alert_counts_in_whatever_order_they_come() -> None:
    findings = [finding("A", "E1", AT + HOUR), finding("A", "E4"), finding("A", None, AT - HOUR)]
    assert score(findings, {"A": RANKED}) == score(findings[::-1], {"A": RANKED}) == Score(1, 1, 1, 0, 0)


async def put(pool: asyncpg.Pool, *findings: Finding) -> None:
    """Findings as an import writes them."""
    for f in findings:
        await pool.execute(
            "INSERT INTO finding VALUES ($1, $2, $3, $4, '')", f.alert_id, f.at, f.enterprise_id, f.cause
        )


async def test_what_had_been_named_before_the_team_came_counts_and_only_of_hotspots(pool: asyncpg.Pool) -> None:
    for name in ("E1", "E2"):
        await seed.enterprise(pool, name, name)

    def naming(alert: str, *names: str, kind: str = "hotspot") -> dict[str, object]:
        candidates = [{"enterprise_id": name, "score": 0.5} for name in names]
        return seed.body(alert, seed.NOW - HOUR, kind=kind, candidates=candidates)

    assert await load_score(pool) == Score(0, 0, 0, 0, 0)
    await seed.alert(pool, naming("HIT", "E1", "E2"))
    await seed.alert(pool, naming("LEARNED", "E2", "E1"))
    await seed.alert(pool, naming("SILENT"))
    await seed.alert(pool, naming("OFFLINE", "E1", kind="offline"))
    names = ["HIT", "LEARNED", "SILENT", "OFFLINE", "ELSEWHERE"]
    await put(pool, *(finding(name, "E1", seed.NOW + HOUR) for name in names))
    later = naming("LEARNED", "E1")
    await pool.execute("UPDATE alert SET body = $2 WHERE alert_id = $1", "LEARNED", later)
    await pool.execute(
        "INSERT INTO alert_event (alert_id, at, who, action, why, body) VALUES ($1, $2, 'detector', 'updated', '', $3)",
        *("LEARNED", seed.NOW + 2 * HOUR, later),
    )
    assert await load_score(pool) == Score(named=3, first=1, among_three=2, nobody=0, unmatched=2)
