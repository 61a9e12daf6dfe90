"""A photo that a simulated officer takes: a works with a chimney under a sky, drawn."""

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

SIZE = 480, 320
SKY, SMOKE, WALL, GROUND = (183, 203, 217), (128, 126, 124), (94, 102, 112), (134, 128, 110)


def picture(seed: str, *, smokes: bool = True) -> bytes:
    """A small JPEG, the same for the same seed; `smokes` until it is put right."""
    random = Random(seed)
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    chimney, top = random.randint(120, 340), random.randint(60, 120)
    for i in range(random.randint(6, 18) if smokes else 0):
        x, y, r = chimney + 14 * i, top - 5 * i + random.randint(-8, 8), 10 + 2 * i
        draw.ellipse((x - r, y - r, x + r, y + r), fill=SMOKE)
    draw.rectangle((chimney - 9, top, chimney + 9, 250), fill=WALL)
    for left in range(20, SIZE[0] - 60, random.randint(90, 150)):
        draw.rectangle((left, random.randint(165, 215), left + 80, 250), fill=WALL)
    draw.rectangle((0, 250, *SIZE), fill=GROUND)
    file = BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
