"""What the outside asks over HTTP: alerts and their live feed, the grid, stations, the duty roster."""
