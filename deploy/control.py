"""Tells a running Mosquitto who may come in, by its dynamic security plugin: at once, and without a restart.

Not by a file and SIGHUP: where a session waits for somebody who is away since before the last restart, Mosquitto 2.0
frees it twice at a reload, and a session of somebody else is lost.
"""

import json
import queue
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho

from deploy.credential import Command
from deploy.problem import Problem
from deploy.publisher import Progress, new_client
from ingest.broker import Address

TOPIC = "$CONTROL/dynamic-security/v1"
PATIENCE_S = 30.0
AT_A_TIME = 20  # commands in a message: the broker serves nobody else while it carries them out
NOT_FOUND = "Client not found"
FIX = "看 hotgrid status 和 HOTGRID_MQTT_CONTROL_URL · see hotgrid status and HOTGRID_MQTT_CONTROL_URL"


class Control:
    """A context manager: a connection as the user who may give commands."""

    def __init__(self, url: str) -> None:
        """Connect; raises Problem."""
        self._answers: queue.SimpleQueue[bytes | str] = queue.SimpleQueue()
        address = Address.parse(url)
        self._client = new_client(address, "")
        self._client.on_connect = self._greeted
        self._client.on_subscribe = lambda *_: self._answers.put("")
        self._client.on_message = lambda _c, _u, message: self._answers.put(bytes(message.payload))
        try:
            self._client.connect(address.host, address.port)
        except OSError as error:
            what = f"连不上消息服务器 · no broker answers at {address.host}:{address.port}: {error}"
            raise Problem("broker", what, FIX) from error
        self._client.loop_start()
        try:
            self._answer()
        except Problem:
            self._leave()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave()

    def run(self, commands: Sequence[Command], progress: Progress = lambda _: None) -> None:
        """Carry out all of these; to remove what is not there is no failure. Raises Problem."""
        for first in range(0, len(commands), AT_A_TIME):
            self._run(commands[first : first + AT_A_TIME])
            progress(min(1.0, (first + AT_A_TIME) / len(commands)))

    def clients(self) -> dict[str, str]:
        """The tags of the devices that are let in, by name. Raises Problem."""
        answer = self._run([{"command": "listClients", "verbose": True, "count": -1}])[0]
        return {one["username"]: one.get("textdescription", "") for one in answer["data"]["clients"]}

    def _run(self, commands: Sequence[Command]) -> list[Any]:
        self._client.publish(TOPIC, json.dumps({"commands": commands}, ensure_ascii=False).encode(), qos=1)
        answers: list[Any] = json.loads(self._answer())["responses"]
        for answer in answers:
            if answer.get("error", NOT_FOUND) != NOT_FOUND:
                raise Problem("broker", f"消息服务器拒绝 · the broker refuses: {answer['error']}", FIX)
        return answers

    def _answer(self) -> bytes:
        try:
            answer = self._answers.get(timeout=PATIENCE_S)
        except queue.Empty:
            what = f"消息服务器 {PATIENCE_S:.0f} 秒没有回答 · the broker has not answered for {PATIENCE_S:.0f} s"
            raise Problem("broker", f"{what} ({TOPIC})", FIX) from None
        if answer and isinstance(answer, str):
            raise Problem("broker", f"消息服务器拒绝连接 · the broker refuses us: {answer}", FIX)
        return answer if isinstance(answer, bytes) else b""

    def _greeted(self, client: paho.Client, _user: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._answers.put(str(reason))
        else:
            client.subscribe(f"{TOPIC}/response", 1)

    def _leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
