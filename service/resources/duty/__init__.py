"""The roster: who is on duty, what it follows from, handovers, logs, calendars, tables."""
