"""The final no of a push channel."""


class Refused(RuntimeError):  # noqa: N818
    """The channel will not take this message, however often it is tried."""


class Gone(Refused):
    """Nobody is at this address any more: it is to be disabled."""
