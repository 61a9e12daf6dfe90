"""Letters of the enterprise in the district of `tests.service.world`, and requests about them."""

import asyncpg
import httpx2

from tests.service.forgetful import API, Asking, Valid
from tests.support import papers

MINE, ENTERPRISE = {"enterprise": "E0007"}, "enterprise:E0007"
SAID = {"enterprise_id": "E0007", "why": "理由 · why"}


async def written(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> dict[str, Valid]:
    """The name of E0007 is released for S6, which it is to put right: it appeals, attaches a file and writes."""
    asked = Asking(client)
    await asked.post("/alerts/S6/release-name", **SAID, **{"as": "found"})
    await asked.post("/alerts/S5/release-name", **SAID, **{"as": "found"})
    sent = await client.post(
        f"{API}/enterprise/files",
        content=papers.PDF,
        params={"name": "记录.pdf"},
        headers={"X-Hotgrid-Actor": ENTERPRISE},
    )
    proof = sent.json()["file_id"]
    paper: dict[str, object] = {"text": "见附件", "files": [proof]}
    appeal = await asked.post("/enterprise/alerts/S5/appeal", ENTERPRISE, **paper)
    await asked.post("/enterprise/messages", ENTERPRISE, text="请问", alert_id="S6")
    number = {"letter_id": str(appeal["letter_id"])}
    await pool.execute("UPDATE thread_message SET read_at = NULL")
    return requests(number, paper, proof)


def requests(number: dict[str, str], paper: dict[str, object], proof: str) -> dict[str, Valid]:
    """One of each operation; an enterprise's own letters are written by the enterprise."""
    which, why, since = {"alert_id": "S6"}, {"why": "理由 · why"}, "2026-11-20T00:00:00+08:00"
    own = {
        name: Valid(which, MINE, ENTERPRISE, (paper,)) for name in ("replyToAlert", "appealAlert", "reportRectified")
    }
    said = {"text": "请说明", "alert_id": "S6", "files": []}
    return own | {
        "releaseName": Valid({"alert_id": "S7"}, bodies=(SAID | {"as": "found"},)),
        "withdrawName": Valid(which, bodies=(SAID,)),
        "listReleasedNames": Valid(which),
        "listOwnAlerts": Valid(query={**MINE, "status": "open", "since": since, "limit": "5"}),
        "getOwnAlert": Valid(which, MINE),
        "addWindowFile": Valid(query={**MINE, "name": "记录.pdf"}, raw=papers.PDF, content_type="application/pdf"),
        "getWindowFile": Valid({"file_id": proof}, MINE),
        "listMessages": Valid(query={**MINE, "alert_id": "S6", "before": "999999", "limit": "5"}),
        "writeMessage": Valid(query=MINE, actor=ENTERPRISE, bodies=(paper | {"alert_id": "S6"},)),
        "readMessages": Valid(query=MINE, bodies=({"until": 999999},)),
        "listLetters": Valid(
            query={"kind": "appeal", "enterprise_id": "E0007", "alert_id": "S5", "waits": "true", "since": since}
        ),
        "upholdAppeal": Valid(number, bodies=(why,)),
        "dismissAppeal": Valid(number, bodies=(why,)),
        "sendMessage": Valid(bodies=({"enterprise_id": "E0007", **said},)),
    }
