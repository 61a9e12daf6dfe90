"""The thread of messages between an enterprise and the desk, of an alert or of none."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from alerts.enterprise.file import attach, side_of
from alerts.enterprise.letter import LETTER, unknown_alert
from alerts.handling.desk import HANDLING, Unknown
from alerts.handling.illegal import missing
from alerts.handling.stage import Actor
from alerts.push.tell import tell_enterprise

SHOWN = 200  # letters of a message that a phone shows


@dataclass(frozen=True, slots=True)
class Message:
    """What is said in whose thread, and of which alert."""

    enterprise_id: str
    text: str
    alert_id: str | None = None
    files: tuple[str, ...] = ()


async def say(on: asyncpg.Connection, message: Message, actor: Actor, now: datetime) -> int:
    """Put a message into the thread; the desk's is told to the enterprise. Gives its number.

    With the rights of the application. Raises Illegal, UnknownFile, and Unknown: of an alert that the enterprise does
    not know of, the desk does not write to it either.
    """
    if not message.text.strip() and not message.files:
        raise missing("text", "内容", "a text")
    side, of = side_of(actor), {"enterprise_id": message.enterprise_id, "alert_id": message.alert_id}
    async with on.transaction():
        if not await HANDLING.knows_enterprise.fetchval(on, enterprise_id=message.enterprise_id):
            raise Unknown("enterprise_id", f"没有企业 {message.enterprise_id} · no enterprise {message.enterprise_id}")
        if message.alert_id is not None and not await LETTER.known.fetchrow(on, **of):
            raise unknown_alert(message.alert_id, "alert_id")
        await attach(on, message.enterprise_id, message.files, now, side)
        who = actor.who if side == "desk" else f"enterprise:{message.enterprise_id}"
        said = {"text": message.text, "files": list(message.files)}
        number: int = await LETTER.put_message.fetchval(on, **of, **said, side=side, at=now, who=who)
        if side == "desk":
            short = message.text[:SHOWN] or f"{len(message.files)} 个文件 · files"
            words = {"zh": f"值班室来信：{short}", "en": f"From the desk: {short}"}
            more = {"letter_id": number, "alert_id": message.alert_id}
            await tell_enterprise(on, [message.enterprise_id], "letter", words, 1, now, f"letter-{number}", more)
    return number
