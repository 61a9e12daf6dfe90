"""The words in `qc` are explained to programs."""

import httpx2

from ingest.flag import Qc


async def test_every_reason_has_its_grade_and_letter(client: httpx2.AsyncClient) -> None:
    told = {row["reason"]: row for row in (await client.get("/api/v1/quality")).json()["reasons"]}
    assert set(told) == {code.name.lower() for code in Qc}
    assert told["good"] == {"reason": "good", "grade": "good", "letter": "N", "zh": "正常", "en": "good"}
    assert told["calibration"]["letter"] == "C"
    assert told["calibration"]["zh"] == "校准"
    assert told["spike"] == {"reason": "spike", "grade": "suspect", "letter": None, "zh": "尖峰", "en": "spike"}
    assert told["unknown"]["grade"] == "unknown"
