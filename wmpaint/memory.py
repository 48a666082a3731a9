"""How much memory a painting takes, and how much there is, so that it is refused in a sentence rather than killed.

Painting looks at pictures of a few hundred pixels, however large the painting is meant to be: those and the strokes
count while it is painted, and the picture of its full height when it is finished. `benchmarks/memory.py` measures both
beside these estimates.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from .errors import InputError

__all__ = ["check_painting", "check_picture", "free_memory", "needed", "picture"]

MB = 1 << 20
_BASE = 640 * MB  # the interpreter, torch, and the painter
_ROOM = 96 * MB  # of that, what a process that has all these loaded still takes
_STROKE = 255 << 10  # ribbons, their activations and gradients
_NUMBER = 128  # of a mark's columns: itself and its copies on the way, gradient, the optimizer's moments
_SEEN = 512  # bytes a pixel of pictures that are looked at while painting: targets, tiles, gradients
_NETS = 4_096  # those where networks look at them
_SHOWN = 72  # bytes a pixel of a picture that is only rendered: itself, its variance, copies on the way, its file


def needed(
    strokes: int, height: int, aspect: float = 1.0, seen: int | None = None, nets: bool = False, numbers: int = 12
) -> int:
    """The bytes that a process takes for a painting and the picture of it, rather too many than too few.

    Args:
        height: in pixels, of the finished picture.
        seen: in pixels, of the highest picture that is looked at while painting; as high as the finished one if None.
        nets: whether networks look at it.
        numbers: that a mark has.
    """
    seen = height if seen is None else seen
    looked = seen if nets else min(seen, height)
    # What was looked at while painting is gone when the finished picture is made.
    pixels = round(aspect * max(looked * looked * (_NETS if nets else _SEEN), height * height * _SHOWN))
    return _BASE + strokes * (_STROKE + numbers * _NUMBER) + pixels


def picture(height: int, width: int, kept: int = 0) -> int:
    """The bytes that a process takes to render a picture; `kept` as for `check_picture`."""
    return _BASE + height * width * (_SHOWN + 16 * kept)


def free_memory() -> int | None:
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


def _resident() -> int:
    """Bytes that this process holds already, as far as the system tells."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _free(need: int) -> int:
    """Of what a process takes, what is not its own yet: all but the libraries that are loaded."""
    return need - min(_resident(), _BASE - _ROOM)


def check_painting(
    strokes: int, height: int, aspect: float = 1.0, seen: int | None = None, nets: bool = False, numbers: int = 12
) -> None:
    """Refuse what does not fit, and say which of strokes and pixels takes the memory; arguments as for `needed`.

    Raises:
        InputError: more is needed than there is; the message names how much would fit.
    """
    need, have = _free(needed(strokes, height, aspect, seen, nets, numbers)), free_memory()
    if have is None or need <= have:
        return

    def fits(n: int, h: int) -> bool:
        return _free(needed(n, h, aspect, None if seen is None else min(seen, h), nets, numbers)) <= have

    advice = []
    if height_that_fits := _most(height, lambda h: fits(strokes, h)):
        advice.append(f"a smaller height, about {height_that_fits:,} pixels would fit")
    if strokes_that_fit := _most(strokes, lambda n: fits(n, height)):
        advice.append(f"fewer strokes, about {strokes_that_fit:,} would fit")
    raise InputError(
        f"expected about {_gib(need)} GiB of free memory for {strokes:,} strokes at a height of "
        f"{height}, got {_gib(have)} GiB: try {'; or '.join(advice) or 'fewer strokes and a smaller height'}"
    )


def check_picture(height: int, width: int, kept: int = 0) -> None:
    """Refuse to render a picture of so many pixels where it does not fit.

    Args:
        kept: how many pictures of that size, of four channels, there are beside it.

    Raises:
        InputError: more is needed than there is; the message names the height that would fit.
    """
    need, have = _free(picture(height, width, kept)), free_memory()
    if have is None or need <= have:
        return
    most = _most(height, lambda h: _free(picture(h, round(h * width / height), kept)) <= have)
    fits = f", about {most:,} pixels would fit" if most else ""
    raise InputError(
        f"expected about {_gib(need)} GiB of free memory for a picture of {width} x {height} pixels, "
        f"got {_gib(have)} GiB: try a smaller height{fits}"
    )


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest number below a limit that fits, of two digits; 0 if none does."""
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    unit = 10 ** max(0, len(str(low)) - 2)
    return low // unit * unit


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f}"
