"""The evidence of a case read out of the database into an archive: at one moment, a piece at a time."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alerts.evidence.archive import Archive, plain
from alerts.evidence.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, new_private, pem, private_of, written
from alerts.evidence.verdicts import verdicts
from alerts.keys import key
from alerts.roster import log
from alerts.roster.publish import shift_of
from sql.queries import Connection, Queries, Query, Record

EVIDENCE = Queries("evidence")
MOST_BYTES = 256 * 1024 * 1024
MOST_DEVICES, MOST_REFUSED, MOST_SHIFTS = 30, 1000, 60
BEFORE, AFTER = timedelta(hours=24), timedelta(hours=1)
LONGEST = timedelta(days=8)
"""Of a case that lasts longer the minutes of its first week are in the archive."""
RAW = (
    "Minutes are kept as the values and flags (qc) that came with the frames. Frames themselves are kept, as they came,"
    " only where they were refused (raw/refused) or are not complete (raw/parts.ndjson)."
)
OUT_OF_REACH = "whatever belongs to enterprises out of reach of who made this"
CSV: Mapping[str, str] = {
    "monitor_minutes": "readings/monitor-minutes.csv",
    "station_minutes": "readings/station-minutes.csv",
    "flags": "readings/qc-spans.csv",
    "hours": "readings/hours-and-limits.csv",
    "statistics": "readings/logger-statistics.csv",
}
ROWS: Mapping[str, str] = {
    "alert": "alert/alert.ndjson",
    "log": "alert/log.ndjson",
    "handling": "alert/handling.ndjson",
    "findings": "alert/findings.ndjson",
    "breaches": "alert/breaches.ndjson",
    "pushes": "alert/pushes.ndjson",
    "enterprises": "registry/enterprises.ndjson",
    "monitors": "registry/monitors.ndjson",
    "stations": "registry/stations.ndjson",
    "notes": "readings/logger-notes.ndjson",
    "rejects": "raw/rejects.ndjson",
    "parts": "raw/parts.ndjson",
    "marks": "marks/marks.ndjson",
    "declarations": "marks/declarations.ndjson",
    "declaration_changes": "marks/declaration-changes.ndjson",
    "deadlines": "marks/deadlines.ndjson",
    "releases": "letters/releases.ndjson",
    "replies": "letters/replies.ndjson",
    "thread": "letters/thread.ndjson",
    "files": "letters/files.ndjson",
    "photos": "photos/photos.ndjson",
}
"""Queries by the file that they fill; one that is empty says that there was nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which case, and who wants it when."""

    alert_id: str
    who: str
    role: str
    name: str
    at: datetime
    software: str  # the version


@dataclass(frozen=True, slots=True)
class Case:
    """What belongs to a case; `about` are the values that its queries are asked with."""

    head: Record
    about: Mapping[str, Any]
    left_out: Sequence[str]


async def evidence_key(on: Connection) -> Ed25519PrivateKey:
    """The key with which this installation signs evidence; made on first use, never changed."""
    return private_of(await key(on, "evidence", new_private))


async def make(on: asyncpg.Connection, asked: Asked, file: BinaryIO) -> bool:
    """Write the archive and note who was given it; False where there is no such alert. Raises TooLargeError."""
    private = await evidence_key(on)
    with Archive(file, MOST_BYTES) as archive:
        async with _moment(on):
            case = await _case(on, asked)
            if case is None:
                return False
            archive.put(PUBLIC_KEY, "key", pem(private.public_key()))
            await _rows(on, archive, case)
            await _bytes(on, archive, case)
            await verdicts(on, archive, case.head["body"], case.about)
            await _duty(on, archive, case, asked.at)
        manifest = written(_about(asked, case), archive.members, private.public_key())
        archive.put(MANIFEST, "manifest", manifest)
        archive.put(SIGNATURE, "signature", private.sign(manifest))
    told = {"manifest_sha256": hashlib.sha256(manifest).digest(), "alert_id": asked.alert_id, "at": asked.at}
    sizes = {"files": len(archive.members), "bytes": sum(member.bytes for member in archive.members)}
    await EVIDENCE.given.execute(on, who=asked.who, **told, **sizes)
    return True


def _moment(on: asyncpg.Connection) -> Any:
    """All is read as it was when the first was; within a transaction of the caller's as that has it."""
    return on.transaction() if on.is_in_transaction() else on.transaction(isolation="repeatable_read", readonly=True)


async def _case(on: asyncpg.Connection, asked: Asked) -> Case | None:
    head = await EVIDENCE.head.fetchrow(on, alert_id=asked.alert_id)
    if head is None:
        return None
    from_at = head["opened_at"] - BEFORE
    end = min((head["closed_at"] or asked.at) + AFTER, asked.at)
    to_at = min(max(end, head["opened_at"] + AFTER), from_at + LONGEST)
    named = [row["enterprise_id"] for row in await EVIDENCE.named.fetch(on, alert_id=asked.alert_id)]
    ids = _devices(head)
    found = await EVIDENCE.devices.fetch(on, ids=ids, enterprises=named, most=MOST_DEVICES + 1)
    about = {
        "alert_id": asked.alert_id,
        "from_at": from_at,
        "to_at": to_at,
        "enterprises": named,
        "devices": [row["device"] for row in found[:MOST_DEVICES]],
        "ids": [row["device_id"] for row in found[:MOST_DEVICES]],
    }
    files = await EVIDENCE.file_ids.fetch(on, **{name: about[name] for name in EVIDENCE.file_ids.params})
    about["files"] = [row["file_id"] for row in files]
    left_out = [] if head["whole"] else [OUT_OF_REACH]
    left_out += [f"devices beyond the first {MOST_DEVICES}"] if len(found) > MOST_DEVICES else []
    left_out += [f"minutes after {to_at.isoformat()}"] if to_at < end else []
    return Case(head, about, left_out)


def _devices(head: Record) -> list[str]:
    """What the alert is about, and what the detector names in its evidence, the first first."""
    evidence = head["body"].get("evidence") or {}
    told = [head["source"], evidence.get("lead"), evidence.get("device")]
    told += [*evidence.get("devices", ()), *evidence.get("neighbour_ids", ())]
    return list(dict.fromkeys(one for one in told if isinstance(one, str)))


def _about(asked: Asked, case: Case) -> dict[str, Any]:
    return {
        "alert_id": asked.alert_id,
        "made_at": asked.at.isoformat(),
        "made_by": asked.who,
        "made_as": asked.role,
        "made_by_name": asked.name,
        "software": {"hotgrid": asked.software, "schema": case.head["schema"]},
        "detector": case.head["body"].get("detector", ""),
        "minutes": {"from": case.about["from_at"].isoformat(), "to": case.about["to_at"].isoformat()},
        "devices": case.about["ids"],
        "raw": RAW,
        "left_out": list(case.left_out),
    }


async def _rows(on: asyncpg.Connection, archive: Archive, case: Case) -> None:
    for what, name in ROWS.items():
        query: Query = getattr(EVIDENCE, what)
        with archive.part(name, what) as part:
            async for row in on.cursor(query.text, *_values(query, case), prefetch=50):
                part.write(row[0].encode() + b"\n")
    for what, name in CSV.items():
        query = getattr(EVIDENCE, what)
        with archive.part(name, what) as part:

            async def take(data: bytes, write: Any = part.write) -> None:
                write(data)

            values = _values(query, case)
            await on.copy_from_query(query.text, *values, output=take, format="csv", header=True)


def _values(query: Query, case: Case) -> list[Any]:
    return query.arguments({name: case.about[name] for name in query.params})


async def _bytes(on: asyncpg.Connection, archive: Archive, case: Case) -> None:
    """Photos, files and refused frames as they are kept, one at a time."""
    for row in await EVIDENCE.photo_ids.fetch(on, alert_id=case.about["alert_id"]):
        body = await EVIDENCE.photo.fetchval(on, photo_id=row["photo_id"])
        archive.put(f"photos/{plain(row['photo_id'])}.jpg", "photo", body)
    for file_id in case.about["files"]:
        body = await EVIDENCE.file.fetchval(on, file_id=file_id)
        archive.put(f"letters/files/{plain(file_id)}", "file", body)
    span = {name: case.about[name] for name in ("ids", "from_at", "to_at")}
    for row in await EVIDENCE.refused.fetch(on, **span, most=MOST_REFUSED):
        payload = await EVIDENCE.refused_message.fetchval(on, message=row["message"])
        archive.put(f"raw/refused/{row['message']}.bin", "refused", payload)


async def _duty(on: asyncpg.Connection, archive: Archive, case: Case, now: datetime) -> None:
    """The logs of the shifts during which the case went on."""
    span = {"from_at": case.head["opened_at"], "to_at": case.about["to_at"]}
    for number, row in enumerate(await EVIDENCE.shifts.fetch(on, **span, most=MOST_SHIFTS)):
        told = await log.read(on, shift_of(row), now)
        lines = [{**line._asdict(), "at": line.at.isoformat()} for line in told.lines]
        locked = told.locked_at and told.locked_at.isoformat()
        shift = {name: str(row[name]) for name in ("person_id", "post", "role", "start_at", "end_at")}
        body = json.dumps({"shift": shift, "locked_at": locked, "lines": lines}, ensure_ascii=False, indent=1)
        archive.put(f"duty/{number:02}-{plain(row['person_id'])}.json", "duty log", body.encode())
