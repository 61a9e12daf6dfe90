"""Who is let in over TCP, and what becomes of it: so many callers, and of each so many frames at a time."""

import logging
import re
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from ingest import metrics
from ingest.caller import READ_BYTES, Caller
from ingest.frame import Message, Reject, Taken
from ingest.room import Room, weight
from ingest.throttle import NONSENSE, Throttle

logger = logging.getLogger(__name__)

SAID_EVERY_S = 60.0
_HEAD_BYTES = 512
_MN = re.compile(rb"(?<![A-Za-z])MN\s*+=\s*+([A-Za-z0-9._:-]{1,64})\s*+[;,&]", re.IGNORECASE)
NOBODY = "?"  # can be no device's id


class Bounds(NamedTuple):
    """How many callers there may be, how long one may be silent, and how long until it has said who it is."""

    callers: int
    idle_s: float
    first_s: float


class Desk:
    """Frames of all callers go into one room; their answers come back when they are committed."""

    def __init__(self, bounds: Bounds) -> None:
        self.room = Room()
        self.callers: dict[Caller, None] = {}  # in the order in which they came
        self._bounds, self._throttle = bounds, Throttle()
        self._waiting: set[Caller] = set()
        self._buffer = bytearray(READ_BYTES)
        self._is_closed = False
        self._said_at = float("-inf")

    def new(self) -> Caller:
        """For a connection that comes."""
        return Caller(self, self._buffer)

    def came(self, caller: Caller) -> None:
        """Let it stay; where there are too many, it or the stranger who has been here longest has to go."""
        if len(self.callers) >= self._bounds.callers:
            oldest = next((one for one in self.callers if not one.is_known), None)
            self._say_full()
            self._end(oldest or caller, "full", "too many connections")
        if self._is_closed:
            caller.leave()
        self.callers[caller] = None
        metrics.GATEWAY_CONNECTIONS.set(len(self.callers))

    def _say_full(self) -> None:
        if monotonic() - self._said_at > SAID_EVERY_S:
            self._said_at = monotonic()
            most = self._bounds.callers
            logger.warning("%d connections are as many as there may be: HOTGRID_GATEWAY_CONNECTIONS", most)

    def left(self, caller: Caller) -> None:
        """It is gone."""
        self.callers.pop(caller, None)
        self._waiting.discard(caller)
        metrics.GATEWAY_CONNECTIONS.set(len(self.callers))

    def enter(self, caller: Caller, frame: bytes) -> bool:
        """Let a frame in, as long as there is room; a stranger needs a token of its address, too."""
        now = monotonic()
        if not self._is_closed and (caller.is_known or self._throttle.take(caller.site, now)):
            if self.room.enter(Message(f"hotgrid/v1/hj212/{mn_of(frame)}", frame, caller), now):
                return True
            if not caller.is_known:
                self._throttle.give_back(caller.site, now)
        self._waiting.add(caller)
        return False

    def settle(self) -> None:
        """Some frames have entered."""
        self.room.settle(monotonic())

    def done(self, messages: Sequence[Message], taken: Taken) -> None:
        """These are committed: answer, make room, and let in who waits: first who has least inside, longest."""
        self.room.leave(len(messages), weight(messages))
        for claim in taken.held:
            if claim.reply is not None:
                _caller(claim.message).answer(claim.reply)
        self._judge(messages, taken)
        concerned = self._waiting | {_caller(message) for message in messages}
        self._let_in(concerned)

    def _judge(self, messages: Sequence[Message], taken: Taken) -> None:
        """Who is known now, and who is to go."""
        held = {id(claim.message) for claim in taken.held}
        denied = {id(reject.message): reject for reject in taken.denied}
        for message in messages:
            caller = _caller(message)
            caller.inside -= 1
            if id(message) in held:
                if not caller.is_known:
                    self._throttle.give_back(caller.site, monotonic())
                caller.taken()
            else:
                self._refuse(caller, denied.get(id(message)))
        metrics.GATEWAY_FRAMES.labels("taken").inc(len(held))
        metrics.GATEWAY_FRAMES.labels("refused").inc(len(messages) - len(held))

    def _refuse(self, caller: Caller, reject: Reject | None) -> None:
        """After some frames in a row that were not taken it is shown out, at once if its address tries passwords."""
        now = monotonic()
        is_guess = reject is not None and reject.reason == "password"
        if is_guess and caller.is_known:
            self._throttle.charge(caller.site, now)
        elif not is_guess and not caller.is_known:
            self._throttle.give_back(caller.site, now, 1 - NONSENSE)
        if caller.refused() or (is_guess and self._throttle.is_out(caller.site, now)):
            why = (
                f"{reject.device_id}: {reject.detail}" if reject else "frames that cannot be taken, see hotgrid rejects"
            )
            self._end(caller, "refused", why, logging.WARNING)

    def _let_in(self, callers: set[Caller]) -> None:
        self._waiting = set()
        for caller in sorted(callers, key=lambda caller: (caller.inside, caller.entered_at)):
            caller.read_on()
        self.settle()

    def sweep(self) -> None:
        """Now and then: end who is silent, and let in who had to wait for another reason than room."""
        now = monotonic()
        for caller in list(self.callers):
            if caller.silent_s(now) > self._bounds.idle_s:
                self._end(caller, "idle", f"silent for {self._bounds.idle_s:g} s")
            elif not caller.is_known and not caller.waits_for_us() and now - caller.came_at > self._bounds.first_s:
                self._end(caller, "stranger", f"no frame that can be taken within {self._bounds.first_s:g} s")
        self._throttle.forget(now)
        self._let_in(self._waiting)

    def close(self) -> None:
        """Let nothing in from now on: who sends on is not read."""
        self._is_closed = True

    def _end(self, caller: Caller, kind: str, why: str, level: int = logging.INFO) -> None:
        metrics.GATEWAY_ENDED.labels(kind).inc()
        caller.end(why, level)


def mn_of(frame: bytes) -> str:
    """Whose frame it says it is, NOBODY where that can be nobody's name."""
    found = _MN.search(frame, 0, _HEAD_BYTES)
    return found[1].decode() if found else NOBODY


def _caller(message: Message) -> Caller:
    assert isinstance(message.handle, Caller)
    return message.handle
