"""What a rule looks at, and what it finds: something that is so in this minute."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from alerts.detector.panel import Panel
from alerts.detector.wind import Breeze
from ingest.layout import Frame, Layout


class Seen(NamedTuple):
    """A judged minute; rules only look, and change nothing but their own memory."""

    layout: Layout
    frame: Frame  # values under a mark have a qc other than GOOD
    panels: Sequence[Panel]  # the detector's, after this minute
    breeze: Breeze
    clock: int  # minute number, since 1970
    end: datetime  # of the minute, UTC


class Condition(NamedTuple):
    """One open alert is kept of each (kind, pollutant, source) as long as a rule goes on finding it."""

    kind: str
    source: str  # what it is about: a device id, a park id, "district"
    pollutant: str  # channel concerned, "" if none
    devices: tuple[str, ...]
    severity: int  # 1 … 4
    value: float  # in the channel's canonical unit, or what the evidence names
    background: float  # what would have been right: a limit, a usual level
    score: float
    evidence: dict[str, object]  # JSON; "sign" names in a word what was found
    hold: int = 10  # min without it before the alert closes
    telling: tuple[str, ...] = ("sign",)  # of the evidence: what is told again when it changes, as the severity is


class Rule(Protocol):
    """A pure function of what it was shown before and the minute; its memory is arrays, saved with the checkpoint."""

    @property
    def keys(self) -> Sequence[str]:
        """Names of the rows of the memory (device ids, "mn/channel", park ids): rows are restored by them."""

    @property
    def memory(self) -> Mapping[str, NDArray[Any]]:
        """Arrays that are changed in place, first axis parallel to `keys`."""

    def step(self, seen: Seen) -> list[Condition]:
        """What is wrong in this minute; called once a minute, silent ones included."""


def printable(name: str) -> str:
    """A name of the registry as part of a source, and so of an alert's id, which is printable ASCII."""
    return "".join(letter if "!" <= letter <= "~" else f"u{ord(letter):x}" for letter in name)
