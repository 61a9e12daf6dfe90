"""`hotgrid findings`: the hit rate of attribution in words."""

from collections.abc import Iterator

from alerts.findings import Score, load_score
from sql.pool import connect


async def read(database_url: str) -> Score:
    """The score as the database has it."""
    connection = await connect(database_url, "findings")
    try:
        return await load_score(connection)
    finally:
        await connection.close()


def lines(score: Score) -> Iterator[str]:
    """One line a count; shares where there is something to share."""
    yield f"{score.named:6} 查明企业 · an enterprise was found"
    yield f"{score.first:6} 排在第一 · named first{_share(score.top1)}"
    yield f"{score.among_three:6} 排在前三 · among three{_share(score.top3)}"
    yield f"{score.nobody:6} 未查到登记企业 · nobody of the registry was found"
    yield f"{score.no_emission:6} 并无排放（误报、设备、气象、外来） · no emission: false, device, weather, brought"
    yield f"{score.unmatched:6} 不对应已知热点 · of no hotspot that is known here"


def _share(share: float | None) -> str:
    return "" if share is None else f"  {share:.1%}"
