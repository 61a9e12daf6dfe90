"""Whose certificates are believed when a broker is spoken to in TLS."""

import os
import ssl

AUTHORITY = "HOTGRID_MQTT_CA"


def context() -> ssl.SSLContext:
    """The authority that HOTGRID_MQTT_CA names and no other; without it, those of the system. Raises OSError."""
    return ssl.create_default_context(cafile=os.environ.get(AUTHORITY) or None)
