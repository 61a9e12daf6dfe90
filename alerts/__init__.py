"""From the readings of a minute to alerts: detect, open and close, tell."""
