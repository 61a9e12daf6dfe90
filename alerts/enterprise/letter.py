"""What an enterprise writes of an alert, and what the desk decides on it: in the database and in the alert's log."""

from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from alerts.enterprise.file import attach
from alerts.enterprise.reply import DECISION_ZH, Decision, Kind, Known, answer, decide
from alerts.handling.desk import HANDLING, Entry, Unknown, act, log
from alerts.handling.stage import Act, Actor
from alerts.push.tell import tell_enterprise
from sql.queries import Queries

LETTER = Queries("letter")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written, of which alert, in whose name."""

    kind: Kind
    enterprise_id: str
    alert_id: str
    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A letter by its number; `late` where it was due before."""

    letter_id: int
    at: datetime
    due_at: datetime | None

    @property
    def late(self) -> bool:
        """Whether it came after it was due."""
        return self.due_at is not None and self.at > self.due_at


async def write(on: asyncpg.Connection, letter: Letter, actor: Actor, now: datetime) -> Written:
    """Take a letter in, all of it or nothing; a rectification report also is the step of the alert's handling.

    With the rights of the application. Raises Unknown where the enterprise may not know of such an alert, Illegal, and
    UnknownFile.
    """
    actor = replace(actor, who=f"enterprise:{letter.enterprise_id}")
    async with on.transaction():
        await HANDLING.line_up.execute(on)
        row = await HANDLING.lock.fetchrow(on, alert_id=letter.alert_id)
        of = {"enterprise_id": letter.enterprise_id, "alert_id": letter.alert_id}
        seen = await LETTER.known.fetchrow(on, **of)
        if row is None or seen is None:
            raise unknown_alert(letter.alert_id)
        known = Known(*(seen[name] for name in Known._fields))
        due = answer(letter.kind, known, letter.text, actor, now)
        await attach(on, letter.enterprise_id, letter.files, now)
        if letter.kind == "rectification":
            await act(on, letter.alert_id, Act("rectify", actor, letter.text), now)
        said = {"text": letter.text, "files": list(letter.files), "kind": letter.kind}
        number: int = await LETTER.put_reply.fetchval(
            on, **of, **said, release_id=seen["release_id"], at=now, who=actor.who, due_at=due
        )
        if letter.kind != "rectification":
            told = {"letter_id": number, "files": len(letter.files)}
            await log(on, row["alert"], Entry(letter.kind, actor, letter.text, told), now)
    return Written(number, now, due)


def unknown_alert(alert_id: str, field: str = "") -> Unknown:
    """What to raise of an alert that is not there, or not for this enterprise: nobody learns which."""
    return Unknown(field, f"没有这条告警，或与该企业无关 · no alert {alert_id} that concerns this enterprise")


async def decide_on(
    on: asyncpg.Connection, letter_id: int, decision: Decision, why: str, actor: Actor, now: datetime
) -> str:
    """Decide on an appeal, and tell the enterprise; gives the alert. Raises Unknown and Illegal.

    The alert goes on as it stands: what follows from an appeal that is upheld is the desk's next step.
    """
    async with on.transaction():
        await HANDLING.line_up.execute(on)
        row = await LETTER.lock.fetchrow(on, letter_id=letter_id)
        if row is None and not await LETTER.is_message.fetchval(on, letter_id=letter_id):
            raise Unknown("", f"没有这封来信 · no letter {letter_id}")
        decide(row and row["state"], why, actor)
        assert row
        await LETTER.decide.execute(on, letter_id=letter_id, state=decision, at=now, who=actor.who, why=why)
        alert = await HANDLING.lock.fetchrow(on, alert_id=row["alert_id"])
        assert alert
        said = {"letter_id": letter_id, "enterprise_id": row["enterprise_id"]}
        await log(on, alert["alert"], Entry(decision, actor, why, said), now)
        words = {
            "zh": f"告警 {row['alert_id']}：{DECISION_ZH[decision]}。{why}",
            "en": f"Alert {row['alert_id']}: your appeal was {decision}. {why}",
        }
        more = {"alert_id": row["alert_id"], "letter_id": letter_id, "decision": decision}
        await tell_enterprise(on, [row["enterprise_id"]], "letter", words, 2, now, f"appeal-{letter_id}", more)
        alert_id: str = row["alert_id"]
    return alert_id
