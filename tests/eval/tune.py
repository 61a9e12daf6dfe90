"""How the limits of the peers were chosen; `python -m tests.eval --tune` does it again.

The threshold comes down in steps of 3 % from one that almost nothing reaches, for each way of voting, until the false
alarms are three times the budget. Of all that keep the budget the one that finds most is taken (the quieter of two that
find as many); alerts that lump more than 1.5 emissions on average are no way to keep it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.eval.claim import parse
from tests.eval.groups import TUNING, Case, cases, prepare
from tests.eval.joining import Limit, alarms, join, lines
from tests.eval.peers import PEERS, Peer
from tests.eval.readings import Readings, read_readings
from tests.eval.score import Metrics, Tally, metrics, pool, tally
from tests.eval.truth import Truth, read_truth

BUDGET = 5.0  # false alarms per 1,000 cell-days
QUIET_SHARE = 0.05  # of METEC's quiet minutes in an alert
LUMPING = 1.5
STEP = 0.97
VOTES = ((1, 1), (2, 2), (2, 3), (3, 3), (3, 5), (4, 6), (5, 8))


class Prepared(NamedTuple):
    """A scenario with the statistic of one peer."""

    truth: Truth
    readings: Readings
    statistic: NDArray[np.floating]


class Choice(NamedTuple):
    """A limit and what it gives on the tuning scenarios."""

    peer: str
    where: str
    limit: Limit
    figures: Metrics


def tune() -> Iterator[Choice]:
    """The best limit of every peer, on the tuning seeds and on METEC."""
    town, fence = _load(cases("town", TUNING)), _load(cases("metec"))
    for peer in PEERS:
        if not peer.published:
            yield _best(peer, "tuning seeds", town)
            if peer.fence is not None:
                yield _best(peer, "METEC", fence)


def evaluate(prepared: Prepared, limit: Limit) -> Tally:
    """Score a peer's alerts without writing them down."""
    stays = join(alarms(prepared.statistic, limit), prepared.readings)
    claims = [parse(line, prepared.truth) for line in lines(stays, prepared.readings, prepared.truth)]
    return tally(prepared.truth, sorted((c for c in claims if c), key=lambda claim: claim.opened))


def _load(chosen: list[Case]) -> list[tuple[Truth, Readings]]:
    for case in chosen:
        prepare(case)
    truths = [read_truth(case.folder, case.truth) for case in chosen]
    return [(truth, read_readings(case.folder, truth)) for case, truth in zip(chosen, truths, strict=True)]


def _best(peer: Peer, where: str, scenarios: list[tuple[Truth, Readings]]) -> Choice:
    prepared = [Prepared(truth, readings, peer.statistic(readings)) for truth, readings in scenarios]
    tried = [choice for votes in VOTES for choice in _descend(peer.name, where, prepared, votes)]
    kept = [choice for choice in tried if _excess(choice) <= 1]
    return max(kept, key=lambda choice: (choice.figures["found"], -_excess(choice)))


def _descend(peer: str, where: str, prepared: list[Prepared], votes: tuple[int, int]) -> Iterator[Choice]:
    known = np.concatenate([part.statistic[np.isfinite(part.statistic)] for part in prepared])
    threshold, end = (float(np.quantile(known, share)) for share in (1 - 1e-6, 0.6))
    while threshold > end:
        limit = Limit(float(f"{threshold:.4g}"), *votes)
        choice = Choice(peer, where, limit, metrics(pool(evaluate(part, limit) for part in prepared)))
        if _excess(choice) > 3:
            return
        yield choice
        threshold *= STEP


def _excess(choice: Choice) -> float:
    """How many times the budget a limit spends."""
    figures = choice.figures
    lumping = (figures["events_per_true_alert"] or 0) / LUMPING
    if choice.where == "METEC":
        per_day = figures["false_alarms"] / figures["quiet_days"]
        return float(max(per_day, figures["quiet_minutes_in_alert"] / QUIET_SHARE))
    spent = figures["false_alarms_per_1000_cell_days"] / BUDGET
    return float(spent if lumping <= 1 else max(spent, 1 + lumping))
