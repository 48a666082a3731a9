"""How much memory a painting takes, and how much there is, so that it is refused in a sentence rather than killed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from .errors import InputError

__all__ = ["available", "check", "check_picture", "needed"]

_BASE = 1 << 30  # the interpreter, torch, and the painter
_STROKE = 64 << 10  # ribbons, their activations and gradients, and the optimizer's state
_SHOWN = 48  # bytes a pixel of a picture that is only rendered: itself, its variance, and copies on the way
_PIXEL = 512  # pictures, targets and their gradients at the highest resolution


def needed(strokes: int, height: int, aspect: float = 1.0) -> int:
    """A rough upper estimate of the bytes that painting takes; `height` is in pixels."""
    return _BASE + sum(_parts(strokes, height, aspect))


def _parts(strokes: int, height: int, aspect: float) -> tuple[int, int]:
    """Bytes for the strokes, and for the pixels."""
    return strokes * _STROKE, round(height * height * aspect) * _PIXEL


def available() -> int | None:
    """Bytes of memory free for this process, as far as the system tells; None where it does not."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found += [int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")]
    except (OSError, ValueError, IndexError):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(OSError, ValueError):  # a container's own limit, which may be "max"
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        found.append(max(0, limit - int(Path("/sys/fs/cgroup/memory.current").read_text())))
    return min(found, default=None)


def check(strokes: int, height: int, aspect: float = 1.0) -> None:
    """Refuse what does not fit, and say which of strokes and pixels takes the memory.

    Raises:
        InputError: more is needed than there is.
    """
    need, have = needed(strokes, height, aspect), available()
    if have is None or need <= have:
        return
    spare = max(0, have - _BASE)
    for_strokes, for_pixels = _parts(strokes, height, aspect)
    if for_pixels <= spare < for_strokes:
        advice = "fewer strokes"
    elif for_strokes <= spare < for_pixels:
        advice = "a smaller height"
    else:
        advice = "fewer strokes and a smaller height"
    raise InputError(
        f"expected about {need / (1 << 30):.0f} GiB of free memory for {strokes:,} strokes at a height of "
        f"{height}, got {have / (1 << 30):.1f} GiB: try {advice}"
    )


def check_picture(height: int, width: int, kept: int = 0) -> None:
    """Refuse to render a picture of so many pixels where it does not fit.

    Args:
        kept: how many pictures of that size, of four channels, there are beside it.

    Raises:
        InputError: more is needed than there is.
    """
    need, have = height * width * (_SHOWN + 16 * kept), available()
    if have is not None and need > have:
        raise InputError(
            f"expected about {need / (1 << 30):.1f} GiB of free memory for a picture of {width} x {height} pixels, "
            f"got {have / (1 << 30):.1f} GiB: try a smaller height"
        )
