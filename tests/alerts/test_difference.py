"""What two runs have in common: alerts of one place and time are the same, whatever their ids."""

from dataclasses import replace
from datetime import timedelta

from alerts.alert import Alert, Stay
from alerts.difference import Pair, compare
from tests.support.hotspot import OPENED, hotspot

CELL, BESIDE, FAR = (3, 4), (3, 5), (9, 9)


def alert(name: str, begin: int, end: int | None, *cells: tuple[int, int], pollutant: str = "pm25") -> Alert:
    """Open from minute `begin` to `end`."""
    opened = OPENED + timedelta(minutes=begin)
    closed = None if end is None else OPENED + timedelta(minutes=end)
    stays = tuple(Stay(*cell, opened, closed) for cell in cells or (CELL,))
    return hotspot(
        id=name, pollutant=pollutant, pollutants=(pollutant,), opened_at=opened, closed_at=closed, cells=stays
    )


def test_alerts_that_share_a_cell_at_a_time_are_the_same_and_the_rest_came_or_went() -> None:
    before = [alert("A", 0, 30, CELL, BESIDE), alert("B", 100, 130), alert("C", 300, 330)]
    after = [alert("D", 200, 230), alert("E", 97, 110), alert("F", 5, 40, BESIDE, FAR)]
    difference = compare(before, after)
    assert [(pair.before.id, pair.after.id, pair.minutes) for pair in difference.same] == [
        ("A", "F", 5),
        ("B", "E", -3),
    ]
    assert [one.id for one in difference.gained] == ["D"]
    assert [one.id for one in difference.lost] == ["C"]


def test_another_pollutant_place_or_time_is_another_alert() -> None:
    before = [alert("A", 0, 30)]
    for other in (alert("B", 0, 30, pollutant="so2"), alert("B", 0, 30, FAR), alert("B", 31, 60)):
        difference = compare(before, [other])
        assert (difference.gained, difference.lost, difference.same) == ((other,), (before[0],), ())


def test_an_alert_of_several_pollutants_is_the_same_whichever_was_first() -> None:
    dust, smoke = (
        replace(alert(name, 0, 30, pollutant=name), pollutants=("pm10", "pm25")) for name in ("pm10", "pm25")
    )
    assert compare([dust], [smoke]).same == (Pair(dust, smoke),)


def test_an_alert_that_goes_on_reaches_into_all_that_comes() -> None:
    before, after = alert("A", 0, None), alert("B", 900, None)
    assert compare([before], [after]).same == (Pair(before, after),)


def test_an_alert_in_two_pieces_is_the_same_as_the_piece_that_opens_nearest() -> None:
    whole, first, second = alert("A", 0, 60), alert("B", 2, 20), alert("C", 40, 60)
    difference = compare([whole], [second, first])
    assert difference.same == (Pair(whole, first),)
    assert difference.gained == (second,)
    assert compare([first, second], [whole]).lost == (second,)


def test_alerts_without_cells_are_the_same_if_they_are_about_the_same() -> None:
    def offline(name: str, source: str) -> Alert:
        return replace(alert(name, 0, 30), kind="offline", source=source, cells=())

    assert len(compare([offline("A", "S1")], [offline("B", "S1")]).same) == 1
    assert compare([offline("A", "S1")], [offline("B", "S2")]).same == ()


def test_the_shift_sums_up_who_opens_earlier_and_later() -> None:
    before = [alert(f"A{i}", 100 * i, 100 * i + 50) for i in range(5)]
    after = [alert(f"B{i}", 100 * i + moved, 100 * i + 50) for i, moved in enumerate((-7, 0, 0, 4, 12))]
    shift = compare(before, after).shift
    assert shift is not None
    assert shift._asdict() == {"p50": 0, "earliest": -7, "latest": 12, "earlier": 1, "later": 2}
    assert compare(before, []).shift is None
