"""The chat and text-message services that an address may name; what is not in this table is refused."""

from collections.abc import Mapping
from typing import NamedTuple


class Scheme(NamedTuple):
    """What is known of a service."""

    own_server: bool = False  # the address names its server: checked before every send (see `guard`)
    per_minute: int | None = None  # messages that it takes of one address, by its documentation
    room: int = 1000  # bytes of UTF-8 of title, text and link together
    options: frozenset[str] = frozenset()  # parameters that may follow the `?`


_BOT = frozenset({"secret", "to"})
_SMS = Scheme(room=600, options=frozenset({"to", "from", "region", "batch"}))
_MAIL = Scheme(own_server=True, room=8000, options=frozenset({"to", "from", "cc", "name", "smtp", "mode", "user"}))
_NTFY = Scheme(own_server=True, room=3500, options=frozenset({"auth", "token", "priority", "xtags", "to"}))
_BARK = Scheme(own_server=True, room=3000, options=frozenset({"sound", "level", "group", "call", "volume", "to"}))
_GOTIFY = Scheme(own_server=True, room=8000, options=frozenset({"priority"}))
_SMSEAGLE = Scheme(own_server=True, room=600, options=frozenset({"to", "priority"}))

# Services that answer a refusal with a 200 are here only if their answer is read: `robot` does, and these plugins do.
SCHEMES: Mapping[str, Scheme] = {
    "wecombot": Scheme(per_minute=20, room=2000, options=_BOT),
    "dingtalk": Scheme(per_minute=20, room=6000, options=_BOT),
    "feishu": Scheme(per_minute=100, room=6000, options=_BOT),
    "lark": Scheme(per_minute=100, room=6000, options=_BOT),
    "pushplus": Scheme(room=6000, options=frozenset({"to"})),
    "wxpusher": Scheme(room=6000, options=frozenset({"to"})),
    "ntfy": _NTFY,
    "ntfys": _NTFY,
    "bark": _BARK,
    "barks": _BARK,
    "gotify": _GOTIFY,
    "gotifys": _GOTIFY,
    "mailto": _MAIL,
    "mailtos": _MAIL,
    "smseagle": _SMSEAGLE,
    "smseagles": _SMSEAGLE,
    "bulksms": _SMS,
    "msgbird": _SMS,
    "plivo": _SMS,
    "sinch": _SMS,
    "twilio": _SMS,
    "discord": Scheme(room=1800, per_minute=30),
    "tgram": Scheme(room=3500, per_minute=20),
}
