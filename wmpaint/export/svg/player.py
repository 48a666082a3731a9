"""A page that plays a painting: `player(shapes, strokes, canvas, seconds=8) -> HTML`, one file, no request."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from ...canvas import Canvas
from ...strokes import Strokes
from .animate import animation_seconds, starts
from .page import UNITS, Shape, clean, page
from .reading import HTML_ID, packed

__all__ = ["player"]

_SLOT = re.compile(r"\{\{(\w+)\}\}")


def player(
    shapes: Sequence[Shape],
    strokes: Strokes,
    canvas: Canvas,
    seconds: float,
    height: int,
    *,
    title: str = "",
    metadata: Mapping[str, Any] | None = None,
    painting: str | None = None,
) -> str:
    """The page.

    Args:
        seconds: that the painting takes at speed 1.
        height: pixels of the canvas that the strokes are meant for; radii are shown in them.
        title: a line for people.
        metadata: the painting's header, shown to whoever asks.
        painting: its file's text, kept so that the page can be loaded as the painting.
    """
    extras = [{"id": f"s{shape.stroke}"} for shape in shapes]
    svg = page(shapes, canvas, extras=extras).split("\n", 1)[1]
    label = html.escape(clean(title) or "painting")
    svg = svg.replace("<svg ", f'<svg id="picture" role="img" aria-label="{label}" ', 1)
    style, script = _asset("player.css"), _asset("player.js")
    about = "" if metadata is None else json.dumps(metadata, ensure_ascii=False, indent=1, default=str)
    kept = "" if painting is None else f'<script type="text/plain" id="{HTML_ID}">{packed(painting)}</script>'
    slots = {
        "policy": f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; "
        "form-action 'none'",
        "title": label,
        "style": style,
        "script": script,
        "svg": svg,
        "count": str(len(shapes)),
        "about": html.escape(clean(about)),
        "data": _json(_data(shapes, strokes, seconds, height, metadata)),
        "painting": kept,
    }
    # One pass, so that nothing within a value is taken for a slot.
    return _SLOT.sub(lambda found: slots[found[1]], _asset("player.html"))


def _data(
    shapes: Sequence[Shape], strokes: Strokes, seconds: float, height: int, metadata: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the script knows of the strokes; curves in viewBox units."""
    brushes = [str(brush.get("name", "")) for brush in (metadata or {}).get("brushes", [])]
    curves = (strokes.points.detach() * UNITS).reshape(-1, 6).tolist()
    radii, pressures = strokes.radius.tolist(), strokes.pressure.tolist()
    numbers = [0] * len(strokes) if strokes.brush is None else strokes.brush.tolist()
    rows = []
    for shape, start in zip(shapes, starts(len(shapes), seconds), strict=True):
        k = shape.stroke
        rows.append(
            {
                "n": k,
                "t": round(start, 3),
                "color": shape.color,
                "curve": [round(value, 1) for value in curves[k]],
                "radius": round(radii[k], 5),
                "pressure": [round(value, 3) for value in pressures[k]],
                "brush": brushes[numbers[k]] if numbers[k] < len(brushes) else "",
            }
        )
    return {"seconds": seconds, "each": animation_seconds(len(shapes), seconds), "height": height, "strokes": rows}


def _json(value: Any) -> str:
    """JSON that may stand within a script element."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
