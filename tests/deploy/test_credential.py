"""Names, passwords and hashes of devices, and what the broker is told of them."""

import json

import pytest

from deploy import place
from deploy.credential import (
    LENGTH,
    LETTERS,
    LONGEST,
    Credential,
    check,
    clients,
    difference,
    document,
    entry,
    hashed,
    password,
    put,
)

SALT = bytes(range(12))
# By openssl kdf -keylen 64 -kdfopt digest:SHA512 -kdfopt pass:secret -kdfopt hexsalt:00…0b -kdfopt iter:101 PBKDF2
KEY = "Xr99N9ym9ys8TWxis5ajETJq6EVYzmc6nb8t3pUYnPBbCAbICS4xejTltonXWCtJNBvA+By+TXUqU6qCblO00w=="


@pytest.mark.parametrize("name", ["S1", "32040401", "站点 3", "a.b-c_d", "x:y", "%u", "é" * LONGEST])
def test_names_that_can_be_users(name: str) -> None:
    check(name)


@pytest.mark.parametrize(
    "name", ["", "a/b", "+", "#", "a\0", "a\nb", "\x7f", "\ud800", "\u202e", "x" * (LONGEST + 1), "hotgrid"]
)
def test_names_that_cannot(name: str) -> None:
    with pytest.raises(ValueError, match=r"·"):
        check(name)


def test_the_name_of_our_own_user_is_taken() -> None:
    with pytest.raises(ValueError, match="our own"):
        check("ingest", ("ingest",))


def test_a_password_can_be_read_off_and_typed() -> None:
    secret = password(range(100, 100 + LENGTH))
    assert len(secret) == LENGTH
    assert set(secret) <= set(LETTERS)
    assert not set("0o1il") & set(LETTERS)
    assert len(set(LETTERS)) ** LENGTH > 2**98


def test_a_hash_is_that_of_mosquitto_passwd() -> None:
    assert hashed("secret", SALT) == f"$7$101$AAECAwQFBgcICQoL${KEY}"


def test_the_plugin_is_given_the_very_hash() -> None:
    credential = Credential("S1", hashed("secret", SALT))
    made = entry(credential)
    assert f"$7${made['iterations']}${made['salt']}${made['password']}" == credential.hash
    assert made["username"] == "S1"


def test_the_tag_changes_with_the_password_and_is_no_part_of_the_hash() -> None:
    one, other = Credential("S1", hashed("a", SALT)), Credential("S1", hashed("b", SALT))
    assert one.tag != other.tag
    assert one.tag not in one.hash


def test_a_device_is_put_in_place_of_itself() -> None:
    gone, made = put(Credential("S1", hashed("a", SALT)), "a")
    assert (gone["command"], gone["username"]) == ("deleteClient", "S1")
    assert (made["command"], made["password"]) == ("createClient", "a")


def test_the_file_keeps_its_devices_and_takes_the_roles_of_today() -> None:
    old = json.dumps({"clients": [{"username": "S1"}], "roles": [{"rolename": "old"}], "defaultACLAccess": {}})
    new = json.loads(document(place.text("dynamic-security.json"), clients(old)))
    assert new["clients"] == [{"username": "S1"}]
    assert [role["rolename"] for role in new["roles"]] == ["device"]
    assert not any(new["defaultACLAccess"][what] for what in ("publishClientSend", "publishClientReceive", "subscribe"))


def test_what_a_broker_has_too_much_and_too_little() -> None:
    one, two, three = (Credential(name, hashed(name, SALT)) for name in ("1", "2", "3"))
    found = {"1": one.tag, "2": "another", "4": ""}
    assert difference([one, two, three], found) == (["4"], ["2", "3"])
