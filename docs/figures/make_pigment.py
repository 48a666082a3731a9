"""The pictures of docs/pigment.md: pairs of colors mixed as light and as pigment, and the tubes.

python docs/figures/make_pigment.py
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

from wmpaint.color import parse_color
from wmpaint.image import to_uint8
from wmpaint.pigment import from_bands, to_bands
from wmpaint.tubes import TUBES

PICTURES = Path(__file__).parents[1] / "pictures"
WIDTH, MARGIN, BAR, LABEL = 1400, 24, 56, 30
GROUND, INK = (251, 250, 247), (69, 64, 58)
PAIRS = {
    "yellow and blue": ("#f7d917", "#1b409b"),
    "yellow and ultramarine": ("#fcc010", "#171a60"),
    "yellow and red": ("#f7d917", "#b3201c"),
    "red and blue": ("#b3201c", "#1b409b"),
    "white and ultramarine": ("#f7f6f1", "#171a60"),
    "white and red": ("#f7f6f1", "#b3201c"),
    "yellow and black": ("#fcc010", "#1c1b1c"),
    "red and green": ("#b3201c", "#1c6b3c"),
}
COLUMNS = 4  # of tubes


def pairs() -> Image.Image:
    """Of each pair a bar as light above one as pigment."""
    height = MARGIN + len(PAIRS) * (LABEL + 2 * BAR + MARGIN // 2)
    sheet = Image.new("RGB", (WIDTH, height), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(20)
    share, left = torch.linspace(0, 1, WIDTH - 2 * MARGIN - 110)[:, None], MARGIN + 110
    for k, (name, colors) in enumerate(PAIRS.items()):
        first, second = (torch.tensor(parse_color(color)) for color in colors)
        as_light = torch.lerp(first, second, share)
        as_pigment = from_bands(torch.lerp(to_bands(first), to_bands(second), share))
        top = MARGIN + k * (LABEL + 2 * BAR + MARGIN // 2)
        pen.text((left, top), name, INK, font)
        for row, (word, colors_) in enumerate((("light", as_light), ("pigment", as_pigment))):
            bar = Image.fromarray(to_uint8(colors_.t()[:, None].expand(-1, BAR, -1)))
            sheet.paste(bar, (left, top + LABEL + row * BAR))
            pen.text((MARGIN, top + LABEL + row * BAR + 16), word, INK, font)
    return sheet


def tubes() -> Image.Image:
    """Of each tube its masstone beside its tint."""
    rows, across = -(-len(TUBES) // COLUMNS), (WIDTH - MARGIN) // COLUMNS
    sheet = Image.new("RGB", (WIDTH, MARGIN + rows * (LABEL + BAR + MARGIN // 2)), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(18)
    for k, (name, (_, masstone, tint)) in enumerate(TUBES.items()):
        x, y = MARGIN + k // rows * across, MARGIN + k % rows * (LABEL + BAR + MARGIN // 2)
        middle, right = x + (across - MARGIN) // 2, x + across - MARGIN
        pen.rectangle((x, y, middle, y + BAR), masstone)
        pen.rectangle((middle, y, right, y + BAR), tint)
        pen.text((x, y + BAR + 4), name, INK, font)
    return sheet


if __name__ == "__main__":
    for name, picture in (("pigment", pairs()), ("tubes", tubes())):
        picture.save(PICTURES / f"{name}.png", optimize=True)
        print(PICTURES / f"{name}.png", picture.size)
