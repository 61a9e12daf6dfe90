"""From a transition to somebody's phone and back: who, by which channel, how much at once, and the receipt."""
