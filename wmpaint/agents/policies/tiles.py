"""Pictures of any size, window by window, from coarse to fine; at the end colors are settled and all is polished."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from ... import checks, memory
from ...canvas import Canvas
from ...frame import Frame
from ...image import resize, zoomed
from ...marks import Marks
from ...medium import Medium, Picture, render
from ...painting.run import Run
from ...painting.schedule import LATER
from ..action import Actions
from ..environment import as_pictures
from .base import Policy
from .set import PER_LOOK, SetNet, imitate_as_set

__all__ = ["LEVELS", "LOOKS", "TilesPolicy", "polished", "settled", "window", "zoom_of"]

MOST = 20_000  # marks
LEVELS = 4  # sizes of windows, each half the one before
LOOKS = 2  # at each window: the second finds the canvas as the first, or as a neighbor, left it
FINEST = 64  # program pixels of the smallest window
SHORT = 256  # pixels of the picture's shorter side, at which it is looked at
STRIDE = 0.6  # from window to window, as a share of their side
SHARES = (0.03, 0.10, 0.27, 0.60)  # of the marks, for each size of windows
COLORED, ITERATIONS, HOLD = 128, 5, 0.02  # pixels of height at which colors are settled
POLISH = 12  # steps: a second or so for 500 strokes, and 1 to 3 dB


class TilesPolicy(Policy):
    """A set that paints windows of a picture, each size half the one before."""

    any_size: ClassVar[bool] = True
    channels: ClassVar[tuple[int, ...]] = (3,)
    count: ClassVar[int] = 500
    batch: ClassVar[int] = 24

    @classmethod
    def sizes(cls, *, marks: int, side: int, channels: int, copying: bool) -> dict[str, Any]:
        """Marks that stay within their window, about."""
        return {
            "per_look": PER_LOOK, "hidden": 512, "program_height": FINEST << (LEVELS - 1), "radius": (0.03, 0.3),
            "reach": 0.45,
        }  # fmt: skip

    def _network(self) -> SetNet:
        return SetNet(self.config, self.space.size, again=True)

    def imitate(self, target: Tensor, known: Marks) -> tuple[Actions, Tensor]:
        """As a set does."""
        return imitate_as_set(self, target, known)

    def see(self, images: Any) -> tuple[list[Tensor], bool]:
        """Pictures [3, H, W] as they are."""
        pictures, single = as_pictures(images)
        return list(pictures.expand(-1, 3, -1, -1)), single

    def film_picture(self, image: Any, cell: int) -> Tensor:
        """The picture, reduced to what is looked at."""
        picture = self.see(image)[0][0]
        scale = min(1.0, max(cell, SHORT) / min(picture.shape[1:]))
        return zoomed(picture, scale)

    def canvas(self, picture: Tensor) -> Canvas:
        """One of the picture's proportions."""
        return Canvas.like(picture, background=self.config.ground)

    def paint(self, pictures: list[Tensor], count: int | None, polish: int | None) -> Marks:
        """Windows, then polish.

        Raises:
            InputError: a number of marks or of steps out of range.
        """
        total, steps = self.config.strokes if count is None else count, POLISH if polish is None else polish
        checks.whole("… steps of polish", steps, 0, 1000)
        checks.whole(f"… {self.space.kind.noun}s", total, 1, MOST)
        painted = []
        for picture in pictures:
            picture, canvas = picture.to(next(self.net.parameters())), self.canvas(picture)
            marks = self._by_windows(picture, canvas, total)
            height = round(self.config.program_height * max(1.0, 1 / canvas.aspect))
            painted.append(polished(marks, picture, self.environment.medium, steps=steps, height=height, canvas=canvas))
        return self.space.kind.stack(painted)

    @torch.no_grad()
    def _by_windows(self, picture: Tensor, canvas: Canvas, total: int) -> Marks:
        """At most so many marks, in units of the picture's canvas.

        Windows of one size are looked at in four turns, so that no two overlap in a turn. Of what is proposed, the
        marks are laid that bring the picture closest to the target: so they go where there is most to paint.
        """
        height = round(SHORT * max(1.0, 1 / canvas.aspect))
        memory.check_painting(total, height, canvas.aspect, nets=True)
        short = min(canvas.pixels(height)) / height  # canvas units of the shorter side
        program = max(height, round(self.config.program_height / short))
        frame = Frame(canvas, height, program_height=program, device=picture.device, dtype=picture.dtype)
        target, ground = resize(picture, *frame.size), Picture(frame.bare())
        turns = [(level, turn) for level in range(LEVELS) for turn in range(LOOKS * 4 if level < 2 else 4)]
        counts = [sum(1 for level, _ in turns if level == k) for k in range(LEVELS)]
        laid, count, owed = [self.space.kind.empty(dtype=picture.dtype, device=picture.device)], 0, 0.0
        for number, (level, turn) in enumerate(turns):
            owed += SHARES[level] * total / counts[level]
            room = total - count if number == len(turns) - 1 else min(round(owed), total - count)
            side = short / 2**level
            corners = target.new_tensor([*_corners(canvas.aspect, side, turn % 4)])
            if room < 1 or not len(corners):
                continue
            marks = self._best(target, ground, canvas, corners, level, turn // 4 / LOOKS, side, room)
            if marks.count:
                ground = Picture(render(self.environment.medium, marks, frame, ground=ground).mean)
                laid.append(marks)
                count, owed = count + marks.count, owed - marks.count
        return settled(self.space.kind.cat(laid), target, self.environment.medium, frame)

    def _best(
        self, target: Tensor, ground: Picture, canvas: Canvas, corners: Tensor, level: int, done: float, side: float,
        room: int,
    ) -> Marks:  # fmt: skip
        """At most `room` of the marks proposed for windows with these corners [n, 2], in units of the canvas."""
        c, n, extent = self.config, len(corners), corners.new_tensor([canvas.aspect, 1.0])
        size = c.program_height / 2**level
        wanted, there = (
            window(x.expand(n, -1, -1, -1), corners / extent, side / extent, c.sees) for x in (target, ground.mean)
        )
        below, sizes = Picture(there), target.new_full((n,), size)
        looked = self.decide(wanted, below, self.begin(wanted), torch.full_like(sizes, done), zoom_of(sizes))
        proposed = looked.actions.marks
        gained = self.environment.improvement(below, proposed, wanted, program_height=round(size))
        best = gained.flatten().topk(min(room, gained.numel()))
        index = best.indices[best.values > 0].sort().values
        return proposed.flat()[index].replace(lifted=None).moved(side, corners[index // proposed.count])


def _corners(aspect: float, side: float, turn: int) -> Iterator[tuple[float, float]]:
    """(x, y) of every other window's corner, canvas units; four turns cover all."""
    for y in _line(1.0, side)[turn // 2 :: 2]:
        for x in _line(aspect, side)[turn % 2 :: 2]:
            yield x, y


def _line(extent: float, side: float) -> list[float]:
    """Places of windows along a line, so that they reach from end to end."""
    if extent <= side:
        return [(extent - side) / 2]
    count = math.ceil((extent - side) / (STRIDE * side)) + 1
    return [i * (extent - side) / (count - 1) for i in range(count)]


def zoom_of(program_height: Tensor) -> Tensor:
    """What an agent is told of a window's size in program pixels: 0 for the smallest, 1 for twice that."""
    return (program_height / FINEST).log2()


def window(
    pictures: Tensor,  # [B, C, H, W]
    corner: Tensor,  # [B, 2] (x, y) of the top left, as shares of the sides
    share: Tensor | float,  # of the sides; [2] (x, y) or one number
    side: int,
) -> Tensor:
    """[B, C, side, side] windows of pictures, averaged where they shrink; beyond the border it repeats."""
    height, width = pictures.shape[2:]
    share = torch.as_tensor(share, dtype=pictures.dtype, device=pictures.device).expand(2)
    # Two samples or more a pixel where the window shrinks, and their mean.
    over = max(1, round(float(share[1]) * height / side), round(float(share[0]) * width / side))
    line = (torch.arange(side * over, device=pictures.device, dtype=pictures.dtype) + 0.5) / (side * over)
    x = corner[:, 0, None] + share[0] * line
    y = corner[:, 1, None] + share[1] * line
    grid = torch.stack([x[:, None, :].expand(-1, len(line), -1), y[:, :, None].expand(-1, -1, len(line))], -1)
    found = F.grid_sample(pictures, grid * 2 - 1, padding_mode="border", align_corners=False)
    return F.avg_pool2d(found, over) if over > 1 else found


# The end


@torch.no_grad()
def settled(marks: Marks, target: Tensor, medium: Medium, frame: Frame) -> Marks:  # [3, H, W] of the frame
    """The marks in the colors that bring the picture closest to the target, if they are nearer.

    A picture of marks that only cover is linear in their colors: their least squares, by some iterations of conjugate
    gradients from the colors that the agent chose, held to them by a small weight.
    """
    names = marks.of_unit("color")
    if not marks.count or len(names) != 1 or not medium.info.differentiable:
        return marks
    (name,) = names
    rows, columns = frame.size
    canvas = replace(frame.canvas, aspect=columns / rows)  # of the pixels, which are rounded
    own = replace(frame, canvas=canvas, height=min(rows, COLORED), program_height=frame.program)
    target = resize(target, *own.size)
    black, color = own.on((0.0, 0.0, 0.0)), getattr(marks, name)

    def painted(value: Tensor, frame: Frame = black) -> Tensor:
        return render(medium, marks.replace(**{name: value}), frame).mean[:3]

    with torch.enable_grad():
        free = torch.ones_like(color).requires_grad_()
        white = painted(free)

    def pulled(picture: Tensor) -> Tensor:
        """The transpose of `painted`, which is the same whatever the colors."""
        return torch.autograd.grad(white, free, picture, retain_graph=True)[0]

    cover = pulled(torch.ones_like(target))

    def along(way: Tensor) -> Tensor:
        """As painted, of numbers beyond the range of colors."""
        low, high = way.aminmax()
        span = (high - low).clamp(min=1e-20)
        return span * painted((way - low) / span) + low * white.detach()

    hold = HOLD * cover.mean()
    scale = cover + hold  # of the diagonal, about
    before = painted(color, own)
    rest = pulled(target - before)
    change = torch.zeros_like(rest)
    ready = rest / scale
    way, size = ready, (rest * ready).sum(0)
    for _ in range(ITERATIONS):
        seen = pulled(along(way)) + hold * way
        step = size / (way * seen).sum(0).clamp(min=1e-20)
        change, rest = change + step * way, rest - step * seen
        ready = rest / scale
        last, size = size, (rest * ready).sum(0)
        way = ready + size / last.clamp(min=1e-20) * way
    better = (color + change).clamp(0, 1)
    nearer = (painted(better, own) - target).square().sum() < (before - target).square().sum()
    return marks.replace(**{name: better}) if bool(nearer) else marks


def polished(
    marks: Any, picture: Tensor, medium: Any, *, steps: int = POLISH, height: int = 512, canvas: Canvas | None = None
) -> Any:  # [3, H, W] sRGB
    """The marks after some steps of `Run(picture, init=marks)`: as many, in the same order where they show.

    Args:
        height: pixels at which the program is meant to paint.
        canvas: what is painted on; white, if None.
    """
    if not marks.count or steps < 1:
        return marks
    # More pixels than are ever looked at only take time.
    seen = resize(picture, height, max(1, round(height * picture.shape[2] / picture.shape[1])))
    with torch.enable_grad():
        run = Run(
            seen, painter=medium, strokes=marks.count, height=height, init=marks, canvas=canvas,
            steps=round(steps / LATER),
        )  # fmt: skip
        for _ in run:
            pass
    return run.painting().strokes
