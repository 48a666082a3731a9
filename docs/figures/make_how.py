"""The pictures of docs/how_it_works.md, docs/pictures/how_*.jpg, and the numbers that the page takes from them.

python docs/figures/make_how.py [NAME ...]      # needs libmypaint; some six minutes for all
"""

from __future__ import annotations

import argparse
import io
import itertools
import math
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional as F

import wmpaint as wp
from wmpaint.geometry import arc_lengths, bezier, branches, coefficients
from wmpaint.image import load_image, resize, to_uint8
from wmpaint.medium import Medium, Where
from wmpaint.metrics import mse
from wmpaint.painting.strategies import rounds as strategy
from wmpaint.raster.tiles import is_straight

PICTURES = Path(__file__).parents[1] / "pictures"
MOST = 148_000  # bytes of a picture
WIDTH, MARGIN, GAP = 1000, 28, 18
TEXT, SMALL = 28, 24  # of 1000 pixels: legible on a phone that shows 360 of them
FINE = 2  # sheets are drawn so many times as large, and reduced: Pillow's lines have no smooth edges
PAPER, INK, DIM, HAIR = (251, 250, 247), (42, 40, 38), (104, 98, 91), (214, 209, 201)
BLUE, RUST, TEAL = (33, 58, 92), (183, 68, 32), (28, 118, 122)
Color = tuple[int, int, int]
Point = tuple[float, float]


class Sheet:
    """A paper of 1000 x height units to draw on."""

    def __init__(self, height: float) -> None:
        self.image = Image.new("RGB", (WIDTH * FINE, round(height * FINE)), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def picture(self, image: Image.Image, x: float, y: float, width: float, height: float) -> None:
        size = round(width * FINE), round(height * FINE)
        kind = Image.Resampling.LANCZOS if image.width > size[0] else Image.Resampling.BICUBIC
        self.image.paste(image.resize(size, kind), (round(x * FINE), round(y * FINE)))

    def words(self, x: float, y: float, words: str, color: Color = DIM, size: int = TEXT, anchor: str = "ls") -> None:
        font = ImageFont.load_default(size * FINE)
        self.draw.text((x * FINE, y * FINE), words, fill=color, font=font, anchor=anchor)

    def line(self, points: Sequence[Point], color: Color, width: float = 2) -> None:
        scaled = [(x * FINE, y * FINE) for x, y in points]
        self.draw.line(scaled, fill=color, width=round(width * FINE), joint="curve")

    def dot(self, x: float, y: float, radius: float, color: Color, ring: Color | None = None, wide: float = 2) -> None:
        box = [(x - radius) * FINE, (y - radius) * FINE, (x + radius) * FINE, (y + radius) * FINE]
        self.draw.ellipse(box, fill=color, outline=ring, width=round(wide * FINE) if ring else 0)

    def arrow(self, start: Point, end: Point, color: Color, width: float = 4) -> None:
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = math.hypot(dx, dy)
        if length < 3:
            return
        ux, uy, head = dx / length, dy / length, min(20.0, 0.7 * length)
        neck = end[0] - ux * head, end[1] - uy * head
        self.line([start, neck], color, width)
        wing = 0.48 * head
        corners = [end, (neck[0] - uy * wing, neck[1] + ux * wing), (neck[0] + uy * wing, neck[1] - ux * wing)]
        self.draw.polygon([(x * FINE, y * FINE) for x, y in corners], fill=color)

    def save(self, name: str) -> None:
        """As a JPEG that is small enough."""
        image = self.image.reduce(FINE)
        for quality in range(90, 40, -4):
            stream = io.BytesIO()
            image.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
            if stream.tell() <= MOST:
                break
        path = PICTURES / f"how_{name}.jpg"
        path.write_bytes(stream.getvalue())
        print(
            f"{path.name}: {image.width} x {image.height}, {stream.tell() // 1000} KB at quality {quality}", flush=True
        )


def columns(count: int) -> tuple[float, list[float]]:
    """The width of a panel where so many stand side by side, and where each begins."""
    width = (WIDTH - 2 * MARGIN - (count - 1) * GAP) / count
    return width, [MARGIN + k * (width + GAP) for k in range(count)]


def image_of(picture: Tensor) -> Image.Image:
    return Image.fromarray(to_uint8(picture[:3].clamp(0, 1)))


def inked(amount: Tensor, ink: Color = BLUE) -> Image.Image:
    """[H, W] amounts 0..1 as ink on white paper."""
    color = torch.tensor(ink)[:, None, None] / 255
    return image_of(1 - amount.clamp(0, 1) * (1 - color))


def one_stroke(
    points: list[list[float]], radius: float, pressure: tuple[float, float] = (1.0, 1.0), color: Color = BLUE
) -> wp.Strokes:
    paint = torch.tensor([color]) / 255
    return wp.Strokes(torch.tensor([points]), torch.tensor([radius]), torch.tensor([pressure]), paint)


def decibels(error: float) -> float:
    return -10 * math.log10(error)


CAPS, BODY = 3, 12  # rows of a bundled painter's ribbon: of the fan around each end, and between them


# 1. What a program does with one stroke


def noise() -> None:
    """Six seeds of one stroke, and what they are on average, by counting and by the painter."""
    brush, seeds, height = "charcoal", 200, 320
    canvas = wp.Canvas(2.0, None)
    stroke = one_stroke([[0.24, 0.74], [0.86, -0.2], [1.8, 0.8]], 0.07, (0.45, 1.0))
    painted = torch.stack(
        [wp.render(wp.MyPaint(brush, seed=k), stroke, wp.Frame(canvas, height)).mean[3] for k in range(seeds)]
    )
    mean, variance = painted.mean(0), painted.var(0)
    with torch.no_grad():
        black = stroke.replace(color=torch.zeros(1, 3))  # so that the variance of RGBA is that of alpha
        painter = wp.painters.load(brush)
        dream, guess = wp.render(painter, black, wp.Frame(canvas, height))[:2]
    sizes = [0 if part is None else sum(x.numel() for x in part.parameters()) for part in painter.net.children()]
    print(f"noise: {sizes[0]:,} weights for the mean, {sizes[1]:,} for the variance", flush=True)
    alpha, deviation = dream[3], guess.sqrt()
    doubt = variance.sum() / seeds  # of the mean of so many seeds
    share = ((alpha - mean).square().sum() - doubt) / (mean.square().sum() - doubt)
    off = deviation.square().mean().sqrt() / variance.mean().sqrt() - 1
    print(f"noise: error of the mean {100 * share:.2f} % of its energy, deviation {100 * off:+.1f} % off", flush=True)

    third, small = columns(3)
    half, large = columns(2)
    low, high = third / 2, half / 2
    top = MARGIN + 36
    sheet = Sheet(top + 2 * low + 2 * GAP + 2 * (high + 58) + MARGIN - 6)
    sheet.words(MARGIN, MARGIN + 18, "one stroke, six seeds")
    for k in range(6):
        sheet.picture(inked(painted[k]), small[k % 3], top + k // 3 * (low + GAP), third, low)
    y = top + 2 * low + 2 * GAP
    rows = [
        (("mean of 200 seeds", mean), ("the painter's mean", alpha), BLUE, 1.0),
        (("their deviation", variance.sqrt()), ("the painter's deviation", deviation), RUST, 2.6),
    ]
    for *pair, ink, gain in rows:
        for x, (words, values) in zip(large, pair, strict=True):
            sheet.words(x, y + 30, words)
            sheet.picture(inked(gain * values, ink), x, y + 46, half, high)
        y += high + 58
    sheet.save("noise")


# 2. The ribbon


def ribbon() -> None:
    """What the network answers, what that looks like bent, and what the program paints, for two brushes."""
    aspect, height = 1.7, 320
    stroke = one_stroke([[0.28, 0.74], [0.8, -0.16], [1.42, 0.72]], 0.085, (0.35, 1.0))
    width, places = columns(2)
    flat, low = 0.42 * width, width / aspect
    sheet = Sheet(MARGIN + flat + 2 * low + 3 * 54 + 34 + MARGIN - 14)
    for x, brush in zip(places, ("mypaint/oil", "charcoal"), strict=True):
        painter = wp.painters.load(brush)
        with torch.no_grad():
            straight = painter.ribbons(stroke, wp.Frame(wp.Canvas(aspect), 512))
            # Logits are interpolated, and alpha comes after, as in the rasterizer.
            grid = F.interpolate(straight.logits[:, :1], size=(900, 400), mode="bilinear", align_corners=True)
            dream = wp.render(painter, stroke, wp.Frame(wp.Canvas(aspect), height, program_height=512)).mean
        real = wp.render(wp.MyPaint(brush), stroke, wp.Frame(wp.Canvas(aspect), 512)).mean
        y = MARGIN + 22.0
        sheet.words(x, y, f"{brush}: the ribbon", INK)
        y += 16
        sheet.picture(inked(grid[0, 0].sigmoid().t()), x, y, width, flat)
        ends = [x + width * row / (2 * CAPS + BODY - 1) for row in (CAPS, CAPS + BODY - 1)]
        for end in ends:
            sheet.line([(end, y), (end, y + flat + 10)], (150, 144, 136), 1.5)
        for middle, words in ((x, "start"), (sum(ends) / 2, "along"), (x + width, "end")):
            anchor = {"start": "ls", "along": "ms", "end": "rs"}[words]
            sheet.words(middle, y + flat + 28, words, DIM, SMALL, anchor)
        y += flat + 34 + 38
        sheet.words(x, y, "bent")
        sheet.picture(image_of(dream), x, y + 16, width, low)
        y += low + 54
        sheet.words(x, y, "MyPaint, one seed")
        sheet.picture(image_of(real), x, y + 16, width, low)
    sheet.save("ribbon")


# 3. Bending

ALONG = ((0.0, (30, 62, 112)), (0.35, (38, 128, 132)), (0.65, (206, 178, 82)), (1.0, (190, 70, 36)))


def closest(points: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """t of the curve's nearest point and of the other local minimum, and whether there is one."""
    a, b, p0 = (part[0] for part in coefficients(points))
    found = branches((a[0], a[1]), (b[0], b[1]), (p0[0] - x, p0[1] - y), bool(is_straight(points)))
    return found.t, found.other, found.twice


def along_and_across(points: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The row of the ribbon that each pixel looks at, and the signed distance; as in raster/ribbon.py."""
    a, b, p0 = (part[0] for part in coefficients(points))
    t, _, _ = closest(points, x, y)
    ex, ey = (v - ((a[k] * t + b[k]) * t + p0[k]) for k, v in enumerate((x, y)))
    dx, dy = (2 * a[k] * t + b[k] for k in range(2))
    cross, dot = ex * dy - ey * dx, ex * dx + ey * dy
    beyond = ((t <= 0) | (t >= 1)).to(x)
    row = CAPS + (BODY - 1) * t + beyond * CAPS * dot / (dot.abs() + cross.abs() + 1e-12)
    return row, torch.copysign(torch.hypot(ex, ey), cross)


def shaded(amount: Tensor, stops: Sequence[tuple[float, Color]]) -> Tensor:
    """[H, W] of 0..1 -> [3, H, W], in colors between those of the stops."""
    out = torch.zeros(3, *amount.shape)
    for (low, first), (high, second) in itertools.pairwise(stops):
        part = ((amount - low) / (high - low)).clamp(0, 1)
        mixed = torch.lerp(torch.tensor(first)[:, None, None] / 255, torch.tensor(second)[:, None, None] / 255, part)
        out = torch.where((amount >= low) & (amount <= high), mixed, out)
    return out


def coordinates(points: Tensor, half_width: float, height: int, width: int) -> Image.Image:
    """Color: along the stroke. Lines: where a row or a column of the ribbon comes to lie."""
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    row, distance = along_and_across(points.double(), x.double(), y.double())
    across = distance / half_width
    picture = shaded(((row - CAPS) / (BODY - 1)).clamp(0, 1).float(), ALONG)
    picture = torch.lerp(picture, torch.ones_like(picture), 0.5 * across.abs().clamp(max=1).float() ** 1.5)

    def lines(values: Tensor, step: float, wide: float) -> Tensor:
        slope = torch.stack(torch.gradient(values)).square().sum(0).sqrt()
        away = (values / step - (values / step).round()).abs() * step / slope.clamp(min=1e-9)
        return (wide - away + 0.5).clamp(0, 1) * (slope < 0.2 * step)  # no lines along a seam

    white = torch.maximum(lines(row, 1.0, 0.7), lines(across, 0.25, 0.7)).float()
    picture = torch.lerp(picture, torch.ones_like(picture), 0.75 * white)
    edge = ((half_width - distance.abs()) + 0.5).clamp(0, 1).float()
    return image_of(torch.lerp(torch.ones_like(picture), picture, edge))


def bend() -> None:
    """Two strokes: where the ribbon's rows and columns come to lie, and the stroke that is painted there."""
    painter, program_height = wp.painters.load("mypaint/oil"), 512
    strokes = [
        one_stroke([[0.2, 0.78], [0.46, -0.2], [1.0, 0.66]], 0.075, (0.45, 1.0)),
        one_stroke([[0.25, 0.82], [0.58, -0.42], [0.88, 0.82]], 0.06, (1.0, 0.55)),
    ]
    pixels = [[(0.72, 0.62), (0.30, 0.28), (0.86, 0.24), (0.10, 0.86)], [(0.565, 0.40), (0.26, 0.4), (0.74, 0.2)]]
    width, places = columns(2)
    aspect = 1.2
    height = width / aspect
    sheet = Sheet(MARGIN + 34 + 2 * height + GAP + MARGIN)
    for x, words in zip(places, ("the ribbon's grid, bent", "painted through it"), strict=True):
        sheet.words(x, MARGIN + 18, words)
    for k, (stroke, marks) in enumerate(zip(strokes, pixels, strict=True)):
        y = MARGIN + 34 + k * (height + GAP)
        scale = height * FINE
        with torch.no_grad():
            half_width = painter.ribbons(stroke, wp.Frame(wp.Canvas(aspect), program_height)).half_width
            dream = wp.render(
                painter, stroke, wp.Frame(wp.Canvas(aspect), round(scale), program_height=program_height)
            ).mean
        reach = float(half_width) * scale / program_height
        grid = coordinates(stroke.points * scale, reach, round(scale), round(width * FINE))
        sheet.picture(grid, places[0], y, width, height)
        sheet.picture(image_of(dream), places[1], y, width, height)
        curve = bezier(stroke.points, torch.linspace(0, 1, 80)[None])[0].tolist()
        sheet.line([(places[0] + px * height, y + py * height) for px, py in curve], (20, 20, 20), 3)
        for px, py in marks:
            spot = torch.tensor([[px]]).double(), torch.tensor([[py]]).double()
            nearest, other, twice = closest(stroke.points.double(), *spot)
            for at in (nearest[0], other[0]) if bool(twice) else (nearest[0],):
                (foot,) = bezier(stroke.points.double(), at[None])[0].tolist()
                ends = [(places[0] + a * height, y + b * height) for a, b in ((px, py), foot)]
                sheet.line(ends, (20, 20, 20), 2)
                sheet.dot(*ends[1], 4, (20, 20, 20))
            sheet.dot(places[0] + px * height, y + py * height, 7.5, (255, 255, 255), (20, 20, 20), 2.5)
    sheet.save("bend")


# Gradients


def gradient() -> None:
    """A stroke that is pulled into the place of another."""
    painter, canvas, size = wp.painters.load("mypaint/oil"), wp.Canvas(1.0), 128
    goal = one_stroke([[0.16, 0.84], [0.52, 0.04], [0.86, 0.76]], 0.05, (0.8, 0.8))
    stroke = one_stroke([[0.2, 0.58], [0.46, 0.68], [0.8, 0.88]], 0.05, (0.8, 0.8))
    with torch.no_grad():
        wanted = wp.render(painter, goal, wp.Frame(canvas, size, program_height=512)).mean[:3]
        ghost = wp.render(painter, goal, wp.Frame(canvas, 512)).mean[:3]
    points = stroke.points.clone().requires_grad_()
    optimizer = torch.optim.Adam([points], lr=0.008)
    shown, trail, panels = (0, 20, 60, 120), [], []
    for step in range(shown[-1] + 1):
        picture = wp.render(painter, stroke.replace(points=points), wp.Frame(canvas, size, program_height=512)).mean[:3]
        error = (picture - wanted).square().mean()
        optimizer.zero_grad()
        error.backward()
        trail.append(points.detach()[0].clone())
        if step in shown:
            panels.append((step, error.item(), trail[-1], -points.grad[0].clone(), list(trail)))
        optimizer.step()
    print(
        "gradient:",
        ", ".join(f"step {s}: error {e:.5f}, pull {float(g.norm(dim=1).max()):.4f}" for s, e, _, g, _ in panels),
    )

    width, places = columns(2)
    longest = max(float(pull.norm(dim=1).max()) for _, _, _, pull, _ in panels)
    sheet = Sheet(MARGIN + 2 * (width + 50) + MARGIN - 10)
    for k, (step, value, where, pull, path) in enumerate(panels):
        left, top = places[k % 2], MARGIN + k // 2 * (width + 50) + 34
        with torch.no_grad():
            picture = wp.render(painter, stroke.replace(points=where[None]), wp.Frame(wp.Canvas(1.0, None), 512)).mean
        under = 1 - 0.5 * (1 - ghost) * torch.tensor([0.2, 0.55, 1.1])[:, None, None]
        sheet.words(left, top - 14, f"step {step}: error {value:.4f}")
        sheet.picture(image_of(picture[:3] + (1 - picture[3:]) * under), left, top, width, width)

        def on(point: Tensor, left: float = left, top: float = top) -> Point:
            return left + float(point[0]) * width, top + float(point[1]) * width

        corners = [on(point) for point in where]
        sheet.line(corners, (150, 150, 150), 2)
        for n in range(3):
            if len(path) > 1:
                sheet.line([on(earlier[n]) for earlier in path], (58, 160, 156), 2.5)
            strength = float(pull[n].norm())  # arrows are as long as its root, so that small ones show
            length = 0.24 * math.sqrt(strength / longest)
            sheet.arrow(corners[n], on(where[n] + pull[n] * (length / max(strength, 1e-9))), RUST, 5)
            sheet.dot(*corners[n], 8, (255, 255, 255), INK, 3)
    sheet.save("gradient")


# 4. The variance


def variance() -> None:
    """The same photo with and without the variance in the objective: dream, replay, and the replay from near."""
    brush, strokes, height, seeds = "dry_brush", 350, 384, 8
    photo = load_image(wp.sample_photo())
    goal = resize(photo, *wp.Canvas.like(photo).pixels(height))
    box = (slice(None), slice(60, 210), slice(118, 318))
    width, places = columns(2)
    low = width * goal.shape[1] / goal.shape[2]
    near = width * 150 / 200
    sheet = Sheet(MARGIN + 2 * 44 + 26 + low * 2 + near + GAP + MARGIN)
    for x, weight, words in zip(places, (0.0, 1.0), ("variance ignored", "variance counted"), strict=True):
        painting = wp.paint(wp.photo(photo, variance=weight), brush=brush, strokes=strokes, height=height, seed=0)
        dream = painting.render()[:3]
        replays = [painting.replay("mypaint", seed=seed)[:3] for seed in range(seeds)]
        error = sum(mse(replay, goal) for replay in replays) / seeds
        spread = float(torch.stack(replays).var(0).mean().sqrt())
        d, r = decibels(mse(dream, goal)), decibels(error)
        length = height * arc_lengths(painting.strokes.points, torch.linspace(0, 1, 9))[:, -1].median()
        pressure = painting.strokes.pressure.mean(1).median()
        print(f"variance {weight:g}: medians: length {length:.0f} px, pressure {pressure:.2f}")
        print(f"variance {weight:g}: dream {d:.2f} dB, real {r:.2f} dB (mean error of {seeds} seeds), "
              f"deviation of pixels {255 * spread:.1f}/255", flush=True)  # fmt: skip
        y = MARGIN + 22.0
        sheet.words(x, y, words, INK, TEXT)
        y += 38
        sheet.words(x, y, f"dream: {d:.1f} dB")
        sheet.picture(image_of(dream), x, y + 14, width, low)
        y += low + 14 + 38
        sheet.words(x, y, f"MyPaint: {r:.1f} dB")
        sheet.picture(image_of(replays[0]), x, y + 14, width, low)
        sheet.picture(image_of(replays[0][box]), x, y + 14 + low + GAP, width, near)
    sheet.save("variance")


# 5. Rounds


HEAT = ((0.0, (250, 248, 243)), (0.4, (242, 208, 146)), (0.75, (216, 120, 62)), (1.0, (168, 52, 34)))


def heat(error: Tensor) -> Image.Image:
    """[H, W] errors, of which 1 is the mean, from paper through ochre to rust."""
    return image_of(shaded((error / 4).clamp(0, 1).sqrt(), HEAT))


def rounds() -> None:
    """Four rounds of a painting: the error that places strokes, the strokes placed, and the picture they make."""
    brush, strokes, height = "acrylic", 400, 384
    placed: list[tuple[Tensor, wp.Strokes]] = []
    real_place = strategy.place

    def place(medium: Medium, where: Where, count: int, *given: Any) -> wp.Strokes:
        new = real_place(medium, where, count, *given)
        # Strokes are drawn from the mean error within their reach, so that is shown.
        side = 2 * round(where.radius * len(where.error) / 2) + 1
        near = F.avg_pool2d(where.error[None, None], side, 1, side // 2, count_include_pad=False)[0, 0]
        placed.append((near, new.detach()))
        return new

    with mock.patch.object(strategy, "place", place):
        run = wp.Run(wp.sample_photo(), brush=brush, strokes=strokes, height=height, seed=0)
        ends = [planned.begin for planned in run.schedule.rounds[1:]] + [1.0]
        after: list[tuple[Tensor, int, int]] = []
        for step in run:
            # The last step before the next round begins.
            if len(after) < 4 and (step.index + 1) / step.total >= ends[len(after)]:
                after.append((run.preview(height), step.strokes, step.index + 1))
    goal = resize(load_image(wp.sample_photo()), *run.canvas.pixels(height))
    width, places = columns(2)
    low = width * goal.shape[1] / goal.shape[2]
    sheet = Sheet(MARGIN + 4 * (low + 52) + MARGIN - 12)
    for k, ((error, new), (picture, total, steps)) in enumerate(zip(placed, after, strict=False)):
        psnr = decibels(mse(picture, goal))
        print(f"round {k + 1}: {len(new)} placed, {total} after {steps} steps, {psnr:.1f} dB", flush=True)
        y = MARGIN + k * (low + 52) + 22.0
        sheet.words(places[0], y, f"round {k + 1}: {len(new)} {'strokes anywhere' if k == 0 else 'where it errs most'}")
        sheet.words(places[1], y, f"after {steps} steps: {psnr:.1f} dB")
        y += 16
        sheet.picture(heat(error) if k else image_of(0.55 + 0.45 * goal), places[0], y, width, low)
        sheet.picture(image_of(picture), places[1], y, width, low)
        # Strokes may begin beyond the canvas: the mask cuts them.
        mask = Image.new("L", (round(width * FINE), round(low * FINE)))
        for curve in bezier(new.points, torch.linspace(0, 1, 16).expand(len(new), -1)).tolist():
            line = [(px * low * FINE, py * low * FINE) for px, py in curve]
            ImageDraw.Draw(mask).line(line, fill=255, width=round((4.2 - 0.5 * k) * FINE), joint="curve")
        sheet.image.paste((18, 40, 78), (round(places[0] * FINE), round(y * FINE)), mask)
    sheet.save("rounds")


# 6. The gap


def gap() -> None:
    """Dream and real PSNR of one photo in each brush, and what the painter itself expected of the program."""
    strokes, height, seeds = 300, 320, 4
    photo = load_image(wp.sample_photo())
    goal = resize(photo, *wp.Canvas.like(photo).pixels(height))
    found = []
    for brush in wp.painters.available():
        painting = wp.paint(photo, brush=f"mypaint/{brush}", strokes=strokes, height=height, seed=0)
        painter = wp.painters.load(brush)
        with torch.no_grad():
            dream, spread = wp.render(painter, painting.strokes, wp.Frame(painting.canvas, height))[:2]
        replays = torch.stack([painting.replay("mypaint", seed=seed)[:3] for seed in range(seeds)])
        dreamt = mse(dream[:3], goal)
        expected = dreamt + float(spread.mean()) / 3
        real = sum(mse(replay, goal) for replay in replays) / seeds
        found.append((brush, decibels(dreamt), decibels(expected), decibels(real)))
        print("gap: {} dream {:.2f}, expected {:.2f}, real {:.2f} dB".format(*found[-1]), flush=True)
    found.sort(key=lambda row: row[1] - row[3])
    gaps = [row[1] - row[3] for row in found]
    print(f"gap: {min(gaps):.2f} to {max(gaps):.2f} dB, median {statistics.median(gaps):.2f}")

    left, right, top, step = 208.0, WIDTH - 138.0, 128.0, 47.0
    low = math.floor(min(row[3] for row in found))
    high = math.ceil(max(row[1] for row in found))
    sheet = Sheet(top + step * len(found) + 38 + MARGIN)

    def at(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    x = float(MARGIN)
    for kind, words in (("dream", "dream"), ("expected", "expected in MyPaint"), ("real", "MyPaint")):
        mark(sheet, kind, x + 12, MARGIN + 16)
        sheet.words(x + 32, MARGIN + 26, words)
        x += 76 + sheet.draw.textlength(words, font=ImageFont.load_default(TEXT * FINE)) / FINE
    sheet.words(WIDTH - MARGIN, top - 26, "gap, dB", DIM, SMALL, "rs")
    bottom = top + step * len(found)
    for value in range(low, high + 1):
        sheet.line([(at(value), top - 12), (at(value), bottom)], HAIR, 1.5)
        sheet.words(at(value), bottom + 34, f"{value} dB", DIM, SMALL, "ms")
    for k, (brush, dreamt, expected, real) in enumerate(found):
        y = top + step * (k + 0.5)
        sheet.words(MARGIN, y + 9, brush, INK, TEXT)
        sheet.line([(at(real), y), (at(dreamt), y)], (170, 163, 153), 5)
        mark(sheet, "expected", at(expected), y)
        mark(sheet, "dream", at(dreamt), y)
        mark(sheet, "real", at(real), y)
        sheet.words(WIDTH - MARGIN, y + 9, f"{dreamt - real:.2f}", INK, TEXT, "rs")
    sheet.save("gap")


def mark(sheet: Sheet, kind: str, x: float, y: float) -> None:
    if kind == "expected":
        sheet.line([(x, y - 16), (x, y + 16)], TEAL, 5)
    elif kind == "dream":
        sheet.dot(x, y, 11, PAPER, BLUE, 4)
    else:
        sheet.dot(x, y, 11, RUST)


def triptych() -> None:
    """A painting as it was dreamt, as the program paints it, and the difference; whole, and from near."""
    brush, strokes, height = "charcoal", 400, 384
    painting = wp.paint(wp.sample_photo(), brush=brush, strokes=strokes, height=height, seed=0)
    dream, real = painting.render()[:3], painting.replay("mypaint")[:3]
    goal = resize(load_image(wp.sample_photo()), *painting.canvas.pixels(height))
    d, r = decibels(mse(dream, goal)), decibels(mse(real, goal))
    difference = real - dream
    print(
        f"triptych: dream {d:.2f} dB, real {r:.2f} dB, difference {255 * mse(real, dream) ** 0.5:.1f}/255", flush=True
    )
    half, large = columns(2)
    third, small = columns(3)
    low, near = half * height / dream.shape[2], third * 0.75
    sheet = Sheet(MARGIN + low + near + 2 * 52 + MARGIN - 12)
    y = MARGIN + 22.0
    for x, picture, words in zip(large, (dream, real), (f"dream: {d:.1f} dB", f"MyPaint: {r:.1f} dB"), strict=True):
        sheet.words(x, y, words)
        sheet.picture(image_of(picture), x, y + 16, half, low)
    y += low + 52
    labels = ("dream", "MyPaint", "difference, doubled")
    for x, picture, words in zip(small, (dream, real, 0.5 + 2 * difference), labels, strict=True):
        sheet.words(x, y, words)
        sheet.picture(image_of(picture[:, 96:222, 130:298]), x, y + 16, third, near)
    sheet.save("triptych")


FIGURES: dict[str, Callable[[], None]] = {
    "noise": noise,
    "ribbon": ribbon, "bend": bend, "gradient": gradient, "variance": variance, "rounds": rounds,
    "gap": gap, "triptych": triptych,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all if none is given: {', '.join(FIGURES)}")
    names = parser.parse_args().names or list(FIGURES)
    if unknown := [name for name in names if name not in FIGURES]:
        parser.error(f"no figure {unknown[0]!r}; there are {', '.join(FIGURES)}")
    for name in names:
        begin = time.monotonic()
        FIGURES[name]()
        print(f"{name}: {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
