"""Which detector made an alert: its version, and a mark of its numbers where they are not the usual ones."""

import hashlib
import json

from alerts.detector import DETECTOR
from alerts.detector.tuning import DEFAULT, Tuning


def version(tuning: Tuning) -> str:
    """`DETECTOR`, or `DETECTOR+0123abcd` with eight hex digits of the SHA-256 of another tuning's numbers."""
    if tuning == DEFAULT:
        return DETECTOR
    return f"{DETECTOR}+{hashlib.sha256(json.dumps(_plain(tuning)).encode()).hexdigest()[:8]}"


def _plain(value: object) -> object:
    """Numbers as float, so that 6 and 6.0 are the same; the fields of a tuple in their order, by name."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value] + list(getattr(value, "_fields", ()))
    return float(value) if isinstance(value, int) else value
