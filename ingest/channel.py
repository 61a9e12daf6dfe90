"""The quantities a device can send: unit, plausible range, molar mass and names, one row each."""

import re
from dataclasses import dataclass

MICROGRAM = "µg/m³"
MILLIGRAM = "mg/m³"


@dataclass(frozen=True, slots=True)
class Channel:
    """One quantity; `low`…`high` is what the air can plausibly hold, in `unit`; `code` is its HJ 212 / HJ 524 code."""

    name: str
    unit: str
    low: float
    high: float
    zh: str
    en: str
    code: str
    molar_mass: float | None = None  # g/mol, gases only
    pollutant: bool = True


# The order is that of the columns of `station_reading` and of the bytes of its `qc`: append only.
CHANNELS = (
    Channel("pm25", MICROGRAM, 0, 2000, "细颗粒物", "PM2.5", "a34004"),
    Channel("pm10", MICROGRAM, 0, 5000, "可吸入颗粒物", "PM10", "a34002"),
    Channel("so2", MICROGRAM, 0, 5000, "二氧化硫", "SO2", "a21026", 64.066),
    Channel("no2", MICROGRAM, 0, 5000, "二氧化氮", "NO2", "a21004", 46.006),
    Channel("o3", MICROGRAM, 0, 2000, "臭氧", "O3", "a05024", 47.998),
    Channel("co", MILLIGRAM, 0, 200, "一氧化碳", "CO", "a21005", 28.010),
    Channel("tvoc", MILLIGRAM, 0, 500, "总挥发性有机物", "TVOC", "a99054"),
    Channel("nmhc", MILLIGRAM, 0, 500, "非甲烷总烃", "NMHC", "a24088", 12.011),
    Channel("ch4", "ppm", 0, 10000, "甲烷", "CH4", "a05002", 16.043),
    Channel("temperature", "°C", -60, 80, "气温", "temperature", "a01001", pollutant=False),
    Channel("humidity", "%", 0, 100, "相对湿度", "relative humidity", "a01002", pollutant=False),
    Channel("pressure", "hPa", 400, 1100, "气压", "pressure", "a01006", pollutant=False),
    Channel("wind_speed", "m/s", 0, 75, "风速", "wind speed", "a01007", pollutant=False),
    Channel("wind_direction", "°", 0, 360, "风向", "wind direction", "a01008", pollutant=False),
)
COLUMN = {channel.name: i for i, channel in enumerate(CHANNELS)}
POLLUTANTS = tuple(channel.name for channel in CHANNELS if channel.pollutant)

FACTOR = re.compile(r"a\d{5}")
"""A pollutant or condition beside the named channels: an HJ 212 / HJ 524 air code."""

CODE = re.compile(r"[a-z]\d{5}|SB\d{1,4}")
"""What a monitor may send besides the named channels: air codes, electricity (d…), production (p…), process codes, and
the state of a facility (SB…: 0 off, 1 running, 2 calibrating, 3 maintained, 4 alarm, 5 back-flushing)."""

NAME_OF_CODE = {channel.code: channel.name for channel in CHANNELS}

# HJ 212-2017 annex B: flow, and the conditions of the gas (a01…: velocity, temperature, pressure, humidity; oxygen).
_CONDITION = re.compile(r"a00000|a01\d{3}|a19001")


def is_pollutant(name: str) -> bool:
    """Whether more of this channel means pollution."""
    return name in POLLUTANTS or (FACTOR.fullmatch(name) is not None and not _CONDITION.fullmatch(name))
