"""What people do with alerts: steps, photos, drills, clocks, silences, campaigns."""
