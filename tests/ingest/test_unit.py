"""Units as devices state them, against values worked by hand; the arithmetic is beside each."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.channel import CHANNELS
from ingest.unit import REFERENCE, STANDARD, State, UnitError, factor, linear, molar_volume, multiplier, per_ppb

GASES = ("so2", "no2", "o3", "co", "nmhc", "ch4", "tvoc")
R = 8.314462618  # J/(mol K), CODATA 2018


@pytest.mark.parametrize(
    ("gas", "molar_mass", "expected"),
    [
        # GB 3095-2026 §4.3: 298.15 K, 1013.25 hPa, 24.465 L/mol; µg/m³ of a ppb
        ("SO2", 64.066, 2.619),  # 64.066 / 24.465 = 2.6187
        ("NO2", 46.006, 1.880),  # 46.006 / 24.465 = 1.8805
        ("NO", 30.006, 1.226),  # 30.006 / 24.465 = 1.2265
        ("O3", 47.998, 1.962),  # 47.998 / 24.465 = 1.9619
        ("CO", 28.010, 1.145),  # 28.010 / 24.465 = 1.1449, mg/m³ of a ppm
        ("H2S", 34.081, 1.393),  # 34.081 / 24.465 = 1.3931
        ("NH3", 17.031, 0.696),  # 17.031 / 24.465 = 0.6961
        ("benzene", 78.114, 3.193),  # 78.114 / 24.465 = 3.1929
        ("toluene", 92.141, 3.766),  # 92.141 / 24.465 = 3.7662
        ("xylene", 106.168, 4.339),  # 106.168 / 24.465 = 4.3396
        ("isobutylene", 56.108, 2.293),  # 56.108 / 24.465 = 2.2934
    ],
)
def test_the_mass_of_a_ppb_at_the_reference_state(gas: str, molar_mass: float, expected: float) -> None:
    assert per_ppb(molar_mass) == pytest.approx(expected, abs=1e-3), gas


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("so2", 2.619),
        ("no2", 1.880),
        ("o3", 1.962),
        ("co", 1.145e-3),  # kept in mg/m³: 28.010 / 24.465 / 1000
    ],
)
def test_a_ppb_of_a_named_gas(channel: str, expected: float) -> None:
    assert factor(channel, "ppb") == pytest.approx(expected, rel=5e-4)
    assert factor(channel, "ppm") == pytest.approx(1000 * expected, rel=5e-4)
    assert factor(channel, "ppt") == pytest.approx(expected / 1000, rel=5e-4)


@pytest.mark.parametrize(
    ("molar_mass", "expected"),
    [
        (64.066, 2.86),  # SO2: 64.066 / 22.414 = 2.858
        (46.006, 2.05),  # NO2: 46.006 / 22.414 = 2.053
        (12.011, 0.536),  # NMHC as C: 12.011 / 22.414 = 0.5359, mg/m³ of a ppmC
    ],
)
def test_the_mass_of_a_ppb_at_the_standard_state_of_stacks(molar_mass: float, expected: float) -> None:
    assert per_ppb(molar_mass, STANDARD) == pytest.approx(expected, abs=4e-3)


def test_a_mole_takes_22_4_litres_in_the_standard_state() -> None:
    assert molar_volume() == 24.465
    assert molar_volume(STANDARD) == pytest.approx(22.414, abs=1e-3)  # 24.465 · 273.15 / 298.15 = 22.4136


@pytest.mark.parametrize(
    ("channel", "unit", "sent", "kept"),
    [
        ("so2", "µg/m³@0°C", 100, 91.615),  # warmer and thus thinner: 100 · 273.15 / 298.15
        ("so2", "mg/Nm³", 0.1, 91.615),
        ("so2", "mg/m³@273.15K", 0.1, 91.615),
        ("so2", "µg/m³@20°C,101.325kPa", 100, 98.323),  # 100 · 293.15 / 298.15
        ("so2", "µg/m³@95kPa", 100, 106.658),  # 100 · 1013.25 / 950
        ("so2", "µg/m³@950hPa,25°C", 100, 106.658),
        ("so2", "µg/m³ @ 10°C, 980 hPa", 100, 98.192),  # 100 · 283.15 / 298.15 · 1013.25 / 980
        ("no2", "µg/m³@25°C", 40, 40),
        ("no2", "µg/m³@77°F", 40, 40),  # (77 − 32) / 1.8 = 25
        ("no2", "ppb@0°C", 10, 18.805),  # a fraction is the same in every state: 10 · 46.006 / 24.465
        ("nmhc", "mg/m³@0°C", 60, 54.969),  # 60 · 273.15 / 298.15
        ("nmhc", "ppmC", 100, 49.0946),  # 100 · 12.011 / 24.465
        ("nmhc", "ppm as propane", 1, 1.47284),  # 3 · 12.011 / 24.465
        ("nmhc", "mg/m³ as CH4", 4, 2.99471),  # 4 · 12.011 / 16.043
        ("nmhc", "mg/m³ as CH4@0°C", 4, 2.74360),  # … · 273.15 / 298.15
        ("tvoc", "ppb as isobutylene", 100, 0.229340),  # 100 · 56.108 / 24.465 / 1000
        ("tvoc", "mg/m³ as toluene", 2, 2),
        ("ch4", "mg/m³@0°C", 1.4315, 1.99994),  # 1.4315 · 273.15 / 298.15 · 24.465 / 16.043
        ("ch4", "%", 0.5, 5000),
        ("pm25", "ng/m³", 35_200, 35.2),
        ("pm10", "mg/m³", 0.08, 80),
        ("pm25", "ng/m3", 1, 0.001),
        ("pressure", "kPa", 101.3, 1013),
        ("pressure", "Pa", 101_300, 1013),
        ("pressure", "mmHg", 760, 1013.25),
        ("wind_speed", "km/h", 36, 10),
        ("wind_speed", "kn", 10, 5.14444),  # 10 · 1852 / 3600
        ("humidity", "%RH", 55, 55),
    ],
)
def test_hand_worked_values(channel: str, unit: str, sent: float, kept: float) -> None:
    assert sent * factor(channel, unit) == pytest.approx(kept, rel=2.5e-5)


def test_a_ppb_in_the_devices_state_is_what_is_printed_for_stacks() -> None:
    """µg/m³ in the device's state, per ppb: both are brought to the reference state, so their quotient is that."""
    assert factor("so2", "ppb") / factor("so2", "µg/m³@0°C") == pytest.approx(2.858, abs=1e-3)
    assert factor("no2", "ppb") / factor("no2", "µg/Nm³") == pytest.approx(2.053, abs=1e-3)
    assert factor("nmhc", "ppmC") / factor("nmhc", "mg/m³@0°C") == pytest.approx(0.536, abs=1e-3)


@pytest.mark.parametrize(
    "unit",
    ["µg/m³", "μg/m³", "ug/m3", "UG/M3", "µg m⁻³", "μg·m⁻³", "ug/m^3", "ug.m-3", "微克/立方米", " µg/m³ ", "µg/㎥"],
)
def test_spellings_of_one_unit(unit: str) -> None:
    assert factor("no2", unit) == 1


@pytest.mark.parametrize("unit", ["mg/Nm3", "mg/Nm³", "mg/m3@0C", "mg/m³@0℃", "毫克/立方米@0°C", "mg·Nm⁻³"])
def test_spellings_of_the_standard_state(unit: str) -> None:
    assert factor("nmhc", unit) == pytest.approx(273.15 / 298.15)


@pytest.mark.parametrize(
    ("channel", "unit", "why"),
    [
        ("pm25", "µg/m³@0°C", "particles are kept at the temperature and pressure of the air"),
        ("pm10", "mg/Nm³", "particles"),
        ("pm25", "ppb", "there are ng/m3"),
        ("tvoc", "ppb", "ppb as isobutylene"),
        ("nmhc", "ppm as kerosene", "as one of c, methane"),
        ("so2", "ppb as C", "'as' is for nmhc, tvoc"),
        ("so2", "µg/m³@25", "write it as 0°C,101.325kPa"),
        ("so2", "µg/m³@", ""),
        ("so2", "µg/m³@0K", "no state in which air is measured"),
        ("so2", "µg/m³@0hPa", "no state in which air is measured"),
        ("so2", "µg/m³@101325kPa", "no state"),
        ("so2", "µg/m³@0°C,20°C", "no state"),
        ("so2", "mg/Nm³@20°C", "Nm³ is a state already"),
        ("so2", "", ""),
        ("so2", "furlong", "there are"),
        ("temperature", "m/s", "there are °c"),
        ("temperature", "K@0°C", ""),
        ("pressure", "kPa@0°C", "there are pa"),
        ("humidity", "ppm", "there are %"),
    ],
)
def test_what_does_not_convert_says_why(channel: str, unit: str, why: str) -> None:
    with pytest.raises(UnitError, match=channel) as refused:
        factor(channel, unit)
    assert why in str(refused.value)
    assert multiplier(channel, unit) != multiplier(channel, unit)  # NaN


@pytest.mark.parametrize(
    ("unit", "sent", "celsius"), [("K", 298.15, 25), ("°F", 212, 100), ("°F", -40, -40), ("℃", 3, 3)]
)
def test_temperatures_have_an_offset_too(unit: str, sent: float, celsius: float) -> None:
    scale, offset = linear("temperature", unit)
    assert sent * scale + offset == pytest.approx(celsius)


def test_what_is_no_multiple_is_refused_where_only_a_factor_can_be_used() -> None:
    with pytest.raises(UnitError, match="mapping file"):
        factor("temperature", "K")


@pytest.mark.parametrize("code", ["a24088", "a05002", "a21026", "a25002", "d10001", "SB1"])
def test_a_code_stays_in_the_unit_of_the_registry(code: str) -> None:
    """Also where it means the same as a named channel: whoever wants it converted registers the name."""
    assert linear(code, "ng/m³") == (1, 0)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_the_canonical_unit_of_a_channel_is_taken_as_it_is(channel: object) -> None:
    assert linear(channel.name, channel.unit) == (1, 0)  # type: ignore[attr-defined]


STATES = st.builds(State, st.floats(233, 423), st.floats(700, 1100))


def stated(unit: str, state: State) -> str:
    """A unit in a state, as the registry has it."""
    return f"{unit}@{state.kelvin:.6f}K,{state.hpa:.6f}hPa"


@given(st.sampled_from(["so2", "no2", "o3", "co", "ch4", "nmhc"]), STATES, st.floats(1e-3, 1e6))
def test_a_fraction_by_the_gas_law_to_a_mass_in_any_state_and_back(channel: str, state: State, ppb: float) -> None:
    """c = x · p · M / (R · T), of ppb and hPa in µg/m³."""
    molar_mass = next(one.molar_mass for one in CHANNELS if one.name == channel)
    assert molar_mass is not None
    mass = ppb * 1e-9 * (state.hpa * 100) * molar_mass / (R * state.kelvin) * 1e6
    kept = mass * factor(channel, stated("µg/m³", state))
    assert kept / factor(channel, "ppb") == pytest.approx(ppb, rel=5e-5)  # 24.465 is rounded


@given(st.sampled_from(GASES), STATES, st.floats(0, 1e6))
def test_there_and_back_by_a_thousand_each_way(channel: str, state: State, value: float) -> None:
    units = [stated(unit, state) for unit in ("ng/m³", "µg/m³", "mg/m³", "g/m³")]
    for smaller, larger in pairwise(units):
        assert value * factor(channel, smaller) == pytest.approx(value / 1000 * factor(channel, larger))


@given(st.sampled_from(GASES), STATES)
def test_the_colder_and_the_denser_the_less_is_left_of_a_mass(channel: str, state: State) -> None:
    warmer = state._replace(kelvin=state.kelvin + 10)
    denser = state._replace(hpa=state.hpa + 10)
    here = factor(channel, stated("mg/m³", state))
    assert factor(channel, stated("mg/m³", warmer)) > here > factor(channel, stated("mg/m³", denser))
    assert factor(channel, stated("mg/m³", REFERENCE)) == pytest.approx(factor(channel, "mg/m³"))


@given(st.sampled_from([channel.name for channel in CHANNELS]), st.text(max_size=30))
def test_no_text_does_worse_than_not_to_convert(channel: str, unit: str) -> None:
    assert isinstance(multiplier(channel, unit), float)
