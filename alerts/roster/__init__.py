"""The duty roster: who is on duty when, computed from plans, leave and swaps; what was is kept."""
