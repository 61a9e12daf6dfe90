"""Outlets in every stage, ledgers and operators, and for each operation about them a request that it answers."""

from typing import Any

import asyncpg
import httpx2

from tests.service.forgetful import Valid
from tests.support.outlets import OWN, outlet, proof, today
from tests.support.papers import PDF

ACTOR = OWN["X-Hotgrid-Actor"]


async def outlets_settled(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> dict[str, Valid]:
    """Of E0007, which is there already with its monitors."""
    begun, tested = await outlet(pool, name="DA101"), await outlet(pool, name="DA102")
    paper = await proof(client, raw=PDF.replace(b"%%EOF", b"%settled\n%%EOF"))
    said: dict[str, Any] = {"on": f"{today()}", "note": "完成", "files": [paper]}
    for step in ("installed", "tested"):
        answer = await client.post(f"/api/v1/enterprise/onboarding/{tested}/{step}", json=said, headers=OWN)
        assert answer.status_code == 200, answer.text
    await pool.execute("INSERT INTO operator VALUES ('YW01', '清禾运维', '0519-1')")
    await pool.execute("INSERT INTO operator_link SELECT device, 'YW01', '2026-01-01' FROM monitor")
    change = {"outlet_id": begun, "kind": "lamp", "amount": 1, "unit": "支", "done_on": f"{today()}", "note": "换灯管"}
    answer = await client.post("/api/v1/enterprise/consumables", json=change, headers=OWN)
    assert answer.status_code == 201, answer.text
    correction = {**change, "amount": 2, "next_due_on": "2100-01-01", "files": [paper]}
    correction["supersedes"] = answer.json()["entry_id"]
    window = {"enterprise": "E0007"}
    return {
        "listOwnOutlets": Valid(query=window),
        "sayOutletStep": Valid({"outlet_id": str(begun), "step": "installed"}, window, ACTOR, (said,)),
        "listOutlets": Valid(query={"overdue": "false", "required": "true", "step": "installed", "township": "孟河镇"}),
        "decideOutlet": Valid({"outlet_id": str(tested), "decision": "accept"}, bodies=({"reason": "合格"},)),
        "listConsumables": Valid(query={**window, "kind": "lamp", "outlet_id": str(begun), "last": "true"}),
        "addConsumable": Valid(query=window, actor=ACTOR, bodies=(change, correction)),
        "getOwnOperator": Valid(query=window),
        "getOperator": Valid({"operator_id": "YW01"}),
    }
