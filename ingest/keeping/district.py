"""The registry as the keeper sees it: who a device number is, of which kind, and where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import asyncpg
import numpy as np
from numpy.typing import NDArray

from ingest.importer import REGISTRY, load_registry
from ingest.layout import Device, Layout


@dataclass(frozen=True)
class District:
    """A layout, and the number of each of its devices in the database; `version` is that of the registry."""

    version: int
    layout: Layout
    numbers: NDArray[np.int32]  # (devices,)

    @cached_property
    def row(self) -> dict[int, int]:
        """Device number → row of the layout."""
        return {int(number): row for row, number in enumerate(self.numbers)}

    def crew(self, numbers: Iterable[int], monitors: bool) -> "Crew":
        """Those of some devices that are monitors, or that are stations; unknown ones are left out."""
        rows = [row for number in numbers if (row := self.row.get(number)) is not None]
        rows = [row for row in rows if self.layout.is_monitor[row] == monitors]
        return Crew(self.layout, [self.layout.devices[row] for row in rows], self.numbers[rows])


@dataclass(frozen=True, slots=True)
class Crew:
    """Some devices that are dealt with together: either stations or monitors."""

    whole: Layout
    devices: Sequence[Device]
    numbers: NDArray[np.int32]  # (devices,)

    @property
    def kinds(self) -> list[str]:
        """The kind of each."""
        return [device.kind for device in self.devices]

    @property
    def layout(self) -> Layout:
        """The layout of just these."""
        return replace(self.whole, devices=tuple(self.devices))


async def load_district(on: asyncpg.Connection, old: District | None) -> District | None:
    """The registry as it is now, `old` if that has not changed; None before the first import."""
    version = await REGISTRY.version.fetchval(on)
    if old is not None and old.version == version:
        return old
    registry = await load_registry(on)
    if registry is None:
        return None
    layout = Layout.of(registry)
    numbers = {row["device_id"]: row["device"] for row in await REGISTRY.devices.fetch(on)}
    return District(version, layout, np.array([numbers[device.id] for device in layout.devices], np.int32))
