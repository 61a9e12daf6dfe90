"""What the authority sees of all enterprises: the list, the ranking, the evidence of a case."""
