"""Who may do what to the roster."""

from alerts.handling.stage import Actor
from alerts.roster.refusal import Forbidden

LEADING = frozenset({"leader", "bureau", "admin"})


def leads(actor: Actor) -> bool:
    """Whether somebody may change the roster."""
    return actor.role in LEADING


def must_lead(actor: Actor) -> None:
    """Raise Forbidden for who may not change the roster."""
    if not leads(actor):
        raise Forbidden(
            f"只有带班领导、局领导或管理员可以改动值班表 · only leaders change the roster, not {actor.role}"
        )


def must_be(actor: Actor, *person_ids: str) -> None:
    """Raise Forbidden for who is none of these people and does not lead either."""
    if actor.who not in person_ids and not leads(actor):
        named = ", ".join(person_ids)
        raise Forbidden(f"只有 {named} 本人或带班领导可以这样做 · only {named} or a leader may do this")
