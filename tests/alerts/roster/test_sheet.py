"""The roster as a table: whatever goes out comes back the same, and whatever is wrong is named by its place."""

import contextlib
import csv
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from alerts.roster.definition import Day
from alerts.roster.sheet import COLUMNS, MOST_PROBLEMS, MOST_ROWS, Person, Setting, SheetError, Table, read
from alerts.roster.sheet_file import BOARD, SHIFTS, csv_of, table_of_csv, xlsx_of
from alerts.roster.shift import Shift
from alerts.roster.workbook import table_of_xlsx
from alerts.roster.workday import day_of
from ingest.spreadsheet import guarded, unguarded

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = {
    one.person_id: one
    for one in (
        Person("P1", "王芳", "duty", ""),
        Person("P2", "欧阳娜娜", "leader", ""),
        Person("7", "李", "field", "孟河镇"),
        Person("P4", "李", "field", "薛家镇"),
    )
}


def _day(day: date) -> Day:
    return day_of(day, {date(2027, 1, 1): Day(False, "元旦 · New Year's Day"), date(2027, 1, 3): Day(True, "元旦")})


SHANGHAI = Setting(PEOPLE, ZoneInfo("Asia/Shanghai"), _day)
BERLIN = Setting(PEOPLE, ZoneInfo("Europe/Berlin"), _day)
SHIFT = Shift(NOW, NOW + 8 * HOUR, "值班员", "duty", "P1")


def _shift(**changed: object) -> Shift:
    values = {name: getattr(SHIFT, name) for name in ("start", "end", "post", "role", "person_id", "township")}
    return Shift(**(values | changed))


shifts = st.builds(
    lambda start, hours, post, role, person, township: Shift(start, start + hours, post, role, person, township),
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(seconds=1), timedelta(days=31)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60).map(str.strip),
    st.sampled_from(["leader", "duty", "dispatcher", "chief", "field", "bureau"]),
    st.sampled_from(sorted(PEOPLE)),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60).map(str.strip),
)
rosters = st.lists(shifts, max_size=5, unique_by=lambda one: (one.start, one.post, one.person_id))


@settings(max_examples=200, deadline=None)
@given(roster=rosters, setting=st.sampled_from([SHANGHAI, BERLIN]))
def test_what_goes_out_as_csv_comes_back_the_same(roster: list[Shift], setting: Setting) -> None:
    assert [line.shift for line in read(table_of_csv(csv_of(roster, setting)), setting)] == roster


@pytest.mark.parametrize("setting", [SHANGHAI, BERLIN])
async def test_what_goes_out_as_a_workbook_comes_back_the_same(setting: Setting) -> None:
    change = datetime(2026, 10, 25, tzinfo=UTC)
    roster = [
        *(_shift(start=change + n * HOUR / 2, end=change + (n + 1) * HOUR / 2) for n in range(8)),
        _shift(person_id="7", post="=1+1", township="-北@"),
        _shift(person_id="P2", post="'=", role="leader", start=NOW + timedelta(microseconds=1)),
        _shift(person_id="P4", post="", start=NOW + timedelta(seconds=30)),
        _shift(person_id="P4", post="12", township="https://example.org/1"),
        *(_shift(start=NOW + n * HOUR / 60, end=NOW + (n + 7) * HOUR / 60, post="每分") for n in range(24 * 60)),
    ]
    table = await table_of_xlsx(xlsx_of(roster, setting, NOW))
    assert table.sheet == SHIFTS
    assert [line.shift for line in read(table, setting)] == roster


def test_a_line_says_day_weekday_name_and_holiday_in_local_time() -> None:
    shift = _shift(start=datetime(2026, 12, 31, 16, tzinfo=UTC), end=datetime(2027, 1, 1, tzinfo=UTC))
    data = csv_of([shift], SHANGHAI)
    assert data.startswith(b"\xef\xbb\xbfdate,")  # without the mark Excel takes it for GBK
    header, line = csv.reader(StringIO(data.decode("utf-8-sig")))
    assert header == list(COLUMNS)
    assert line == [
        *("2027-01-01", "周五 Fri", "值班员", "王芳", "P1", "duty", ""),
        *("2027-01-01T00:00:00+08:00", "2027-01-01T08:00:00+08:00", "元旦 · New Year's Day"),
    ]


def test_a_weekend_that_is_worked_is_said_too() -> None:
    assert [SHANGHAI.holiday(date(2027, 1, day)) for day in (1, 2, 3)] == [
        "元旦 · New Year's Day",
        "",
        "元旦 (班 · workday)",
    ]


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1", "＋1", "'=1", "''-1"])
def test_no_cell_of_csv_is_ever_computed(risky: str) -> None:
    assert guarded(risky) == f"'{risky}"
    assert unguarded(guarded(risky)) == risky


@given(st.text())
def test_guarding_is_undone_exactly(cell: str) -> None:
    assert guarded(cell)[:1] not in tuple("=+-@\t\r＝＋－＠")
    assert unguarded(guarded(cell)) == cell


def test_a_workbook_has_texts_dates_and_a_board_and_no_formula() -> None:
    roster = [_shift(post="=HYPERLINK(1)"), _shift(person_id="P2", start=NOW + 24 * HOUR, end=NOW + 48 * HOUR)]
    data = xlsx_of(roster, SHANGHAI, NOW)
    assert b"<f>" not in b"".join(_parts(data))
    with load_workbook(BytesIO(data)) as book:
        lines, board = (book.get_sheet_by_name(name).to_python() for name in (SHIFTS, BOARD))
    assert lines[1][2:5] == ["=HYPERLINK(1)", "王芳", "P1"]
    assert lines[1][7] == datetime(2026, 11, 21, 8)  # noqa: DTZ001 - as Excel has it
    assert board[0] == ["日期 date", "=HYPERLINK(1)", "值班员"]
    assert [row[1:] for row in board[1:]] == [["08:00–16:00 王芳", ""], ["", "08:00–08:00 欧阳娜娜"]]
    assert str(board[2][0]).splitlines() == ["2026-11-22", "周日 Sun"]


def _parts(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(BytesIO(data)) as parts:
        return [parts.read(name) for name in parts.namelist()]


GOOD = "start,end,person_id,post\n2026-11-21T08:00:00+08:00,2026-11-21T20:00:00+08:00,P1,day\n"


def test_the_columns_of_shifts_csv_are_enough() -> None:
    [line] = read(table_of_csv(GOOD.encode()), SHANGHAI)
    assert line == (2, _shift(end=NOW + 12 * HOUR, post="day"), False, False)


@pytest.mark.parametrize(
    "time",
    ["2026-11-21 08:00", "2026/11/21 8:00", "2026/11/21 8:00:00", "2026-11-21T00:00Z", "2026-11-21T01:00:00+01:00"],
)
def test_times_are_read_as_people_and_programs_write_them(time: str) -> None:
    text = f"开始,结束 end,姓名,POST\n{time},2026-11-21 16:00,王芳,值班员\n\n,,,\n"
    for data in (text.encode(), text.encode("gb18030"), text.replace("\n", "\r\n").encode("utf-8-sig")):
        assert [line.shift for line in read(table_of_csv(data), SHANGHAI)] == [_shift()]


LINE = "2026-11-21T08:00:00+08:00,2026-11-21T20:00:00+08:00,P1,day"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", ["csv:1"]),
        ("\n\n", ["csv:1"]),
        ("start,end,person_id\n", ["csv:1:post"]),
        ("start,end,post\n", ["csv:1:person_id"]),
        ("start,end,person_id,post,备注\n", ["csv:1:备注"]),
        ("start,end,person_id,post,结束\n", ["csv:1:end", "csv:1:end"]),
        (GOOD.replace("P1", "P9"), ["csv:2:person_id"]),
        (GOOD.replace("P1", ""), ["csv:2:person_id"]),
        (GOOD.replace("T08", " 8 o'clock"), ["csv:2:start"]),
        (GOOD.replace("2026-11-21T08", "2026-02-30T08"), ["csv:2:start"]),
        (GOOD.replace("2026-11-21T08", "0001-01-01T08"), ["csv:2:start"]),
        (GOOD.replace("2026-11-21T08", "9999-12-31T08"), ["csv:2:start"]),
        (GOOD.replace("T08:00:00+08:00", "T08:00:00+99:00"), ["csv:2:start"]),
        (GOOD.replace("T20", "T08"), ["csv:2:end"]),
        (GOOD.replace("2026-11-21T20", "2027-11-21T20"), ["csv:2:end"]),
        (GOOD.replace("day", "d" * 201), ["csv:2:post"]),
        (GOOD.replace("day", "d\0"), ["csv:2:post"]),
        (GOOD.replace("day", "day,extra"), ["csv:2"]),
        (GOOD + LINE, ["csv:3:start"]),
        (f"{GOOD}\n{LINE}8\n{LINE}9".replace("P1,day", "P"), ["csv:2:person_id", "csv:4:person_id", "csv:5:person_id"]),
        ("start,end,person_id,name,post\n" + LINE.replace("P1", "P1,李"), ["csv:2:name"]),
        ("start,end,name,post\n" + LINE.replace("P1", "李"), ["csv:2:name"]),
        ("start,end,name,post\n" + LINE.replace("P1", "张三"), ["csv:2:name"]),
        ("start,end,person_id,post,role\n" + LINE + ",king", ["csv:2:role"]),
        ('start,end,person_id,post\n"' + LINE, ["csv:2"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_line_and_column(text: str, places: list[str]) -> None:
    with pytest.raises(SheetError) as told:
        read(table_of_csv(text.encode()), SHANGHAI)
    assert [problem.place for problem in told.value.problems] == places
    assert all(problem.reason for problem in told.value.problems)


def test_an_hour_that_comes_twice_needs_its_offset() -> None:
    with pytest.raises(SheetError, match="offset"):
        read(table_of_csv(b"start,end,person_id,post\n2026-10-25 02:30,2026-10-25 08:00,P1,x"), BERLIN)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\xff\xff", bytes(range(128, 256))])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(SheetError):
        read(table_of_csv(data), SHANGHAI)


def test_a_table_without_end_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(SheetError, match=str(MOST_ROWS)):
        read(Table("x", [["start"]] * (MOST_ROWS + 1)), SHANGHAI)
    with pytest.raises(SheetError, match="more than"):
        table_of_csv(b"\n" * 5_000_000)
    with pytest.raises(SheetError) as told:
        read(Table("x", [["start", "end", "name", "post"], *[["x"]] * 5000]), SHANGHAI)
    assert len(told.value.problems) == MOST_PROBLEMS


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: ("start,end,name,post\n" + text).encode(errors="replace"))
)
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:  # fmt: skip
    with contextlib.suppress(SheetError):
        assert read(table_of_csv(data), SHANGHAI) == []
