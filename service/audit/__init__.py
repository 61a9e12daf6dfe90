"""Who did what, and who tried to: an append-only log whose lines are chained by hashes."""
