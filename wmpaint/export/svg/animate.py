"""An SVG that paints itself: `animation(shapes, seconds) -> (style sheet, attributes of each shape)`.

Plain CSS, so that it also runs where an SVG is shown as a picture, and where no script may. Whoever asks for reduced
motion, and whatever does not know CSS animations, is shown the finished picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..curves import svg_number
from .page import Shape

__all__ = ["animation", "animation_seconds", "path_reach", "starts"]

_SLOW = 8  # strokes a second at first, if there are that many
_LEAST = 0.3  # seconds that a stroke takes, where there is time
_CSS = """@media (prefers-reduced-motion:no-preference){{
#strokes>*{{animation:wmpaint {seconds}s linear backwards}}
@keyframes wmpaint{{from{{visibility:hidden;{first}}}to{{visibility:visible;{last}}}}}
}}"""
_LINES = {"first": "stroke-dasharray:1 2;stroke-dashoffset:1", "last": "stroke-dasharray:1 2;stroke-dashoffset:0"}
_AREAS = {
    "first": "clip-path:circle(0 at var(--x) var(--y))", "last": "clip-path:circle(var(--r) at var(--x) var(--y))",
}  # fmt: skip


def animation_seconds(count: int, seconds: float) -> float:
    """Seconds that one of so many strokes takes."""
    return min(max(1.5 * seconds / max(count, 1), _LEAST), seconds)


def starts(count: int, seconds: float) -> list[float]:
    """When each stroke begins, rising from 0; the last ends with the time.

    After a share u of the time F u + (N - F) u³ of the N strokes have begun, with F = 8 a second: the first, large
    ones come one by one, and the later ones ever faster, as in a film of the painting.
    """
    slow = min(_SLOW * seconds, count)
    u = np.linspace(0, 1, 1025)
    begun = slow * u + (count - slow) * u**3
    free = seconds - animation_seconds(count, seconds)
    last = max(count - 1, 1)
    places = np.interp(np.arange(count) * count / last, begun, u) if count > 1 else np.zeros(count)
    found: list[float] = (places * free).tolist()
    return found


def animation(shapes: Sequence[Shape], seconds: float) -> tuple[str, list[dict[str, str]]]:
    """The style sheet, and what each shape's element needs: lines are drawn along, areas grow from their start."""
    lines = any(shape.width is not None for shape in shapes)
    each = svg_number(animation_seconds(len(shapes), seconds))
    css = _CSS.format(seconds=each, **(_LINES if lines else _AREAS))
    extras = []
    for shape, start in zip(shapes, starts(len(shapes), seconds), strict=True):
        delay = f"animation-delay:{svg_number(start)}s"
        if shape.box is None:
            extras.append({"pathLength": "1", "style": delay})
        else:
            place = ";".join(f"{name}:{value}" for name, value in path_reach(shape).items())
            extras.append({"style": f"{delay};{place}"})
    return css, extras


def path_reach(shape: Shape) -> dict[str, str]:
    """The circle around an area's start that holds all of it: its middle in shares of the box, its radius in units."""
    assert shape.box is not None
    left, top, right, bottom = shape.box
    x, y = shape.start
    far = max(math.hypot(x - cx, y - cy) for cx in (left, right) for cy in (top, bottom))
    across = 100 * (x - left) / max(right - left, 1e-9)
    down = 100 * (y - top) / max(bottom - top, 1e-9)
    return {"--x": f"{across:.1f}%", "--y": f"{down:.1f}%", "--r": f"{math.ceil(far)}px"}
