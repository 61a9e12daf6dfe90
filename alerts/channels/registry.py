"""The push channels: a file each, and a line each here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from py_vapid import Vapid02

from alerts.channels.chat import Chat
from alerts.channels.guard import Guard
from alerts.channels.message import Channel
from alerts.channels.outlet import Outlet
from alerts.channels.robot import Robots
from alerts.channels.siren import Siren
from alerts.channels.web_push import WebPush
from alerts.channels.webhook import Hook, Webhook
from alerts.settings import NotifySettings

Clock = Callable[[], datetime]


def open_channels(settings: NotifySettings, pair: Vapid02, now: Clock) -> Mapping[str, Channel]:
    """Every channel by its name, ready to send; `pair` is `alerts.keys.vapid`."""
    guard = guard_of(settings)
    outlet = Outlet(guard)
    channels: tuple[Channel, ...] = (
        Webhook(outlet, settings.webhook_secret, now),
        WebPush(outlet, pair, settings.push_subject, now),
        Chat(guard, Robots(outlet, now)),
        Siren(settings.mqtt_url, settings.siren_prefix, now),
        # What the operator allows of the inside is not for addresses that an enterprise names.
        Hook(Outlet(Guard()), now),
    )
    return {channel.name: channel for channel in channels}


def guard_of(settings: NotifySettings) -> Guard:
    """Where pushes may go: whom the operator has named as the platform may be inside too."""
    named = urlsplit(settings.webhook_url).hostname if settings.webhook_url else None
    return Guard([*settings.push_allow, *([named] if named else [])])
