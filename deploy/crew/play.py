"""The demo's people at the demo's API: they look at it every few seconds and do what is due."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from alerts.handling.stage import ENDED, STAGES
from alerts.kind import KINDS
from deploy.crew.case import Crew, Place, Step
from deploy.crew.decision import steps
from deploy.crew.picture import picture

logger = logging.getLogger(__name__)
LOOK_S = 2.0
TIMEOUT_S = 10.0
LIVE = {
    "kind": ",".join(name for name, kind in KINDS.items() if kind.pushed),
    "stage": ",".join(stage for stage in STAGES if stage not in ENDED),
    "limit": "200",
}
PutRight = Callable[[str], None]
"""Called with the enterprise that has stopped what it emitted."""


async def play(url: str, seed: int, keys: Mapping[str, str], put_right: PutRight) -> None:
    """Handle the alerts of the service at `url` until cancelled; while it is away, look again and again.

    `keys` are those of the people and enterprises who act.
    """
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", timeout=TIMEOUT_S, trust_env=False) as client:
        players = Players(client, seed, keys, put_right)
        while True:
            try:
                await players.look()
            except Exception as error:  # noqa: BLE001 - the demo goes on, whatever its people stumble over
                logger.info("the demo's people look again in %.0f s: %r", LOOK_S, error)
            await asyncio.sleep(LOOK_S)


class Players:
    """What the people remember from look to look: where stations are, since when they sit, and what was refused."""

    def __init__(self, client: httpx2.AsyncClient, seed: int, keys: Mapping[str, str], put_right: PutRight) -> None:
        self._client, self._seed, self._keys, self._put_right = client, seed, keys, put_right
        self._began = datetime.now(UTC)
        self._places: list[Place] = []
        self._refused: set[tuple[str, int]] = set()

    async def look(self) -> None:
        """Do all that is due; raises HTTPError where the service is away."""
        crew = await self._crew()
        alerts = (await self._ask("/alerts", LIVE))["alerts"]
        for step in list(steps(alerts, crew, datetime.now(UTC), self._seed)):
            if (step.alert_id, step.version) not in self._refused:
                await self._do(step)

    async def _crew(self) -> Crew:
        if not self._places:
            told = (await self._ask("/stations"))["stations"]
            self._places = [Place(one["lon"], one["lat"], one["township"]) for one in told]
        here = (await self._ask("/duty/now"))["on_duty"]
        teams = {one["township"]: one["person_id"] for one in here if one["role"] == "field"}
        return Crew(self._began, {one["role"]: one["person_id"] for one in here}, teams, self._places)

    async def _ask(self, path: str, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
        answer = await self._client.get(path, params=asked, headers=self._as(next(iter(self._keys))))
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    async def _do(self, step: Step) -> None:
        """One step; what is refused is not tried again, as it would be refused again."""
        told = {"text": step.said["why"]} if step.is_of_enterprise else dict(step.said)
        if step.photo:
            told["photos"] = [await self._photo(step)]
        if step.names:
            await self._name(step)
        headers = self._as(step.who)
        if step.action != "end" and not step.is_of_enterprise:
            headers["If-Match"] = f'"{step.version}"'
        answer = await self._client.post(step.path, json=told, headers=headers)
        if answer.is_server_error:
            answer.raise_for_status()
        if answer.is_client_error:
            self._refused.add((step.alert_id, step.version))
            logger.info("%s may not %s %s: %s", step.who, step.action, step.alert_id, answer.text)
        elif step.is_of_enterprise:
            self._put_right(step.who.partition(":")[2])
        elif step.action == "rectify":
            self._rectified(answer.json()["handling"])

    def _rectified(self, handling: Mapping[str, Any]) -> None:
        if handling["stage"] == "rectified" and handling["enterprise_id"]:
            self._put_right(handling["enterprise_id"])

    async def _name(self, step: Step) -> None:
        """Have the enterprise learn it; what was released already is none the worse."""
        said = {"enterprise_id": step.names, "as": "found", "why": step.said["why"]}
        answer = await self._client.post(f"/alerts/{step.alert_id}/release-name", json=said, headers=self._as(step.who))
        if answer.is_client_error:
            logger.info("%s was not named for %s: %s", step.names, step.alert_id, answer.text)

    def _as(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._keys[who]}"}

    async def _photo(self, step: Step) -> str:
        headers = self._as(step.who) | {"Content-Type": "image/jpeg"}
        taken = await asyncio.to_thread(picture, step.photo, smokes=step.action != "rectify")
        answer = await self._client.post(f"/alerts/{step.alert_id}/photos", content=taken, headers=headers)
        answer.raise_for_status()
        photo_id: str = answer.json()["photo_id"]
        return photo_id
