"""How people are reached, what was pushed to whom, and the page behind the link."""
