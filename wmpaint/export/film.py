"""A painting being painted, as a film: `write_film("cat.mp4", work, seconds=6, cursor=True)`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Unpack

from .. import checks, memory
from ..errors import InputError
from . import animation
from .animation import FPS, stroke_counts, stroke_frames
from .pictures import check_webp
from .view import Exportable, ViewOptions, view_of

__all__ = ["FILM_HEIGHT", "write_film"]

FILM_HEIGHT = 1080  # pixels; a film of a larger painting is shown at this height unless told
FRAMES = 150
LONGEST = 3600.0  # seconds


def write_film(
    path: Path,
    work: Exportable,
    *,
    height: int | None = None,
    frames: int | None = None,
    fps: float = FPS,
    seconds: float | None = None,
    hold: float = 1.0,
    pace: str = "eased",
    cursor: bool = False,
    quality: float | None = None,
    lossless: bool | None = None,
    **look: Unpack[ViewOptions],
) -> None:
    """.mp4, .gif or animated .webp: the painting being painted, in the dream or in a `program`; all but .mp4 loop.

    A film is the bare canvas, then the strokes, then the finished painting for `hold` seconds.

    Args:
        height: in pixels; as planned, and at most 1080, when None.
        frames: the most that strokes come in, 150 unless `seconds` or `pace` say otherwise.
        fps: frames a second, 1 to 60.
        seconds: how long the film lasts in all, instead of `frames`. Where there are fewer strokes than frames, each
            grows from its start to its end.
        hold: seconds that the finished painting is shown at the end.
        pace: "eased", at first one by one, later in groups that grow; "even", as many strokes in each frame;
            "stroke", at least one frame a stroke.
        cursor: a ring as wide as the brush, at the end of the newest stroke.
        quality, lossless: of animated WebP: 0 to 100, 85 when None; and whether nothing may be lost.
        look: as for a picture, see `export.pictures`; a transparent ground is shown as white.

    Raises:
        InputError: an option out of range, `frames` beside `seconds`, or too few seconds for the pace.
        FileError: the file cannot be written.
    """
    encoding = _encoding(path, quality, lossless)
    view = view_of(work, **look)
    rows, columns = view.canvas.pixels(min(work.program_height, FILM_HEIGHT) if height is None else height)
    if encoding is not None:
        check_webp(rows, columns)
    memory.check_picture(rows, columns, kept=3)
    fps = checks.number("… frames a second", fps, 1, 60)
    hold = checks.number("hold of … seconds", hold, 0, LONGEST)
    strokes = work.strokes
    count = int(strokes.present.sum())
    still = round(hold * fps)
    moving = _frames(count, frames, fps, seconds, still, pace)
    pictures = stroke_frames(
        view.medium, strokes, view.frame(rows), frames=moving, hold=still, pace=pace,
        stretch=seconds is not None or pace == "stroke", cursor=cursor, generator=view.generator(),
    )  # fmt: skip
    animation.encode_film(path, pictures, fps=fps, **(encoding or {}))


def _encoding(path: Path, quality: float | None, lossless: bool | None) -> dict[str, Any] | None:
    """Options of animated WebP; None for another kind of film, which has none."""
    if path.suffix.lower() == ".webp":
        quality = checks.number("a quality", 85 if quality is None else quality, 0, 100)
        return {"quality": quality, "lossless": bool(lossless)}
    for name, value in (("quality", quality), ("lossless", lossless)):
        if value is not None:
            raise InputError(f"expected {name} for a film in .webp only, got it for {path.name}")
    return None


def _frames(strokes: int, frames: int | None, fps: float, seconds: float | None, still: int, pace: str) -> int:
    """How many frames the strokes come in, after the first, bare one and before the `still` ones."""
    least = max(1, len(stroke_counts(strokes, 1, pace)))  # a stroke a frame, or one frame for all
    if seconds is None:
        frames = max(FRAMES if pace != "stroke" else 1, least) if frames is None else frames
        return checks.whole("frames of … for this pace", frames, least)
    if frames is not None:
        raise InputError(f"expected frames or seconds, not both, got {frames!r} and {seconds!r}")
    seconds = checks.number("seconds of … seconds", seconds, 0, LONGEST)
    moving = round(seconds * fps) - 1 - still
    if moving < least:
        shortest = math.ceil(10 * (least + 1 + still) / fps) / 10
        raise InputError(f"expected seconds of {shortest:g} or more for this pace and hold, got {seconds:g}")
    return moving
