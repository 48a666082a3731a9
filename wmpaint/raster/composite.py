"""Compositing bent ribbons over a ground: the mean picture and its variance.

    composite(points, radius, half_width, ribbons, color, ...) -> mean [C, H, W], variance [H, W]

A stroke of color c with alpha of mean a and variance s, over a ground of mean m and variance V:

    V <- ((1 - a)^2 + s) V + s |c - m|^2,    m <- m + a (c - m)

(V summed over the channels.) The recursion runs back to front: the variance that a stroke adds
depends on what lies beneath it, so there is no front-to-back form of it.

Two implementations share the maths: compiled loops on a CPU (`kernel.py`), and tensor operations
anywhere (`tensors.py`). `dense.py` is the twin that both are tested against.
"""

from __future__ import annotations

from torch import Tensor

from ..errors import InputError
from . import compiled
from .tensors import TensorComposite
from .tiles import Layout, arrange, check_curves

__all__ = ["composite", "laid_out"]


def composite(
    points: Tensor,  # [N, 3, 2] pixels
    radius: Tensor,  # [N] pixels
    half_width: Tensor,  # [N] pixels, what the ribbon covers to each side
    ribbons: Tensor,  # [N, 2, R, C] logits of alpha and of variance / (alpha (1 - alpha))
    color: Tensor,  # [N, C]
    background: Tensor,  # [C], or [C, height, width]
    *,
    height: int,
    width: int,
    caps: int,
    spread: Tensor | None = None,  # [height, width]
    layout: Layout | None = None,
    compile: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw ribbons bent along curves, the first undermost.

    Args:
        caps: how many of the R rows belong to each end.
        spread: variance of the background, summed over the channels; none if None.
        layout: one made before, for strokes that have hardly moved since.
        compile: whether to use the compiled loops; None does where they can run.

    Returns:
        The mean picture [C, height, width], and its variance summed over channels [height, width].
        Differentiable in every tensor.

    Raises:
        InputError: tensors of other shapes, strokes that are not finite, or a layout of other strokes or pixels.
    """
    n = len(points)
    shapes = {"points": (n, 3, 2), "radius": (n,), "half_width": (n,), "color": (n, len(background))}
    for name, shape in shapes.items():
        got = tuple(locals()[name].shape)
        if got != shape:
            raise InputError(f"expected {name} of shape {shape}, got {got}")
    if ribbons.ndim != 4 or ribbons.shape[:2] != (n, 2):
        raise InputError(f"expected ribbons of shape ({n}, 2, rows, columns), got {tuple(ribbons.shape)}")
    check_curves(points, radius, half_width)
    if layout is None:
        layout = arrange(points.detach(), half_width.detach(), height, width)
    elif (layout.height, layout.width) != (height, width):
        of = f"{layout.height} x {layout.width}"
        raise InputError(f"expected a layout of {height} x {width} pixels, got one of {of}")
    else:
        layout.check(n)
    ground, spread = laid_out(background, spread, height, width)
    kind = compiled.CompiledComposite if compiled.usable(points, compile) else TensorComposite
    return kind.apply(points, radius, half_width, ribbons, color, ground, spread, caps, layout)


def laid_out(background: Tensor, spread: Tensor | None, height: int, width: int) -> tuple[Tensor, Tensor]:
    """The ground as a picture [C, height, width] and its variance [height, width].

    Raises:
        InputError: a picture of another size.
    """
    ground = background[:, None, None].expand(-1, height, width) if background.ndim == 1 else background
    spread = ground.new_zeros(()).expand(height, width) if spread is None else spread
    for name, value in (("a background", ground), ("a spread", spread)):
        if value.shape[-2:] != (height, width):
            raise InputError(f"expected {name} of {height} x {width} pixels, got {tuple(value.shape)}")
    return ground, spread
