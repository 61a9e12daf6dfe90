"""Photos of an alert: taken in by what they are, kept once and for good, served as pictures and nothing else."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO

import asyncpg
import httpx2
import pytest
from PIL import Image

from alerts.handling import photo
from service.resources.desk.photos import UNDER_WAY
from tests.service import seed
from tests.support import pictures
from tests.support.deadline import until

PATH = "/api/v1/alerts/A1/photos"
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(autouse=True)
async def _alert(pool: asyncpg.Pool) -> None:
    await seed.alert(pool, seed.body("A1"))
    await seed.enterprise(pool, "E1", "一厂")
    await pool.execute("INSERT INTO person VALUES ('P1', '王芳', 'field', '138', '孟河镇')")


async def test_a_photo_is_served_as_the_picture_alone(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    raw = pictures.from_a_phone(orientation=6)
    sent = await client.post(PATH, content=raw, headers={**JPEG, "X-Hotgrid-Actor": "P1"})
    told = sent.json()
    assert (sent.status_code, told["width"], told["height"], told["who"]) == (201, 48, 64, "P1")

    got = await client.get(f"/api/v1/photos/{told['photo_id']}")
    assert hashlib.sha256(got.content).hexdigest() == told["sha256"]
    assert len(got.content) == told["bytes"]
    assert not [secret for secret in pictures.SECRETS if secret in got.content]
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert got.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = await client.get(f"/api/v1/photos/{told['photo_id']}", headers={"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    row = await pool.fetchrow("SELECT * FROM photo")
    assert (row["received_sha256"], row["who"]) == (hashlib.sha256(raw).hexdigest(), "P1")
    assert row["place"] == "127.0.0.1"


async def test_the_same_file_sent_again_is_the_same_photo(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    raw = pictures.encoded(pictures.scene())
    sent = await asyncio.gather(*(client.post(PATH, content=raw, headers=JPEG) for _ in range(5)))
    assert len({one.json()["photo_id"] for one in sent}) == 1
    other = await client.post(PATH, content=pictures.encoded(pictures.scene(32, 32)), headers=JPEG)
    listed = (await client.get(PATH)).json()["photos"]
    assert [one["photo_id"] for one in listed] == [sent[0].json()["photo_id"], other.json()["photo_id"]]
    assert await photo.photos_of(pool, "A1") == {one["photo_id"] for one in listed}
    assert await photo.photos_of(pool, "A2") == set()


async def test_a_photo_can_neither_be_changed_nor_removed(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await client.post(PATH, content=pictures.encoded(pictures.scene()), headers=JPEG)
    for statement in ("UPDATE photo SET who = 'x'", "DELETE FROM photo", "TRUNCATE photo"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "slug"),
    [
        (b"", "image/jpeg", 422, "bad-input"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "bad-input"),
        (b"<html>", "image/jpeg", 422, "bad-input"),
        (pictures.encoded(pictures.scene())[:200], "image/jpeg", 422, "bad-input"),
        (pictures.png_of_size(60_000, 60_000), "image/png", 422, "bad-input"),
        (pictures.encoded(pictures.scene()), "text/html", 415, "wrong-type"),
        (pictures.encoded(pictures.scene()), "multipart/form-data; boundary=x", 415, "wrong-type"),
        (b"<svg/>", "image/svg+xml", 415, "wrong-type"),
        (pictures.encoded(pictures.scene()), None, 415, "wrong-type"),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "image/jpeg", 413, "too-large"),
    ],
    ids=lambda one: str(one)[:20],
)
async def test_what_is_no_photo_is_refused(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, body: bytes, content_type: str | None, status: int, slug: str
) -> None:
    answer = await client.post(PATH, content=body, headers={"Content-Type": content_type} if content_type else {})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:hotgrid:problem:{slug}")
    assert await pool.fetchval("SELECT count(*) FROM photo") == 0


async def test_a_body_of_unknown_length_is_cut_at_the_limit(client: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"\xff\xd8\xff"
        while sent < 100_000_000:
            sent += 1_000_000
            yield bytes(1_000_000)

    answer = await client.post(PATH, content=endless(), headers=JPEG)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:hotgrid:problem:too-large")
    assert sent < 20_000_000


async def test_a_photo_of_nine_megabytes_is_taken(client: httpx2.AsyncClient) -> None:
    raw = pictures.encoded(Image.effect_noise((2900, 2900), 99).convert("RGB"), quality=95)
    assert 6_000_000 < len(raw) < 10 * 1024 * 1024
    answer = await client.post(PATH, content=raw, headers={"Content-Type": "image/heic"})
    assert (answer.status_code, answer.json()["width"]) == (201, 2560)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/v1/alerts/none/photos", 404), ("/api/v1/alerts/%00/photos", 422)],
)
async def test_photos_are_of_an_alert_that_there_is(client: httpx2.AsyncClient, path: str, status: int) -> None:
    answer = await client.post(path, content=pictures.encoded(pictures.scene()), headers=JPEG)
    assert answer.status_code == status


@pytest.mark.parametrize(("name", "status"), [("0" * 32, 404), ("../../etc/passwd", 404), ("%00", 422), ("x", 422)])
async def test_a_photo_that_is_not_there_is_told(client: httpx2.AsyncClient, name: str, status: int) -> None:
    assert (await client.get(f"/api/v1/photos/{name}")).status_code == status


@pytest.mark.parametrize(("actor", "status"), [("P1", 201), ("enterprise:E1", 403), ("nobody", 401)])
async def test_an_enterprise_sends_its_files_through_its_own_window(
    client: httpx2.AsyncClient, actor: str, status: int
) -> None:
    raw = pictures.encoded(pictures.scene())
    answer = await client.post(PATH, content=raw, headers={**JPEG, "X-Hotgrid-Actor": actor})
    assert answer.status_code == status, answer.text


async def test_an_alert_has_so_many_photos_and_no_more(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO photo SELECT lpad(n::text, 32, '0'), 'A1', now(), '', '', 1, 1, '', n::text, ''"
        " FROM generate_series(1, $1::int) AS n",
        photo.MOST_OF_ALERT,
    )
    answer = await client.post(PATH, content=pictures.encoded(pictures.scene()), headers=JPEG)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hotgrid:problem:not-now")


async def test_slow_uploads_take_neither_the_memory_nor_the_connections(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    go = asyncio.Event()
    begun = 0

    async def slow() -> AsyncIterator[bytes]:
        nonlocal begun
        begun += 1
        yield raw[:100]
        await go.wait()
        yield raw[100:]

    async def all_begun() -> bool:
        return begun == UNDER_WAY

    raw = pictures.encoded(pictures.scene())
    teams = [f"F{number}" for number in range(2)]  # one account has half of the room
    for team in teams:
        await seed.person(pool, team, "field")
    sending = [
        asyncio.create_task(client.post(PATH, content=slow(), headers=JPEG | {"X-Hotgrid-Actor": team}))
        for team in UNDER_WAY // len(teams) * teams
    ]
    await until(all_begun)
    full = await client.post(PATH, content=raw, headers=JPEG)
    assert (full.status_code, full.headers["Retry-After"]) == (503, "5")
    assert full.json()["type"] == "urn:hotgrid:problem:busy"
    assert (await client.get("/api/v1/alerts")).status_code == 200
    go.set()
    assert {one.status_code for one in await asyncio.gather(*sending)} == {201}
    assert (await client.post(PATH, content=raw, headers=JPEG)).status_code == 201


async def test_what_is_kept_is_a_whole_jpeg(client: httpx2.AsyncClient) -> None:
    told = (await client.post(PATH, content=pictures.from_a_phone("PNG"), headers={"Content-Type": "image/png"})).json()
    got = await client.get(f"/api/v1/photos/{told['photo_id']}")
    with Image.open(BytesIO(got.content)) as image:
        image.load()
        assert (image.format, image.size) == ("JPEG", (64, 48))
