"""Concentration units: everything of a channel is stored in its one canonical unit."""

from ingest.channel import CHANNELS, MICROGRAM, MILLIGRAM

# Molar volume of a gas at 298.15 K and 1013.25 hPa, the reference state of GB 3095-2026 §4.3, in L/mol.
MOLAR_VOLUME = 24.465
_MASS = {"ng/m³": 1e-3, MICROGRAM: 1.0, MILLIGRAM: 1e3, "g/m³": 1e6}  # in µg/m³
_VOLUME = {"ppb": 1.0, "ppm": 1e3, "ppt": 1e-3}  # in ppb
_CHANNEL = {channel.name: channel for channel in CHANNELS}
_SPELLINGS = {"ug/m3": MICROGRAM, "μg/m³": MICROGRAM, "μg/m3": MICROGRAM, "mg/m3": MILLIGRAM, "ng/m3": "ng/m³"}


class UnitError(ValueError):
    """Two units between which nothing converts."""


def factor(channel: str, unit: str) -> float:
    """What a value of `channel` sent in `unit` is multiplied with to be in the channel's canonical unit.

    Volume to mass: c[µg/m³] = c[ppb] · M / 24.465 (ideal gas, reference state above). A channel without a row of its
    own (an HJ 212 code) stays in the unit of the registry. Raises UnitError.
    """
    known = _CHANNEL.get(channel)
    if known is None:
        return 1.0
    sent, kept = _SPELLINGS.get(unit, unit), known.unit
    if sent == kept:
        return 1.0
    if sent in _MASS and kept in _MASS:
        return _MASS[sent] / _MASS[kept]
    if sent in _VOLUME and kept in _VOLUME:
        return _VOLUME[sent] / _VOLUME[kept]
    if known.molar_mass and sent in _VOLUME and kept in _MASS:
        return _VOLUME[sent] * known.molar_mass / MOLAR_VOLUME / _MASS[kept]
    if known.molar_mass and sent in _MASS and kept in _VOLUME:
        return _MASS[sent] * MOLAR_VOLUME / known.molar_mass / _VOLUME[kept]
    raise UnitError(f"{channel}: {unit!r} does not convert to {kept}")


def multiplier(channel: str, unit: str) -> float:
    """`factor`, NaN where the unit does not convert: such values are refused one by one, with that reason."""
    try:
        return factor(channel, unit)
    except UnitError:
        return float("nan")
