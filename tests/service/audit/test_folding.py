"""Many denied tries of a kind are a few lines and a count; of many kinds, one."""

from service.audit.folding import MOST_KEYS, MOST_OF_PLACE, REST, WINDOW_S, Denied, Fold, Folding

DENIED = Denied("192.0.2.7", "listAlerts", 401)


def test_the_first_of_a_minute_are_alone_and_the_others_counted() -> None:
    folding = Folding()
    assert [folding.is_alone(DENIED, 0.0, 3) for _ in range(10)] == [True] * 3 + [False] * 7
    assert list(folding.ended(WINDOW_S - 1)) == []
    assert list(folding.ended(WINDOW_S)) == [Fold(DENIED, 7)]
    assert list(folding.ended(2 * WINDOW_S)) == []
    assert folding.is_alone(DENIED, 2 * WINDOW_S, 3)


def test_what_was_written_whole_is_not_counted_again() -> None:
    folding = Folding()
    assert folding.is_alone(DENIED, 0.0, 3)
    assert list(folding.ended(WINDOW_S)) == []


def test_kinds_are_counted_apart() -> None:
    folding = Folding()
    kinds = [DENIED, DENIED._replace(place="192.0.2.8"), DENIED._replace(operation="x"), DENIED._replace(status=403)]
    assert all(folding.is_alone(kind, 0.0, 1) for kind in kinds)
    assert not any(folding.is_alone(kind, 0.0, 1) for kind in kinds)


def test_a_flood_from_everywhere_is_bounded_and_nothing_is_lost() -> None:
    folding, written = Folding(), 0
    for number in range(100_000):
        written += folding.is_alone(Denied(f"2001:db8:{number:x}::/64", f"op{number % 7}", 401), 0.0, 5)
    folds = list(folding.ended(WINDOW_S))
    assert written <= MOST_KEYS + 5
    assert written + sum(fold.more for fold in folds) == 100_000
    assert folds == [Fold(Denied(REST, REST, 401), 100_000 - written)]


def test_one_address_that_makes_kinds_up_hides_nobody_elses_tries() -> None:
    folding = Folding()
    made_up = [Denied("192.0.2.66", f"GET /api/v1/{number}", 429) for number in range(10 * MOST_KEYS)]
    assert sum(folding.is_alone(one, 0.0, 1) for one in made_up) == MOST_OF_PLACE + 1
    assert all(folding.is_alone(DENIED._replace(place=f"192.0.2.{number}"), 1.0, 1) for number in range(1, 50))
    assert folding.is_alone(made_up[0]._replace(status=403), 1.0, 1)
    assert Fold(Denied("192.0.2.66", REST, 429), 10 * MOST_KEYS - MOST_OF_PLACE - 1) in list(folding.ended(WINDOW_S))
