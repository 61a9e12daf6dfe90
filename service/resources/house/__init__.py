"""The house itself: its health, its metrics, its page."""
