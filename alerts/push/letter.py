"""The message of one or more pushes: what happened in words, the link that confirms, data for programs."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from alerts.channels.message import Message
from alerts.outbox import PUSH
from alerts.push.contact import Contact
from alerts.push.receipt import sign
from alerts.push.sender import Sender
from alerts.push.wording import Language, Names, Place, Topic, Worded, digest, fitted, shortened, worded
from alerts.text import text_of
from sql.queries import Record

SUBJECTS: Mapping[str, Mapping[Language, str]] = {
    "test": {"zh": "测试推送", "en": "Test push"},
    "next-shift": {"zh": "下一班", "en": "Next shift"},
    "missed-check-in": {"zh": "未签到", "en": "Check-in missed"},
    "handover": {"zh": "请接班", "en": "Handover to accept"},
    "handover-declined": {"zh": "交班未被接收", "en": "Handover declined"},
    "handover-missing": {"zh": "尚未交接", "en": "Not handed over"},
    "swap": {"zh": "换班", "en": "Swap of shifts"},
    "alert": {"zh": "告警", "en": "Alert"},
    "warning": {"zh": "超标预警", "en": "Early warning"},
    "mark": {"zh": "标记审核", "en": "Mark reviewed"},
    "letter": {"zh": "新消息", "en": "New message"},
    "deadline": {"zh": "期限提醒", "en": "Deadline"},
}
"""Titles of what is no transition of an alert; others are entitled as from here."""
FROM_HERE: Mapping[Language, str] = {"zh": "热点网格", "en": "hotgrid"}
ACTORS = ("acknowledged_by", "person", "accepted_by", "proposed_by", "closed_by")


def key_of(rows: Sequence[Record]) -> str:
    """The idempotency key of a message: its push's, or made of those of its pushes; the same for the same pushes."""
    keys = sorted(row["key"] for row in rows)
    return keys[0] if len(keys) == 1 else "hotgrid-b-" + hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]


def notice(row: Record) -> Message:
    """What a platform is told: the transition as the log has it."""
    happened, text = row["happened"], text_of(row["happened"], row["body"])
    data = {"seq": row["seq"], "action": happened, "who": row["who"], "why": row["why"], "text": text, **row["body"]}
    return Message(row["key"], text["zh"], text["zh"], None, row["severity"], data, row["alert_id"])


def enterprise_letter(contact: Contact, row: Record, room: int) -> Message:
    """What an enterprise is told: one event in words for its people, and as data for its programs."""
    words, language = row["words"], _language(contact)
    data = {
        "event": words["subject"],
        "enterprise_id": contact.enterprise_id,
        "severity": row["severity"],
        "at": row["made_at"].isoformat(),
        "text": {name: words[name] for name in ("zh", "en")},
        "data": words.get("data", {}),
    }
    title, text = SUBJECTS.get(words["subject"], FROM_HERE)[language], shortened(words[language], room)
    return Message(row["key"], title, text, None, row["severity"], data, row["key"], contact.secret)


async def letter(sender: Sender, contact: Contact, rows: Sequence[Record]) -> Message:
    """What a person is told, in the person's language and as long as the channel has room."""
    first = rows[0]
    said = await _said(sender, contact, rows)
    url = f"{sender.public_url}/r/{sign(sender.secret, first['push_id'], first['person_id'], sender.now())}"
    alerts = sorted({row["alert_id"] for row in rows if row["alert_id"]})
    return Message(
        key=first["message_key"] or key_of(rows),
        title=said.title,
        text=said.text,
        url=url,
        severity=max(row["severity"] for row in rows),
        data={"push": first["push_id"], "alerts": alerts, "title": said.title, "text": said.text, "url": url},
        topic=first["alert_id"] or first["key"] if len(rows) == 1 else "several",
    )


async def _said(sender: Sender, contact: Contact, rows: Sequence[Record]) -> Worded:
    language = _language(contact)
    room = sender.channels[contact.channel].room
    if rows[0]["words"]:
        text = "\n".join(dict.fromkeys(row["words"].get(language) or row["words"]["zh"] for row in rows))
        title = SUBJECTS.get(rows[0]["words"]["subject"], FROM_HERE)[language]
        return Worded(title, fitted(text, language, room))
    place = Place(language, sender.policy.tz, sender.policy.push.map_url)
    enterprises, people = await _names(sender, rows)
    topics = [_topic(row, enterprises, people) for row in rows]
    return worded(topics[0], place, room) if len(topics) == 1 else digest(topics, place, room)


def _language(contact: Contact) -> Language:
    return "en" if contact.language == "en" else "zh"


def _topic(row: Record, enterprises: Mapping[str, str], people: Mapping[str, str]) -> Topic:
    names = Names(row["township"] or "", enterprises, people)
    alert = {"handling": row["handling"] or {}, **row["body"]}
    muted = row["happened"] == "unmuted"
    return Topic(row["action"], alert, names, row["who"], row["why"], row["details"], muted=muted)


async def _names(sender: Sender, rows: Sequence[Record]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What the enterprises and people are called that the rows speak of."""
    asked = [one for row in rows for one in _enterprises(row)], [one for row in rows for one in _people(row)]
    found = await PUSH.names.fetch(sender.pool, enterprises=list(set(asked[0])), people=list(set(asked[1])))
    named = ({row["id"]: row["name"] for row in found if row["what"] == what} for what in ("enterprise", "person"))
    enterprises, people = named
    return enterprises, people


def _enterprises(row: Record) -> Iterable[str]:
    yield from (one["enterprise_id"] for one in row["body"].get("candidates", ()))
    yield from filter(None, ((row["handling"] or {}).get("enterprise_id"), row["details"].get("enterprise_id")))


def _people(row: Record) -> Iterable[str]:
    handling = row["handling"] or {}
    yield from filter(None, (row["who"], row["details"].get("person"), *(handling.get(name) for name in ACTORS)))
