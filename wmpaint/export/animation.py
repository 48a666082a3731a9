"""A painting being painted: `encode_film(path, stroke_frames(medium, strokes, Frame(canvas, 512)))`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import checks, files
from ..errors import InputError
from ..frame import Frame
from ..geometry import bezier
from ..image import to_uint8
from ..marks import Marks
from ..medium import Medium, grow
from ..strokes import Strokes
from . import ffmpeg, gif
from .bitmap import flatten, shown_box

__all__ = ["FPS", "encode_film", "growing", "stroke_counts", "stroke_frames", "with_ring"]

FPS = 25.0
PACES = ("eased", "even", "stroke")
SAMPLES = 48  # points of a stroke, at most, that pixels are compared with
LINE = 1 / 360  # width of the ring's dark line, as a share of the picture's height; one pixel at least
DARK, LIGHT = 0.1, 1.0
STRENGTH = 0.85  # opacity of the ring


def stroke_counts(strokes: int, frames: int, pace: str = "eased") -> list[int]:
    """How many strokes lie on the canvas after each frame: rising by 1 or more to `strokes`.

    With more strokes than frames, frame k of F shows k + (N - F) (k / F)³ of the N strokes when eased: the first,
    large ones come one by one, and the later ones in groups that grow. When even, it shows N k / F; by stroke, each
    stroke has its frame however many there are.

    Raises:
        InputError: another pace.
    """
    checks.one_of("a pace", pace, PACES)
    frames = strokes if pace == "stroke" else min(frames, strokes)
    if pace == "even":
        return [round(strokes * k / frames) for k in range(1, frames + 1)]
    return [k + round((strokes - frames) * (k / frames) ** 3) for k in range(1, frames + 1)]


def stroke_frames(
    medium: Medium,
    strokes: Marks,
    frame: Frame,
    *,
    frames: int = 150,
    hold: int = int(FPS),
    pace: str = "eased",
    stretch: bool = False,
    cursor: bool = False,
    generator: torch.Generator | None = None,
) -> Iterator[Tensor]:  # each [3, H, W]
    """The bare canvas, then the painting as it grows in at most `frames` steps, then `hold` times the last.

    A medium lays on and is looked at from time to time, so that all of it costs one painting. A transparent canvas is
    shown as white. Lifted strokes are left out.

    Args:
        pace: as for `stroke_counts`.
        stretch: whether fewer strokes than `frames` share them all, each growing from its start to its end.
        cursor: whether a ring as wide as the brush stands at the end of the newest stroke, until the last is painted.
        generator: for what is random, as for `render`.

    Raises:
        InputError: fewer than 1 frame, a negative hold, another pace, or a bad height.
    """
    frames, hold = checks.whole("frames", frames, 1), checks.whole("a hold", hold, 0)
    height, bare = frame.height, frame.bare()
    picture = flatten(bare)
    # Strokes keep their places in the batch, which their random numbers depend on; only those that show are counted.
    shown = strokes.present.nonzero()[:, 0].cpu()
    counts = [int(shown[count - 1]) + 1 for count in stroke_counts(len(shown), frames, pace)]
    yield picture
    grown = grow(medium, strokes, frame, counts, generator=generator)
    points, radius = _curves(strokes, height)
    for k, count in enumerate(counts):
        with torch.no_grad():
            before, picture = picture, flatten(next(grown).mean)
        newest, last = count - 1, k == len(counts) - 1
        lasts = max(1, (k + 1) * frames // len(counts) - k * frames // len(counts)) if stretch else 1
        parts = [j / lasts for j in range(1, lasts + 1)]
        grows = growing(before, picture, points[newest], radius[newest], parts[:-1])
        for part, shown_now in zip(parts, chain(grows, [picture]), strict=True):
            if cursor and not (last and part == 1):
                x, y = bezier(points[newest], points.new_tensor([part]))[0].tolist()
                shown_now = with_ring(shown_now, (x, y), radius[newest])
            yield shown_now
    for _ in range(hold + (frames if stretch and not counts else 0)):
        yield picture


def _curves(marks: Marks, height: int) -> tuple[Tensor, list[float]]:
    """The curve [N, 3, 2] and the radius of each mark, pixels; others than strokes grow from their middle."""
    if isinstance(marks, Strokes):
        return marks.points.detach() * height, (marks.radius.detach() * height).tolist()
    middle, lengths = marks.detach().middles(), marks.of_unit("length")
    middle = torch.zeros(marks.count, 2, device=marks.device) if middle is None else middle * height
    wide = (
        getattr(marks, lengths[0]).detach().reshape(marks.count, -1).amax(1) * height
        if lengths
        else middle[:, 0] + height
    )
    return middle[:, None].expand(-1, 3, -1), wide.tolist()


def growing(
    before: Tensor,  # [C, H, W]
    after: Tensor,  # [C, H, W]
    points: Tensor,  # [3, 2] pixels
    radius: float,  # pixels
    parts: Sequence[float],
) -> Iterator[Tensor]:  # each [C, H, W]
    """The pictures on the way from `before` to `after`, which has one stroke more, painted up to each part of it.

    A pixel changes when the brush passes where it comes closest, so that whatever the medium made of the stroke
    is what appears, grain included.
    """
    changed = shown_box((before != after).any(0)) if parts else None
    if changed is None:
        yield from (before for _ in parts)
        return
    left, top, right, bottom = changed
    box = slice(top, bottom), slice(left, right)
    y, x = (torch.arange(place.start, place.stop, device=before.device) + 0.5 for place in box)
    points = points.detach().float().cpu()
    legs = (points[1:] - points[:-1]).square().sum(1).sqrt().sum()
    count = int(min(SAMPLES, max(2, math.ceil(float(legs)))))
    nearest, passed = y.new_full((len(y), len(x)), math.inf), y.new_zeros(len(y), len(x))
    for t in torch.linspace(0, 1, count, device="cpu").tolist():
        distance = _squared(points, t, x, y)
        nearer = distance < nearest
        nearest[nearer], passed[nearer] = distance[nearer], t
    for part in parts:
        shown = (passed <= part) | (_squared(points, part, x, y) <= radius * radius)
        picture = before.clone()
        inside = (slice(None), *box)
        picture[inside] = torch.where(shown, after[inside], before[inside])
        yield picture


def _squared(points: Tensor, t: float, x: Tensor, y: Tensor) -> Tensor:  # [h, w]
    """Squared distances of pixels from a point of the curve."""
    px, py = bezier(points, points.new_tensor([t]))[0].tolist()
    distance: Tensor = (x - px).square()[None] + (y - py).square()[:, None]
    return distance


def with_ring(
    picture: Tensor,  # [3, H, W]
    center: tuple[float, float],  # (x, y) pixels
    radius: float,  # pixels
) -> Tensor:  # [3, H, W]
    """A copy with a ring on it: a dark line between two light ones, so that it shows on any ground."""
    _, height, width = picture.shape
    line = max(1.0, height * LINE)
    radius = max(radius, 2 * line)
    reach = radius + 3 * line
    top, bottom = (max(0, min(height, math.floor(center[1] + s * reach))) for s in (-1, 1))
    left, right = (max(0, min(width, math.floor(center[0] + s * reach))) for s in (-1, 1))
    picture = picture.clone()
    if top >= bottom or left >= right:
        return picture
    y = torch.arange(top, bottom, device=picture.device)[:, None] + 0.5 - center[1]
    x = torch.arange(left, right, device=picture.device)[None] + 0.5 - center[0]
    off = (torch.hypot(x, y) - radius).abs()
    part = picture[:, top:bottom, left:right]
    for tone, half in ((LIGHT, 1.5 * line), (DARK, 0.5 * line)):
        alpha = STRENGTH * (half + 0.5 - off).clamp(0, 1)
        part += alpha * (tone - part)  # in place: a view
    return picture


def encode_film(
    path: str | Path,
    frames: Iterable[Tensor],  # each [3, H, W], 0..1
    *,
    fps: float = FPS,
    **options: Any,
) -> None:
    """Write pictures as a film that is looped, except in .mp4.

    .mp4 is H.264, with odd sizes padded by repeating the edge; .gif has one palette for all frames; .webp has all
    colors, and `options` of `quality` and `lossless`. The file appears under its name only when it is complete.

    Raises:
        InputError: another suffix, no frames, frames of different sizes, or fps outside 1..60.
        FileError: the file cannot be written.
    """
    path = Path(path)
    writers: dict[str, Callable[..., None]] = {
        ".mp4": ffmpeg.encode_mp4,
        ".gif": gif.encode_gif,
        ".webp": ffmpeg.encode_webp,
    }
    writer = writers[checks.suffix("a film", path.name, list(writers))]
    fps = checks.number("… frames a second", fps, 1, 60)
    pictures = _bytes(frames)
    first = next(pictures, None)
    if first is None:
        raise InputError(f"expected at least one frame for {path.name}, got none")
    with files.atomic_path(path) as temporary:
        writer(temporary, chain([first], pictures), fps=fps, **options)


def _bytes(frames: Iterable[Tensor]) -> Iterator[np.ndarray]:  # [H, W, 3] uint8
    shape = None
    for k, frame in enumerate(frames):
        shape = shape or frame.shape
        checks.shape(f"frame {k}", frame, (3, *shape[1:]))
        yield np.ascontiguousarray(to_uint8(frame))
