"""`hotgrid doctor`: what is wrong with an installation, one line a check."""
