"""wmpaint: paint with learned, differentiable models of real paint programs.

    import wmpaint as wp
    painting = wp.paint("sample", brush="mypaint/oil", strokes=500, seed=7)
    painting.save("cat.svg")

Names are looked up on first use, so that `import wmpaint` alone does not load PyTorch.
"""

from __future__ import annotations

import importlib
from typing import Any

from . import processes as _processes  # noqa: F401
from .version import __version__ as __version__

_WHERE = {
    "Agent": "agents",
    "Brush": "media.programs",
    "Canvas": "canvas",
    "Column": "columns",
    "Dabs": "media.programs",
    "Frame": "frame",
    "Light": "light",
    "Marks": "marks",
    "Medium": "medium",
    "MediumInfo": "medium",
    "Mixed": "media",
    "MyPaint": "media.programs",
    "Objective": "objectives",
    "OilBrush": "media.oil",
    "OilProgram": "media.oil",
    "OilStrokes": "media.oil",
    "Painting": "painting",
    "RibbonPainter": "media.ribbon",
    "Run": "painting",
    "Scene": "objectives",
    "Strokes": "strokes",
    "Tubes": "tubes",
    "WmpaintError": "errors",
    "align": "objectives",
    "class_dream": "objectives",
    "column": "columns",
    "content": "objectives",
    "curvature": "objectives",
    "dream": "objectives",
    "economy": "objectives",
    "edges": "objectives",
    "evaluate": "media.ribbon",
    "fit": "media.ribbon",
    "flow": "objectives",
    "ink": "objectives",
    "load": "painting",
    "load_image": "image",
    "muted": "objectives",
    "overlap": "objectives",
    "paint": "painting",
    "paint_video": "painting",
    "painterly": "objectives",
    "palette": "objectives",
    "photo": "objectives",
    "program": "media.programs",
    "render": "medium",
    "sample_photo": "image",
    "sinkhorn": "objectives",
    "ssim": "objectives",
    "style": "objectives",
    "transfer": "objectives",
    "variance": "objectives",
}
_MODULES = {name: name for name in ("agents", "data", "export", "features", "media", "objectives", "raster")} | {
    "painters": "media.ribbon",
    "plotter": "export.plotter",
    "programs": "media.programs",
}

__all__ = sorted([*_WHERE, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        value = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    elif name in _MODULES:
        value = importlib.import_module(f".{_MODULES[name]}", __name__)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
