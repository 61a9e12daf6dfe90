"""A district with one of everything, and for each operation of the service a request that it answers."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2

from service.resources.desk.polygon import EXAMPLE as AREA
from tests.service import seed
from tests.service.account.world_part import signed_up
from tests.service.bureau.world_part import regulated
from tests.service.enterprise.letters_part import written
from tests.service.enterprise.marks_part import marked
from tests.service.enterprise.settled import outlets_settled
from tests.service.enterprise.world_part import monitored
from tests.service.forgetful import API, Asking, Valid
from tests.support.pictures import encoded, scene

HOUR = timedelta(hours=1)
POST, OTHER = "值班员", "夜班"
PEOPLE = {
    "L1": "leader",
    "P1": "duty",
    "P2": "duty",
    "P3": "duty",
    "P4": "duty",
    "P5": "duty",
    "T1": "dispatcher",
    "F1": "field",
    "B1": "bureau",
}
WAY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acknowledge", {}),
    ("dispatch", {"team": "孟河镇"}),
    ("accept", {}),
    ("arrive", {"lon": 120.05, "lat": 31.68, "why": "远处可见"}),
    ("report", {"cause": "bypass", "enterprise_id": "E0007"}),
    ("rectify", {"deadline": "2100-01-01T00:00:00Z"}),
    ("rectify", {"why": "已封"}),
    ("verify", {"passed": True}),
    ("close", {"why": "整改到位"}),
)
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
OVERRIDES = {"sla": {"arrive": [9, 9, 9, 9]}, "push": {"map_url": "geo:{lat},{lon}", "a_minute": {"webhook": 9}}}
FOUND: dict[str, Any] = {"pollutants": ["pm25"], "source": "2-3"}
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/abc"


async def settle(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> dict[str, Valid]:
    """One of everything; gives a valid request by operationId."""
    now: datetime = await pool.fetchval("SELECT date_trunc('hour', now())")
    await seed.grid(pool)
    await seed.station(pool, "S1", (1, 1))
    await seed.enterprise(pool, "E0007", "江宇化工")
    for name, role in PEOPLE.items():
        await seed.person(pool, name, role, "孟河镇" if role == "field" else "")
    asked = Asking(client)
    await alerts(asked, pool, now)
    told = looks() | steps(now) | await muted(asked, now) | await pushed(asked, pool) | await rostered(asked, now)
    told |= await handed_over(asked) | await monitored(pool, now)
    told |= await marked(client, now)
    told |= await signed_up(client, pool) | await regulated(client)
    return told | await outlets_settled(client, pool) | await written(client, pool)


async def alerts(asked: Asking, pool: asyncpg.Pool, now: datetime) -> None:
    """An alert in every stage: S0 open, S1 acknowledged, … S9 closed; M is merged into S0."""
    for number in range(len(WAY) + 1):
        await seed.alert(pool, seed.body(f"S{number}", now - HOUR, **FOUND))
        for action, said in WAY[:number]:
            await asked.post(f"/alerts/S{number}/{action}", **said)
    await seed.alert(pool, seed.body("M", now - HOUR, **FOUND))
    await asked.post("/alerts/M/merge", into="S0")


def steps(now: datetime) -> dict[str, Valid]:
    """Every step of handling, of an alert that is ready for it."""
    soon, why = "2100-01-01T08:00:00+08:00", {"why": "理由 · why"}
    of: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
        "acknowledge": ("S0", (why,)),
        "release": ("S1", (why,)),
        "dispatch": ("S1", ({"team": "孟河镇", **why}, {"person": "F1", **why})),
        "accept": ("S2", (why,)),
        "decline": ("S2", (why,)),
        "arrive": ("S3", ({"lon": 120.05, "lat": 31.68, "accuracy_m": 12, "photos": [], **why},)),
        "report": ("S4", ({"cause": "bypass", "enterprise_id": "E0007", "photos": [], **why},)),
        "rectify": ("S5", ({"deadline": soon, "photos": [], **why},)),
        "verify": ("S7", ({"passed": True, "photos": [], **why}, {"passed": False, "deadline": soon, **why})),
        "propose": ("S8", (why,)),
        "close": ("S8", (why,)),
        "falseAlarm": ("S0", (why,)),
        "reopen": ("S9", (why,)),
        "recheck": ("S9", ({"at": soon, **why},)),
        "merge": ("S1", ({"into": "S0", **why},)),
        "split": ("M", (why,)),
        "link": ("S1", ({"case_number": "常环罚〔2026〕118号", **why},)),
        "silence": ("S0", ({"until": (now + 5 * HOUR).isoformat(), "scope": "cell", "planned_works": False, **why},)),
        "comment": ("S1", ({"photos": [], **why},)),
    }
    return {f"{name}Alert": Valid({"alert_id": which}, bodies=said) for name, (which, said) in of.items()}


def looks() -> dict[str, Valid]:
    """What is only looked at."""
    day, at = {"from": "2026-11-20", "to": "2026-11-21"}, {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}
    since, s0, station = "2026-11-20T00:00:00+08:00", {"alert_id": "S0"}, {"station_id": "S1"}
    return {
        "streamAlerts": Valid(query={"last_event_id": "0"}),
        "listAlerts": Valid(
            query={"status": "open", "stage": "open", "kind": "hotspot", "cell": "2-3", "since": since}
        ),
        "getAlert": Valid(s0),
        "listPhotos": Valid(s0),
        "getHolds": Valid(s0),
        "getRecurrence": Valid(s0, {"days": "30"}),
        "addPhoto": Valid(s0, raw=encoded(scene()), content_type="image/jpeg"),
        "listFindings": Valid(query={"cause": "bypass", "since": since}),
        "listBreaches": Valid(query={"step": "arrive", "township": "孟河镇", "since": since}),
        "getSla": Valid(query=at | {"by": "team"}),
        "beginDrill": Valid(bodies=({"lon": 120.05, "lat": 31.68, "severity": 3, "note": "演练"},)),
        "getGrid": Valid(query={"pollutant": "pm25", "geometry": "true"}),
        "getCell": Valid({"ix": "1", "iy": "1"}, {"pollutant": "pm25", **at}),
        "getReadings": Valid(station, at | {"step": "5m"}),
        "getTrack": Valid(station, at),
        "getAvailability": Valid(station, day),
        "listAvailability": Valid(query={"day": "2026-11-21"}),
        "listRejects": Valid(query={"reason": "range", "device": "S1", "since": since}),
    }


async def muted(asked: Asking, now: datetime) -> dict[str, Valid]:
    """Mutes, campaigns, a drill and a photo."""
    span = {"start": (now + HOUR).isoformat(), "end": (now + 9 * HOUR).isoformat()}
    mute = {
        "scope": "cell",
        "place": "7-7",
        "kinds": ["hotspot"],
        "pollutants": ["pm25"],
        "planned_works": True,
        **span,
    }
    mute["reason"] = "施工"
    drawn = {"scope": "polygon", "polygon": AREA, "reason": "施工", **span}
    campaign = {"name": "攻坚", "tags": ["臭氧"], "pollutants": ["o3"], "overrides": OVERRIDES}
    made = await asked.post("/mutes", **mute)
    begun = await asked.post("/campaigns", **campaign, **span)
    drill = await asked.post("/drills", lon=120.05, lat=31.68)
    which, number = {"mute_id": str(made["mute_id"])}, {"campaign_id": str(begun["campaign_id"])}
    photo = await asked.client.post(
        f"{API}/alerts/S1/photos", content=encoded(scene()), headers={"Content-Type": "image/jpeg"}
    )
    return {
        "listMutes": Valid(query={"active": "true", "before": "9"}),
        "makeMute": Valid(bodies=(mute, drawn)),
        "getMute": Valid(which),
        "endMute": Valid(which, bodies=({"reason": "完工"},)),
        "listCampaigns": Valid(query={"active": "true", "tag": "臭氧"}),
        "makeCampaign": Valid(bodies=(campaign | span,)),
        "getCampaign": Valid(number),
        "endCampaign": Valid(number, bodies=({"reason": "完"},)),
        "listCampaignAlerts": Valid(number),
        "endDrill": Valid({"alert_id": drill["alert_id"]}, bodies=({"why": "完"},)),
        "getPhoto": Valid({"photo_id": photo.json()["photo_id"]}),
    }


async def pushed(asked: Asking, pool: asyncpg.Pool) -> dict[str, Valid]:
    """Contacts and what was pushed to them."""
    contact = {"person_id": "P1", "channel": "apprise", "address": "dingtalk://SECsecret@token1234/13800000001"}
    contact |= {"language": "zh"}
    siren = {"channel": "siren", "address": "north/1", "rank": 1, "min_severity": 1}
    browser = {
        "endpoint": ENDPOINT,
        "keys": KEYS,
        "expirationTime": None,
        "language": "zh",
        "rank": 2,
        "min_severity": 1,
    }
    number = (await asked.post("/contacts", **contact))["contact_id"]
    await asked.post("/push/subscriptions", "P1", **browser)
    await asked.post("/push/test", "P1")
    push, failed = [row["push_id"] for row in await pool.fetch("SELECT push_id FROM push ORDER BY push_id LIMIT 2")]
    await pool.execute("UPDATE push SET state = 'failed', why = 'HTTP 404' WHERE push_id = $1", failed)
    return {
        "listContacts": Valid(query={"person_id": "P1", "disabled": "true", "after": "0"}),
        "addContact": Valid(bodies=(contact, siren)),
        "removeContact": Valid({"contact_id": str(number)}),
        "subscribe": Valid(actor="P2", bodies=(browser,)),
        "unsubscribe": Valid(query={"endpoint": ENDPOINT}, actor="P1"),
        "listPushes": Valid(query={"person": "P1", "alert": "S0", "state": "failed"}),
        "confirmPush": Valid({"push_id": str(push)}, actor="P1"),
        "requeuePush": Valid({"push_id": str(failed)}),
        "testPush": Valid(actor="P1"),
    }


async def rostered(asked: Asking, now: datetime) -> dict[str, Valid]:
    """A rotation of three people, and one of everything that changes it."""
    turns = [
        {"begins": "00:00", "hours": 8, "day": 0},
        {"begins": "08:00", "hours": 8},
        {"begins": "16:00", "hours": 8},
    ]
    first = now.replace(hour=0) + 24 * HOUR
    days = [
        {"start": (first + 8 * n * HOUR).isoformat(), "end": (first + 8 * (n + 1) * HOUR).isoformat()} for n in range(9)
    ]
    rotation: dict[str, Any] = {
        "post": POST,
        "role": "duty",
        "people": ["P1", "P2", "P3"],
        "anchor": f"{first:%Y-%m-%d}",
        "turns": turns,
    }
    rotation |= {
        "every": 1,
        "at_once": 1,
        "hold": 1,
        "days": "all",
        "valid_from": None,
        "valid_to": None,
        "zone": "UTC",
    }
    entries: dict[str, Any] = {
        "rotations": rotation | {"township": ""},
        "leave": {"person_id": "P1", **days[3]},
        "substitutes": {"person_id": "P1", "other_id": "P2", "post": POST, **days[6]},
        "temporary": {"post": POST, **days[8], "shifts": [{"person_id": "P3", "role": "duty", **days[8]}]},
        "holidays": {"day": "2027-02-06", "workday": False, "name": "春节"},
    }
    valid: dict[str, Valid] = {}
    for kind, body in entries.items():
        made = await asked.post(f"/duty/{kind}", **body)
        if kind == "substitutes":  # what P1 had is P2's now
            body = {"person_id": "P2", "other_id": "P1", "post": POST, **days[4]}
        one = kind[0].upper() + (kind[1:-1] if kind.endswith("s") else kind[1:])
        valid |= {f"add{one}": Valid(query={"why": "因为"}, bodies=(body,))}
        valid |= {f"end{one}": Valid({"entry_id": str(made["id"])}, {"why": "因为"})}
    swap = {"one": {"person_id": "P1", "post": POST, **days[0]}, "other": {"person_id": "P2", "post": POST, **days[1]}}
    number = (await asked.post("/duty/swaps", **swap, why="有事"))["swap_id"]
    return valid | {
        "requestSwap": Valid(bodies=(swap | {"why": "有事"},)),
        "stepSwap": Valid({"swap_id": str(number), "step": "agree"}, bodies=({"why": "好"},)),
        "listSwaps": Valid(query={"state": "requested", "before": "9"}),
    }


async def handed_over(asked: Asking) -> dict[str, Valid]:
    """A handover that is offered, calendars, and the roster as a file."""
    turn = {"begins": "00:00", "hours": 24}
    other = {"post": OTHER, "role": "duty", "people": ["P4", "P5"], "anchor": "2026-01-01", "turns": [turn]}
    await asked.post("/duty/rotations", **other)
    told = (await asked.client.get(f"{API}/duty/now")).json()["on_duty"]
    night, out = sorted(told, key=lambda one: one["post"] == POST)
    offered = await asked.post("/duty/handovers", night["person_id"])
    number, incoming = {"handover_id": str(offered["handover_id"])}, offered["to_person"]
    who, which = out["person_id"], {"post": out["post"], "start": out["start"], "person_id": out["person_id"]}
    to = {"P1": "P2", "P2": "P3", "P3": "P1"}[who]
    made = await asked.post("/duty/calendars", person="P1")
    file = (await asked.client.get(f"{API}/duty/export", params={"format": "csv"})).content
    span = {"from": out["start"], "to": out["end"]}
    return {
        "getDutyNow": Valid(query={"at": out["start"]}),
        "getDutyRoster": Valid(query=span),
        "getDutyGaps": Valid(query=span),
        "getDutyFairness": Valid(query=span),
        "listCheckIns": Valid(query=span),
        "exportDutyRoster": Valid(query=span | {"format": "csv"}),
        "importDutyRoster": Valid(query={"why": "月排", "dry_run": "false"}, raw=file, content_type="text/csv"),
        "offerHandover": Valid(actor=who, bodies=({"note": "无事", "to": to}, {"note": "无事", **which})),
        "listHandovers": Valid(query={"person_id": who, "before": "9"}),
        "getHandover": Valid(number),
        "answerHandover": Valid(number | {"step": "accept"}, actor=incoming, bodies=({"reason": "收到"},)),
        "getDutyLog": Valid(query=which),
        "writeDutyLog": Valid(actor=who, bodies=({"text": "巡查", **which},)),
        "checkIn": Valid(actor=who, bodies=({"lon": 120.05, "lat": 31.68, "note": "在岗"},)),
        "listDutyChanges": Valid(query={"before": "9"}),
        "listChiefs": Valid(query={"at": out["start"], "station": "S1", "township": "孟河镇"}),
        "addCalendar": Valid(bodies=({"person": "P1"},)),
        "revokeCalendar": Valid({"address_id": str(made["address_id"])}),
        "getDutyCalendar": Valid(query={"person": "P1", "alarm": "60"}),
        "getSecretCalendar": Valid({"token": made["url"].rpartition("/")[2].removesuffix(".ics")}, {"alarm": "60"}),
    }
