"""Compositing bent ribbons over a ground: the mean picture and its variance.

    composite(ribbons, background, height, width) -> mean [C, H, W], variance [H, W]

A stroke of color c with alpha of mean a and variance s, over a ground of mean m and variance V:

    V <- ((1 - a)^2 + s) V + s |c - m|^2,    m <- m + a (c - m)

(V summed over the channels.) The recursion runs back to front: the variance that a stroke adds
depends on what lies beneath it, so there is no front-to-back form of it.

    sample(ribbons, stroke, center, side) -> alpha, variance [T, side^2]

is the alpha of single strokes on chosen tiles: what a painter is trained and judged on.

Two implementations share the maths: compiled loops on a CPU (`kernel.py`), and tensor operations
anywhere (`tensors.py`). `tests/dense.py` is the twin that both are tested against.
"""

from __future__ import annotations

from torch import Tensor

from .. import checks
from ..errors import InputError
from . import compiled, tensors
from .ribbon import bend
from .tiles import FARTHEST, Layout, Ribbons

__all__ = ["composite", "laid_out", "sample"]


def composite(
    ribbons: Ribbons,
    background: Tensor,  # [C], or [C, height, width]
    height: int,
    width: int,
    *,
    spread: Tensor | None = None,  # [height, width]
    layout: Layout | None = None,
    compile: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw ribbons bent along curves, the first undermost.

    Args:
        height, width: of the picture in pixels.
        spread: variance of the background, summed over the channels; none if None.
        layout: one made before, for strokes that have hardly moved since.
        compile: whether to use the compiled loops; None does where they can run.

    Returns:
        The mean picture [C, height, width], and its variance summed over channels [height, width].
        Differentiable in every tensor.

    Raises:
        InputError: tensors of other shapes, strokes that are not finite, or a layout of other strokes or pixels.
    """
    layout = ribbons.arranged(height, width, layout)
    ground, spread = laid_out(ribbons, background, spread, height, width)
    if compiled.usable(ribbons.points, compile):
        return compiled.CompiledComposite.apply(*ribbons[:5], ground, spread, ribbons.caps, layout)
    return tensors.composite(ribbons, ground, spread, layout)


def laid_out(
    ribbons: Ribbons, background: Tensor, spread: Tensor | None, height: int, width: int
) -> tuple[Tensor, Tensor]:
    """The ground as a picture [C, height, width] and its variance [height, width].

    Raises:
        InputError: a picture of another size, or of other channels than the ribbons' colors.
    """
    checks.shape("color", ribbons.color, (len(ribbons.points), len(background)))
    ground = background[:, None, None].expand(-1, height, width) if background.ndim == 1 else background
    spread = ground.new_zeros(()).expand(height, width) if spread is None else spread
    for name, value in (("a background", ground), ("a spread", spread)):
        if value.shape[-2:] != (height, width):
            raise InputError(f"expected {name} of {height} x {width} pixels, got {tuple(value.shape)}")
    return ground, spread


def sample(
    ribbons: Ribbons,
    stroke: Tensor,  # [T] int64
    center: Tensor,  # [T, 2] pixels
    side: int,
    *,
    compile: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Alpha and its variance of one stroke each on T tiles of side x side pixels; differentiable. Colors do not count.

    Raises:
        InputError: strokes that are not finite, tiles nowhere, or the number of a stroke that is not there.
    """
    ribbons.check()
    if not bool((center.abs() <= FARTHEST).all()):
        raise InputError(f"expected centers of finite pixels, up to {FARTHEST:g}, got others")
    if len(stroke) and not (0 <= int(stroke.min()) and int(stroke.max()) < len(ribbons.points)):
        got = f"{int(stroke.min())} to {int(stroke.max())}"
        raise InputError(f"expected the numbers of strokes 0 to {len(ribbons.points) - 1}, got {got}")
    if compiled.usable(ribbons.points, compile):
        return compiled.CompiledSample.apply(*ribbons[:4], stroke, center, side, ribbons.caps)
    return bend(ribbons, stroke, center, side)
