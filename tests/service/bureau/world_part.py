"""Hooks, files and evidence in the district of `tests.service.world`, and what the regulator looks at."""

import httpx2

from tests.service.enterprise.plant import MN
from tests.service.forgetful import API, Valid

OWN = "enterprise:E0007"


async def regulated(client: httpx2.AsyncClient) -> dict[str, Valid]:
    """A hook of E0007, and the requests."""
    window = {"enterprise": "E0007"}
    hook = {"url": "https://ehs.example.com/in", "events": ["alert", "letter"], "min_severity": 2}
    made = await client.post(f"{API}/enterprise/hooks", json=hook, headers={"X-Hotgrid-Actor": OWN})
    assert made.status_code == 201, made.text
    number = {"hook_id": str(made.json()["hook_id"])}
    span = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}
    which = {"month": "2026-01", "township": "孟河镇", "industry": "化工"}
    return {
        "exportOwnMonitor": Valid({"mn": MN}, {**window, **span, "step": "hour", "format": "csv"}),
        "listHooks": Valid(query=window),
        "addHook": Valid(query=window, actor=OWN, bodies=({**hook, "url": "https://ehs.example.com/more"},)),
        "removeHook": Valid(number, window, OWN),
        "testHook": Valid(number, window, OWN),
        "listEnterprises": Valid(query={**which, "state": "online", "sort": "exceedances", "limit": "9"}),
        "rankEnterprises": Valid(query={**which, "limit": "9", "format": "json"}),
        "getStanding": Valid({"enterprise_id": "E0007"}, {"month": "2026-01"}),
        "makeEvidencePack": Valid({"alert_id": "S0"}),
        "getEvidenceKey": Valid(),
    }
