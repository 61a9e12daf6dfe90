"""The pure numeric detector: arrays in, arrays out; no I/O, no clock, no alert."""

DETECTOR = "hotgrid-2"
"""The version that stands in every alert: raise it when the same readings would give other alerts."""
