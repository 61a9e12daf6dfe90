"""What rings nobody's phone for a while, and what for: silences, regional notices, campaigns."""
