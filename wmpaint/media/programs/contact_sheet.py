"""A contact sheet of brushes, `contact_sheet(MyPaint, names) -> [3, H, W]`, and the list of those that are bundled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ... import checks
from ...canvas import Canvas
from ...frame import Frame
from ...medium import Medium, render
from ...strokes import Strokes
from . import choose
from .brush import Brush, bundled, catalog

__all__ = ["brush_entries", "contact_sheet"]

TILE = (320, 240)  # width, height in pixels
INK, RED, BLUE, GOLD = (0.12, 0.12, 0.15), (0.78, 0.23, 0.16), (0.13, 0.32, 0.52), (0.86, 0.62, 0.15)
GROUND = (0.985, 0.98, 0.965)


def brush_entries() -> list[dict[str, Any]]:
    """The bundled brushes in order: name, title, kind, noise, plain, why_not, author, description of each.

    noise is the standard deviation of alpha over seeds, in 8-bit levels, averaged where there is
    paint; `python benchmarks/programs.py --noise` measures it. why_not names the settings that
    no painter can imitate, and is empty for plain brushes.
    """
    rows = []
    for name in bundled():
        entry, brush = catalog()[name], Brush.load(name)
        why = brush.obstacles()
        rows.append(
            {
                "name": name,
                "title": brush.title,
                "kind": brush.kind,
                "noise": float(entry["noise"]),
                "plain": not why,
                "why_not": ", ".join(why),
                "author": brush.author,
                "description": entry["description"],
            }
        )
    return rows


def _swatch() -> Strokes:
    """What every tile shows, for a tile of height 1: a thin line, an S, a cross of two colors, an arc of touches."""
    table: list[tuple[list[tuple[float, float]], float, tuple[float, float], tuple[float, float, float]]] = [
        ([(0.08, 0.12), (0.4, 0.04), (0.75, 0.13)], 0.008, (0.15, 0.9), INK),  # thin to thick
        ([(0.75, 0.13), (1.0, 0.19), (1.25, 0.09)], 0.012, (0.9, 0.2), INK),
        ([(0.1, 0.42), (0.24, 0.16), (0.42, 0.38)], 0.04, (0.35, 0.8), BLUE),  # an S of two
        ([(0.42, 0.38), (0.58, 0.58), (0.74, 0.3)], 0.04, (0.8, 1.0), BLUE),
        ([(0.88, 0.28), (1.02, 0.38), (1.2, 0.5)], 0.06, (0.7, 0.9), GOLD),  # one color over another
        ([(0.88, 0.52), (1.04, 0.4), (1.22, 0.27)], 0.045, (0.9, 0.6), RED),
        ([(0.14, 0.74), (0.34, 0.62), (0.66, 0.74)], 0.075, (0.3, 1.0), RED),  # broad
    ]
    for k in range(5):  # touches
        angle = math.radians(200 + 35 * k)
        x, y = 1.02 + 0.17 * math.cos(angle), 0.8 + 0.15 * math.sin(angle)
        dx, dy = 0.035 * math.cos(angle), 0.035 * math.sin(angle)
        table.append(([(x - dx, y - dy), (x, y), (x + dx, y + dy)], 0.012 + 0.006 * k, (0.6, 0.9), INK))
    return Strokes(*(torch.tensor(column, device="cpu") for column in zip(*table, strict=True)))


def contact_sheet(
    program: Callable[[str], Medium] | None = None, brushes: Sequence[str] | None = None, columns: int = 4
) -> Tensor:
    """[3, H, W] sRGB: a tile for each brush, painted with `program(brush)`, with its name and title.

    Args:
        program: makes a medium of a brush's name: `MyPaint`, `Dabs`, a painter's loader; None for
            the best program there is.
        brushes: names; None for all that are bundled.
        columns: tiles in a row.

    Raises:
        InputError: no brushes, or fewer than one column.
    """
    names = checks.some("one brush", bundled() if brushes is None else brushes)
    columns = checks.whole("… columns", columns, 1, 64)
    make = program or choose.program
    width, height = TILE
    columns = min(columns, len(names))
    rows = -(-len(names) // columns)
    sheet = torch.tensor(GROUND, device="cpu")[:, None, None].repeat(1, rows * height, columns * width)
    canvas, swatch = Canvas(width / height, GROUND), _swatch()
    for k, name in enumerate(names):
        tile = render(make(name), swatch, Frame(canvas, height)).mean[:3].detach().clamp(0, 1)
        y, x = k // columns * height, k % columns * width
        sheet[:, y : y + height, x : x + width] = _framed(tile, name)
    return sheet


def _framed(tile: Tensor, name: str) -> Tensor:
    """A tile with a hairline around it and the brush's name below."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray((tile.movedim(0, 2).numpy() * 255 + 0.5).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    entry = catalog().get(name.removeprefix("mypaint/"), {})
    width, height = TILE
    draw.text((14, height - 27), name, fill=(30, 30, 36), font=ImageFont.load_default(15))
    kind = str(entry.get("kind", ""))
    small = ImageFont.load_default(11)
    draw.text((width - 14 - draw.textlength(kind, small), height - 24), kind, fill=(140, 136, 128), font=small)
    draw.rectangle((0, 0, width - 1, height - 1), outline=(226, 222, 214))
    return torch.from_numpy(np.array(image)).movedim(2, 0).float() / 255
