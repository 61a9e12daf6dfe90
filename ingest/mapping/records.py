"""Payloads of records, one a device-minute: JSON or CSV lines, by the paths of a plan."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ingest.frame import Decoded, Message, Reject, Sent, minute_of
from ingest.mapping.moment import WRONG as NO_TIME
from ingest.mapping.moment import Moment
from ingest.mapping.path import ABSENT, Path, Scope, Template, as_text, walk
from ingest.mapping.payload import Read
from ingest.mapping.quantity import WRONG, Quantity, letter
from ingest.protocols.json_frame import MOST_FRAMES, FrameError

_DEVICE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_INSTANT = timedelta(microseconds=1)


class Pairs(NamedTuple):
    """A list of names and values; `names` are those that are taken. Paths of a quantity begin at the list's member."""

    list: Path
    name: Path
    names: Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the records of a source are read; `ends` says that times are the ends of their minutes."""

    read: Read
    records: Path
    device: Template
    time: Template
    moment: Moment
    values: tuple[Quantity, ...] = ()
    pairs: Pairs | None = None
    devices: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    flag: Path | None = None
    missing: frozenset[float | str] = frozenset()
    place: tuple[Path, Path] | None = None
    ends: bool = False

    def take(self, message: Message, levels: tuple[str, ...], into: Decoded) -> None:
        """The records of a message as frames; each bad one, and each bad value, costs only itself."""
        try:
            payload = self.read(message.payload)
            records = self._records(payload)
        except FrameError as error:
            device = self._device(Scope(None, None, "", levels))
            into.rejects.append(Reject.of(message, device, error.reason, str(error)))
            return
        for i, (key, record) in enumerate(records):
            where = f"record {i}: " if len(records) > 1 else ""
            self._take(message, Scope(payload, record, key, levels), where, into)

    def _records(self, payload: Any) -> list[tuple[str, Any]]:
        if not isinstance(payload, dict | list):
            raise FrameError("structure", "neither an object nor a list")
        records = list(self.records.each(payload))
        if not records:
            raise FrameError("structure", f"no records at {self.records.text}")
        if len(records) > MOST_FRAMES:
            raise FrameError("batch-size", f"{len(records)} records in one message; 1 to {MOST_FRAMES} are taken")
        return records

    def _take(self, message: Message, scope: Scope, where: str, into: Decoded) -> None:
        """One record, into a frame or the reason why not."""
        device = self._device(scope)
        try:
            into.frames.append(self._frame(message, device, scope, where, into))
        except FrameError as error:
            into.rejects.append(Reject.of(message, device, error.reason, where + str(error)))

    def _device(self, scope: Scope) -> str | None:
        """The registry's id of the device of a record, None if there is none that could be one."""
        sent = as_text(self.device.fill(scope))
        if sent is None:
            return None
        device = self.devices.get(sent, sent)
        return device if _DEVICE.fullmatch(device) else None

    def _frame(self, message: Message, device: str | None, scope: Scope, where: str, into: Decoded) -> Sent:
        if not isinstance(scope.record, dict | list):
            raise FrameError("structure", f"neither an object nor a list: {shown(scope.record)}")
        if device is None:
            raise FrameError("device", f"{self.device.text}: no id of a device: {shown(self.device.fill(scope))}")
        place = self._place(scope)
        at = self._time(scope, to_the_second=place is not None)
        values: dict[str, float | None] = {}
        flags: dict[str, str] = {}
        for quantity, node in self._quantities(scope):
            raw = walk(node, quantity.path.steps)
            if raw is ABSENT or quantity.channel in values:
                continue
            try:
                values[quantity.channel] = quantity.number(raw, self.missing)
            except WRONG:
                detail = f"{where}values.{quantity.channel}: {quantity.path.text}: not a finite number: {shown(raw)}"
                into.rejects.append(Reject.of(message, device, "value", detail))
            flagged = self._letter(quantity, node, scope)
            if flagged and flagged != "N":
                flags[quantity.channel] = flagged
        if not values and not flags:
            raise FrameError("empty", "no values: nothing at any of the paths")
        return Sent(message, device, at, values, flags, place)

    def _quantities(self, scope: Scope) -> Iterator[tuple[Quantity, Any]]:
        """What is mapped, and the node at which its paths begin."""
        for quantity in self.values:
            yield quantity, scope.payload if quantity.path.root == "$" else scope.record
        if self.pairs is not None:
            root = scope.payload if self.pairs.list.root == "$" else scope.record
            for _, member in self.pairs.list.each(root):
                name = as_text(walk(member, self.pairs.name.steps))
                if (named := self.pairs.names.get(name or "")) is not None:
                    yield named, member

    def _letter(self, quantity: Quantity, node: Any, scope: Scope) -> str | None:
        """The letter of a value: by its own flag where it has one, else by the record's."""
        if quantity.flag is not None:
            root = node if not quantity.flag.root else scope.payload if quantity.flag.root == "$" else scope.record
            if own := letter(walk(root, quantity.flag.steps), self.flags):
                return own
        return None if self.flag is None else letter(self.flag.find(scope), self.flags)

    def _time(self, scope: Scope, *, to_the_second: bool) -> datetime:
        """The start of the minute, or the second of who moves."""
        raw = self.time.fill(scope)
        try:
            time = self.moment(raw)
            if to_the_second:
                return time.astimezone(UTC).replace(microsecond=0)
            return minute_of(time - _INSTANT if self.ends else time)
        except NO_TIME as error:
            why = "missing" if raw is ABSENT else f"no time: {shown(raw)}: {error}"
            raise FrameError("time", f"{self.time.text}: {why}") from None

    def _place(self, scope: Scope) -> tuple[float, float] | None:
        """Longitude and latitude, None if neither was sent."""
        if self.place is None:
            return None
        lon, lat = (path.find(scope) for path in self.place)
        if lon in (ABSENT, None, "") and lat in (ABSENT, None, ""):
            return None
        try:
            place = float(lon), float(lat)
        except (TypeError, ValueError, OverflowError):
            place = math.nan, math.nan
        if not (-180 <= place[0] <= 180 and -90 <= place[1] <= 90):
            raise FrameError("place", f"not a place in degrees: {shown(lon)}, {shown(lat)}")
        return place


def shown(raw: object) -> str:
    """What was sent, for a person; of what has members only what it is, they may be many and deep."""
    if isinstance(raw, dict | list):
        return "an object" if isinstance(raw, dict) else "a list"
    return "missing" if raw is ABSENT else repr(raw)[:80]
