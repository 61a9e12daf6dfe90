"""What a channel cannot take is refused with what is wrong, and of what it takes no secret is shown."""

import json

import pytest

from alerts.channels.address import check, masked
from tests.support.push_service import Phone

SUBSCRIPTION = Phone().subscription(8443, "/push/" + "secret" * 5 + "xyz")
TAKEN = [
    ("webhook", "https://city.example.org/hooks/4711?token=secret", "https://city.example.org/***"),
    ("webhook", "http://10.0.0.8:8080/in", "http://10.0.0.8/***"),
    ("webpush", SUBSCRIPTION, "https://localhost/***xyz"),
    ("apprise", "wecombot://693a-7aoc-4bc4-97a0-0ec2sifa5aaa", "wecombot://***aaa"),
    ("apprise", "dingtalk://SECsecret@token1234/13800000001", "dingtalk://***"),
    ("apprise", "feishu://abc-123?secret=s", "feishu://***"),
    ("apprise", "ntfys://user:secret@push.example.org/topic", "ntfys://push.example.org/***"),
    ("apprise", "mailtos://user:secret@mail.example.org", "mailtos://mail.example.org/***"),
    ("siren", "menghe/siren-1", "menghe/siren-1"),
]
WRONG = [
    ("webhook", "ftp://h/x", "https://"),
    ("webhook", "https:///x", "https://"),
    ("webhook", "https://user:pass@h/x", "no user"),
    ("webhook", "https://h/x#y", "https://"),
    ("webhook", "https://h:99999/x", "must be a URL"),
    ("webhook", "https://[::1/x", "must be a URL"),
    ("webhook", "https://h/" + "x" * 2048, "printable"),
    ("webhook", "https://h/错", "printable"),
    ("webhook", "https://h/\x00", "printable"),
    ("webhook", "https://h/\ud800", "printable"),
    ("webhook", "https://h/\n", "printable"),
    ("webhook", "", "printable"),
    ("webpush", "https://fcm.example.org/x", "subscription"),
    ("webpush", "[]", "subscription"),
    ("webpush", '{"endpoint": 1, "keys": 2}', "subscription"),
    ("webpush", SUBSCRIPTION.replace("/push", "/\\u0000"), "printable"),
    ("webpush", '{"endpoint": "https://h/x", "keys": {"p256dh": "AA", "auth": "AA"}}', "P-256"),
    ("webpush", SUBSCRIPTION.replace("https:", "http:"), "https://"),
    ("webpush", "[" * 2000, "subscription"),
    ("apprise", "json://127.0.0.1/x", "schemes"),
    ("apprise", "file:///etc/passwd", "schemes"),
    ("apprise", "syslog://", "schemes"),
    ("apprise", "NTFY://h/t", "schemes"),
    ("apprise", "ntfy", "schemes"),
    ("apprise", "ntfy://topic", "name the server"),
    ("apprise", "mailto://mail.example.org", "name the server"),
    ("apprise", "ntfy://h/t?attach=http://10.0.0.1/", "attach"),
    ("apprise", "ntfys://h/t?verify=no", "verify"),
    ("apprise", "ntfys://h/t?redirect=yes", "redirect"),
    ("apprise", "mailto://u:p@h?pgpkey=/etc/passwd", "pgpkey"),
    ("apprise", "ntfy://h/t?+X-Header=1", "X-Header"),
    ("siren", "a/#", "wildcards"),
    ("pager", "1", "channels"),
]


@pytest.mark.parametrize(("channel", "address", "shown"), TAKEN)
def test_an_address_is_taken_and_shown_by_its_kind_and_its_host_alone(channel: str, address: str, shown: str) -> None:
    check(channel, address)
    assert masked(channel, address) == shown
    assert "secret" not in shown


@pytest.mark.parametrize(("channel", "address", "why"), WRONG)
def test_what_is_wrong_is_said_and_the_address_is_not(channel: str, address: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as told:
        check(channel, address)
    assert "passwd" not in str(told.value)
    assert "10.0.0.1" not in str(told.value)


def test_a_subscription_keeps_no_more_than_is_needed() -> None:
    told = json.loads(SUBSCRIPTION)
    assert "expirationTime" in told
    check("webpush", json.dumps(told | {"more": 1}))


@pytest.mark.parametrize(
    "address",
    [
        "http://ehs.example.org/in",
        "https://user:pass@ehs.example.org/in",
        "https://127.0.0.1/in",
        "https://[::1]/in",
        "https://10.0.0.7:8443/in",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.7]/in",
        "https://2130706433/in",
        "https://127.1/in",
        "https://0x7f.0.0.1/in",
        "https://localhost/in",
        "https://db.internal/in",
        "https://db.local./in",
        "https://timescale/in",
        "https://ehs.example.org:99999/in",
    ],
)
def test_an_enterprise_names_no_address_of_the_inside(address: str) -> None:
    with pytest.raises(ValueError, match="must") as told:
        check("hook", address)
    assert address not in str(told.value)


@pytest.mark.parametrize(
    "address", ["https://ehs.example.org/in?k=1", "https://8.8.8.8:8443/in", "https://a-b.co.cn./"]
)
def test_an_enterprise_names_addresses_of_the_outside(address: str) -> None:
    check("hook", address)
