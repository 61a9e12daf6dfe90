"""How often the enterprise that a field team found is the one that the alert had named."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from alerts.handling.stage import NO_EMISSION, REOPENED
from ingest.importer import REGISTRY
from ingest.registry import Finding
from sql.queries import Connection, Queries

FINDING = Queries("finding")
AMONG = 3


class Score(NamedTuple):
    """Counts of hotspots that field teams have visited; the newest finding of each counts."""

    named: int  # an enterprise was found
    first: int  # and the alert had named it first
    among_three: int  # or among the first three
    nobody: int  # nobody of the registry was found
    unmatched: int  # findings of no hotspot that is known: of another kind of alert, or of another database
    no_emission: int = 0  # a false alarm, or of the device, the weather, or brought from outside: nobody to be named

    @property
    def top1(self) -> float | None:
        """Share of `first`, None where nobody was found yet."""
        return round(self.first / self.named, 4) if self.named else None

    @property
    def top3(self) -> float | None:
        """Share of `among_three`, None where nobody was found yet."""
        return round(self.among_three / self.named, 4) if self.named else None

    def line(self) -> dict[str, int | float | None]:
        """Counts and shares."""
        return {**self._asdict(), "top1": self.top1, "top3": self.top3}


def score(findings: Iterable[Finding], candidates: Mapping[str, Sequence[str]]) -> Score:
    """Compare findings with the enterprises, best first, that each hotspot had named by its alert id."""
    newest = {finding.alert_id: finding for finding in sorted(findings, key=lambda finding: finding.at)}
    standing = [finding for finding in newest.values() if finding.cause != REOPENED]
    visited = [finding for finding in standing if finding.alert_id in candidates]
    known = [finding for finding in visited if finding.cause not in NO_EMISSION]
    named = sum(finding.enterprise_id is not None for finding in known)
    first, among = (
        sum(finding.enterprise_id in candidates[finding.alert_id][:places] for finding in known)
        for places in (1, AMONG)
    )
    return Score(named, first, among, len(known) - named, len(standing) - len(visited), len(visited) - len(known))


async def load_score(on: Connection) -> Score:
    """The score of the findings in the database, against what had been named before anybody went there."""
    findings = [Finding.model_validate(dict(row)) for row in await REGISTRY.findings.fetch(on)]
    candidates = {row["alert_id"]: row["enterprises"] for row in await FINDING.named_before.fetch(on)}
    return score(findings, candidates)
