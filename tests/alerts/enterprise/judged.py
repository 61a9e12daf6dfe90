"""What the rule of limits says of an hour of a monitor."""

import numpy as np

from alerts.rules.limit import Limit
from alerts.watch import Watch
from ingest.layout import Frame
from ingest.registry import Registry
from tests.service.enterprise.plant import MINUTE, MN, NOON


def exceeding(registry: Registry | None) -> bool:
    """Whether an hour of 100 mg/m³ from noon on opens an exceedance of the limit of 60."""
    assert registry
    watch = Watch(registry)
    watch.rules = [rule for rule in watch.rules if isinstance(rule, Limit)]
    row, column = watch.layout.index[MN], watch.layout.column["nmhc"]
    changes = []
    for i in range(61):
        frame = Frame.empty(watch.layout, NOON + i * MINUTE)
        values = np.array(frame.values)
        values[row, column] = 100
        changes += watch.close(Frame(frame.minute, values, np.zeros_like(np.array(frame.qc))))
    return "exceedance" in {change.alert.kind for change in changes}
