"""Units: what a device's unit, stated in the registry, is multiplied with to become the channel's canonical one.

    UNIT [as COMPOUND] [@ TEMPERATURE, PRESSURE]      ppb · mg/m³ · µg/m³@0°C · mg/m³@20°C,101.3kPa · ppm as propane

What follows `@` is the state at which the device states a mass concentration; without it, it is that of GB 3095-2026
§4.3 for gases, 298.15 K and 1013.25 hPa, in which they are kept; what is left out of it too. `mg/Nm³` is `mg/m³@0°C`.
Of a volume fraction (ppb …) a state says nothing: it is the same in all. Particles are kept at the state of the air,
so no state is taken for them. `as` says in which compound a mixture (nmhc, tvoc) was calibrated; `ppmC` is `ppm as C`.
Spellings: upper and lower case, `ug/m3`, `μg·m⁻³`, `℃`, `微克/立方米` … are all the same.
"""

import re
import unicodedata
from typing import NamedTuple

from ingest.channel import CHANNELS, Channel

# Molar volume of a gas at 298.15 K and 1013.25 hPa, the reference state of GB 3095-2026 §4.3, in L/mol.
MOLAR_VOLUME = 24.465


class State(NamedTuple):
    """A temperature in K and a pressure in hPa."""

    kelvin: float
    hpa: float


REFERENCE = State(298.15, 1013.25)
STANDARD = State(273.15, 1013.25)  # of stacks: HJ 75, HJ 212-2017 annex D
MIXTURES = ("nmhc", "tvoc")
PARTICLES = ("pm25", "pm10")
# Lower-case compound: g/mol, atoms of carbon
COMPOUNDS = {
    "c": (12.011, 1),
    "methane": (16.043, 1),
    "ch4": (16.043, 1),
    "propane": (44.097, 3),
    "c3h8": (44.097, 3),
    "isobutylene": (56.108, 4),
    "benzene": (78.114, 6),
    "toluene": (92.141, 7),
    "xylene": (106.168, 8),
}

_MASS = {"ng/m3": 1e-3, "ug/m3": 1.0, "mg/m3": 1e3, "g/m3": 1e6}  # in µg/m³
_FRACTION = {"ppt": 1e-3, "ppb": 1.0, "ppm": 1e3, "%": 1e7, "%vol": 1e7}  # in ppb
_PRESSURE = {"pa": 1e-2, "hpa": 1.0, "mbar": 1.0, "kpa": 10.0, "bar": 1e3, "mmhg": 1.333224, "atm": 1013.25}  # in hPa
_SPEED = {"m/s": 1.0, "km/h": 1 / 3.6, "kn": 1852 / 3600, "mph": 0.44704}
_TEMPERATURE = {"°c": (1.0, 0.0), "c": (1.0, 0.0), "k": (1.0, -273.15), "°f": (5 / 9, -160 / 9)}  # to °C: scale, offset
_SIMPLE = (_PRESSURE, _SPEED, {"%": 1.0, "%rh": 1.0}, {"°": 1.0, "deg": 1.0})

_CHANNEL = {channel.name: channel for channel in CHANNELS}
_SPELLINGS = (
    ("μ", "u"),
    ("−", "-"),
    *zip("毫微纳克", "mung", strict=True),
    ("立方米", "m3"),
    ("摄氏度", "°c"),
    ("千帕", "kpa"),
    ("百帕", "hpa"),
    ("米/秒", "m/s"),
)
_UNIT = re.compile(r"(?P<unit>.+?)(?:\s+as\s+(?P<compound>.+?))?\s*(?:@(?P<state>.+))?")
_PER_VOLUME = re.compile(r"g[·.* ]?(n?)m\^?-3|g/(n?)m\^?3")
_QUANTITY = re.compile(r"(-?\d+(?:\.\d+)?)(\D+)")


class UnitError(ValueError):
    """Two units between which nothing converts."""


class _Stated(NamedTuple):
    unit: str
    compound: str | None
    state: State | None


def factor(channel: str, unit: str) -> float:
    """What a value of `channel` sent in `unit` is multiplied with to be in the channel's canonical unit.

    A channel without a row of its own (an HJ 212 code, also one that means the same as a named channel) stays in the
    unit of the registry. Raises UnitError; also for K and °F, which are no multiples of °C.
    """
    scale, offset = linear(channel, unit)
    if offset:
        kept = _CHANNEL[channel].unit
        raise UnitError(f"{channel}: {unit!r} is no multiple of {kept}; the mapping file can convert it (unit = …)")
    return scale


def multiplier(channel: str, unit: str) -> float:
    """`factor`, NaN where the unit does not convert: such values are refused one by one, with that reason."""
    try:
        return factor(channel, unit)
    except UnitError:
        return float("nan")


def linear(channel: str, unit: str) -> tuple[float, float]:
    """Scale and offset, the offset in the canonical unit, from `unit` to that of `channel`; raises UnitError."""
    known = _CHANNEL.get(channel)
    if known is None:
        return 1.0, 0.0
    try:
        stated = _parse(unit)
        if known.unit == "°C" and stated.unit in _TEMPERATURE and stated[1:] == (None, None):
            return _TEMPERATURE[stated.unit]
        return (_concentration(known, stated) if known.pollutant else _simple(known, stated)), 0.0
    except UnitError as error:
        raise UnitError(f"{channel}: {unit!r} does not convert to {known.unit}{error}") from None


def molar_volume(state: State = REFERENCE) -> float:
    """Of an ideal gas in this state, L/mol."""
    return MOLAR_VOLUME * expansion(state)


def expansion(state: State) -> float:
    """How much larger a volume of gas is in this state than in the reference state: V ∝ T / p."""
    return state.kelvin / REFERENCE.kelvin * (REFERENCE.hpa / state.hpa)


def per_ppb(molar_mass: float, state: State = REFERENCE) -> float:
    """The mass concentration of 1 ppb of a gas of g/mol, in µg/m³: M / molar volume."""
    return molar_mass / molar_volume(state)


def _concentration(known: Channel, stated: _Stated) -> float:
    """Volume to mass is c[µg/m³] = c[ppb] · M / 24.465; a mass in another state is spread over another volume."""
    if known.name in PARTICLES and stated.state is not None:
        raise UnitError(": particles are kept at the temperature and pressure of the air, leave out the state")
    equivalent, molar_mass = _equivalent(known, stated.compound)
    kept, unit = _plain(known.unit), stated.unit
    if kept in _MASS and unit in _FRACTION and molar_mass:
        return _FRACTION[unit] * molar_mass / MOLAR_VOLUME / _MASS[kept]
    if kept in _FRACTION and unit in _FRACTION:
        return _FRACTION[unit] / _FRACTION[kept]
    spread = expansion(stated.state) if stated.state not in (None, REFERENCE) else 1.0
    if kept in _MASS and unit in _MASS:
        return _MASS[unit] / _MASS[kept] * equivalent * spread
    if kept in _FRACTION and unit in _MASS and molar_mass:
        return _MASS[unit] * MOLAR_VOLUME / molar_mass / _FRACTION[kept] * spread
    raise UnitError(_hint(known, unit))


def _hint(known: Channel, unit: str) -> str:
    if unit in _FRACTION and known.name in MIXTURES:
        return ": of a mixture say what it was calibrated with, e.g. 'ppb as isobutylene'"
    return f"; there are {', '.join(_MASS)}, and of gases {', '.join(_FRACTION)}"


def _equivalent(known: Channel, compound: str | None) -> tuple[float, float | None]:
    """What a mass of a mixture given as a compound is multiplied with, and the g/mol by which a fraction is a mass.

    NMHC is kept as carbon; TVOC as what it was calibrated with.
    """
    if compound is None:
        return 1.0, known.molar_mass
    if compound not in COMPOUNDS or known.name not in MIXTURES:
        raise UnitError(f"; 'as' is for {', '.join(MIXTURES)}, as one of {', '.join(COMPOUNDS)}")
    molar_mass, carbons = COMPOUNDS[compound]
    if known.molar_mass is None:
        return 1.0, molar_mass
    return carbons * known.molar_mass / molar_mass, carbons * known.molar_mass


def _simple(known: Channel, stated: _Stated) -> float:
    """Units of weather, between which there is only a size."""
    kept = _plain(known.unit)
    for sizes in _SIMPLE:
        if kept in sizes and stated.unit in sizes and stated[1:] == (None, None):
            return sizes[stated.unit] / sizes[kept]
    there_are = [*_TEMPERATURE] if kept == "°c" else next([*sizes] for sizes in _SIMPLE if kept in sizes)
    raise UnitError(f"; there are {', '.join(there_are)}")


def _plain(text: str) -> str:
    """One spelling for all: ASCII but for °, lower case."""
    plain = unicodedata.normalize("NFKC", text.replace("º", "°")).lower().strip()
    for spelling, usual in _SPELLINGS:
        plain = plain.replace(spelling, usual)
    return _PER_VOLUME.sub(lambda found: f"g/{found[1] or found[2] or ''}m3", plain)


def _parse(text: str) -> _Stated:
    found = _UNIT.fullmatch(_plain(text))
    if found is None:
        raise UnitError("")
    unit, compound, state = found["unit"], found["compound"], found["state"]
    if unit in ("ppmc", "ppbc") and compound is None:
        unit, compound = unit[:-1], "c"
    if unit.endswith("/nm3"):
        if state is not None:
            raise UnitError(": Nm³ is a state already")
        return _Stated(unit.replace("nm3", "m3"), compound, STANDARD)
    return _Stated(unit, compound, None if state is None else _state(state))


def _state(text: str) -> State:
    """From `25°c`, `273.15k,101.3kpa` …; the reference state's for what is left out."""
    kelvin, hpa = None, None
    for part in text.replace(" ", "").split(","):
        found = _QUANTITY.fullmatch(part)
        if found and found[2] in _TEMPERATURE and kelvin is None:
            scale, offset = _TEMPERATURE[found[2]]
            kelvin = float(found[1]) * scale + offset + 273.15
        elif found and found[2] in _PRESSURE and hpa is None:
            hpa = float(found[1]) * _PRESSURE[found[2]]
        else:
            raise UnitError(f": no state: {part!r}; write it as 0°C,101.325kPa")
    state = State(REFERENCE.kelvin if kelvin is None else kelvin, REFERENCE.hpa if hpa is None else hpa)
    if not (200 <= state.kelvin <= 500 and 300 <= state.hpa <= 2000):
        raise UnitError(f": {state.kelvin:g} K, {state.hpa:g} hPa is no state in which air is measured")
    return state
