"""A few steps of the optimizer after an agent: `polished(strokes, picture, painter, steps=12)`."""

from __future__ import annotations

import torch
from torch import Tensor

from ..canvas import Canvas
from ..image import resize
from ..media.ribbon.painter import RibbonPainter
from ..painting.run import Run
from ..painting.schedule import LATER
from ..strokes import Strokes

__all__ = ["POLISH", "polished"]

POLISH = 12  # steps: a second or so for 500 strokes, and 1 to 3 dB


def polished(
    strokes: Strokes,
    picture: Tensor,  # [3, H, W] sRGB
    painter: RibbonPainter,
    *,
    steps: int = POLISH,
    height: int = 512,
    canvas: Canvas | None = None,
) -> Strokes:
    """The strokes after some steps of `Run(picture, init=strokes)`: as many, in the same order where they show.

    Args:
        height: pixels at which the program is meant to paint.
        canvas: what is painted on; white, if None.
    """
    if not len(strokes) or steps < 1:
        return strokes
    # More pixels than are ever looked at only take time.
    seen = resize(picture, height, max(1, round(height * picture.shape[2] / picture.shape[1])))
    with torch.enable_grad():
        run = Run(
            seen, painter=painter, strokes=len(strokes), height=height, init=strokes, canvas=canvas,
            steps=round(steps / LATER),
        )  # fmt: skip
        for _ in run:
            pass
    return run.painting().strokes
