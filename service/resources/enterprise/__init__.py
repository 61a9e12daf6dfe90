"""The enterprise's own window: its monitors, marks, alerts, papers and data."""
