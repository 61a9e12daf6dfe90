"""Alerts: the list, one of them, the live feed, what was found, what recurs."""
