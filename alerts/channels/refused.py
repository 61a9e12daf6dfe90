"""The final no of a push channel."""


class Refused(RuntimeError):  # noqa: N818
    """The channel will not take this notice, however often it is tried."""
