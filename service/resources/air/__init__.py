"""What is measured: the grid, cells, stations, tracks, availability, what was refused."""
