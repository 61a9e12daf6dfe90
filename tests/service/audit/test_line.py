"""A line has what is known, of bounded length, and no path that is a right in itself."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from service.access import access_to
from service.app import ROUTERS
from service.audit.line import LONGEST, SECRET, ids, line

AT = datetime(2026, 11, 21, 16, 30, 0, 1_999, tzinfo=timezone(timedelta(hours=8)))


def test_a_line_is_json_with_its_time_in_utc_and_without_what_is_not_known() -> None:
    assert line("asked", AT, {"account": "王芳", "key": None}) == (
        '{"at": "2026-11-21T08:30:00.001Z", "event": "asked", "account": "王芳"}'
    )


@pytest.mark.parametrize("sign", ["\0", "\ud800", "\n", '"', "\u2028"])
def test_whatever_is_in_it_it_is_one_line_that_can_be_stored(sign: str) -> None:
    text = line("asked", AT, {"path": {"id": sign}})
    text.encode()
    assert not {"\0", "\n"} & set(text)
    assert json.loads(text)["path"]["id"] == sign


def test_ids_are_cut_and_secrets_not_told() -> None:
    assert ids({}) is None
    assert ids({"token": "abc", "alert_id": 5, "name": "x" * 1_000}) == {
        "token": "***",
        "alert_id": "5",
        "name": "x" * LONGEST,
    }


def test_what_lets_anybody_in_by_its_path_is_known_as_secret() -> None:
    opened = [
        name
        for router in ROUTERS
        for route in router.routes
        if access_to(getattr(route, "operation_id", None) or route.name).open  # type: ignore[attr-defined]
        for name in re.findall(r"{(\w+)", route.path)  # type: ignore[attr-defined]
    ]
    assert opened
    assert set(opened) <= SECRET
