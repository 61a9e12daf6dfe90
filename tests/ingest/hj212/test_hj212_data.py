"""What HJ 212 frames say: values at their minute, statistics from the start of their period, notes."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.frame import Note, Statistic
from ingest.protocols.hj212.codes import SINCE_2005
from tests.support.hj212 import AT, DATA_TIME, MN, QN, frame, message, raw, reasons, said

TIME = f"DataTime={DATA_TIME}"


def values(cp: str, cn: int = 2011, **header: object) -> dict[str, float | None]:
    """The values of the one frame there is."""
    (sent,) = said(frame(cp, cn, **header)).frames
    return sent.values


@pytest.mark.parametrize("system", ["22", "27", "31", "39", "44", "45"])
def test_real_time_values_are_at_the_minute_of_data_time_in_utc_plus_8(system: str) -> None:
    decoded = said(frame(f"{TIME};a24088-Rtd=1.25,a24088-Flag=N;a34004-Rtd=35.2,a34004-Flag=D", st=system))
    (sent,) = decoded.frames
    assert (sent.device_id, sent.minute) == (MN, AT)
    assert sent.values == {"a24088": 1.25, "a34004": 35.2}
    assert sent.flags == {"a24088": "N", "a34004": "D"}
    assert not decoded.rejects
    assert not decoded.statistics


def test_a_minute_after_midnight_is_of_the_day_before_in_utc() -> None:
    (sent,) = said(frame("DataTime=20260801000059;a24088-Rtd=1")).frames
    assert sent.minute == datetime(2026, 7, 31, 16, 0, tzinfo=UTC)


def test_electricity_and_production_keep_their_codes() -> None:
    assert values(f"{TIME};d10001-Rtd=12.5,d10001-Flag=N", st="44", flag=9) == {"d10001": 12.5}
    assert values(f"{TIME};p10001-Rtd=80,p10001-Flag=N", st="45", flag=9) == {"p10001": 80}


def test_a_value_without_a_flag_is_unflagged() -> None:
    (sent,) = said(frame(f"{TIME};a24088-Rtd=1.25;a34004-Rtd=2,a34004-Flag=")).frames
    assert sent.flags == {"a24088": "?", "a34004": "?"}


def test_letters_that_nobody_knows_are_passed_on_and_small_ones_are_meant_as_large_ones() -> None:
    (sent,) = said(frame(f"{TIME};a24088-Rtd=1,a24088-Flag=Q;a34004-Rtd=2,a34004-flag=n")).frames
    assert sent.flags == {"a24088": "Q", "a34004": "N"}


def test_what_else_stands_beside_a_real_time_value_is_left_out() -> None:
    cp = f"{TIME};a05002-Rtd=-0.94,a05002-ZsRtd=-1.1,a05002-EFlag=A01,a05002-SampleTime=,a05002-Flag=N;a05002-Cou=0.00"
    (sent,) = said(frame(cp)).frames
    assert sent.values == {"a05002": -0.94}
    assert sent.flags == {"a05002": "N"}


def test_a_mean_stands_in_for_a_real_time_value_that_is_not_there() -> None:
    assert values(f"{TIME};a24088-Avg=3;a34004-Avg=4,a34004-Rtd=5") == {"a24088": 3, "a34004": 5}


def test_of_a_factor_that_comes_twice_the_first_counts() -> None:
    assert values(f"{TIME};a24088-Rtd=1,a24088-Rtd=2;01-Rtd=3;a34013-Rtd=4") == {"a24088": 1, "a34013": 3}


def test_a_flag_without_a_value_says_why_there_is_none() -> None:
    decoded = said(frame(f"{TIME};a24088-Rtd=,a24088-Flag=D;a34004-Flag=M;a34002-Rtd= ,a34002-Flag=N"))
    (sent,) = decoded.frames
    assert sent.values == {}
    assert sent.flags == {"a24088": "D", "a34004": "M"}
    assert not decoded.rejects


@pytest.mark.parametrize("text", ["--", "NaN", "inf", "-Infinity", "1e400", "null", "<0.5", "1_000", "1.2.3", "3 mg"])
def test_a_bad_value_costs_only_itself(text: str) -> None:
    decoded = said(frame(f"{TIME};a24088-Rtd={text},a24088-Flag=N;a34004-Rtd=35.2,a34004-Flag=N"))
    assert reasons(decoded) == ["value"]
    assert "a24088-Rtd" in decoded.rejects[0].detail
    assert decoded.frames[0].values == {"a34004": 35.2}


def test_a_sample_without_a_time_costs_only_itself() -> None:
    cp = f"{TIME};a24088-SampleTime=yesterday,a24088-Avg=1;a05002-Avg=2"
    decoded = said(frame(cp, 2013, flag=9))
    assert reasons(decoded) == ["time"]
    assert "a24088-SampleTime is 'yesterday'" in decoded.rejects[0].detail
    assert [sent.values for sent in decoded.frames] == [{"a05002": 2}]


@pytest.mark.parametrize("cp", ["", ";", TIME, f"{TIME};", f"{TIME};a24088-Cou=1", f"{TIME};&"])
def test_a_frame_without_values_is_refused_but_claimed(cp: str) -> None:
    decoded = said(frame(cp))
    assert reasons(decoded) == ["empty"]
    assert decoded.claims[0].reply is not None


@pytest.mark.parametrize(
    "time",
    ["", "PNO=1", "DataTime=", "DataTime=2026080108", "DataTime=20261301085857",
     "DataTime=２０２６０８０１０８５８５７", "DataTime=0001010100000",
     "DataTime=00010101000000", "DataTime=2026-08-01 08:58", "DataTime=20260801085861"],
)  # fmt: skip
def test_a_frame_without_a_time_is_refused_but_claimed(time: str) -> None:
    decoded = said(frame(f"{time};a24088-Rtd=1"))
    assert reasons(decoded) == ["time"]
    assert not decoded.frames
    assert decoded.claims[0].reply is not None


def test_codes_of_2005_are_those_of_2017() -> None:
    cp = "DataTime=20160824003817;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N"
    decoded = said(raw(f"ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&{cp}&&"), "LD130133000015")
    assert decoded.frames[0].values == {"w00000": 36.91, "w01018": 231.0, "w21003": 1.803}
    assert decoded.frames[0].flags == {"w00000": "?", "w01018": "N", "w21003": "N"}


@pytest.mark.parametrize(
    ("old", "new"),
    [("01", "a34013"), ("02", "a21026"), ("03", "a21002"), ("04", "a21005"), ("05", "a21028"), ("10", "a21001"),
     ("17", "a25003"), ("18", "a25005"), ("25", "a24087"), ("B02", "a00000"), ("S01", "a19001"), ("S02", "a01011"),
     ("S03", "a01012"), ("S05", "a01014"), ("S08", "a01013"), ("011", "w01018"), ("060", "w21003"), ("065", "w21001"),
     ("101", "w21011"), ("001", "w01001")],
)  # fmt: skip
def test_the_table_of_annex_b(old: str, new: str) -> None:
    assert SINCE_2005[old] == new


def test_no_new_code_has_two_old_ones() -> None:
    assert len(SINCE_2005) == len(set(SINCE_2005.values())) == 93


def test_a_code_that_lost_its_letter_as_in_sample_c14_gets_that_of_its_system() -> None:
    assert values(f"{TIME};01018-Rtd=36,01018-Flag=N", st="32") == {"w01018": 36}
    assert values(f"{TIME};24088-Rtd=36,24088-Flag=N", st="27") == {"a24088": 36}


def test_names_of_vendors_are_passed_on_as_they_are() -> None:
    assert values(f"{TIME};PM2.5-Rtd=35;O3-Rtd=60;ele01-Rtd=1") == {"PM2.5": 35, "O3": 60, "ele01": 1}


def test_the_state_of_facilities_is_good() -> None:
    (sent,) = said(frame(f"{TIME};SB1-RS=1;SB12-RS=0", 2021)).frames
    assert (sent.minute, sent.values, sent.flags) == (AT, {"SB1": 1, "SB12": 0}, {})


def test_raw_data_are_at_the_time_of_the_sample_where_that_is_known() -> None:
    cp = (
        f"{TIME};a24088-SampleTime=20260801085000,a24088-CompleteTime=20260801085500,a24088-SampleType=1,"
        "a24088-Avg=1.25,a24088-Flag=N;a05002-SampleTime=,a05002-Avg=2,a05002-Flag=C"
    )
    early, late = sorted(said(frame(cp, 2013, st="27", flag=9)).frames, key=lambda sent: sent.minute)
    assert (early.minute, early.values, early.flags) == (AT - timedelta(minutes=8), {"a24088": 1.25}, {"a24088": "N"})
    assert (late.minute, late.values, late.flags) == (AT, {"a05002": 2}, {"a05002": "C"})


@pytest.mark.parametrize("command", [2031, 2051, 2061, 2111])
def test_statistics_are_from_the_start_of_their_period(command: int) -> None:
    cp = (
        "DataTime=20260801080000;a24088-Min=1.2,a24088-Avg=12.345,a24088-Max=30.1,a24088-Flag=N;"
        "a21026-ZsMin=1,a21026-ZsAvg=2,a21026-ZsMax=3,a21026-Cou=4,a21026-Avg=5,a21026-ZsCou=6"
    )
    payload = frame(cp, command)
    start = datetime(2026, 8, 1, 0, 0, tzinfo=UTC)
    assert said(payload).statistics == [
        Statistic(
            message(payload), MN, command, start, "a24088", 1.2, 12.345, 30.1, None, None, None, None, "N"
        ),
        Statistic(message(payload), MN, command, start, "a21026", None, 5, None, 4, 1, 2, 3, "?"),
    ]  # fmt: skip


@pytest.mark.parametrize("command", [2031, 2061, 2111])
def test_only_minute_data_are_values_too(command: int) -> None:
    assert not said(frame("DataTime=20260801080000;a24088-Avg=1", command)).frames


def test_the_means_of_minute_data_are_the_values_of_their_first_minute() -> None:
    cp = "DataTime=20260801085000;a24088-Min=1,a24088-Avg=2,a24088-Max=3,a24088-Flag=N;a34004-Avg=4;a34002-Flag=D"
    decoded = said(frame(cp, 2051))
    (sent,) = decoded.frames
    assert sent.minute == datetime(2026, 8, 1, 0, 50, tzinfo=UTC)
    assert sent.values == {"a24088": 2, "a34004": 4}
    assert sent.flags == {"a24088": "N", "a34004": "?", "a34002": "D"}
    assert len(decoded.statistics) == 3


def test_a_bad_value_of_minute_data_is_refused_once() -> None:
    decoded = said(frame("DataTime=20260801085000;a24088-Avg=--,a24088-Max=3,a24088-Flag=N", 2051))
    assert reasons(decoded) == ["value"]
    assert [(row.mean, row.high) for row in decoded.statistics] == [(None, 3)]
    assert not decoded.frames


def test_noise_has_its_mean_under_another_name() -> None:
    (row,) = said(frame("DataTime=20260801080000;Leq-Data=55.2,Leq-Flag=N", 2061, st="23")).statistics
    assert (row.code, row.mean) == ("Leq", 55.2)


def test_statistics_of_nothing_are_refused() -> None:
    assert reasons(said(frame("DataTime=20260801080000;a24088-ValidNum=10", 2061))) == ["empty"]


NOTES = {
    "hours of a facility": (2041, f"{TIME};SB1-RT=23.5", [("SB1", "RT", "23.5")]),
    "a check with a standard": (
        2062,
        f"{TIME};a24088-SampleRd=9.8;a24088-StandardValue=10;a24088-ResultType=1",
        [("a24088", "SampleRd", "9.8"), ("a24088", "StandardValue", "10"), ("a24088", "ResultType", "1")],
    ),
    "the start of the logger": (2081, f"{TIME};RestartTime=20260801080000", [("", "RestartTime", "20260801080000")]),
    "a serial number": (3019, f"{TIME};PolId=a24088;a24088-SN=A-17", [("a24088", "SN", "A-17")]),
    "a log": (3020, f"{TIME};PolId=a24088;i11001-Info=//仪器清洗//", [("a24088", "i11001", "仪器清洗")]),
    "a log with separators": (
        3020,
        f"{TIME};PolId=a24088,i11001-Info=//a=1;b=2, c&&d: http://x//;i12001-Info=0",
        [("a24088", "i11001", "a=1;b=2, c&&d: http://x"), ("a24088", "i12001", "0")],
    ),
    "a log with separators at the end": (3020, f"{TIME};i11001-Info=//a=1;b//", [("", "i11001", "a=1;b")]),
    "a log that does not end": (
        3020,
        f"{TIME};i11001-Info=//ab;i12001-Info=0",
        [("", "i11001", "//ab"), ("", "i12001", "0")],
    ),
    "states of several factors, one of 2005": (
        3020,
        f"{TIME};PolId=w01019,i12001-Info=0;PolId=011,i12001-Info=2",
        [("w01019", "i12001", "0"), ("w01018", "i12001", "2")],
    ),
    "the logger itself": (3020, f"{TIME};i22001-Info=0", [("", "i22001", "0")]),
    "a blank after PolId": (3020, f"{TIME};PolId =a24088;i13007-Info=1.2", [("a24088", "i13007", "1.2")]),
    "comma between times, as in the standard's sample C.23": (
        3020,
        f"{TIME};BeginTime=20260801000000,EndTime=20260801080000",
        [("", "BeginTime", "20260801000000"), ("", "EndTime", "20260801080000")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NOTES)
def test_what_a_logger_says_of_itself_becomes_notes(what: str) -> None:
    command, cp, expected = NOTES[what]
    payload = frame(cp, command)
    decoded = said(payload)
    at = AT + timedelta(seconds=57)
    assert decoded.notes == [Note(message(payload), MN, command, at, *note) for note in expected]
    assert not decoded.rejects
    assert not decoded.frames


def test_a_note_without_a_time_is_of_the_time_of_its_frame() -> None:
    (note, _) = said(frame("i23005-Info=LOGGER;i23006-Info=CPU", 1001, flag=9)).notes
    assert (note.at, note.name, note.text) == (AT + timedelta(seconds=57), "i23005", "LOGGER")


def test_text_in_gbk_does_not_cost_the_frame() -> None:
    body = f"QN={QN};ST=31;CN=3020;PW=123456;MN={MN};Flag=5;CP=&&{TIME};i11001-Info=//仪器清洗//&&".encode("gbk")
    (note,) = said(raw(body)).notes
    assert note.text == "仪器清洗"


def test_len_that_counts_chinese_characters_as_one_is_not_held_against_the_frame() -> None:
    payload = frame(f"{TIME};i11001-Info=//仪器清洗//", 3020)
    short = b"##%04d%b" % (int(payload[2:6]) - 8, payload[6:])
    assert [note.text for note in said(short).notes] == ["仪器清洗"]


def test_what_the_database_cannot_hold_is_replaced() -> None:
    (note,) = said(frame(f"{TIME};i11001-Info=//a\0b//", 3020)).notes
    assert note.text == "a\ufffdb"
