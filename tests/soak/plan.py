"""What is soaked: the faults, each with its load and the processes it is done to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.soak import faults
from tests.soak.faults import Stroke, any_of, of_network
from tests.soak.site import Site

# So short only here, so that a minute sees many of them; `HOTGRID_DATABASE_TIMEOUT_S` must outlast a slow statement.
NOTICING = {"HOTGRID_MQTT_KEEPALIVE_S": "3", "HOTGRID_DATABASE_TIMEOUT_S": "3"}
NETWORKS = ("to_database", "to_broker", "of_stations")


@dataclass(frozen=True)
class Plan:
    """`share` of the time is for it; a stroke comes some seconds (`pause`) after the one before.

    `ingests` processes of `hotgrid COMMAND` take in what `stations` send.
    """

    title: str
    stroke: Stroke
    ingests: int = 1
    share: float = 1.0
    pause: tuple[float, float] = (1.0, 5.0)
    prepare: Callable[[Site], Awaitable[None]] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    small_disk: bool = False
    command: str = "ingest"
    stations: int = 305


def _networks(*choices: faults.Spoil) -> Stroke:
    return any_of(*(of_network(*choices, name=name) for name in NETWORKS))


_cut, _slow = _networks(faults.network_cut), _networks(faults.network_slow)
_half_open = _networks(faults.network_half_open)
_PROCESSES: tuple[Stroke, ...] = (
    *(faults.ingest_killed, faults.ingest_stopped, faults.database_killed, faults.database_stopped),
    *(faults.broker_killed, faults.broker_killed_with_a_backlog, faults.broker_stopped),
)

_OF_GATEWAY: tuple[Stroke, ...] = (
    *(faults.ingest_killed, faults.ingest_stopped, faults.database_killed, faults.database_stopped),
)


def _between(choice: faults.Spoil) -> Stroke:
    """At a network of the gateway."""
    return any_of(*(of_network(choice, name=name) for name in ("to_database", "of_stations")))


PLANS: dict[str, Plan] = {
    "ingest-killed": Plan("ingest 被 kill -9 · ingest killed", faults.ingest_killed),
    "either-killed": Plan("两个 ingest 之一被 kill -9 · one of two ingests killed", faults.ingest_killed, 2),
    "ingest-stopped": Plan("ingest 被 SIGSTOP · ingest stopped", faults.ingest_stopped),
    "either-stopped": Plan("两个 ingest 之一被 SIGSTOP · one of two stopped", faults.ingest_stopped, 2),
    "database-killed": Plan("数据库被 kill -9 · database killed", faults.database_killed, share=1.3),
    "database-stopped": Plan("数据库被 SIGSTOP · database stopped", faults.database_stopped),
    "broker-killed": Plan(
        "消息服务器被 kill -9 · broker killed",
        any_of(faults.broker_killed, faults.broker_killed_with_a_backlog),
        share=1.3,
    ),
    "broker-stopped": Plan("消息服务器被 SIGSTOP · broker stopped", faults.broker_stopped),
    "network-cut": Plan("网络断开 · network cut", _cut),
    "half-open": Plan("网络半开 · network half-open", _half_open, share=1.3, env=NOTICING),
    "network-slow": Plan("网络慢或窄 · network slow or narrow", _slow),
    "disk-full": Plan("数据库磁盘满 · disk of the database full", faults.disk_full, share=1.3, small_disk=True),
    "database-slow": Plan(
        "数据库每条语句 10 秒 · database takes 10 s a statement",
        faults.database_slow,
        share=1.5,
        prepare=faults.made_slowable,
    ),
    "backlog": Plan("ingest 不在时积压 · a backlog while ingest is away", faults.ingest_away, pause=(2.0, 3.0)),
    "everything": Plan(
        "以上任意，两个 ingest · any of these, two ingests",
        any_of(*_PROCESSES, _cut, _slow, _half_open),
        2,
        2.0,
        (0.5, 3.0),
        env=NOTICING,
    ),
    "gateway": Plan(
        "HJ 212 网关，以上任意 · HJ 212 gateway, any of these",
        any_of(*_OF_GATEWAY, _between(faults.network_cut), _between(faults.network_half_open)),
        share=1.5,
        env=NOTICING,
        command="gateway",
        stations=50,
    ),
}
