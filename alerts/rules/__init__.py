"""Rules beside the detector: each looks at a minute and says what is wrong in it, by kinds of their own."""

from collections.abc import Callable

from alerts.rules.clock import Clock
from alerts.rules.condition import Rule
from alerts.rules.crossed import Crossed
from alerts.rules.fabrication import Fabrication
from alerts.rules.fault import Fault
from alerts.rules.limit import Limit
from alerts.rules.offline import Offline
from alerts.rules.park import Park
from alerts.rules.regional import Regional
from alerts.rules.untreated import Untreated
from ingest.layout import Layout
from ingest.registry import Registry

RULES: tuple[Callable[[Registry, Layout], Rule], ...] = (
    Crossed,
    Limit,
    Offline,
    Park,
    Fault,
    Fabrication,
    Regional,
    Clock,
    Untreated,
)
"""A new rule is one file and one line here."""
