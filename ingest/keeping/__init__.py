"""What the keeper does: hours, days, drifts, and the end of what is old."""
