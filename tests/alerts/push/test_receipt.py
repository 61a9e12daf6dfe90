"""Signed links: good for this push, this person and this long; everything else says why not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from alerts.push.receipt import SALT, BadReceipt, Receipt, read, sign

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
KEY, OLD = "k" * 43, "o" * 43
DAY = timedelta(days=1)


def why(token: str, now: datetime = NOW, keys: tuple[str, ...] = (KEY,)) -> str:
    with pytest.raises(BadReceipt) as refused:
        read(keys, token, DAY, now)
    assert " · " in str(refused.value)
    return refused.value.reason


def test_what_was_signed_is_read_again() -> None:
    token = sign(KEY, 123456, "P04", NOW)
    assert read([KEY], token, DAY, NOW + timedelta(hours=23)) == Receipt(123456, "P04", NOW)
    assert sign(KEY, 123456, "P04", NOW) == token
    assert len(token) < 70


@given(push_id=st.integers(0, 2**63 - 1), person_id=st.text(max_size=60))
def test_any_push_and_any_person(push_id: int, person_id: str) -> None:
    token = sign(KEY, push_id, person_id, NOW)
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()
    assert read([KEY], token, DAY, NOW)[:2] == (push_id, person_id)


def test_a_link_that_is_too_old_says_so() -> None:
    token = sign(KEY, 1, "P04", NOW)
    assert read([KEY], token, DAY, NOW + DAY).push_id == 1
    assert why(token, NOW + DAY + timedelta(seconds=1)) == "expired"


def test_a_clock_that_was_set_back_does_not_make_a_link_bad() -> None:
    assert read([KEY], sign(KEY, 1, "P04", NOW), DAY, NOW - timedelta(hours=2)).push_id == 1


def test_an_old_key_is_good_as_long_as_it_is_in_the_list_whatever_the_order() -> None:
    token = sign(OLD, 1, "P04", NOW)
    assert read([KEY, OLD], token, DAY, NOW) == read([OLD, KEY], token, DAY, NOW)
    assert why(token) == "wrong"


def test_every_changed_sign_makes_it_wrong() -> None:
    token = sign(KEY, 1, "P04", NOW)
    for i, sign_here in enumerate(token[:-1]):  # the last one has bits that stand for nothing
        other = "A" if sign_here != "A" else "B"
        assert why(token[:i] + other + token[i + 1 :]) == "wrong"


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "中文", "\ud800", "\0", "x" * 100_000, "=.=.="])
def test_what_is_no_token_is_wrong(token: str) -> None:
    assert why(token) == "wrong"


@given(st.text())
def test_no_text_breaks_it(token: str) -> None:
    assert why(token) == "wrong"


@pytest.mark.parametrize("content", [{"push": 1}, [1], [1, 2], ["1", "P04"], [1, "P04", 2], None])
def test_another_content_with_our_signature_is_wrong(content: object) -> None:
    serializer = URLSafeTimedSerializer(KEY, salt=SALT, signer_kwargs={"key_derivation": "hmac"})
    assert why(serializer.dumps(content)) == "wrong"


def test_a_link_for_something_else_with_the_same_key_is_wrong() -> None:
    serializer = URLSafeTimedSerializer(KEY, salt="something else", signer_kwargs={"key_derivation": "hmac"})
    assert why(serializer.dumps([1, "P04"])) == "wrong"
