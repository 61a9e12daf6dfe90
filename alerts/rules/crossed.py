"""PM2.5 is a part of PM10: a station that shows more of the part than of the whole has a fault."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.rules.condition import Condition, Seen
from ingest.channel import COLUMN
from ingest.flag import Qc
from ingest.layout import Layout
from ingest.registry import Registry

PM25, PM10 = COLUMN["pm25"], COLUMN["pm10"]
SHARE = 1.1  # of PM10, above which PM2.5 is crossed: in haze nearly all is fine, and both readings are noisy
LEAST = 5.0  # µg/m³ by which it has to be at the same time: in clean air noise and rounding are more than a tenth
WINDOW = 15  # min
ENOUGH = 10  # crossed min of them: where all PM10 is fine, noise of 5 % does it in 1 window of 10⁷, of 10 % in 1 of 10³
HOLD = 60  # min, a fault is slow to go


class Crossed:
    """The last minutes of every device as bits: was PM2.5 above PM10, beyond what noise explains?"""

    def __init__(self, registry: Registry, layout: Layout) -> None:  # noqa: ARG002 - as every rule has it
        self.keys: Sequence[str] = [device.id for device in layout.devices]
        self._bits = np.zeros(len(self.keys), np.uint16)  # the newest minute is the lowest bit
        self.memory: Mapping[str, NDArray[Any]] = {"bits": self._bits}

    def step(self, seen: Seen) -> list[Condition]:
        """Devices that are crossed now and were so most of the time lately."""
        values, qc = seen.frame.values, seen.frame.qc
        pm25, pm10 = values[:, PM25], values[:, PM10]
        # NaN is not above anything: what was not sent, or taken out, is not crossed.
        crossed = (pm25 > SHARE * pm10) & (pm25 - pm10 > LEAST)
        crossed &= (qc[:, PM25] == Qc.GOOD) & (qc[:, PM10] == Qc.GOOD)
        self._bits <<= 1
        self._bits |= crossed
        self._bits &= (1 << WINDOW) - 1
        minutes = np.bitwise_count(self._bits)
        return [self._fault(seen, int(i), int(minutes[i])) for i in np.flatnonzero(crossed & (minutes >= ENOUGH))]

    def _fault(self, seen: Seen, i: int, minutes: int) -> Condition:
        name = self.keys[i]
        pm25, pm10 = (float(f"{seen.frame.values[i, column]:.6g}") for column in (PM25, PM10))
        evidence = {
            "sign": "pm25_over_pm10",
            "device": name,
            "channels": ["pm25", "pm10"],
            "pm25": pm25,
            "pm10": pm10,
            "minutes": minutes,
            "of": WINDOW,
        }
        return Condition(
            kind="fault",
            source=name,
            pollutant="",  # which of the two is wrong is not known
            devices=(name,),
            severity=1,
            value=pm25,
            background=pm10,
            score=minutes / WINDOW,
            evidence=evidence,
            hold=HOLD,
        )
