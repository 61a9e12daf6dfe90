"""Why the roster does not take a change."""


class Refused(Exception):  # noqa: N818
    """It cannot be done as things stand; the text says how they stand."""


class Forbidden(Exception):  # noqa: N818
    """Whoever asks may not do this; the text says who may."""


class Missing(LookupError):  # noqa: N818
    """There is no such thing on the roster."""
