"""The service in TLS: certificates are checked, renewed without a restart; only named proxies are believed."""

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import ValidationError

from service.account.password import hashed
from service.certificate import Certificate
from service.serve import ServeError, serve
from service.settings import ServiceSettings
from sql.pool import connect
from tests.service.conftest import Serving, Start
from tests.support.certificates import Certificates, Pair
from tests.support.deadline import until

NAME, PASSWORD = "wang", "three unrelated words"
STRICT = "strict-transport-security"
FORWARDED = {"X-Forwarded-For": "9.9.9.9, 192.0.2.7", "X-Forwarded-Proto": "https"}


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """An authority of this test."""
    return Certificates(tmp_path)


def files(pair: Pair) -> dict[str, object]:
    return {"tls_cert": pair.certificate, "tls_key": pair.key}


async def asked(serving: Serving, trusting: ssl.SSLContext, path: str = "/healthz") -> httpx2.Response:
    async with httpx2.AsyncClient(verify=trusting) as client:
        return await client.get(f"{serving.url}{path}")


async def test_who_knows_the_authority_is_served_in_tls_and_told_to_stay_with_it(
    start: Start, certificates: Certificates
) -> None:
    serving = await start(**files(certificates.good()))
    assert serving.url.startswith("https://")
    answer = await asked(serving, certificates.trusting())
    assert answer.status_code == 200
    assert answer.headers[STRICT] == "max-age=31536000"


async def test_over_plain_http_nothing_is_said_of_tls(start: Start) -> None:
    serving = await start()
    assert STRICT not in (await asked(serving, ssl.create_default_context())).headers


async def test_old_versions_of_tls_are_refused(start: Start, certificates: Certificates) -> None:
    serving = await start(**files(certificates.good()))
    old = certificates.trusting()
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.raises(httpx2.ConnectError):
        await asked(serving, old)


@pytest.mark.parametrize("wrong", ["stranger", "another host", "expired"])
async def test_a_certificate_that_does_not_hold_is_noticed(
    start: Start, certificates: Certificates, wrong: str
) -> None:
    pair = {"another host": certificates.of_another_host, "expired": certificates.expired}.get(wrong, certificates.good)
    serving = await start(**files(pair()))
    trusting = certificates.trusting()
    if wrong == "stranger":
        trusting = ssl.create_default_context(cafile=str(certificates.stranger))
    with pytest.raises(httpx2.ConnectError, match="certificate verify failed"):
        await asked(serving, trusting)


async def test_who_does_not_speak_tls_gets_nothing(start: Start, certificates: Certificates) -> None:
    serving = await start(**files(certificates.good()))
    async with httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.RequestError):
            await client.get(serving.url.replace("https", "http") + "/healthz")
    assert (await asked(serving, certificates.trusting())).status_code == 200


def shown(serving: Serving, trusting: ssl.SSLContext) -> bytes:
    """The certificate that a new connection is shown."""
    import socket

    parts = urlsplit(serving.url)
    address = parts.hostname or "", parts.port or 0
    with (
        socket.create_connection(address, timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname=address[0]) as connection,
    ):
        return connection.getpeercert(binary_form=True) or b""


async def test_a_renewed_certificate_is_taken_without_a_restart(start: Start, certificates: Certificates) -> None:
    pair = certificates.good()
    serving = await start(tls_look_s=1, **files(pair))
    trusting = certificates.trusting()
    before = await asyncio.to_thread(shown, serving, trusting)

    async def is_new() -> bool:
        return await asyncio.to_thread(shown, serving, trusting) != before

    async with httpx2.AsyncClient(verify=trusting) as client:
        await client.get(f"{serving.url}/healthz")
        certificates.good()
        await until(is_new)
        assert (await client.get(f"{serving.url}/healthz")).status_code == 200


async def test_half_a_renewal_waits_for_the_other_half(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    pair, other = certificates.good("pair"), certificates.good("other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    certificate = Certificate(context, *pair)
    await certificate.look()
    assert not caplog.messages
    pair.certificate.write_bytes(other.certificate.read_bytes())
    await certificate.look()
    assert "stays what it was" in caplog.text
    pair.key.write_bytes(other.key.read_bytes())
    await certificate.look()
    assert caplog.messages[-1] == "certificate read anew"
    pair.key.unlink()
    await certificate.look()
    assert "stays what it was" in caplog.messages[-1]


async def signed_in(
    serving: Serving, database: str, trusting: ssl.SSLContext | bool, **headers: str
) -> httpx2.Response:
    """The answer to signing in as a browser would."""
    connection = await connect(database, "test")
    await connection.execute(
        "INSERT INTO account (name, role, display, password_hash, made_at, made_by)"
        " VALUES ($1, 'duty', '', $2, now(), 'test') ON CONFLICT DO NOTHING",
        NAME,
        hashed(PASSWORD),
    )
    await connection.close()
    async with httpx2.AsyncClient(verify=trusting, headers=headers) as browser:
        body = {"name": NAME, "password": PASSWORD}
        answer = await browser.post(f"{serving.url}/api/v1/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    return answer


async def address_of_session(database: str) -> str:
    connection = await connect(database, "test")
    address = await connection.fetchval("SELECT address FROM session ORDER BY session_id DESC LIMIT 1")
    await connection.close()
    return str(address)


async def test_a_browser_keeps_its_cookie_for_this_host_and_tls_alone(
    start: Start, certificates: Certificates, database: str
) -> None:
    serving = await start(**files(certificates.good()))
    cookie = (await signed_in(serving, database, certificates.trusting())).headers["set-cookie"]
    name, *rules = [part.strip() for part in cookie.split(";")]
    assert name.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(rules)
    assert not [rule for rule in rules if rule.lower().startswith("domain")]


async def test_who_is_no_named_proxy_is_not_believed(start: Start, database: str) -> None:
    serving = await start()
    answer = await signed_in(serving, database, False, **FORWARDED)
    assert await address_of_session(database) == "127.0.0.1"
    assert not answer.headers["set-cookie"].startswith("__Host-")
    assert STRICT not in answer.headers


async def test_a_named_proxy_says_for_whom_it_asks(start: Start, database: str) -> None:
    serving = await start(trusted_proxies="10.0.0.0/8, 127.0.0.1")
    answer = await signed_in(serving, database, False, **FORWARDED)
    assert await address_of_session(database) == "192.0.2.7"
    assert answer.headers["set-cookie"].startswith("__Host-")
    assert STRICT in answer.headers


@pytest.mark.parametrize("told", ["*", "proxy.example", "10.0.0.0/33", "127.0.0.1:80"])
def test_what_is_no_address_is_no_proxy(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTGRID_TRUSTED_PROXIES", told)
    with pytest.raises(ValidationError, match="trusted_proxies"):
        ServiceSettings(database_url="postgresql://x")


def test_a_certificate_alone_is_half() -> None:
    with pytest.raises(ValidationError, match="HOTGRID_TLS_KEY"):
        ServiceSettings(database_url="postgresql://x", tls_cert=Path("x"))


def test_a_certificate_that_cannot_be_used_is_said(certificates: Certificates) -> None:
    one, other = certificates.good("one"), certificates.good("other")
    for certificate, key in ((one.certificate, other.key), (one.certificate, Path("/nowhere"))):
        settings = ServiceSettings(database_url="postgresql://x", tls_cert=certificate, tls_key=key)
        with pytest.raises(ServeError, match="HOTGRID_TLS_CERT"):
            serve(settings)
