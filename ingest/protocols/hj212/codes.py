"""The code tables of HJ 212: commands, and the pollutant codes of 2005 with their names since 2017."""

import re

COMMANDS = {
    1000: "set time-out and retries",
    1001: "hardware of the logger (2025)",
    1002: "set MN (2025)",
    1011: "time of the logger",
    1012: "set the time",
    1013: "asks for the time to be set",
    1014: "key for encryption (2025)",
    1061: "real-time interval",
    1062: "set the real-time interval",
    1063: "minute interval",
    1064: "set the minute interval",
    1072: "set the password",
    2011: "real-time data",
    2012: "end of real-time data",
    2013: "raw data of periodic analysers (2025)",
    2021: "state of facilities",
    2022: "end of the state of facilities",
    2031: "daily data",
    2041: "hours a facility ran in a day",
    2051: "minute data",
    2052: "single noise measurement (2025)",
    2061: "hourly data",
    2062: "check with a standard (2025)",
    2071: "alarm (2005)",
    2072: "alarm event (2005)",
    2081: "start of the logger",
    2111: "five-minute mean of a furnace (2025)",
    3011: "zero and span",
    3012: "sample now",
    3013: "clean or back-flush",
    3014: "comparison sample",
    3015: "sample kept of an exceedance",
    3016: "set the sampling cycle",
    3017: "sampling cycle",
    3018: "time of a sample",
    3019: "serial number of an instrument",
    3020: "log, state or parameter of an instrument",
    3021: "set a parameter",
    3022: "keep a sample now (2025)",
    3024: "start a check with a standard (2025)",
    9011: "answer to a request",
    9012: "result of a request",
    9013: "answer to a notification",
    9014: "answer to data",
    9015: "heartbeat (2025)",
}
"""HJ 212-2017 table 9, and what 2025 added."""

NOTIFICATIONS = frozenset({1001, 1013, 2012, 2022, 9015})
"""Answered by 9013; everything else by 9014."""

_WATER = frozenset({"21", "24", "26", "32", "33", "34"})

# HJ 212-2017 annex B prints the code of 2005 beside the new one.
_SINCE_2005 = """
B01 w00000  001 w01001  002 w01002  003 w01012  010 w01017  011 w01018  015 w01020  550 w02003  570 w03001  571 w03002
520 w19002  039 w20012  037 w20023  040 w20038  038 w20061  041 w20089  036 w20092  020 w20111  021 w20113  022 w20115
023 w20116  024 w20117  026 w20119  027 w20120  028 w20121  029 w20122  030 w20123  031 w20124  032 w20125  033 w20126
034 w20127  035 w20128  065 w21001  060 w21003  062 w21004  063 w21006  064 w21007  101 w21011  070 w21016  072 w21017
071 w21019  090 w21022  080 w22001  110 w23002  540 w25043  350 w33001  351 w33007  061 w99001
B02 a00000  S01 a19001  S02 a01011  S03 a01012  S04 a01017  S05 a01014  S06 a01015  S07 a01016  S08 a01013
01 a34013   02 a21026   03 a21002   04 a21005   05 a21028   06 a21018   07 a21017   08 a21024   09 a34038   10 a21001
11 a21022   12 a99051   13 a30022   14 a34039   15 a34040   17 a25003   18 a25005   19 a31001   20 a25044   21 a26001
22 a25023   23 a25010   24 a99049   25 a24087   26 a31002   27 a23001   28 a30001   29 a24046   30 a05001   31 a20057
32 a20043   33 a20025   34 a20091   35 a20063   36 a20016   37 a01010
"""
SINCE_2005: dict[str, str] = dict(re.findall(r"(\w+) ([aw]\d{5})", _SINCE_2005))
"""Code of 2005 → of 2017. None looks like one of 2017, so that it needs no edition to tell them apart."""


def current(code: str, st: str) -> str:
    """The code of 2017 for a code as sent; one of five digits has lost its letter, as in the standard's sample C.14."""
    if code in SINCE_2005:
        return SINCE_2005[code]
    if len(code) == 5 and code.isdecimal() and code.isascii():
        return ("w" if st in _WATER else "a") + code
    return code
