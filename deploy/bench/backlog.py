"""Backlogs for ingest: single frames, batches of them, HJ 212; and what mosquitto_sub takes of one."""

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path

from deploy.bench.city import SENT, City, name_of
from deploy.bench.house import House
from deploy.publisher import Publisher
from ingest.broker import Address
from ingest.channel import NAME_OF_CODE
from ingest.protocols.hj212 import Frame, build

STATIONS = 4_000
START = datetime(2026, 1, 1, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
CODE = {name: code for code, name in NAME_OF_CODE.items()}
ASKED = 5  # Flag: 2017 edition, an answer wanted
Publish = Callable[[City, Publisher, int, int], None]  # `half` of the stations, so many minutes


def publish_halves(mqtt_url: str, publish: Publish, minutes: int) -> None:
    """A backlog of all stations from two processes."""
    spawn = get_context("spawn")
    halves = [spawn.Process(target=_publish_half, args=(mqtt_url, publish, minutes, half)) for half in (0, 1)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()


def _publish_half(mqtt_url: str, publish: Publish, minutes: int, half: int) -> None:
    with Publisher(mqtt_url) as publisher:
        publish(City(STATIONS, START), publisher, minutes, half)


def frames(city: City, publisher: Publisher, minutes: int, half: int, root: str = "hotgrid/v1/station") -> None:
    """A message for every station and minute."""
    for minute in range(minutes):
        sent = _json(city, minute)
        for cell in range(half, STATIONS, 2):
            publisher.publish(f"{root}/{name_of(cell)}/reading", sent[cell].encode())


def unheeded(city: City, publisher: Publisher, minutes: int, half: int) -> None:
    """The same, for mosquitto_sub."""
    frames(city, publisher, minutes, half, "bench")


def batches(city: City, publisher: Publisher, minutes: int, half: int) -> None:
    """A message for every station, with all its minutes."""
    sent = [_json(city, minute) for minute in range(minutes)]
    for cell in range(half, STATIONS, 2):
        readings = ",".join(minute[cell] for minute in sent)
        publisher.publish(f"hotgrid/v1/station/{name_of(cell)}/reading", f'{{"readings":[{readings}]}}'.encode())


def hj212(city: City, publisher: Publisher, minutes: int, half: int) -> None:
    """A frame of HJ 212 for every station and minute, each asking for an answer."""
    for minute in range(minutes):
        at = f"{city.at(minute).astimezone(BEIJING):%Y%m%d%H%M%S}"
        values = city.values(minute).tolist()
        for cell in range(half, STATIONS, 2):
            items = ";".join(
                f"{CODE[name]}-Rtd={value:.4g},{CODE[name]}-Flag=N"
                for name, value in zip(SENT, values[cell], strict=True)
            )
            frame = Frame(2011, name_of(cell), f"DataTime={at};{items}".encode(), f"{at}000", "22", "123456", ASKED)
            publisher.publish(f"hotgrid/v1/hj212/{name_of(cell)}", build(frame))


def _json(city: City, minute: int) -> list[str]:
    ts = city.at(minute).isoformat()
    names = ",".join(f'"{name}":%.4g' for name in SENT)
    return [f'{{"ts":"{ts}","values":{{{names % tuple(values)}}}}}' for values in city.values(minute).tolist()]


def subscribed(here: House, minutes: int) -> float:
    """Messages a second that `mosquitto_sub` takes of a backlog of single frames, and does nothing with."""
    count = STATIONS * minutes
    command = _mosquitto_sub(here)
    subprocess.run([*command, "-W", "3"], check=False, capture_output=True)  # opens its session
    publish_halves(here.servers.mqtt_url, unheeded, minutes)
    began = time.perf_counter()
    subprocess.run([*command, "-C", str(count)], check=True, stdout=subprocess.DEVNULL)
    return count / (time.perf_counter() - began)


def _mosquitto_sub(here: House) -> list[str]:
    assert here.servers.mqtt_pid
    program = Path(f"/proc/{here.servers.mqtt_pid}/exe").resolve().with_name("mosquitto_sub")
    address = Address.parse(here.servers.mqtt_url)
    where = ["-h", address.host, "-p", str(address.port), "-u", str(address.user), "-P", str(address.password)]
    return [str(program), *where, "-V", "5", "-i", "bench", "-c", "-x", "3600", "-q", "1", "-t", "bench/#"]
