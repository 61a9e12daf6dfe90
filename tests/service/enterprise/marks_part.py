"""Marks of E0007's monitor, and for each operation about them a request that it answers."""

from datetime import datetime
from typing import Any

import httpx2

from tests.service.enterprise.plant import DAY, HOUR, MN
from tests.service.forgetful import API, Valid
from tests.support.papers import PDF

ACTOR = "enterprise:E0007"
OWN = {"X-Hotgrid-Actor": ACTOR}


async def marked(client: httpx2.AsyncClient, now: datetime) -> dict[str, Valid]:
    """A fault that goes on and waits for its review; E0007 and its monitor are there already."""
    raw = PDF.replace(b"%%EOF", b"%marked\n%%EOF")
    paper = (await client.post(f"{API}/enterprise/files", content=raw, params={"name": "故障.pdf"}, headers=OWN)).json()
    span = {"start": (now - HOUR).isoformat(), "end": (now - HOUR / 2).isoformat()}
    said: dict[str, Any] = {**span, "reason": "采样泵故障", "proofs": [paper["file_id"]]}
    asked = {"mn": MN, "kind": "calibration", **said}
    answer = await client.post(f"{API}/enterprise/marks", json={**asked, "kind": "fault", "end": None}, headers=OWN)
    assert answer.status_code == 201, answer.text
    which, window = {"mark_id": str(answer.json()["mark_id"])}, {"enterprise": "E0007"}
    since = {"since": (now - DAY).isoformat(), "limit": "5"}
    return {
        "listMarks": Valid(query={**window, **since, "state": "declared", "mn": MN}),
        "declareMark": Valid(query=window, actor=ACTOR, bodies=(asked,)),
        "getMark": Valid(which, window),
        "correctMark": Valid(which, window, ACTOR, ({**said, "why": "补时"},)),
        "endMark": Valid(which, window, ACTOR, ({"at": span["end"], "why": "已修复"},)),
        "withdrawMark": Valid(which, window, ACTOR, ({"why": "填错设备"},)),
        "listOwnDeadlines": Valid(query={**window, **since, "state": "open"}),
        "listDeclarations": Valid(query={**window, **since, "state": "declared"}),
        "getDeclaration": Valid(which),
        "acceptDeclaration": Valid(which, bodies=({"reason": "属实", "version": 1},)),
        "refuseDeclaration": Valid(which, bodies=({"reason": "当时在产", "version": 1},)),
        "listDeadlines": Valid(query={**window, **since, "state": "open"}),
        "countDeadlines": Valid(query={**window, "since": since["since"]}),
    }
