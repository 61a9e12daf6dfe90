"""The `hotgrid` command, the private servers behind it, and everything that puts the service on a machine."""
