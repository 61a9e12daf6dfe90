"""A browser's way to the provider of single sign-on and back."""

import httpx2

from tests.service.account.conftest import API, House
from tests.support.oidc_provider import Provider

BACK = f"http://service{API}/auth/oidc/callback"
WANG = {"sub": "7f3a", "preferred_username": "wang", "email": "wang@example.org"}


async def made(house: House, provider: Provider, name: str = "wang", role: str = "duty", subject: str = "7f3a") -> None:
    """An account that is known by its subject."""
    await house.account(name, role, password=None)
    await house.pool.execute(
        "UPDATE account SET subject = $1 WHERE name = $2", f"{provider.issuer} {subject}" if subject else None, name
    )


async def away(browser: httpx2.AsyncClient, onward: str = "/") -> str:
    """Sent to the provider, and by it back to where?"""
    sent = await browser.get("/auth/oidc", params={"next": onward})
    assert sent.status_code == 303, sent.text
    async with httpx2.AsyncClient() as elsewhere:
        returned = await elsewhere.get(sent.headers["location"])
    assert returned.status_code == 302, returned.text
    return returned.headers["location"].removeprefix(f"http://service{API}")


async def there_and_back(browser: httpx2.AsyncClient, onward: str = "/") -> httpx2.Response:
    """Through the whole of it."""
    return await browser.get(await away(browser, onward))
