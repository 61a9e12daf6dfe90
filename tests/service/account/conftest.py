"""Browsers at several addresses, and accounts with passwords."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from service.account.password import hashed
from service.app import make_app
from service.settings import ServiceSettings
from tests.service.conftest import UNLIMITED
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, providing

API = "/api/v1"
PASSWORD = "three unrelated words"
KEPT = hashed(PASSWORD)


@dataclass
class House:
    """A service with nobody signed in, and who comes to it."""

    app: FastAPI
    pool: asyncpg.Pool
    browsers: list[httpx2.AsyncClient] = field(default_factory=list)

    def browser(self, address: str = "192.0.2.1", scheme: str = "http") -> httpx2.AsyncClient:
        """Somebody's browser, with its own cookies."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 40_000))
        browser = httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://service{API}")
        self.browsers.append(browser)
        return browser

    async def account(self, name: str, role: str = "duty", *enterprises: str, password: str | None = KEPT) -> None:
        """An account; its password is PASSWORD."""
        await self.pool.execute(
            "INSERT INTO account (name, role, display, password_hash, made_at, made_by)"
            " VALUES ($1, $2, $1, $3, now(), 'test')",
            *(name, role, password),
        )
        for enterprise in enterprises:
            await self.pool.execute("INSERT INTO account_scope VALUES ($1, 'enterprise', $2)", name, enterprise)

    async def signed_in(self, name: str, address: str = "192.0.2.1", scheme: str = "http") -> httpx2.AsyncClient:
        """A browser in which an account has signed in."""
        browser = self.browser(address, scheme)
        answer = await login(browser, name)
        assert answer.status_code == 200, answer.text
        return browser


async def login(browser: httpx2.AsyncClient, name: str, password: str = PASSWORD) -> httpx2.Response:
    """Try to sign in."""
    return await browser.post("/auth/login", json={"name": name, "password": password})


def house_settings(url: str, **settings: Any) -> ServiceSettings:
    """Of a service that is asked as fast as a test can."""
    return ServiceSettings(database_url=url, **(UNLIMITED | settings))


@asynccontextmanager
async def opened(database: str, pool: asyncpg.Pool, **settings: Any) -> AsyncIterator[House]:
    """A service that runs, until the block is left."""
    app = make_app(house_settings(database, **settings))
    async with app.router.lifespan_context(app):
        house = House(app, pool)
        yield house
        for browser in house.browsers:
            await browser.aclose()


@pytest.fixture
async def house(database: str, pool: asyncpg.Pool) -> AsyncIterator[House]:
    """A service that runs."""
    async with opened(database, pool) as house:
        yield house


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider of single sign-on, at which Wang is signed in."""
    async with providing(f"http://service{API}/auth/oidc/callback") as provider:
        provider.user = {"sub": "7f3a", "preferred_username": "wang", "email": "wang@example.org"}
        yield provider


@pytest.fixture
async def city(database: str, pool: asyncpg.Pool, provider: Provider) -> AsyncIterator[House]:
    """A service that knows the provider."""
    known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    async with opened(database, pool, **known, oidc_name_claim="preferred_username") as city:
        yield city
