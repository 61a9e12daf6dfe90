"""The photos of an alert: kept for good under names that nobody can guess, the same file only once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from alerts.handling.illegal import Illegal
from alerts.handling.picture import Picture
from alerts.handling.stage import Actor
from sql.queries import Connection, Queries, Record

PHOTO = Queries("photo")
MOST_OF_ALERT = 200


@dataclass(frozen=True, slots=True)
class Photo:
    """What is known of a photo beside its `bytes` bytes; sizes in pixels, `sha256` (hex) of what is kept."""

    photo_id: str
    at: datetime
    who: str
    sha256: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Of which alert, by whom, and when it came."""

    alert_id: str
    actor: Actor
    at: datetime


async def has_room(on: Connection, alert_id: str) -> bool:
    """Whether there is such an alert; raises Illegal where it has as many as one may have."""
    row = await PHOTO.room.fetchrow(on, alert_id=alert_id)
    if row is None:
        return False
    if row["photos"] >= MOST_OF_ALERT:
        raise Illegal("stage", f"这条告警已有 {MOST_OF_ALERT} 张照片 · this alert has {MOST_OF_ALERT} photos already")
    return True


async def same(on: Connection, alert_id: str, received: str) -> Photo | None:
    """The photo that the alert has of this very file (SHA-256, hex), None where it is new."""
    row = await PHOTO.same.fetchrow(on, alert_id=alert_id, received=received)
    return row and _photo(row)


async def keep(on: Connection, picture: Picture, taken: Taken) -> Photo:
    """Store a picture; the one that is there already where another request with the same file was faster."""
    await PHOTO.put.execute(
        on,
        photo_id=secrets.token_hex(16),
        alert_id=taken.alert_id,
        at=taken.at,
        who=taken.actor.who,
        place=taken.actor.place,
        width=picture.width,
        height=picture.height,
        sha256=picture.sha256,
        received=picture.received,
        body=picture.jpeg,
    )
    kept = await same(on, taken.alert_id, picture.received)
    assert kept
    return kept


async def photos_of(on: Connection, alert_id: str) -> set[str]:
    """The ids of an alert's photos."""
    return {row["photo_id"] for row in await PHOTO.ids.fetch(on, alert_id=alert_id)}


async def listed(on: Connection, alert_id: str) -> list[Photo]:
    """An alert's photos in the order they came."""
    return [_photo(row) for row in await PHOTO.of_alert.fetch(on, alert_id=alert_id)]


async def sha256_of(on: Connection, photo_id: str) -> str | None:
    """The SHA-256 (hex) of a photo, None where there is none of this id."""
    sha256: str | None = await PHOTO.sha256.fetchval(on, photo_id=photo_id)
    return sha256


async def jpeg_of(on: Connection, photo_id: str) -> bytes:
    """A photo itself."""
    body: bytes = await PHOTO.body.fetchval(on, photo_id=photo_id)
    return body


def _photo(row: Record) -> Photo:
    return Photo(**dict(row))
