"""HJ 212 frames: the standard's check sum, and everything loggers do to a frame that can still be read."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.protocols.hj212 import Frame, FrameError, build, crc, parse
from tests.support.hj212 import MN, QN, frame, raw, reasons, said

TAKEN = f"ST=31;CN=2011;PW=123456;MN={MN};Flag=4;CP=&&DataTime=20260801085857;a24088-Rtd=1.25,a24088-Flag=N&&"

# Annex A of HJ 212-2017 has the first; the others were computed beforehand by another program.
GOLDEN = {
    f"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN={MN};Flag=5;CP=&&RtdInterval=30&&": (101, 0x1C80),
    f"QN=20160801085857223;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&": (87, 0x3240),
    f"QN=20260801085857223;ST=22;CN=2011;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20260801085857;a34004-Rtd=35.2,"
    "a34004-Flag=N;a34002-Rtd=60.1,a34002-Flag=N;a24088-Rtd=1.234,a24088-Flag=N;a01001-Rtd=28.5,a01001-Flag=N&&": (
        231,
        0x7940,
    ),
    f"QN=20260801090000001;ST=31;CN=2061;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20260801080000;a24088-Min=1.2,"
    "a24088-Avg=12.345,a24088-Max=30.1,a24088-Flag=N;a00000-Cou=36000.0,a00000-Avg=10.0,a00000-Flag=N&&": (222, 0x24C0),
    f"QN=20260801090000534;ST=31;CN=2061;PW=123456;MN={MN};Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20260801080000;"
    "a24088-Avg=12.345,a24088-Flag=N&&": (155, 0xFB41),
    f"QN=20260801085857223;ST=31;CN=3020;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20260801085857;PolId=a24088;"
    "i11001-Info=//仪器清洗//&&": (152, 0x8081),
}

# Seen in networks that are at work; the CRC is theirs.
WILD = {
    "free MN, Flag of 2025 in 2021": "##0435QN=20210301111100112;ST=21;CN=2011;PW=123456;MN=ZLDSZ20210127;Flag=8;CP=&&"
    "DataTime=20210301111100;w01001-Rtd=8.33,w01001-Flag=N;w01009-Rtd=10.15,w01009-Flag=N;w01010-Rtd=9.7,"
    "w01010-Flag=N;w01014-Rtd=1425,w01014-Flag=N;w01003-Rtd=13.10,w01003-Flag=N;w21011-Rtd=0,w21011-Flag=N;"
    "w21001-Rtd=3.563168,w21001-Flag=N;w21003-Rtd=0.09055002,w21003-Flag=N;w01019-Rtd=4.102818,w01019-Flag=N;"
    "w01008-Rtd=0,w01008-Flag=N;w23002-Rtd=0,w23002-Flag=N&&7d00\r\n",
    "no QN, no Flag, milliseconds": "##0109ST=32;CN=2011;PW=123456;MN=NJGDKYYC202101q0001w0001;CP=&&"
    "DataTime=20210305003817000;ele01-Rtd=1;ele02-Rtd=0&&8c41\r\n",
    "MN of 15": "##0317QN=20191012133710130;ST=22;CN=2011;PW=123456;MN=Y80110010000010;Flag=4;CP=&&"
    "DataTime=20191012133710;a21005-Rtd=0.00,a21005-Flag=N;a21004-Rtd=0.00,a21004-Flag=N;a21007-Rtd=0.033,"
    "a21007-Flag=N;a21006-Rtd=0.036,a21006-Flag=N;a21001-Rtd=25.40,a21001-Flag=N;a21003-Rtd=101.94,a21003-Flag=N;"
    "a21002-Rtd=49.20,a21002-Flag=N&&cc01\r\n",
    "codes of four digits": "##0303QN=20191012133710130;ST=22;CN=2011;PW=123456;MN=Y80110010000010;Flag=4;CP=&&"
    "DataTime=20191012133710;a2106-Rtd=0.036,a2106-Flag=N;a2107-Rtd=0.033,a2107-Flag=N;a2104-Rtd=0.00,a2104-Flag=N;"
    "a2105-Rtd=0.00,a2105-Flag=N;a2102-Rtd=49.20,a2102-Flag=N;a2103-Rtd=101.94,a2103-Flag=N;a2101-Rtd=25.40,"
    "a2101-Flag=N&&71c0\r\n",
    "codes of three digits": "##0289QN=20191012133710130;ST=22;CN=2011;PW=123456;MN=Y80110010000010;Flag=4;CP=&&"
    "DataTime=20191012133710;a214-Rtd=0.00,a214-Flag=N;a215-Rtd=0.00,a215-Flag=N;a216-Rtd=0.036,a216-Flag=N;"
    "a217-Rtd=0.033,a217-Flag=N;a211-Rtd=25.40,a211-Flag=N;a212-Rtd=49.20,a212-Flag=N;a213-Rtd=101.94,"
    "a213-Flag=N&&5780\r\n",
    "a comma too many, FLAG, codes of 2005": "##0218ST=32;CN=2011;PW=123456;,MN=88888881234567;FLAG=0;CP=&&"
    "DataTime=20180306120000;001-Rtd=6.951,001-Flag=N;060-Rtd=23.400,060-Flag=N;011-Rtd=134.119,011-Flag=N;"
    "B01-Rtd=382.222,B01-Flag=N;B00-Rtd=156720160.000,B00-Flag=N&&2940",
}
WILD_NOTES = {
    "no password": "##0131QN=20200428011552615;ST=31;CN=2081;PW=;MN=MYHJ00000000000080011128;Flag=4;CP=&&"
    "DataTime=20200428011552;RestartTime=20200425120954&&47C0",
    "several PolId": "##0262QN=20190430101750562;ST=21;CN=3020;PW=624930;MN=A140100_2006;Flag=9;CP=&&"
    "DataTime=20190430101750;PolId=w01019,i12001-Info=0,i12002-Info=0;PolId=w21001,i12001-Info=0,i12002-Info=0;"
    "PolId=w21003,i12001-Info=0,i12002-Info=0;PolId=w21011,i12001-Info=0,i12002-Info=0&&FB41",
}
WRONG = {
    "1100": "##0275QN=20190901181526940;ST=32;CN=2011;PW=123456;MN=Y80110010000010;Flag=4;CP=&&"
    "DataTime=20190901181500;a21005-Rtd=1.760,a21005-Flag=N;a21026-Rtd=106.400,a21026-Flag=N;O3-Rtd=63.400,O3-Flag=N;"
    "a21004-Rtd=63.200,a21004-Flag=N;a34002-Rtd=9,a34002-Flag=N;a34004-Rtd=4,a34004-Flag=N&&1100\r\n",
    "4980": "##0136ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817;B01-Rtd=36.91;"
    "011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980\r\n",
    "f9c1": "##0213QN=20191012133710130;ST=22;CN=2011;PW=123456;MN=Y80110010000010;Flag=4;CP=&&"
    "DataTime=20191012133710;a21-Rtd=0.00;a21-Rtd=0.00;a21007-Rtd=0.033;a21006-Rtd=0.036;a21001-Rtd=25.40;"
    "a21003-Rtd=101.94;a21002-Rtd=49.20&&f9c1\r\n",
    "2800": "##0204QN=20191112091100598;ST=31;CN=2051;PW=123456;MN=14513567846884;PNO=0002;PNUM=0002;CP=&&"
    "DataTime=20230327090000;a01006-Avg=101.85,a01006-Min=101.84,a01006-Max=101.87,a01006-ValidNum=10,"
    "a01006-TotalNum=10&&2800\r\n",
}


def slowly(data: bytes) -> int:
    """The check sum as annex A writes it."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


@given(st.binary(max_size=200))
def test_the_check_sum_is_that_of_annex_a(data: bytes) -> None:
    assert crc(data) == slowly(data)


@pytest.mark.parametrize("length", [1024, 9999, 20_011])
def test_the_check_sum_of_long_data_is_that_of_annex_a(length: int) -> None:
    data = random.Random(length).randbytes(length)
    assert crc(data) == slowly(data)


@pytest.mark.parametrize("data", GOLDEN)
def test_a_golden_frame_is_written_and_read_as_the_standard_has_it(data: str) -> None:
    length, check = GOLDEN[data]
    written = b"##%04d%b%04X\r\n" % (length, data.encode(), check)
    assert raw(data) == written
    assert build(parse(written)) == written


def test_the_fields_of_a_header_are_read() -> None:
    assert parse(frame("a=1", cn=2051, flag=7, pnum=3, pno=2)) == Frame(
        cn=2051, mn=MN, cp=b"a=1", qn=QN, st="31", pw="123456", flag=7, pnum=3, pno=2
    )


@pytest.mark.parametrize("what", WILD)
def test_a_frame_from_a_real_network_is_taken(what: str) -> None:
    mn = parse(WILD[what].encode()).mn
    decoded = said(WILD[what].encode(), mn)
    assert not decoded.rejects
    assert len(decoded.frames) == len(decoded.claims) == 1


@pytest.mark.parametrize("what", WILD_NOTES)
def test_a_note_from_a_real_network_is_taken(what: str) -> None:
    decoded = said(WILD_NOTES[what].encode(), parse(WILD_NOTES[what].encode()).mn)
    assert not decoded.rejects
    assert decoded.notes


@pytest.mark.parametrize("check", WRONG)
def test_a_frame_with_a_wrong_check_sum_is_refused_and_claims_nothing(check: str) -> None:
    decoded = said(WRONG[check].encode(), "Y80110010000010")
    assert reasons(decoded) == ["crc"]
    assert f"CRC is {check.upper()}" in decoded.rejects[0].detail
    assert not decoded.claims
    assert not decoded.frames


def test_the_check_sum_that_annex_a_has_in_its_prose_is_wrong_for_the_frame_it_prints() -> None:
    with pytest.raises(FrameError, match="CRC is 1C08, of these data it would be 1C80"):
        parse(raw(next(iter(GOLDEN))).replace(b"1C80", b"1C08"))


def test_who_computes_the_modbus_check_sum_is_told_so() -> None:
    with pytest.raises(FrameError, match="it is the Modbus CRC"):
        parse(raw(next(iter(GOLDEN))).replace(b"1C80", b"0759"))


def check_of(zeros: int) -> bytes:
    """A good frame whose check sum begins with so many zeros."""
    for value in range(100_000):
        written = frame(f"DataTime=20260801085857;a24088-Rtd={value},a24088-Flag=N")
        if written[-6:-2].startswith(b"0" * zeros):
            return written
    raise AssertionError


TOLERATED = {
    "no line end": raw(TAKEN, tail=""),
    "a line feed only": raw(TAKEN, tail="\n"),
    "line ends and blanks around it": b"\r\n " + raw(TAKEN) + b" \r\n\0",
    "a check sum in small letters": raw(TAKEN)[:-6] + raw(TAKEN)[-6:].lower(),
    "a check sum without its leading zero": (lambda f: f[:-6] + f[-5:])(check_of(1)),
    "neither LEN nor a leading zero": (lambda f: b"##" + f[6:-6] + f[-5:])(check_of(1)),
    "the fields the other way round": raw(
        f"MN={MN};Flag=4;PW=123456;CN=2011;ST=31;" + TAKEN[TAKEN.index("CP=") :],
    ),
    "Flag before CN": raw(TAKEN.replace(";CN=2011", "").replace(";Flag=4", ";Flag=4;CN=2011")),
    "FLAG in capitals and two separators": raw(TAKEN.replace(";MN", ";,MN").replace("Flag=4", "FLAG=4")),
    "no MN: it is that of the topic": raw(TAKEN.replace(f"MN={MN};", "")),
    "an MN in small letters": raw(TAKEN.replace(MN, MN.lower())),
    "no password": raw(TAKEN.replace("PW=123456", "PW=")),
    "a separator before the end": raw(TAKEN.replace("=N&&", "=N;&&")),
    "milliseconds in DataTime": raw(TAKEN.replace("=20260801085857;", "=20260801085857123;")),
    "blanks around the equals sign": raw(TAKEN.replace("DataTime=", "DataTime = ")),
    "LEN that counts something else": b"##0042" + raw(TAKEN)[6:],
    "LEN without leading zeros": b"##" + raw(TAKEN)[3:],
    "no LEN": b"##" + raw(TAKEN)[6:],
    "PNUM and PNO of a frame that is one": raw(TAKEN.replace("CP=", "PNUM=0001;PNO=0001;CP=")),
    "PNUM and PNO among the values": raw(TAKEN.replace("CP=&&", "CP=&&PTYPE=1;PNUM=2;PNO=11;")),
    "the standard's sample C.19: nothing before CP": raw(TAKEN.replace(";CP=", "CP=")),
    "the standard's samples C.22 and C.48: a comma after QN": raw(f"QN={QN},{TAKEN}"),
}


@pytest.mark.parametrize("what", TOLERATED)
def test_what_loggers_do_to_a_frame_is_tolerated(what: str) -> None:
    decoded = said(TOLERATED[what])
    assert not decoded.rejects
    assert list(decoded.frames[0].values) == ["a24088"]
    assert decoded.frames[0].device_id == decoded.claims[0].device_id == MN


REFUSED = {
    "nothing": (b"", "frame"),
    "only the beginning": (b"##", "frame"),
    "JSON": (b'{"ts": 1}', "frame"),
    "one # only": (raw(TAKEN)[1:], "frame"),
    "cut off in the header": (raw(TAKEN)[:40], "frame"),
    "cut off in the data": (raw(TAKEN)[:120], "length"),
    "cut off after the data": (raw(TAKEN)[:-6], "crc"),
    "a check sum that is no number": (raw(TAKEN)[:-6] + b"XYZ1", "crc"),
    "a byte that is another": (raw(TAKEN).replace(b"1.25", b"1.26"), "crc"),
    "a byte too few": (raw(TAKEN).replace(b"1.25", b"1.5"), "length"),
    "random bytes": (bytes(range(256)), "frame"),
    "a million #": (b"#" * 1_000_000, "frame"),
    "a million digits": (b"##" + b"1" * 1_000_000, "frame"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_whole_frame_is_refused_and_claims_nothing(what: str) -> None:
    payload, reason = REFUSED[what]
    decoded = said(payload)
    assert reasons(decoded) == [reason]
    assert not decoded.claims


def test_of_two_frames_in_a_message_the_first_is_taken_and_the_second_named() -> None:
    decoded = said(frame() + frame())
    assert reasons(decoded) == ["frame"]
    assert f"{len(frame()) - 2} bytes after the frame" in decoded.rejects[0].detail
    assert len(decoded.frames) == 1


def test_a_frame_of_another_device_is_refused_and_gets_no_answer() -> None:
    decoded = said(frame(), "ANOTHER")
    assert reasons(decoded) == ["device"]
    assert not decoded.frames
    assert [(claim.device_id, claim.reply) for claim in decoded.claims] == [("ANOTHER", None)]


@pytest.mark.parametrize(("flag", "edition"), [(None, 0), (0, 0), (3, 0), (4, 1), (7, 1), (8, 2), (11, 2)])
def test_the_edition_is_in_the_version_bits(flag: int | None, edition: int) -> None:
    assert parse(frame(flag=flag)).edition == edition


def test_a_frame_longer_than_len_can_say_is_read_again() -> None:
    long = frame(";".join(f"a{n:05d}-Rtd={n}.123456,a{n:05d}-Flag=N" for n in range(1000)))
    assert long.startswith(b"##3")
    assert long[6:7].isdigit()
    assert build(parse(long)) == long


@given(st.binary(max_size=300) | st.binary(max_size=300).map(raw))
def test_no_bytes_make_anything_but_a_frame_or_a_reason(payload: bytes) -> None:
    decoded = said(payload)
    assert len(decoded.claims) <= 1
    assert decoded.rejects or decoded.frames or decoded.parts or decoded.claims
    for reject in decoded.rejects:
        assert "\0" not in reject.detail
        reject.detail.encode()
