"""Wrong tries at the door: each counted before it is made, waited for, forgiven by a right one."""

import asyncio
from collections import Counter
from datetime import timedelta

import asyncpg

from service.account import lockout
from service.account.session import SIGN_IN
from tests.service.account.conftest import PASSWORD, House, login

WRONG = "a wrong password"


async def let_pass(pool: asyncpg.Pool, wait: timedelta = timedelta(hours=1)) -> None:
    """As if so long had gone by."""
    await pool.execute(
        "UPDATE sign_in_failure SET until = until - $1::interval, last_at = last_at - $1::interval", wait
    )


async def swept(pool: asyncpg.Pool) -> None:
    await SIGN_IN.forget.execute(pool, before=await pool.fetchval("SELECT now()") - lockout.FORGOTTEN)


async def failures(pool: asyncpg.Pool) -> Counter[str]:
    rows = await pool.fetch("SELECT what, failures FROM sign_in_failure")
    return Counter({row["what"].partition(":")[0]: row["failures"] for row in rows})


async def test_after_five_wrong_tries_the_right_one_waits_too(house: House) -> None:
    await house.account("wang")
    browser = house.browser()
    for _ in range(5):
        assert (await login(browser, "wang", WRONG)).status_code == 401
    refused = await login(browser, "wang")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] in ("1", "2")
    assert refused.json()["type"] == "urn:hotgrid:problem:too-many"
    await let_pass(house.pool)
    assert (await login(browser, "wang")).status_code == 200
    assert await failures(house.pool) == {"address": 5}


async def test_a_refused_try_counts_no_failure(house: House) -> None:
    browser = house.browser()
    for _ in range(5):
        await login(browser, "nobody", WRONG)
    for _ in range(20):
        assert (await login(browser, "nobody", WRONG)).status_code == 429
    assert await failures(house.pool) == {"both": 5, "name": 5, "address": 5}


async def test_names_that_there_are_not_count_the_same(house: House) -> None:
    await house.account("wang")
    said = {}
    for name, address in (("wang", "192.0.2.1"), ("nobody", "192.0.2.2")):
        browser = house.browser(address)
        said[name] = [(await login(browser, name, WRONG)).status_code for _ in range(6)]
    assert said["wang"] == said["nobody"] == [401] * 5 + [429]


async def test_many_tries_at_the_same_moment_are_not_all_made(house: House) -> None:
    await house.account("wang")
    answers = await asyncio.gather(*(login(house.browser(), "wang", WRONG) for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {401: 5, 429: 7}


async def test_nobody_is_locked_out_from_elsewhere(house: House) -> None:
    await house.account("wang")
    for _ in range(6):
        await login(house.browser("198.51.100.66"), "wang", WRONG)
    assert (await login(house.browser("192.0.2.1"), "wang")).status_code == 200


async def test_where_the_account_is_in_use_the_errors_of_the_world_do_not_matter(house: House) -> None:
    await house.account("wang")
    await house.signed_in("wang", "192.0.2.1")
    await house.pool.execute(
        "INSERT INTO sign_in_failure VALUES ($1, 5000, now(), now() + INTERVAL '30 s')",
        lockout.keys("wang", "")["name"],
    )
    assert (await login(house.browser("192.0.2.1"), "wang")).status_code == 200


async def test_elsewhere_they_do_until_unlocked_or_half_a_minute_has_passed(house: House) -> None:
    await house.account("wang")
    name = lockout.keys("wang", "")["name"]
    await house.pool.execute("INSERT INTO sign_in_failure VALUES ($1, 5000, now(), now() + INTERVAL '30 s')", name)
    assert (await login(house.browser("192.0.2.9"), "wang")).status_code == 429
    await let_pass(house.pool, timedelta(seconds=30))
    assert (await login(house.browser("192.0.2.9"), "wang")).status_code == 200


async def test_an_address_that_tries_name_after_name_waits(house: House) -> None:
    browser = house.browser()
    address = lockout.keys("", "192.0.2.1")["address"]
    await house.pool.execute("INSERT INTO sign_in_failure VALUES ($1, 49, now(), now())", address)
    assert (await login(browser, "one", WRONG)).status_code == 401
    assert (await login(browser, "two", WRONG)).status_code == 429
    assert (await login(house.browser("192.0.2.2"), "two", WRONG)).status_code == 401


async def test_a_wrong_old_password_counts_too(house: House) -> None:
    await house.account("wang")
    browser = await house.signed_in("wang")
    change = {"old": WRONG, "new": "four other unrelated words"}
    said = [(await browser.post("/auth/password", json=change)).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]


async def test_failures_of_long_ago_are_swept_out(house: House) -> None:
    await login(house.browser(), "nobody", WRONG)
    await swept(house.pool)
    assert await failures(house.pool) == {"both": 1, "name": 1, "address": 1}
    await let_pass(house.pool, lockout.FORGOTTEN)
    await swept(house.pool)
    assert not await failures(house.pool)
    assert PASSWORD not in str(await house.pool.fetch("SELECT * FROM sign_in_failure"))
