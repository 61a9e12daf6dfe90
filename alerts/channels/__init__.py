"""The push channels: a file each, and a line each in CHANNELS."""

from collections.abc import Mapping
from typing import Any, Protocol

from alerts.channels.webhook import Webhook
from alerts.settings import NotifySettings


class Channel(Protocol):
    """A way to reach somebody: sends once, says what came of it, never tries again by itself."""

    name: str

    async def send(self, key: str, notice: Mapping[str, Any]) -> None:
        """Hand over a notice; `key` is the same for every try. Raises Refused when trying again is useless."""


def configured(settings: NotifySettings) -> list[Channel]:
    """The channels that the operator has set up."""
    channels: list[Channel] = []
    if settings.webhook_url:
        channels.append(Webhook(settings.webhook_url, settings.webhook_secret))
    return channels
