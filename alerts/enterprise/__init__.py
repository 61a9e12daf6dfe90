"""The enterprise's side: what it declares, answers and owes, and what it is warned of."""
