"""The words in `qc` are explained to programs."""

import httpx2

from ingest.flag import Qc


async def test_every_reason_has_its_grade_and_letter(client: httpx2.AsyncClient) -> None:
    told = {row["reason"]: row for row in (await client.get("/api/v1/quality")).json()["reasons"]}
    assert set(told) == {code.name.lower() for code in Qc}
    assert told["good"] == {"reason": "good", "grade": "good", "letter": "N"}
    assert told["calibration"] == {"reason": "calibration", "grade": "fail", "letter": "C"}
    assert told["spike"] == {"reason": "spike", "grade": "suspect", "letter": None}
    assert told["unknown"]["grade"] == "unknown"
