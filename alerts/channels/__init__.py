"""The push channels, a file each; `alerts.channels.registry` lists them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from alerts.settings import NotifySettings


class Channel(Protocol):
    """A way to reach somebody: sends once, says what came of it, never tries again by itself."""

    name: str

    async def send(self, key: str, notice: Mapping[str, Any]) -> None:
        """Hand over a notice; `key` is the same for every try. Raises Refused when trying again is useless."""


class _Platform:
    name = "webhook"

    def __init__(self, settings: "NotifySettings") -> None:
        from alerts.channels.outlet import Outlet
        from alerts.channels.registry import guard_of
        from alerts.channels.webhook import Webhook

        self._url = settings.webhook_url or ""
        self._webhook = Webhook(
            Outlet(guard_of(settings)),
            settings.webhook_secret,
            lambda: datetime.now(UTC),  # noqa: TID251
        )

    async def send(self, key: str, notice: Mapping[str, Any]) -> None:
        from alerts.channels.message import Message

        await self._webhook.send(self._url, Message(key, "", "", None, 1, notice))


def configured(settings: "NotifySettings") -> list[Channel]:
    """The channels that the operator has set up."""
    return [_Platform(settings)] if settings.webhook_url else []
