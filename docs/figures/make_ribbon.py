"""How a painter paints: the ribbon of a stroke, and the stroke that it is bent to. docs/pictures/ribbon.jpg.

python docs/figures/make_ribbon.py
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

import wmpaint as wp
from wmpaint.image import to_uint8

PICTURES = Path(__file__).parents[1] / "pictures"
SIZE, GAP, LABEL, BRUSHES = 300, 18, 26, ("mypaint/oil", "charcoal")
INK, GROUND = (0.13, 0.21, 0.31), (0.985, 0.98, 0.965)


def stroke() -> wp.Strokes:
    points = torch.tensor([[[0.14, 0.62], [0.5, 0.12], [0.86, 0.62]]])
    return wp.Strokes(points, torch.tensor([0.07]), torch.tensor([[0.35, 1.0]]), torch.tensor([INK]))


def tile(values: torch.Tensor, size: tuple[int, int]) -> Image.Image:
    """[H, W] amounts as ink on paper, enlarged."""
    ground, ink = torch.tensor(GROUND)[:, None, None], torch.tensor(INK)[:, None, None]
    picture = torch.lerp(ground.expand(3, *values.shape), ink.expand(3, *values.shape), values.clamp(0, 1))
    return Image.fromarray(to_uint8(picture)).resize(size, Image.Resampling.BICUBIC)


def main() -> None:
    canvas, one = wp.Canvas(1.0, GROUND), stroke()
    columns = ("what the network answers: mean alpha", "… and its deviation", "bent: the dream", "MyPaint, one seed")
    width = len(columns) * SIZE + (len(columns) + 1) * GAP
    sheet = Image.new("RGB", (width, len(BRUSHES) * (SIZE + GAP) + GAP + LABEL), (251, 250, 247))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for x, words in enumerate(columns):
        draw.text((GAP + x * (SIZE + GAP), 10), words, fill=(69, 64, 58), font=font)
    for y, brush in enumerate(BRUSHES):
        painter = wp.painters.load(brush)
        with torch.no_grad():
            ribbon = painter.ribbons(one, wp.Frame(canvas, SIZE, program_height=512))
            logits = ribbon.logits[0]
            mean = logits[0].sigmoid()
            share = logits[1].sigmoid() if painter.config.noise else torch.zeros_like(mean)
            deviation = (share * mean * (1 - mean)).sqrt()
            dream = wp.render(painter, one, wp.Frame(canvas, SIZE, program_height=512)).mean[:3]
            real = wp.render(wp.MyPaint(brush), one, wp.Frame(canvas, 512)).mean[:3]
        pictures = [
            tile(mean.t(), (SIZE, SIZE // 2)),  # from left to right as the pen goes
            tile(2 * deviation.t(), (SIZE, SIZE // 2)),
            Image.fromarray(to_uint8(dream.clamp(0, 1))),
            Image.fromarray(to_uint8(real.clamp(0, 1))).resize((SIZE, SIZE), Image.Resampling.LANCZOS),
        ]
        for x, picture in enumerate(pictures):
            top = LABEL + GAP + y * (SIZE + GAP) + (SIZE - picture.height) // 2
            sheet.paste(picture, (GAP + x * (SIZE + GAP), top))
    sheet.save(PICTURES / "ribbon.jpg", quality=88)
    print(PICTURES / "ribbon.jpg")


if __name__ == "__main__":
    main()
