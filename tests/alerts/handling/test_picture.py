"""Of a photo nothing is kept but the picture, and nothing that is sent instead of one does harm."""

import contextlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from alerts.handling.picture import LONGEST_PX, MOST_BYTES, PictureError, cleaned
from tests.support import pictures

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def _seen(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    image.load()
    return image


def _is(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    seen = image.getpixel(at)
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 40 for one, other in zip(seen, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_maker_profile_and_comments_are_gone(kind: str) -> None:
    raw = pictures.from_a_phone(kind)
    with Image.open(BytesIO(raw)) as sent:
        assert sent.getexif().get_ifd(0x8825)[2] == pictures.GPS[2]
    made = cleaned(raw)
    assert not [secret for secret in pictures.SECRETS if secret in made.jpeg]
    kept = _seen(made.jpeg)
    assert (kept.format, kept.size) == ("JPEG", (made.width, made.height))
    assert not dict(kept.getexif())
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("orientation", "size", "white_at"),
    [
        (1, (64, 48), (2, 2)),
        (2, (64, 48), (61, 2)),
        (3, (64, 48), (61, 45)),
        (4, (64, 48), (2, 45)),
        (5, (48, 64), (2, 2)),
        (6, (48, 64), (45, 2)),
        (7, (48, 64), (45, 61)),
        (8, (48, 64), (2, 61)),
    ],
)
def test_a_photo_is_turned_the_way_it_was_held(
    orientation: int, size: tuple[int, int], white_at: tuple[int, int]
) -> None:
    kept = _seen(cleaned(pictures.from_a_phone(orientation=orientation)).jpeg)
    assert kept.size == size
    assert _is(kept, white_at, WHITE)


def test_a_large_photo_becomes_smaller_and_a_small_one_stays() -> None:
    large = cleaned(pictures.encoded(pictures.scene(6000, 3000)))
    assert (large.width, large.height) == (LONGEST_PX, LONGEST_PX // 2)
    assert _is(_seen(large.jpeg), (1000, 1000), RED)
    assert (cleaned(pictures.encoded(pictures.scene(1, 1))).width) == 1


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "LA"])
def test_every_way_of_writing_colours_is_understood(mode: str) -> None:
    kept = _seen(cleaned(pictures.encoded(pictures.scene(mode=mode), "JPEG" if mode == "CMYK" else "PNG")).jpeg)
    assert (kept.mode, kept.size) == ("RGB", (64, 48))
    assert _is(kept, (2, 2), WHITE)


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert _is(_seen(cleaned(pictures.encoded(clear, "PNG")).jpeg), (10, 10), WHITE)


def test_of_a_photo_with_a_second_one_inside_the_first_is_taken() -> None:
    blue = Image.new("RGB", (64, 48), "blue")
    both = pictures.encoded(blue, "MPO", save_all=True, append_images=[pictures.scene(32, 32)])
    assert _is(_seen(cleaned(both).jpeg), (2, 2), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(100), b"%PDF-1.7\n"])
def test_what_hides_behind_a_picture_is_gone(kind: str, tail: bytes) -> None:
    made = cleaned(pictures.encoded(pictures.scene(), kind) + tail)
    assert tail not in made.jpeg
    assert made.jpeg.endswith(b"\xff\xd9")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff", "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG"),
        (b"\n <!DOCTYPE html><p>", "HTML"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(90), "HEIC"),
        (pictures.encoded(pictures.scene(), "GIF"), "GIF"),
        (pictures.encoded(pictures.scene(), "BMP"), "no JPEG, PNG or WebP"),
        (pictures.encoded(pictures.scene(), "TIFF"), "no JPEG, PNG or WebP"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "no JPEG, PNG or WebP"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "broken"),
        (b"\xff\xd8\xff\xe0" + bytes(MOST_BYTES), "at most"),
        (pictures.png_of_size(8000, 8000), "pixels"),
        (pictures.png_of_size(100_000, 100_000), "exceeds limit"),
        (pictures.png_of_size(4000, 4000), "broken or cut off"),
        (pictures.jpeg_of_scans(100), "scans"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_no_photo_is_refused_with_the_reason(raw: bytes, told: str) -> None:
    with pytest.raises(PictureError, match=told):
        cleaned(raw)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_is_cut_off_is_refused(kind: str) -> None:
    whole = pictures.encoded(pictures.scene(400, 300), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(PictureError, match="broken or cut off"):
            cleaned(whole[: int(len(whole) * share)])


WHOLE = [pictures.from_a_phone(kind) for kind in ("JPEG", "PNG", "WEBP")]


@settings(max_examples=400, deadline=None)
@given(
    whole=st.sampled_from(WHOLE),
    spots=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # what Pillow says beside of damaged tags
def test_damage_is_taken_or_refused_and_nothing_else(whole: bytes, spots: list[tuple[float, int]]) -> None:
    damaged = bytearray(whole)
    for where, value in spots:
        damaged[int(where * (len(damaged) - 1))] = value
    with contextlib.suppress(PictureError):
        made = cleaned(bytes(damaged))
        assert _seen(made.jpeg).size == (made.width, made.height)
